// The requests that create and change records.

package hubspot

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hubload/hubload/importer/api"
)

// Create asks for one record per input in one request and says what its answer
// proves; see [api.API]. It panics unless there are 1 to 100 inputs.
func (c *Client) Create(ctx context.Context, inputs []api.Input) api.Answer {
	return c.write(ctx, "Create", "batch/create", inputs)
}

// Update asks in one request to change the records that inputs name by their ids, and says
// what its answer proves; see [api.API]. It panics unless there are 1 to 100 inputs.
func (c *Client) Update(ctx context.Context, inputs []api.Input) api.Answer {
	return c.write(ctx, "Update", "batch/update", inputs)
}

func (c *Client) write(ctx context.Context, caller, method string, inputs []api.Input) (a api.Answer) {
	if len(inputs) == 0 || len(inputs) > maxInputs {
		panic(fmt.Sprintf("hubspot: %s of %d inputs, not 1 to %d", caller, len(inputs), maxInputs))
	}
	buf := c.buffer()
	text, err := appendInputs(buf.AvailableBuffer(), inputs)
	if err != nil {
		c.keep(buf)
		return failed(api.Impossible, codeInvalidUTF8, err)
	}
	buf.Write(text) // so that the next request finds the room
	out := &body{rest: buf.Bytes(), done: func() { c.keep(buf) }}
	c.send(ctx, http.MethodPost, c.objectPath(method), out, func(r *response) { a = r.answer(inputs, c.key) })
	return a
}

// appendInputs appends the body of a batch create or update. Every input carries its
// trace, which makes HubSpot answer row by row. One to create has its associations even
// where it has none, because the published schema requires the member; one to change can't
// have any.
func appendInputs(dst []byte, inputs []api.Input) ([]byte, error) {
	var err error
	dst = append(dst, `{"inputs":[`...)
	for i, in := range inputs {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"objectWriteTraceId":`...)
		if dst, err = jsontext.AppendQuote(dst, in.Trace); err != nil {
			return dst, fmt.Errorf("input %d: its trace is not valid UTF-8", i+1)
		}
		dst = append(dst, `,"properties":{`...)
		for k, p := range in.Record.Properties {
			if k > 0 {
				dst = append(dst, ',')
			}
			var nameErr, valueErr error
			dst, nameErr = jsontext.AppendQuote(dst, p.Name)
			dst = append(dst, ':')
			dst, valueErr = jsontext.AppendQuote(dst, p.Value)
			if nameErr != nil || valueErr != nil {
				// AppendQuote has put U+FFFD in place of the bytes: sent like
				// this the record would hold what the input doesn't.
				return dst, fmt.Errorf("input %d: property %q is not valid UTF-8", i+1, p.Name)
			}
		}
		dst = append(dst, '}')
		if in.ID != "" {
			if dst, err = jsontext.AppendQuote(append(dst, `,"id":`...), in.ID); err != nil {
				return dst, fmt.Errorf("input %d: the record's id is not valid UTF-8", i+1)
			}
			dst = append(dst, '}')
			continue
		}
		dst = append(dst, `,"associations":[`...)
		for k, a := range in.Record.Associations {
			if k > 0 {
				dst = append(dst, ',')
			}
			dst = append(dst, `{"to":{"id":`...)
			if dst, err = jsontext.AppendQuote(dst, a.ID); err != nil {
				return dst, fmt.Errorf("input %d: an association's id is not valid UTF-8", i+1)
			}
			dst = append(dst, `},"types":[{"associationCategory":`...)
			if dst, err = jsontext.AppendQuote(dst, a.Category); err != nil {
				return dst, fmt.Errorf("input %d: an association's category is not valid UTF-8", i+1)
			}
			dst = append(dst, `,"associationTypeId":`...)
			dst = strconv.AppendInt(dst, int64(a.TypeID), 10)
			dst = append(dst, `}]}`...)
		}
		dst = append(dst, `]}`...)
	}
	return append(dst, `]}`...), nil
}
