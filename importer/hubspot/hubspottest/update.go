// batch/update: properties of records that exist. It cannot change associations.

package hubspottest

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"time"
)

type updateBody struct {
	Inputs []struct {
		ID         *string           `json:"id"`
		IDProperty *string           `json:"idProperty"`
		Properties map[string]string `json:"properties"`
		Trace      *string           `json:"objectWriteTraceId"`
	} `json:"inputs"`
}

// update answers batch/update, as the specification and reported answers have it: a record named twice refuses the batch
// (segmentio/action-destinations#3957); records that do not exist are one error without a trace id; an empty value clears.
func (a *Account) update(c *call) *response {
	var body updateBody
	if resp := c.decode(&body); resp != nil {
		return resp
	}
	if resp := c.checkCount(len(body.Inputs) > 0, len(body.Inputs), maxInputs); resp != nil {
		return resp
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.table(c.route.objectType)
	var list []*input
	var absent, twice []string
	seen := make(map[*record]bool)
	for _, in := range body.Inputs {
		property := ""
		switch {
		case in.ID == nil:
			return c.missing("id")
		case in.Properties == nil:
			return c.missing("properties")
		case in.IDProperty != nil:
			property = *in.IDProperty
		}
		if property != "" && !t.identifies(property) {
			return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Unable to perform update by non-unique property "+property)
		}
		r := t.lookup(property, *in.ID, false)
		switch {
		case r == nil:
			absent = append(absent, *in.ID)
			continue
		case seen[r]:
			twice = append(twice, *in.ID)
		}
		seen[r] = true
		list = append(list, &input{trace: in.Trace, sent: in.Properties, record: r})
	}
	if twice != nil {
		return c.refuse(http.StatusBadRequest, wireError{
			Category: "VALIDATION_ERROR", Message: fmt.Sprintf("Duplicate IDs found in batch input: [%s]. IDs must be unique", strings.Join(twice, ", ")),
			Context: map[string][]string{"ids": twice},
		})
	}
	if wrong := a.apply(c, t, list); wrong != nil {
		return c.refuse(wrong.status, wireError{Category: wrong.category, Message: wrong.message, Errors: wrong.details, Context: wrong.context})
	}
	errs := c.rowErrors(list)
	if absent != nil {
		errs = append(errs, absentError(t.objectType, absent))
	}
	return a.written(c, t, list, errs, http.StatusOK)
}

// apply writes the good inputs. It returns the problem that refuses the batch as a whole, and then writes nothing.
func (a *Account) apply(c *call, t *table, list []*input) *problem {
	rows := traced(list) && !c.quirks.WholeBatch
	claimed := make(map[uniqueValue]*record)
	for _, in := range list {
		a.validate(c, t, in, false)
		if in.wrong == nil {
			in.wrong = a.claim(c, t, in.record, in.sent, claimed)
		}
		if in.wrong != nil && (!rows || in.wrong.whole) {
			return in.wrong
		}
	}
	for _, in := range list {
		if in.wrong != nil {
			continue
		}
		r := in.record
		t.release(r)
		r.sent, r.stored, r.updated = merge(r.sent, in.sent), merge(r.stored, in.stored), time.Now()
		for _, v := range t.uniqueValues(r.sent) {
			t.unique[v] = r
		}
	}
	return nil
}

// merge changes some properties and clears those whose new value is empty.
func merge(old, changes map[string]string) map[string]string {
	next := maps.Clone(old)
	maps.Copy(next, changes)
	maps.DeleteFunc(next, func(_, v string) bool { return v == "" })
	return next
}

// release gives the unique values of a record free.
func (t *table) release(r *record) {
	for _, v := range t.uniqueValues(r.sent) {
		if t.unique[v] == r {
			delete(t.unique, v)
		}
	}
}
