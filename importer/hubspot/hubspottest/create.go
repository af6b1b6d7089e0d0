// batch/create: inputs are checked, the good ones are kept, and the answer says which is which.

package hubspottest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

type createBody struct {
	Inputs []struct {
		Properties   map[string]string  `json:"properties"`
		Associations []inputAssociation `json:"associations"`
		Trace        *string            `json:"objectWriteTraceId"`
	} `json:"inputs"`
}

// An inputAssociation is as many associations as it has types.
type inputAssociation struct {
	To *struct {
		ID *string `json:"id"`
	} `json:"to"`
	Types []struct {
		Category *string `json:"associationCategory"`
		TypeID   *int32  `json:"associationTypeId"`
	} `json:"types"`
}

var categories = []string{"HUBSPOT_DEFINED", "INTEGRATOR_DEFINED", "USER_DEFINED", "WORK"}

// create answers batch/create.
func (a *Account) create(c *call) *response {
	var body createBody
	if resp := c.decode(&body); resp != nil {
		return resp
	}
	if len(body.Inputs) == 0 && c.quirks.SilentEmpty {
		return c.outcome(c.successStatus(), nil, nil)
	}
	if resp := c.checkCount(len(body.Inputs) > 0, len(body.Inputs), maxInputs); resp != nil {
		return resp
	}
	list := make([]*input, len(body.Inputs))
	for i, in := range body.Inputs {
		if in.Properties == nil {
			return c.missing("properties")
		}
		associations, resp := c.flatten(in.Associations)
		if resp != nil {
			return resp
		}
		list[i] = &input{trace: in.Trace, sent: in.Properties, associations: associations}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.table(c.route.objectType)
	for _, in := range list {
		if a.validate(c, t, in, true); in.wrong == nil {
			a.checkAssociations(c, t.objectType, in)
		}
	}
	now := time.Now()
	if wrong := a.keep(c, t, list, now); wrong != nil {
		return c.refuse(wrong.status, wireError{
			Category: wrong.category, Message: wrong.message, Errors: wrong.details, Context: wrong.context,
		})
	}
	return a.written(c, t, list, c.rowErrors(list), c.successStatus())
}

// flatten makes one association of each type of each target.
func (c *call) flatten(given []inputAssociation) (list []Association, resp *response) {
	for _, in := range given {
		switch {
		case in.To == nil || in.To.ID == nil:
			return nil, c.missing("to")
		case in.Types == nil:
			return nil, c.missing("types")
		case len(in.Types) == 0:
			list = append(list, Association{ToID: *in.To.ID}) // a target without a type: refused with the row
		}
		for _, t := range in.Types {
			switch {
			case t.Category == nil:
				return nil, c.missing("associationCategory")
			case t.TypeID == nil || *t.TypeID == 0:
				return nil, c.missing("associationTypeId")
			case !slices.Contains(categories, *t.Category):
				return nil, c.fail(http.StatusBadRequest, "", "Invalid input JSON: Cannot deserialize value of type `AssociationCategory` from String \""+
					*t.Category+"\": not one of the values accepted for Enum class: ["+strings.Join(categories, ", ")+"]")
			}
			list = append(list, Association{ToID: *in.To.ID, Category: *t.Category, TypeID: int(*t.TypeID)})
		}
	}
	return list, nil
}

// keep puts the good inputs of a batch into the table. It returns the problem that refuses the batch as a whole;
// then nothing is kept, or with the quirk NotAtomic the good ones are.
func (a *Account) keep(c *call, t *table, list []*input, now time.Time) *problem {
	rows := traced(list) && !c.quirks.WholeBatch
	var refused *problem
	var fresh []*record
	claimed := make(map[uniqueValue]*record)
	equal := make(map[string]*input)
	for _, in := range list {
		key := c.mergeKey(in)
		first := equal[key]
		switch {
		case in.wrong != nil:
		case first != nil:
			in.record, in.wrong, in.merged = first.record, first.wrong, true
		default:
			if key != "" {
				equal[key] = in
			}
			in.record = c.newRecord(t.nextID(len(fresh)), in, now)
			if in.wrong = a.claim(c, t, in.record, in.record.sent, claimed); in.wrong == nil {
				fresh = append(fresh, in.record)
			}
		}
		if in.wrong != nil && refused == nil && (!rows || in.wrong.whole) {
			refused = in.wrong
		}
	}
	if refused != nil && !c.quirks.NotAtomic {
		return refused
	}
	for _, r := range fresh {
		t.add(r)
		a.connect(t.objectType, r)
	}
	for _, in := range list {
		if in.wrong == nil {
			in.record.inputs++
		}
	}
	return refused
}

// traced reports whether the inputs have trace ids, and each its own: only then bad rows are reported one by one
// (guide "Error handling").
func traced(list []*input) bool {
	seen := make(map[string]bool, len(list))
	for _, in := range list {
		if in.trace == nil || seen[*in.trace] {
			return false
		}
		seen[*in.trace] = true
	}
	return true
}

// mergeKey is equal for inputs of a batch that the account makes one record of. "" is not merged. Which values are equal
// is not said: here those that are stored alike, such as 10.50 and 10.5, and an empty one is none.
func (c *call) mergeKey(in *input) string {
	if c.quirks.Merge == MergeNothing {
		return ""
	}
	values := maps.Clone(in.stored)
	maps.DeleteFunc(values, func(_, v string) bool { return v == "" })
	if c.quirks.Merge == MergeProperties {
		return entryKey(values, nil)
	}
	return entryKey(values, in.associations)
}

func (c *call) newRecord(id int64, in *input, now time.Time) *record {
	r := &record{id: id, sent: in.sent, stored: in.stored, associations: in.associations, created: now, updated: now}
	if in.trace != nil {
		r.trace = *in.trace
	}
	for _, name := range c.quirks.Reverts {
		if _, ok := r.sent[name]; ok {
			r.sent, r.stored = maps.Clone(r.sent), maps.Clone(r.stored)
			delete(r.sent, name)
			delete(r.stored, name)
		}
	}
	return r
}

// successStatus is that of a create without errors: the specification says 201, of 2025-09 it says 200.
func (c *call) successStatus() int {
	if c.route.version == "2025-09" {
		return http.StatusOK
	}
	return http.StatusCreated
}
