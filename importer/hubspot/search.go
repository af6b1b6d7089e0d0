// Searching records by what they hold, and what a lookup finds.

package hubspot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hubload/hubload/importer/api"
)

const (
	maxSearchBody = 3_000 // characters, by HubSpot's rule
	searchPage    = 200   // records, by HubSpot's rule
)

// Search asks in one request for the records of an object type that hold values in
// a property, unique or not; see [api.API]. It asks for as many of values
// as go into the 3,000 characters of a request, at least for one. HubSpot's index
// is brought up to date with some delay, so that what it doesn't find may exist.
// Its errors are [*Error].
//
// HubSpot's guide asks for the texts of such a filter in small letters, so each
// value goes out as it is and in these.
func (c *Client) Search(ctx context.Context, to, property string, values []string) (api.Found, error) {
	a, err := c.of(to)
	if err != nil {
		return api.Found{}, err
	}
	body, n, err := searchBody(property, values)
	if err != nil {
		return api.Found{}, err
	}
	found := newLookupResult(values[:n])
	answer := struct {
		Total   number       `json:"total"`
		Results list[record] `json:"results"`
	}{Total: -1}
	err = c.read(ctx, http.MethodPost, a.objectPath("search"), body, &answer, func(body []byte) error {
		for i := range answer.Results {
			// A record that has another value by now isn't one: the index was late.
			if err := found.addRecord(&answer.Results[i], body, property); err != nil && !errors.Is(err, errNotAsked) {
				return err
			}
		}
		return nil
	})
	broken := func(why string) (api.Found, error) {
		return api.Found{}, &Error{Status: http.StatusOK, Err: errors.New("the answer can't be read: " + why)}
	}
	m := api.Found{Complete: n, IDs: found.ids(), Rate: api.Rate{Remaining: -1}}
	switch count := len(answer.Results); {
	case err != nil:
		return api.Found{}, err
	case answer.Results == nil || int(answer.Total) < count:
		return broken("it holds no results, or doesn't count them")
	case int(answer.Total) == count:
		return m, nil
	case count == 0:
		return broken("it counts results and holds none")
	case n > 1:
		m.Complete, m.IDs = 0, nil
		return m, nil
	}
	// More than a page of them hold the one value: whatever letters it is in, it
	// doesn't say which record is meant.
	if all := found.all[values[0]]; len(all) > 1 {
		m.IDs = map[string][]string{values[0]: all}
		return m, nil
	}
	return broken("it holds other records than those that were asked for")
}

// searchBody returns the body of a search, and how many of values it asks for.
func searchBody(property string, values []string) (body []byte, n int, err error) {
	if len(values) == 0 || len(values) > maxInputs {
		panic(fmt.Sprintf("hubspot: Search of %d values, not 1 to %d", len(values), maxInputs))
	}
	name, err := jsontext.AppendQuote(nil, property)
	if err != nil {
		return nil, 0, errors.New("the property's name is not valid UTF-8")
	}
	tail := fmt.Appendf(nil, `]}]}],"sorts":[],"properties":[%s],"limit":%d,"after":"0"}`, name, searchPage)
	body = fmt.Appendf(nil, `{"filterGroups":[{"filters":[{"propertyName":%s,"operator":"IN","values":[`, name)
	filters := 0 // HubSpot's limit for the list isn't documented everywhere; 100 is what batches take
	for i, v := range values {
		forms := []string{v}
		if small := strings.ToLower(v); small != v {
			forms = append(forms, small)
		}
		more := slices.Clone(body)
		for _, form := range forms {
			if filters++; filters > 1 {
				more = append(more, ',')
			}
			if more, err = jsontext.AppendQuote(more, form); err != nil {
				return nil, 0, fmt.Errorf("value %d is not valid UTF-8", i+1)
			}
		}
		if n > 0 && (filters > maxInputs || utf8.RuneCount(more)+utf8.RuneCount(tail) > maxSearchBody) {
			break
		}
		body, n = more, n+1
	}
	return append(body, tail...), n, nil
}

// A lookupResult holds the records that hold the values that were asked for, to the
// letter or folded.
type lookupResult struct {
	values    []string
	foldedKey map[string]string   // folded value -> value
	exact     map[string][]string // value -> ids
	all       map[string][]string
}

func newLookupResult(values []string) *lookupResult {
	r := &lookupResult{values: values, foldedKey: make(map[string]string, len(values)), exact: map[string][]string{}, all: map[string][]string{}}
	for _, v := range values {
		r.foldedKey[api.Folded(v)] = v
	}
	return r
}

// asked returns the value that was asked for, where it comes back in another form.
func (r *lookupResult) asked(held string) (string, bool) {
	v, ok := r.foldedKey[api.Folded(held)]
	return v, ok
}

var errNotAsked = errors.New("it holds a record that wasn't asked for")

// addRecord adds a record by what it holds in property, or by its id where that is "".
func (r *lookupResult) addRecord(rec *record, body []byte, property string) error {
	id := string(rec.id)
	if id == "" {
		return errors.New("a record in it has no id")
	}
	held := id
	if property != "" {
		held = rec.valuesIn(body, map[string]bool{property: true})[property]
	}
	v, ok := r.asked(held)
	if !ok {
		return errNotAsked
	}
	if slices.Contains(r.all[v], id) {
		return nil
	}
	r.all[v] = append(r.all[v], id)
	if v == held {
		r.exact[v] = append(r.exact[v], id)
	}
	return nil
}

// ids returns the records of each value, those to the letter if there are any.
func (r *lookupResult) ids() map[string][]string {
	ids := make(map[string][]string, len(r.all))
	for v, all := range r.all {
		if ids[v] = all; len(r.exact[v]) > 0 {
			ids[v] = r.exact[v]
		}
	}
	return ids
}
