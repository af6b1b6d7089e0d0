// Old values, written back where the record still holds those that the run wrote.

package undo

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// maxRestores is how often HubSpot may answer that it has written old values into a record
// that doesn't hold them then. Requests that weren't executed, or whose answer was lost,
// don't count.
const maxRestores = 4

// notRestored is why a record is left with what the run wrote, where HubSpot gives no
// reason.
var notRestored = &api.Failure{Code: CodeNotRestored, Message: "HubSpot was asked to write the old values back, and the record doesn't hold them", Retryable: true}

// restored returns the fate of a record that was changed, nil where old values are to be
// written back.
func (it *item) restored(values map[string]string) *journal.Fate {
	it.back = nil
	var changed, seen []string
	for _, v := range it.old {
		if slices.Contains(seen, v.Property) {
			continue // the first old value is the one from before the run
		}
		seen = append(seen, v.Property)
		switch api.Normalized(values[v.Property]) {
		case api.Normalized(v.Old):
		case api.Normalized(v.New):
			it.back = append(it.back, v)
		default:
			changed = append(changed, v.Property)
		}
	}
	fate := it.fate(journal.Restored)
	switch {
	case len(it.old) == 0:
		fate.Kind, fate.Code, fate.Message = journal.Changed, CodeUnknownValues, "what it held before isn't known any more"
	case len(it.back) > 0 && it.tries >= maxRestores:
		fate = it.refused(cmp.Or(it.refusal, notRestored))
	case len(it.back) > 0:
		return nil
	case len(changed) > 0:
		fate.Kind, fate.Code, fate.Property = journal.Changed, CodeChanged, changed[0]
		fate.Message = "these values are no longer those that the run wrote: " + listed(changed)
	}
	return &fate
}

// restore writes old values back. What came of it, the next read shows.
func (u *undoing) restore(ctx context.Context, items []*item) (again, split []*item, err error) {
	inputs := make([]api.Input, len(items))
	for i, it := range items {
		rec := new(mapping.Record)
		for _, v := range it.back {
			rec.Properties = append(rec.Properties, mapping.Property{Name: v.Property, Value: v.Old})
		}
		inputs[i] = api.Input{Trace: fmt.Sprintf("%s-undo-%d", u.Run.Header().Run, it.row), ID: it.id, Record: rec}
	}
	return u.write(ctx, items, 0, func(ctx context.Context) api.Answer {
		ans := u.API.Update(ctx, inputs)
		if ans.Outcome != api.Answered {
			return ans
		}
		for _, it := range items {
			it.tries++
		}
		for k := range ans.Failures {
			for i, it := range items {
				if slices.Contains(ans.Failures[k].Traces, inputs[i].Trace) {
					it.refusal = &ans.Failures[k]
				}
			}
		}
		return ans
	})
}
