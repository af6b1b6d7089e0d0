// Rows that HubSpot merged with an equal one of their request.

package importer

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// finishMerged looks for rows that HubSpot merged with an equal one of their request.
// Those whose associated records don't list them are sent again: the answer was complete,
// so nothing of theirs is still to be executed. Rows without an association stay in doubt,
// and so do rows whose lists can't be read or hold a record that may be theirs: its result
// may have been lost.
func (c *courier) finishMerged(ctx context.Context) error {
	var open []question
	for _, q := range c.questions.merged {
		if len(q.row.rec.Associations) > 0 {
			open = append(open, q)
		}
	}
	mostFirst(open)
	claims := newClaimer(open)
	var again []question
	for read := range 2 { // lists may lag
		if len(open) == 0 {
			return nil
		}
		if read > 0 {
			if err := c.calls.Settle(ctx, settleTime); err != nil {
				return err
			}
		}
		var absent []question
		for batch := range slices.Chunk(open, api.MaxBatch) {
			l, err := c.read(ctx, batch)
			if err != nil {
				return err
			}
			var fates []journal.Fate
			var missing []question
			for _, q := range batch {
				if id := claims.own(q, l); id != "" {
					fates = append(fates, journal.Fate{Row: q.row.n, Kind: journal.Existing, ID: id, Attempts: q.row.attempts})
				} else if l != nil {
					missing = append(missing, q)
				}
			}
			if err := c.recorder.settle(fates, len(fates)); err != nil {
				return err
			}
			absent = append(absent, missing...)
			if read == 1 {
				sure, err := c.withoutRecord(ctx, missing, l)
				if err != nil {
					return err
				}
				again = append(again, sure...)
			}
		}
		open = absent
	}
	// Not two that send the same in one request: they would be merged again.
	for len(again) > 0 {
		var batch []*row
		var rest []question
		seen := map[string]bool{}
		for _, q := range again {
			if content := contentOf(&q.row.rec); len(batch) < api.MaxBatch && !seen[content] {
				seen[content] = true
				batch = append(batch, q.row)
			} else {
				rest = append(rest, q)
			}
		}
		if err := c.send(ctx, batch, new(prefix)); err != nil {
			return err
		}
		again = rest
	}
	return nil
}

// withoutRecord returns the questions for which no list holds a record that sends what
// the row sends and that isn't known as another row's.
func (c *courier) withoutRecord(ctx context.Context, qs []question, l lists) ([]question, error) {
	candidates := map[string]bool{}
	names := map[string]bool{}
	for _, q := range qs {
		for _, id := range l.of(q) {
			candidates[id] = true
		}
		for _, p := range q.row.rec.Properties {
			names[p.Name] = true
		}
	}
	if err := c.leaveOutKnown(candidates); err != nil {
		return nil, err
	}
	records := map[string]api.Record{}
	for batch := range slices.Chunk(slices.Sorted(maps.Keys(candidates)), api.MaxBatch) {
		found, err := call.Records(ctx, c.calls, "", batch, slices.Sorted(maps.Keys(names)))
		if refused := new(call.RefusedReadError); errors.As(err, &refused) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		maps.Copy(records, found)
	}
	return slices.DeleteFunc(slices.Clone(qs), func(q question) bool {
		return slices.ContainsFunc(l.of(q), func(id string) bool {
			return candidates[id] && !slices.ContainsFunc(q.row.rec.Properties, func(p mapping.Property) bool {
				v := records[id].Properties[p.Name]
				return v != "" && api.Normalized(v) != api.Normalized(p.Value)
			})
		})
	}), nil
}

// leaveOutKnown forgets the ids that the journal has given to rows.
func (c *courier) leaveOutKnown(ids map[string]bool) error {
	if len(ids) == 0 {
		return nil
	}
	st, err := c.im.Journal.State()
	if err != nil {
		return err
	}
	last, _ := st.Rows()
	for n := int64(1); n <= last && len(ids) > 0; n++ {
		if kind, ok := st.Kind(n); !ok || !kind.Exists() {
			continue
		}
		fate, _, err := st.Fate(n)
		if err != nil {
			return err
		}
		delete(ids, fate.ID)
	}
	return nil
}
