// The answer to a batch request: the records that it holds and what stands beside them.

package hubspot

import (
	"cmp"
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/hubload/hubload/importer/api"
)

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
		if out.Stored != "" {
			hidden = append(hidden, placeholder{value: out.Stored, text: "the stored value", loose: len(out.Stored) >= minValue})
		}
		out.Message = sentence(hidden.mask(cmp.Or(r.redact(w.Message), "HubSpot warns and gives no reason ("+out.Code+")")))
		all = append(all, out)
	}
	return all
}

// A span is where a value stands in the document, to be decoded later if at all.
type span struct{ start, end int64 }

func (s *span) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	s.end = dec.InputOffset()
	s.start = s.end - int64(len(raw))
	return err
}

// values are the properties that a record gives back, of those that are wanted.
// A property without a value isn't there. A number or a boolean is taken as it is
// written.
type values struct {
	wanted map[string]bool
	given  map[string]string
}

func (v *values) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return members(dec, func(name []byte) error {
		kind := dec.PeekKind()
		if !v.wanted[string(name)] || kind == '{' || kind == '[' || kind == 'n' {
			return dec.SkipValue()
		}
		property := string(name)
		token, err := dec.ReadToken()
		v.given[property] = token.String()
		return err
	})
}

// valuesIn returns the wanted properties of a record in body.
func (r *record) valuesIn(body []byte, wanted map[string]bool) map[string]string {
	v := values{wanted: wanted, given: make(map[string]string, len(wanted))}
	// The span was checked when body was decoded as a whole.
	_ = json.Unmarshal(body[r.properties.start:r.properties.end], &v, jsontext.AllowInvalidUTF8(true))
	return v.given
}
