// Which records belong to another: what is associated with a deal, say.

package hubspot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hubload/hubload/importer/api"
)

// AssociatedIDs asks in one request for a page of the list of each record of type
// from (such as deals): the ids of the records of the client's own type that are
// associated with it; see [api.API]. A record without any, or that doesn't exist, is
// not in the answer. An answer is whole, or there is an error, an [*Error]: half a
// list would look as if the rest didn't exist. It panics unless there are 1 to 100
// pages.
func (c *Client) AssociatedIDs(ctx context.Context, from string, pages []api.Page) (api.Associations, error) {
	if len(pages) == 0 || len(pages) > maxInputs {
		panic(fmt.Sprintf("hubspot: AssociatedIDs of %d records, not 1 to %d", len(pages), maxInputs))
	}
	if !isObjectType(from) {
		return api.Associations{}, &Error{Status: http.StatusNotFound, Err: fmt.Errorf("%q is not an object type", from)}
	}
	body := []byte(`{"inputs":[`)
	asked := make(map[string]string, len(pages))
	for i, p := range pages {
		if i > 0 {
			body = append(body, ',')
		}
		asked[p.ID] = p.After
		body = append(body, `{"id":`...)
		body, _ = jsontext.AppendQuote(body, p.ID) // what isn't UTF-8 is answered as an unknown id
		if p.After != "" {
			body = append(body, `,"after":`...)
			body, _ = jsontext.AppendQuote(body, p.After)
		}
		body = append(body, '}')
	}
	found := api.Associations{IDs: make(map[string][]string, len(pages))}
	l, err := readBatch(ctx, c, c.associationsPath(from), append(body, `]}`...), func(one associated, _ []byte) error {
		id, next := string(one.From.v.ID), one.Paging.v.Next
		before, ok := asked[id]
		switch {
		case id == "" || one.To == nil:
			return errors.New("a list in it doesn't say whose it is, or is missing")
		case !ok:
			return errors.New("it lists the associations of a record twice, or of one that wasn't asked for")
		case next.there && next.v.After == "":
			return errors.New("a list in it goes on, and doesn't say where")
		case next.there && string(next.v.After) == before:
			return errors.New("a list in it goes on with the page that it is")
		case next.there:
			found.Next = append(found.Next, api.Page{ID: id, After: string(next.v.After)})
		}
		delete(asked, id)
		for _, to := range one.To {
			if to.ID == "" {
				return errors.New("an association in it doesn't say with which record")
			}
			found.IDs[id] = append(found.IDs[id], string(to.ID))
		}
		return nil
	})
	if err != nil {
		return api.Associations{}, err
	}
	for _, e := range l.errors {
		if e.Category != categoryNotFound && !strings.HasSuffix(e.SubCategory, ".NO_ASSOCIATIONS_FOUND") {
			return api.Associations{}, l.refused(e)
		}
	}
	return found, nil
}

// associated is one page of one record's list.
type associated struct {
	From object[struct {
		ID recordID `json:"id"`
	}] `json:"from"`
	To list[struct {
		ID recordID `json:"toObjectId"` // a number in v4 and a string in the dated API
	}] `json:"to"`
	Paging object[struct {
		Next object[struct {
			After cursor `json:"after"`
		}] `json:"next"`
	}] `json:"paging"`
}

// A cursor is a string or a number.
type cursor string

func (c *cursor) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if kind := dec.PeekKind(); kind != '"' && kind != '0' {
		return dec.SkipValue()
	}
	token, err := dec.ReadToken()
	*c = cursor(token.String())
	return err
}
