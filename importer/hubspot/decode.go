// An answer to a batch request: the records and the errors that it names.

package hubspot

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/hubload/hubload/importer/api"
)

// maxNamed bounds the rows that the errors of an answer name. A row may well be
// named more than once, but not so often.
const maxNamed = 10 * maxInputs

// A batch is what stands in the answer to a batch request.
type batch struct {
	status  string // "" when the answer has none
	records []api.Created
	unclear int // records without a clear id, which are not among records
	errors  []apiError
	numErrs int64 // -1 when the answer doesn't say

	// lists reports whether there were results or errors at all. Some other
	// JSON object is no answer to a batch request.
	lists bool
}

// decodeBatch decodes an answer to a batch request. key names the property to
// read from the records, "" for none; asked is what was asked for, if that is known.
// An error means that the body is no complete answer and proves nothing.
func decodeBatch(body []byte, key string, asked []api.Input) (batch, error) {
	b := batch{numErrs: -1, records: make([]api.Created, 0, max(len(asked), 1))}
	named := 0
	w := newWalker(body)
	err := w.document(func(name []byte) (err error) {
		switch string(name) {
		case "status":
			b.status, err = w.text()
		case "results":
			b.lists = b.lists || w.kind() == '['
			err = w.array(func() error { return b.record(w, key, asked) })
		case "errors":
			b.lists = b.lists || w.kind() == '['
			err = w.array(func() error {
				e, err := w.apiError()
				b.errors = append(b.errors, e)
				if named += len(e.traces); named > maxNamed {
					return errors.New("its errors name more rows than a request has")
				}
				return err
			})
		case "numErrors":
			b.numErrs, err = w.number()
		default:
			err = w.skip()
		}
		return err
	})
	if err != nil {
		return batch{}, err
	}
	return b, nil
}

func (b *batch) record(w walker, key string, asked []api.Input) error {
	var c api.Created
	expected := "" // most answers are in the order of what was asked
	if n := len(b.records); n < len(asked) {
		expected = asked[n].Trace
	}
	err := w.object(func(name []byte) (err error) {
		switch string(name) {
		case "id":
			c.ID, err = w.id()
		case "objectWriteTraceId":
			c.Trace, err = w.textLike(expected)
		case "properties":
			c.Key, err = w.property(key)
		default:
			err = w.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	if c.ID == "" {
		b.unclear++
		return nil
	}
	b.records = append(b.records, c)
	return nil
}

// property reads one value out of an object of properties.
func (w walker) property(key string) (value string, err error) {
	if key == "" {
		return "", w.skip()
	}
	err = w.object(func(name []byte) (err error) {
		if string(name) != key {
			return w.skip()
		}
		value, err = w.text()
		return err
	})
	return value, err
}

// id reads a record id, a string or a number of decimal digits as HubSpot's ids
// are. Anything else is no id and gives "".
func (w walker) id() (string, error) {
	kind := w.kind()
	if kind != '"' && kind != '0' {
		return "", w.skip()
	}
	raw, err := w.raw()
	if err != nil {
		return "", err
	}
	if kind == '"' {
		raw = raw[1 : len(raw)-1]
	}
	if n, err := strconv.ParseUint(string(raw), 10, 63); err != nil || n == 0 || raw[0] == '0' {
		return "", nil
	}
	return string(raw), nil
}

// number reads a whole number that isn't negative, as a number or a string;
// anything else gives -1.
func (w walker) number() (int64, error) {
	raw, err := w.raw()
	if err != nil {
		return -1, err
	}
	n, err := strconv.ParseInt(string(bytes.Trim(raw, `"`)), 10, 64)
	if err != nil || n < 0 {
		return -1, nil
	}
	return n, nil
}
