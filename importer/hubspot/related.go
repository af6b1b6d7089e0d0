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
	if !objectType.MatchString(from) {
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
	l, err := c.list(ctx, c.associationsPath(from), append(body, `]}`...), func(w walker) error {
		one, err := w.associations()
		if err != nil {
			return err
		}
		before, ok := asked[one.id]
		switch {
		case !ok:
			return errors.New("it lists the associations of a record twice, or of one that wasn't asked for")
		case one.after != "" && one.after == before:
			return errors.New("a list in it goes on with the page that it is")
		case one.after != "":
			found.Next = append(found.Next, api.Page{ID: one.id, After: one.after})
		}
		delete(asked, one.id)
		found.IDs[one.id] = append(found.IDs[one.id], one.to...)
		return nil
	})
	if err != nil {
		return api.Associations{}, err
	}
	for _, e := range l.errors {
		if e.category != categoryNotFound && !strings.HasSuffix(e.subCategory, ".NO_ASSOCIATIONS_FOUND") {
			return api.Associations{}, l.refused(e)
		}
	}
	return found, nil
}

// associated is one page of one record's list.
type associated struct {
	id    string
	to    []string
	after string // cursor of the next page, "" after the last one
}

func (w walker) associations() (one associated, err error) {
	listed := false
	err = w.object(func(name []byte) (err error) {
		switch string(name) {
		case "from":
			return w.object(func(name []byte) (err error) {
				if string(name) != "id" {
					return w.skip()
				}
				one.id, err = w.id()
				return err
			})
		case "to":
			listed = w.kind() == '['
			return w.array(func() error {
				id, err := w.associatedID()
				one.to = append(one.to, id)
				return err
			})
		case "paging":
			one.after, err = w.cursor()
			return err
		}
		return w.skip()
	})
	if err == nil && (one.id == "" || !listed) {
		err = errors.New("a list in it doesn't say whose it is, or is none")
	}
	return one, err
}

// associatedID reads toObjectId, a number in v4 and a string in the dated API.
func (w walker) associatedID() (id string, err error) {
	err = w.object(func(name []byte) (err error) {
		if string(name) != "toObjectId" {
			return w.skip()
		}
		id, err = w.id()
		return err
	})
	if err == nil && id == "" {
		err = errors.New("an association in it doesn't say what it leads to")
	}
	return id, err
}

// cursor reads next.after out of a paging object.
func (w walker) cursor() (after string, err error) {
	err = w.object(func(name []byte) error {
		if string(name) != "next" {
			return w.skip()
		}
		if w.kind() != '{' {
			return w.skip()
		}
		err := w.object(func(name []byte) (err error) {
			if string(name) != "after" {
				return w.skip()
			}
			if w.kind() == '0' {
				raw, err := w.raw()
				after = string(raw)
				return err
			}
			after, err = w.text()
			return err
		})
		if err == nil && after == "" {
			err = errors.New("a list in it goes on, and doesn't say where")
		}
		return err
	})
	return after, err
}

// associationsPath is where the associations from a type to the client's own are
// read. Associations have a version 4 where objects have a 3.
func (a address) associationsPath(from string) string {
	if a.version == versionThree {
		return "/crm/v4/associations/" + from + "/" + a.object + "/batch/read"
	}
	return "/crm/associations/" + a.version + "/" + from + "/" + a.object + "/batch/read"
}
