// batch/create: inputs are checked, the good ones are kept, and the answer says which is which.

package hubspottest

import (
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// wireOutcome is the answer of a batch. Members stand in the order in which they were recorded.
type wireOutcome struct {
	CompletedAt string           `json:"completedAt"`
	Status      string           `json:"status"`
	StartedAt   string           `json:"startedAt"`
	Results     []jsontext.Value `json:"results"`
	Errors      []wireRowError   `json:"errors,omitempty"`
	NumErrors   int              `json:"numErrors,omitzero"`
}

type wireResult struct {
	ID         string         `json:"id"`
	Properties jsontext.Value `json:"properties"`
	CreatedAt  string         `json:"createdAt"`
	UpdatedAt  string         `json:"updatedAt"`
	Archived   bool           `json:"archived"`
	Trace      string         `json:"objectWriteTraceId,omitempty"`
	URL        string         `json:"url,omitempty"`
}

// wireRowError is an element of errors in a 207. It has no inner list with codes.
type wireRowError struct {
	Status      string              `json:"status"`
	Category    string              `json:"category"`
	SubCategory string              `json:"subCategory,omitempty"`
	Message     string              `json:"message"`
	Context     map[string][]string `json:"context,omitempty"`
}

// outcome makes an answer from parts that are no hot path.
func (c *call) outcome(status int, results []jsontext.Value, errs []wireRowError) *response {
	if results == nil {
		results = []jsontext.Value{}
	}
	return answerJSON(status, wireOutcome{
		CompletedAt: time.Now().UTC().Format(isoTime), Status: "COMPLETE", StartedAt: c.arrived.UTC().Format(isoTime),
		Results: results, Errors: errs, NumErrors: len(errs),
	})
}

// create answers batch/create.
func (a *Account) create(c *call) *response {
	b := batchInputs.Get().(*batchInput)
	defer batchInputs.Put(b)
	b.reset()
	if err := b.decode(c); err != nil {
		return c.invalidInput(err)
	}
	c.inputs = len(b.inputs)
	switch {
	case c.inputs == 0 && c.quirks.SilentEmpty:
		return c.outcome(c.created(), nil, nil)
	case c.inputs == 0:
		return c.invalidInput(missing("inputs"))
	case c.inputs > maxInputs:
		return c.tooMany(maxInputs)
	}
	t := a.table(c.route.objectType)
	defs := t.defs.Load()
	for i := range b.inputs {
		in := &b.inputs[i]
		if in.wrong = a.validate(defs, in, c.quirks); in.wrong == nil {
			in.wrong = a.associate(t.objectType, in, c.quirks)
		}
	}
	now := time.Now()
	if wrong := a.keep(t, b, c, now); wrong != nil {
		return c.refuse(wrong.status, wireError{
			Category: wrong.category, Message: wrong.message, Errors: wrong.details, Context: wrong.context,
		})
	}
	return a.render(t, b, c, now)
}

func (c *call) tooMany(limit int) *response {
	return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "The maximum number of inputs supported in a batch is "+strconv.Itoa(limit)+
		". Please reduce the number of items and try again")
}

// created is the status of a batch without errors; one version of the API calls it 200.
func (c *call) created() int {
	if c.route.version == "2025-09" {
		return http.StatusOK
	}
	return http.StatusCreated
}

// keep puts the good inputs of a batch into the table. It returns the problem that refuses the batch as a whole;
// then nothing is kept, or with the quirk NotAtomic the good ones are.
func (a *Account) keep(t *table, b *batchInput, c *call, now time.Time) *problem {
	rows := b.traced() && !c.quirks.WholeBatch
	var refused *problem
	t.mu.Lock()
	defer t.mu.Unlock()
	next := t.n
	for i := range b.inputs {
		in := &b.inputs[i]
		if in.wrong == nil {
			if taken, holder := t.claim(in, next); taken != nil {
				in.wrong = a.conflict(t, taken, holder, c.quirks.Conflict)
			} else {
				in.at = next
				next++
			}
		}
		if in.wrong != nil && refused == nil && (!rows || in.wrong.whole) {
			refused = in.wrong
		}
	}
	if refused != nil && !c.quirks.NotAtomic {
		for i := range b.inputs {
			if in := &b.inputs[i]; in.wrong == nil {
				for _, p := range in.props {
					if p.claims() {
						t.release(p.def.Name, string(p.value), in.at)
					}
				}
			}
		}
		return refused
	}
	for i := range b.inputs {
		if in := &b.inputs[i]; in.wrong == nil {
			if !t.forget {
				b.packed = t.pack(b.packed, in)
				t.index(in)
			}
			b.ends = append(b.ends, len(b.packed))
		}
	}
	t.put(b.packed, b.ends, now)
	return refused
}

