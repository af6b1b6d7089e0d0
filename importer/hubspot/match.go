// Finding records of other object types by what they hold.

package hubspot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hubload/hubload/importer/api"
)

const (
	maxSearchBody = 3_000 // characters, by HubSpot's rule
	searchPage    = 200   // records, likewise
)

// Unique reports whether a property of an object type is unique by its
// definition. Its errors are [*Error], with Status 404 when there is no such
// property.
func (c *Client) Unique(ctx context.Context, to, property string) (bool, error) {
	a, err := c.of(to)
	if err != nil {
		return false, err
	}
	if strings.Trim(property, ".") == "" { // a path that leads elsewhere
		return false, &Error{Status: http.StatusNotFound, Message: fmt.Sprintf("%q is no property's name", property)}
	}
	p, err := c.property(ctx, http.MethodGet, a.propertiesPath()+"/"+url.PathEscape(property), nil)
	return p.HasUniqueValue, err
}

// of is the address of another object type.
func (c *Client) of(to string) (address, error) {
	a := c.address
	if to == "" {
		return a, nil
	}
	a.object = to
	if !objectType.MatchString(to) {
		return a, &Error{Status: http.StatusNotFound, Err: fmt.Errorf("%q is no type of objects", to)}
	}
	return a, nil
}

// Match asks in one request for the records of an object type that hold values in a
// unique property, or have them as ids where property is ""; see
// [api.API]. A value is absent only if the answer says so. It panics
// unless there are 1 to 100 values. Its errors are [*Error].
func (c *Client) FindByProperty(ctx context.Context, to, property string, values []string) (api.Found, error) {
	a, err := c.of(to)
	if err != nil {
		return api.Found{}, err
	}
	body, err := appendMatch(nil, property, values)
	if err != nil {
		return api.Found{}, err
	}
	h := newHolders(values)
	l, err := c.list(ctx, a.objectPath("batch/read"), body, func(w walker) error {
		id, held, err := w.holder(property)
		if err == nil && !h.add(id, held) {
			err = errors.New("it holds a record that wasn't asked for")
		}
		return err
	})
	if err != nil {
		return api.Found{}, err
	}
	return api.Found{Complete: len(values), IDs: h.ids(), Rate: l.rate}, l.accountsForValues(h)
}

// appendMatch appends the body of a batch read, by a unique property or by ids.
func appendMatch(dst []byte, property string, values []string) ([]byte, error) {
	if len(values) == 0 || len(values) > maxInputs {
		panic(fmt.Sprintf("hubspot: Match of %d values, not 1 to %d", len(values), maxInputs))
	}
	if property != "" {
		return appendRead(dst, property, values)
	}
	dst = append(dst, `{"properties":[],"propertiesWithHistory":[],"inputs":[`...)
	for i, id := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"id":`...)
		dst, _ = jsontext.AppendQuote(dst, id)
		dst = append(dst, '}')
	}
	return append(dst, `]}`...), nil
}

// holder reads a record's id, and what it holds in a property, or the id once more
// where that is "".
func (w walker) holder(property string) (id, held string, err error) {
	id, values, err := w.record(map[string]bool{property: true})
	switch {
	case err != nil:
	case id == "":
		err = errors.New("a record in it has no id")
	case property == "":
		held = id
	default:
		held = values[property]
	}
	return id, held, err
}

// accountsForValues returns an error unless every value is held by a record or is
// said not to be, and none is both.
func (l listing) accountsForValues(h *holders) error {
	absent := make(map[string]bool)
	anonymous := false
	for _, e := range l.errors {
		if e.category != categoryNotFound {
			return l.refused(e)
		}
		anonymous = anonymous || len(e.ids) == 0
		for _, id := range e.ids {
			if v, ok := h.asked(id); ok {
				absent[v] = true
			}
		}
	}
	found := h.ids()
	for v := range absent {
		if len(found[v]) > 0 {
			return l.broken(errors.New("it says of a value that it is found and that it isn't"))
		}
	}
	known, n := len(found)+len(absent), len(h.values)
	if known == n || anonymous && int64(len(found))+l.numErrs == int64(n) {
		return nil
	}
	return l.broken(fmt.Errorf("it accounts for %d of %d values", known, n))
}

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
	h := newHolders(values[:n])
	listed, total, count := false, int64(-1), int64(0)
	err = c.read(ctx, http.MethodPost, a.objectPath("search"), body, func(w walker, name []byte) (err error) {
		switch string(name) {
		case "total":
			total, err = w.number()
		case "results":
			listed = w.kind() == '['
			return w.array(func() error {
				id, held, err := w.holder(property)
				count++
				h.add(id, held) // not what has another value by now: the index was late
				return err
			})
		default:
			err = w.skip()
		}
		return err
	})
	broken := func(why string) (api.Found, error) {
		return api.Found{}, &Error{Status: http.StatusOK, Err: errors.New("the answer can't be read: " + why)}
	}
	m := api.Found{Complete: n, IDs: h.ids(), Rate: api.Rate{Remaining: -1}}
	switch {
	case err != nil:
		return api.Found{}, err
	case !listed || total < count:
		return broken("it holds no results, or doesn't count them")
	case total == count:
		return m, nil
	case count == 0:
		return broken("it counts results and holds none")
	case n > 1:
		m.Complete, m.IDs = 0, nil
		return m, nil
	}
	// More than a page of them for one value: it is nobody's own, whatever
	// letters it is in.
	if all := h.all[values[0]]; len(all) > 1 {
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

// holders are the records that hold values, to the letter or folded.
type holders struct {
	values []string
	folded map[string]string   // folded value -> value
	exact  map[string][]string // value -> ids
	all    map[string][]string
}

func newHolders(values []string) *holders {
	h := &holders{values: values, folded: make(map[string]string, len(values)), exact: map[string][]string{}, all: map[string][]string{}}
	for _, v := range values {
		h.folded[api.Folded(v)] = v
	}
	return h
}

// asked returns the value that was asked for, where it comes back in another form.
func (h *holders) asked(held string) (string, bool) {
	v, ok := h.folded[api.Folded(held)]
	return v, ok
}

// add takes a record, and reports whether it holds one of the values.
func (h *holders) add(id, held string) bool {
	v, ok := h.asked(held)
	if !ok || slices.Contains(h.all[v], id) {
		return ok
	}
	h.all[v] = append(h.all[v], id)
	if v == held {
		h.exact[v] = append(h.exact[v], id)
	}
	return true
}

// ids returns the records of each value, those to the letter if there are any.
func (h *holders) ids() map[string][]string {
	ids := make(map[string][]string, len(h.all))
	for v, all := range h.all {
		if ids[v] = all; len(h.exact[v]) > 0 {
			ids[v] = h.exact[v]
		}
	}
	return ids
}
