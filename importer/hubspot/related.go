// Which records belong to another: what is associated with a deal, say.

package hubspot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxPages bounds the pages of one list. A page holds some hundred records, and a
// list that never ends is one that goes in circles.
const maxPages = 10_000

// Related returns, for records of type from (such as deals), the ids of the
// records of the client's own type that are associated with each. A record
// without any, or that doesn't exist, is not in the map. It panics unless there
// are 1 to 100 ids.
//
// It sends one request, and more for those whose list has several pages. Each
// list is complete, or there is an error, an [*Error]: half a list would look as
// if the rest didn't exist.
func (c *Client) AssociatedIDs(ctx context.Context, from string, ids []string) (map[string][]string, error) {
	if len(ids) == 0 || len(ids) > maxInputs {
		panic(fmt.Sprintf("hubspot: Related to %d records, not 1 to %d", len(ids), maxInputs))
	}
	if !objectType.MatchString(from) {
		return nil, &Error{Status: http.StatusNotFound, Err: fmt.Errorf("%q is no type of objects", from)}
	}
	todo := make([]pageOf, len(ids))
	for i, id := range ids {
		todo[i].id = id
	}
	related := make(map[string][]string, len(ids))
	for n := 0; len(todo) > 0; n++ {
		if n == maxPages {
			return nil, &Error{Status: http.StatusOK, Err: fmt.Errorf("a list of associations has more than %d pages", maxPages)}
		}
		next, err := c.relatedPage(ctx, from, todo, related)
		if err != nil {
			return nil, err
		}
		todo = next
	}
	return related, nil
}

// A pageOf is a page of a record's list, the first one without a cursor.
type pageOf struct{ id, after string }

// relatedPage adds a page of each list to related, and returns what follows them.
func (c *Client) relatedPage(ctx context.Context, from string, pages []pageOf, related map[string][]string) (next []pageOf, err error) {
	body := []byte(`{"inputs":[`)
	asked := make(map[string]string, len(pages))
	for i, p := range pages {
		if i > 0 {
			body = append(body, ',')
		}
		asked[p.id] = p.after
		body = append(body, `{"id":`...)
		body, _ = jsontext.AppendQuote(body, p.id) // what isn't UTF-8 is no id, and is answered as unknown
		if p.after != "" {
			body = append(body, `,"after":`...)
			body, _ = jsontext.AppendQuote(body, p.after)
		}
		body = append(body, '}')
	}
	l, err := c.list(ctx, c.associationsPath(from), append(body, `]}`...), func(w walker) error {
		one, err := w.associations()
		if err != nil {
			return err
		}
		before, ok := asked[one.id]
		switch {
		case !ok:
			return errors.New("it lists the associations of a record that wasn't asked for")
		case one.after != "" && one.after == before:
			return errors.New("a list in it goes on with the page that it is")
		case one.after != "":
			next = append(next, pageOf{one.id, one.after})
		}
		related[one.id] = append(related[one.id], one.to...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, e := range l.errors {
		if e.category != categoryNotFound && !strings.HasSuffix(e.subCategory, ".NO_ASSOCIATIONS_FOUND") {
			return nil, l.refused(e)
		}
	}
	return next, nil
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
