// Reading records by their ids or a unique property, and what all batch reads share.

package hubspot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping/schema"
)

const categoryNotFound = "OBJECT_NOT_FOUND"

// FindByProperty asks in one request for the records of an object type ("" for the
// client's own) that hold values in a unique property, or have them as ids where
// property is ""; see [api.API]. A value is absent only if the answer says so. It
// panics unless there are 1 to 100 values. Its errors are [*Error], or say which value
// can't be sent.
func (c *Client) FindByProperty(ctx context.Context, object, property string, values []string) (api.Found, error) {
	a, err := c.of(object)
	if err != nil {
		return api.Found{}, err
	}
	var properties []string
	if property = idProperty(property); property != "" {
		properties = []string{property}
	}
	body, err := readBody(property, properties, values)
	if err != nil {
		return api.Found{}, err
	}
	found := newLookupResult(values)
	r, err := readBatch(ctx, c, a.objectPath("batch/read"), body, func(rec record, body []byte) error {
		return found.addRecord(&rec, body, property)
	})
	if err != nil {
		return api.Found{}, err
	}
	return api.Found{Complete: len(values), IDs: found.ids(), Rate: r.rate}, r.verifyComplete(found)
}

// ReadProperties reads in one request the records of the client's type that hold values in
// the unique property by, or have them as ids where by is "" or hs_object_id; see
// [api.API]. Any shortfall is an error, an [*Error], and so is a value that several records
// hold. It panics unless there are 1 to 100 values; each must be there once.
func (c *Client) ReadProperties(ctx context.Context, by string, values, properties []string) (map[string]api.Record, error) {
	by = idProperty(by)
	asked := properties
	if by != "" && !slices.Contains(properties, by) {
		asked = append(slices.Clone(properties), by)
	}
	body, err := readBody(by, asked, values)
	if err != nil {
		return nil, err
	}
	wanted := make(map[string]bool, len(properties))
	for _, name := range properties {
		wanted[name] = true
	}
	found := newLookupResult(values)
	byID := make(map[string]map[string]string, len(values))
	r, err := readBatch(ctx, c, c.objectPath("batch/read"), body, func(rec record, body []byte) error {
		byID[string(rec.id)] = rec.valuesIn(body, wanted)
		return found.addRecord(&rec, body, by)
	})
	if err != nil {
		return nil, err
	}
	records := make(map[string]api.Record, len(values))
	for value, ids := range found.ids() {
		if len(ids) > 1 {
			return nil, r.broken(fmt.Errorf("%d records hold one value of %s, which is unique", len(ids), by))
		}
		records[value] = api.Record{ID: ids[0], Properties: byID[ids[0]]}
	}
	return records, r.verifyComplete(found)
}

// idProperty is what stands for a property in the body of a read: HubSpot's own id is read
// without a name.
func idProperty(property string) string {
	if property == schema.RecordID {
		return ""
	}
	return property
}

// readBody returns the body of a batch read by a unique property, or by ids where
// idProperty is "".
func readBody(idProperty string, properties, values []string) ([]byte, error) {
	body := []byte(`{`)
	var err error
	if idProperty != "" {
		body, _ = jsontext.AppendQuote(append(body, `"idProperty":`...), idProperty)
		body = append(body, ',')
	}
	body = append(body, `"properties":[`...)
	for i, name := range properties {
		if i > 0 {
			body = append(body, ',')
		}
		if body, err = jsontext.AppendQuote(body, name); err != nil {
			return nil, fmt.Errorf("the property's name %q is not valid UTF-8", name)
		}
	}
	inputs, err := inputsBody("read", values)
	if err != nil {
		return nil, err
	}
	return append(append(body, `],"propertiesWithHistory":[],`...), inputs[1:]...), nil
}

// inputsBody returns the body of a batch request, such as a read, that names records by
// their ids or by values of a unique property.
func inputsBody(what string, values []string) ([]byte, error) {
	if len(values) == 0 || len(values) > maxInputs {
		panic(fmt.Sprintf("hubspot: %s of %d values, not 1 to %d", what, len(values), maxInputs))
	}
	body, err := []byte(`{"inputs":[`), error(nil)
	for i, v := range values {
		if i > 0 {
			body = append(body, ',')
		}
		if body, err = jsontext.AppendQuote(append(body, `{"id":`...), v); err != nil {
			return nil, fmt.Errorf("value %d is not valid UTF-8", i+1)
		}
		body = append(body, '}')
	}
	return append(body, `]}`...), nil
}

// A readResult is the answer to a batch read, but for its results.
type readResult struct {
	status    int
	errors    apiErrors
	numErrors number // -1 when the answer doesn't say
	rate      api.Rate
}

// readBatch sends a batch read and calls each for each of the results in its answer,
// with the body that they stand in. Its errors are [*Error]; an answer that isn't whole
// is one.
func readBatch[R any](ctx context.Context, c *Client, path string, body []byte, each func(result R, body []byte) error) (l readResult, err error) {
	c.send(ctx, http.MethodPost, path, newBody(body), func(r *response) {
		l = readResult{status: r.status, rate: r.rate()}
		if err = r.readError(); err != nil {
			return
		}
		if r.status != http.StatusOK && r.status != http.StatusMultiStatus {
			err = l.broken(errors.New("HubSpot doesn't give this status to a batch read"))
			return
		}
		b := batch[R]{NumErrors: -1}
		switch decodeErr := decode(r.body, &b); {
		case decodeErr != nil:
			err = l.broken(decodeErr)
		case b.Results == nil:
			err = l.broken(errors.New("it holds no results"))
		case b.Status != "" && b.Status != statusDone:
			err = l.broken(errors.New("it isn't final"))
		case b.NumErrors > 0 && len(b.Errors) == 0:
			err = l.broken(errors.New("it counts errors and names none"))
		}
		l.errors, l.numErrors = b.Errors, b.NumErrors
		for i := range l.errors {
			r.redactError(&l.errors[i])
		}
		for i := 0; err == nil && i < len(b.Results); i++ {
			if eachErr := each(b.Results[i], r.body); eachErr != nil {
				err = l.broken(eachErr)
			}
		}
	})
	return l, err
}

// verifyComplete returns an error unless every value that was asked for is held by a
// record or is said not to exist, and none is both.
func (l readResult) verifyComplete(found *lookupResult) error {
	absent := make(map[string]bool)
	anonymous := false
	for _, e := range l.errors {
		if e.Category != categoryNotFound {
			return l.refused(e)
		}
		ids := e.Context.v.IDs
		anonymous = anonymous || len(ids) == 0
		for _, id := range ids {
			if v, ok := found.asked(id); ok {
				absent[v] = true
			}
		}
	}
	for v := range absent {
		if len(found.all[v]) > 0 {
			return l.broken(errors.New("it says of a value that it is found and that it isn't"))
		}
	}
	known, n := len(found.all)+len(absent), len(found.values)
	if known == n || anonymous && len(found.all)+int(l.numErrors) == n {
		return nil
	}
	return l.broken(fmt.Errorf("it accounts for %d of %d values", known, n))
}

// broken is the error of an answer that can't be relied on.
func (l readResult) broken(why error) error {
	return &Error{Status: l.status, Err: fmt.Errorf("the answer can't be read: %w", why), rate: l.rate}
}

// refused is the error of an answer that holds e.
func (l readResult) refused(e apiError) error {
	return &Error{
		Status: l.status, Category: codeOf(e.Category), SubCategory: codeOf(e.SubCategory),
		Message: explain(e, l.status, nil).Message, CorrelationID: e.CorrelationID,
		Err: errors.New("the answer is not complete"), rate: l.rate,
	}
}
