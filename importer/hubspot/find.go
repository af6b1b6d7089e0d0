// Looking records up by their unique property.

package hubspot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hubload/hubload/importer/api"
)

const categoryNotFound = "OBJECT_NOT_FOUND"

// Find asks in one request for the records that hold one of values in their
// unique property; see [api.API]. A value is absent only if the answer
// says so. It panics unless there are 1 to 100 values.
func (c *Client) FindByKey(ctx context.Context, property string, values []string) api.KeyResult {
	if len(values) == 0 || len(values) > maxInputs {
		panic(fmt.Sprintf("hubspot: Find of %d values, not 1 to %d", len(values), maxInputs))
	}
	body, err := appendRead(nil, property, values)
	if err != nil {
		return api.KeyResult{Rate: api.Rate{Remaining: -1}, Err: err}
	}
	r := c.send(ctx, http.MethodPost, c.objectPath("batch/read"), newBody(body))
	defer r.release()
	found := api.KeyResult{Rate: rate(r.header), Wait: retryAfter(r.header)}
	if r.status == http.StatusTooManyRequests {
		found.Rate.Refused, found.Rate.Daily = true, r.daily()
	}
	b, err := r.found(property)
	if err == nil {
		found.IDs, err = b.match(values)
	}
	var refused *Error
	switch {
	case err == nil:
		found.OK = true
	case errors.As(err, &refused):
		found.Temporary = refused.Temporary()
		found.Denied = refused.Unauthorized() || refused.Forbidden()
	default:
		// An answer that doesn't account for every value.
		found.Temporary = true
	}
	found.Err = err
	return found
}

// found decodes the answer to a batch read.
func (r *reply) found(property string) (batch, error) {
	if err := r.readError(); err != nil {
		return batch{}, err
	}
	if r.status != http.StatusOK && r.status != http.StatusMultiStatus {
		return batch{}, fmt.Errorf("answer %d is none that HubSpot gives to a batch read", r.status)
	}
	b, err := decodeBatch(r.body, property, nil)
	switch {
	case err != nil:
		return batch{}, fmt.Errorf("answer %d can't be read: %w", r.status, err)
	case b.status != "" && b.status != statusDone:
		return batch{}, fmt.Errorf("answer %d isn't final", r.status)
	case b.unclear > 0:
		return batch{}, fmt.Errorf("answer %d holds a record without an id", r.status)
	}
	return b, nil
}

// match returns the id of each value that a record holds. It is an error unless
// every value is either found or said to be absent, and none is both.
func (b batch) match(values []string) (map[string]string, error) {
	of := newFolding(values)
	ids := make(map[string]string, len(b.records))
	for _, rec := range b.records {
		v, ok := of.value(rec.Key)
		if !ok {
			return nil, errors.New("the answer holds a record that wasn't asked for")
		}
		if id, twice := ids[v]; twice && id != rec.ID {
			return nil, errors.New("the answer holds two records for one unique value")
		}
		ids[v] = rec.ID
	}
	absent := make(map[string]bool)
	anonymous := false
	for _, e := range b.errors {
		if e.category != categoryNotFound {
			return nil, fmt.Errorf("the answer holds an error: %s", codeOf(e.category, "unnamed"))
		}
		anonymous = anonymous || len(e.ids) == 0
		for _, id := range e.ids {
			if v, ok := of.value(id); ok {
				absent[v] = true
			}
		}
	}
	for v := range absent {
		if _, both := ids[v]; both {
			return nil, errors.New("the answer says of a value that it is found and that it isn't")
		}
	}
	switch known := len(ids) + len(absent); {
	case known == len(values):
		return ids, nil
	case anonymous && int64(len(ids))+b.numErrs == int64(len(values)):
		return ids, nil
	default:
		return nil, fmt.Errorf("the answer accounts for %d of %d values", known, len(values))
	}
}

// A folding finds values as HubSpot may give them back: unique values are
// compared there without regard to case or white space around them.
type folding struct {
	exact  map[string]bool
	folded map[string]string // "" where two values fold to one
}

func newFolding(values []string) folding {
	f := folding{make(map[string]bool, len(values)), make(map[string]string, len(values))}
	for _, v := range values {
		f.exact[v] = true
		key := fold(v)
		if _, ambiguous := f.folded[key]; ambiguous {
			f.folded[key] = ""
		} else {
			f.folded[key] = v
		}
	}
	return f
}

func (f folding) value(s string) (string, bool) {
	if f.exact[s] {
		return s, true
	}
	v := f.folded[fold(s)]
	return v, v != ""
}

func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