// conflict is the problem of an input whose unique value belongs to the record at holder.
func (a *Account) conflict(t *table, p *prop, holder int, how Conflict) *problem {
	if how == Conflict409 {
		return &problem{
			status: http.StatusConflict, category: "CONFLICT", whole: true,
			message: constantName(t.objectType) + " already exists. Existing ID: " + strconv.FormatInt(t.id(holder), 10),
		}
	}
	wrong := a.invalidValues([]invalid{{
		Message: "Cannot set " + p.def.Name + ": " + strconv.FormatInt(t.id(holder), 10) + " already has that value.",
		Error:   "CONFLICTING_UNIQUE_VALUE", Name: p.def.Name, Value: string(p.value),
	}})
	wrong.whole = how == Conflict400
	return wrong
}

// answers are the buffers in which the answers of batch/create are composed.
var answers = sync.Pool{New: func() any { return new([]byte) }}

// systemProperties come back with each new record, beside the times and the id.
const systemProperties = `,"hs_created_by_user_id":"0","hs_object_source":"INTEGRATION","hs_object_source_id":"1234567","hs_object_source_label":"INTEGRATION"` +
	`,"hs_read_only":"false","hs_updated_by_user_id":"0","hs_was_imported":"false","hs_merged_object_ids":""}`

// render composes the answer for a batch that was taken: results in any order, then the errors.
func (a *Account) render(t *table, b *batchInput, c *call, now time.Time) *response {
	for i := range b.inputs {
		if in := &b.inputs[i]; in.wrong == nil {
			b.order = append(b.order, in)
		}
	}
	c.rng.Shuffle(len(b.order), func(i, j int) { b.order[i], b.order[j] = b.order[j], b.order[i] })

	created := now.UTC().Format(isoTime)
	times := `"createdate":"` + created + `","hs_createdate":"` + created + `","hs_lastmodifieddate":"` + created + `","hs_object_id":"`
	after := `,"createdAt":"` + created + `","updatedAt":"` + created + `","archived":false`
	address := `,"url":"https://app.hubspot.com/contacts/` + strconv.FormatInt(a.config.Account, 10) + `/record/` + typeID(t.objectType) + `/`

	pooled := answers.Get().(*[]byte)
	dst := append((*pooled)[:0], `{"completedAt":"`...)
	dst = time.Now().UTC().AppendFormat(dst, isoTime)
	dst = append(dst, `","status":"COMPLETE","startedAt":"`...)
	dst = c.arrived.UTC().AppendFormat(dst, isoTime)
	dst = append(dst, `","results":[`...)
	for i, in := range b.order {
		if i > 0 {
			dst = append(dst, ',')
		}
		id := newID(in.at)
		dst = append(dst, `{"id":"`...)
		dst = strconv.AppendInt(dst, id, 10)
		dst = append(dst, `","properties":{`...)
		for _, p := range in.props {
			dst = appendQuoted(dst, p.name)
			dst = append(dst, ':')
			dst = appendQuoted(dst, p.value)
			dst = append(dst, ',')
		}
		dst = append(dst, times...)
		dst = strconv.AppendInt(dst, id, 10)
		dst = append(dst, '"')
		dst = append(dst, systemProperties...)
		dst = append(dst, after...)
		if in.traced && !c.quirks.NoTraceEcho {
			dst = append(dst, `,"objectWriteTraceId":`...)
			dst = appendQuoted(dst, in.trace)
		}
		dst = append(dst, address...)
		dst = strconv.AppendInt(dst, id, 10)
		dst = append(dst, `"}`...)
	}
	dst = append(dst, ']')
	status := c.created()
	if errs := rowErrors(b, c.quirks); errs != nil {
		status = http.StatusMultiStatus
		dst = append(dst, `,"errors":`...)
		dst = append(dst, encode(errs)...)
		dst = append(dst, `,"numErrors":`...)
		dst = strconv.AppendInt(dst, int64(len(errs)), 10)
	}
	dst = append(dst, '}')
	*pooled = dst
	return &response{status: status, body: dst, pooled: pooled}
}

func appendQuoted(dst, s []byte) []byte {
	dst, _ = jsontext.AppendQuote(dst, s) // fails for invalid UTF-8 only, which was refused on the way in
	return dst
}

func rowErrors(b *batchInput, q *Quirks) (errs []wireRowError) {
	for i := range b.inputs {
		in := &b.inputs[i]
		if in.wrong == nil {
			continue
		}
		e := wireRowError{Status: "error", Category: in.wrong.category, Message: in.wrong.message, Context: maps.Clone(in.wrong.context)}
		if !q.NoTraceInErrors {
			if e.Context == nil {
				e.Context = make(map[string][]string)
			}
			e.Context["objectWriteTraceId"] = []string{string(in.trace)}
		}
		errs = append(errs, e)
	}
	return errs
}
