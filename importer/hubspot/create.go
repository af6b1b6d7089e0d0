// The one request that creates records.

package hubspot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hubload/hubload/importer/api"
)

// Create asks for one record per input in one request and says what its answer
// proves; see [api.API]. It panics unless there are 1 to 100 inputs.
func (c *Client) Create(ctx context.Context, inputs []api.Input) (a api.Answer) {
	if len(inputs) == 0 || len(inputs) > maxInputs {
		panic(fmt.Sprintf("hubspot: Create of %d inputs, not 1 to %d", len(inputs), maxInputs))
	}
	buf := c.buffer()
	text, err := appendCreate(buf.AvailableBuffer(), inputs)
	if err != nil {
		c.keep(buf)
		return failed(api.Impossible, codeInvalidUTF8, err)
	}
	buf.Write(text) // so that the next request finds the room
	out := &body{rest: buf.Bytes(), done: func() { c.keep(buf) }}
	c.send(ctx, http.MethodPost, c.objectPath("batch/create"), out, func(r *response) { a = r.answer(inputs, c.key) })
	return a
}

// appendCreate appends the body of a batch create. Every input carries its
// trace, which makes HubSpot answer row by row, and its associations even where
// it has none: the published schema requires the member.
func appendCreate(dst []byte, inputs []api.Input) ([]byte, error) {
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
		dst = append(dst, `},"associations":[`...)
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

// maxNamed bounds the rows that the errors of an answer name. A row may well be
// named more than once, but not so often.
const maxNamed = 10 * maxInputs

// A batch is the answer to a batch request. Status is "" when it has none, NumErrors -1.
type batch[R any] struct {
	Status    string    `json:"status"`
	Results   list[R]   `json:"results"`
	Errors    apiErrors `json:"errors"`
	NumErrors number    `json:"numErrors"`
}

// A record is one of the results.
type record struct {
	id         recordID // "" unless it is clear
	trace      string   // "" when there is none
	properties span
	warnings   list[warning]
}

// UnmarshalJSONFrom reads the members by hand: there are a hundred records in an answer,
// and by reflection they take half as long again.
func (r *record) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return members(dec, func(name []byte) error {
		switch string(name) {
		case "id":
			return r.id.UnmarshalJSONFrom(dec)
		case "objectWriteTraceId":
			return readString(dec, &r.trace)
		case "properties":
			return r.properties.UnmarshalJSONFrom(dec)
		case "warnings":
			return r.warnings.UnmarshalJSONFrom(dec)
		}
		return dec.SkipValue()
	})
}

// apiErrors are the errors of a batch.
type apiErrors list[apiError]

func (es *apiErrors) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() == '[' {
		*es = apiErrors{}
	}
	named := 0
	return elements(dec, func() error {
		var e object[apiError]
		err := e.UnmarshalJSONFrom(dec)
		*es = append(*es, e.v)
		if named += len(e.v.traces()); named > maxNamed {
			return errors.New("its errors name more rows than a request has")
		}
		return err
	})
}

// created returns the results whose ids are clear, as what exists, and the number of
// the others.
func (r *response) created(results []record, inputs []api.Input, key string) (created []api.Created, unclear int) {
	created = make([]api.Created, 0, len(results))
	var sent map[string]bool // properties; made where a result carries no trace
	for i := range results {
		rec := &results[i]
		if rec.id == "" {
			unclear++
			continue
		}
		c := api.Created{ID: string(rec.id), Trace: rec.trace, Warnings: r.warnings(rec, inputs)}
		if rec.trace == "" {
			if sent == nil {
				sent = propertiesOf(inputs)
			}
			c.Properties = rec.valuesIn(r.body, sent)
			c.Key = c.Properties[key]
		}
		created = append(created, c)
	}
	return created, unclear
}

// propertiesOf returns the names of the properties that are sent.
func propertiesOf(inputs []api.Input) map[string]bool {
	names := map[string]bool{}
	for _, in := range inputs {
		for _, p := range in.Record.Properties {
			names[p.Name] = true
		}
	}
	return names
}

// A warning stands beside a result, in the answers of 2026-09.
type warning struct {
	Category string `json:"category"`
	Message  string `json:"message"`
	Context  object[struct {
		Property   texts `json:"propertyName"`
		Raw        texts `json:"rawValue"`
		Normalized texts `json:"normalizedValue"`
	}] `json:"context"`
}

// warnings returns what an answer says beside a record.
func (r *response) warnings(rec *record, inputs []api.Input) (all []api.Warning) {
	if len(rec.warnings) == 0 {
		return nil
	}
	if rec.trace != "" {
		inputs = named(inputs, rec.trace)
	}
	for _, w := range rec.warnings[:min(len(rec.warnings), maxReasons)] {
		said := w.Context.v
		out := api.Warning{
			Property: propertyName(r.redact(said.Property.first())),
			Code:     cmp.Or(codeOf(r.redact(w.Category)), "WARNING"),
			Raw:      r.redact(said.Raw.first()),
			Stored:   r.redact(said.Normalized.first()),
		}
		hidden := append(valuesOf(inputs, out.Property), valueItself(out.Raw)...)
		out.Message = sentence(hidden.mask(cmp.Or(r.redact(w.Message), "HubSpot warns and gives no reason ("+out.Code+")")))
		all = append(all, out)
	}
	return all
}
