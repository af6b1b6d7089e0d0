// Reading records by their ids, and what all batch reads share.

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

// Values reads records of the client's type by their ids, in one request, and
// returns the values that they have among properties. A property without a value
// isn't in a record's map, and a record that doesn't exist any more isn't in the
// outer one. Any other shortfall is an error, an [*Error]. It panics unless there
// are 1 to 100 ids; each must be there once.
func (c *Client) ReadProperties(ctx context.Context, ids, properties []string) (map[string]map[string]string, error) {
	if len(ids) == 0 || len(ids) > maxInputs {
		panic(fmt.Sprintf("hubspot: Values of %d records, not 1 to %d", len(ids), maxInputs))
	}
	wanted := make(map[string]bool, len(properties))
	body := []byte(`{"properties":[`)
	for i, name := range properties {
		if i > 0 {
			body = append(body, ',')
		}
		wanted[name] = true
		body, _ = jsontext.AppendQuote(body, name) // what isn't UTF-8 names no property, and has no value
	}
	body = append(body, `],"propertiesWithHistory":[],"inputs":[`...)
	asked := make(map[string]bool, len(ids))
	for i, id := range ids {
		if i > 0 {
			body = append(body, ',')
		}
		asked[id] = true
		body = append(body, `{"id":`...)
		body, _ = jsontext.AppendQuote(body, id)
		body = append(body, '}')
	}
	values := make(map[string]map[string]string, len(ids))
	l, err := c.list(ctx, c.objectPath("batch/read"), append(body, `]}`...), func(w walker) error {
		id, record, err := w.record(wanted)
		if err == nil && !asked[id] {
			err = errors.New("it holds a record that wasn't asked for")
		}
		values[id] = record
		return err
	})
	if err != nil {
		return nil, err
	}
	return values, l.accountsFor(asked, values)
}

// record reads a record's id, and those of its values that are wanted.
func (w walker) record(wanted map[string]bool) (id string, values map[string]string, err error) {
	values = make(map[string]string, len(wanted))
	err = w.object(func(name []byte) (err error) {
		switch string(name) {
		case "id":
			id, err = w.id()
		case "properties":
			err = w.object(func(name []byte) error {
				property := string(name)
				if !wanted[property] {
					return w.skip()
				}
				value, given, err := w.value()
				if given {
					values[property] = value
				}
				return err
			})
		default:
			err = w.skip()
		}
		return err
	})
	return id, values, err
}

// value reads a property's value, which is a string or null. A number or a boolean
// is taken as it is written: to a reader it would seem that there is no value.
func (w walker) value() (value string, given bool, err error) {
	switch w.kind() {
	case '"':
		value, err = w.text()
		return value, true, err
	case '0', 't', 'f':
		raw, err := w.raw()
		return string(raw), true, err
	}
	return "", false, w.skip()
}

// A listing is an answer to a batch read, but for its results.
type listing struct {
	status  int
	errors  []apiError
	numErrs int64 // -1 when the answer doesn't say
	rate    api.Rate
}

// list sends a batch read and calls result for each of the results in its answer.
// Its errors are [*Error]; an answer that isn't whole is one.
func (c *Client) list(ctx context.Context, path string, body []byte, result func(walker) error) (listing, error) {
	r := c.send(ctx, http.MethodPost, path, newBody(body))
	defer r.release()
	l := listing{status: r.status, numErrs: -1, rate: rate(r.header)}
	if err := r.readError(); err != nil {
		return l, err
	}
	if r.status != http.StatusOK && r.status != http.StatusMultiStatus {
		return l, l.broken(errors.New("it is none that HubSpot gives to a batch read"))
	}
	status, listed := "", false
	w := newWalker(r.body)
	err := w.document(func(name []byte) (err error) {
		switch string(name) {
		case "status":
			status, err = w.text()
		case "results":
			listed = w.kind() == '['
			err = w.array(func() error { return result(w) })
		case "errors":
			err = w.array(func() error {
				e, err := w.apiError()
				l.errors = append(l.errors, e)
				return err
			})
		case "numErrors":
			l.numErrs, err = w.number()
		default:
			err = w.skip()
		}
		return err
	})
	switch {
	case err != nil:
		return l, l.broken(err)
	case !listed:
		return l, l.broken(errors.New("it holds no results"))
	case status != "" && status != statusDone:
		return l, l.broken(errors.New("it isn't final"))
	case l.numErrs > 0 && len(l.errors) == 0:
		return l, l.broken(errors.New("it counts errors and names none"))
	}
	return l, nil
}

// accountsFor returns an error unless every id that was asked for is among the
// values or is said not to exist.
func (l listing) accountsFor(asked map[string]bool, values map[string]map[string]string) error {
	absent := make(map[string]bool)
	anonymous := false
	for _, e := range l.errors {
		if e.category != categoryNotFound {
			return l.refused(e)
		}
		anonymous = anonymous || len(e.ids) == 0
		for _, id := range e.ids {
			if _, both := values[id]; asked[id] && !both {
				absent[id] = true
			}
		}
	}
	known := len(values) + len(absent)
	if known == len(asked) || anonymous && int64(len(values))+l.numErrs == int64(len(asked)) {
		return nil
	}
	return l.broken(fmt.Errorf("it accounts for %d of %d records", known, len(asked)))
}

// broken is the error of an answer that can't be relied on.
func (l listing) broken(why error) error {
	return &Error{Status: l.status, Err: fmt.Errorf("the answer can't be read: %w", why)}
}

// refused is the error of an answer that holds e.
func (l listing) refused(e apiError) error {
	return &Error{
		Status: l.status, Category: codeOf(e.category), SubCategory: codeOf(e.subCategory),
		Message: explain(e, l.status, nil).Message, CorrelationID: correlation(e, nil),
		Err: errors.New("the answer is not complete"),
	}
}

// Rate is what the answer says about the rate limit. With [Error.Temporary] it
// lets an engine wait that knows no HTTP; see [api.ReadError].
func (e *Error) Rate() api.Rate {
	return api.Rate{
		Remaining: -1,
		Refused:   e.Status == http.StatusTooManyRequests,
		Daily:     e.Status == http.StatusTooManyRequests && e.daily(),
		Wait:      e.Wait,
	}
}

func (e *Error) daily() bool {
	if e.Policy != "" {
		return strings.EqualFold(e.Policy, "DAILY")
	}
	return strings.Contains(strings.ToLower(e.Message), "daily limit")
}
