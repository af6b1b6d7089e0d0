// Records that may be those of rows in doubt: read from the account.

package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
)

// An associated is a record that rows are associated with.
type associated struct{ object, id string }

// A candidate is a record that may be a row's.
type candidate struct {
	id     string
	of     []associated      // the records that list it
	values map[string]string // by property
}

// byAssociations looks for rows among the records that are associated with the same
// records.
func (r *reconciliation) byAssociations(ctx context.Context, doubts []*doubt) ([]verdict, error) {
	if len(doubts) == 0 {
		return nil, nil
	}
	competing, err := r.competitors(ctx)
	if err != nil {
		return nil, err
	}
	all := append(competing, doubts...)
	slices.SortStableFunc(all, func(a, b *doubt) int { return cmp.Compare(rank(a), rank(b)) })
	lists, failed, err := r.readLists(ctx, doubts)
	if err != nil {
		return nil, err
	}
	if err := r.leaveOutKnown(lists); err != nil {
		return nil, err
	}
	groups := newGroups(all, failed)
	since := r.State.Header().Started.Add(-clockSkew)
	err = r.readCandidates(ctx, lists, propertiesOf(all), func(c *candidate) { groups.add(c, since) })
	if err != nil {
		return nil, err
	}
	found := make([]verdict, len(doubts))
	for i, d := range doubts {
		found[i] = d.verdict(failed)
	}
	return found, nil
}

// rank is the order in which equal rows get records: those that certainly have one first.
func rank(d *doubt) int {
	switch {
	case d.exists:
		return 0
	case d.competes:
		return 1
	}
	return 2
}

// readLists reads which records are associated with those that rows in doubt are
// associated with, each once. failed says why the lists of an object type can't be read.
func (r *reconciliation) readLists(ctx context.Context, doubts []*doubt) (lists map[string][]associated, failed map[string]error, err error) {
	lists, failed = map[string][]associated{}, map[string]error{}
	ids := map[string][]string{}
	seen := map[associated]bool{}
	for _, d := range doubts {
		for _, a := range d.rec.Associations {
			if to := (associated{a.To, a.ID}); !seen[to] {
				seen[to] = true
				ids[a.To] = append(ids[a.To], a.ID)
			}
		}
	}
	for _, object := range slices.Sorted(maps.Keys(ids)) {
		for batch := range slices.Chunk(ids[object], api.MaxBatch) {
			found, err := call.AssociatedIDs(ctx, r.calls, object, batch)
			if refused := new(call.RefusedReadError); errors.As(err, &refused) {
				failed[object] = refused.Err
				break
			}
			if err != nil {
				return nil, nil, err
			}
			for id, records := range found {
				for _, record := range records {
					lists[record] = append(lists[record], associated{object, id})
				}
			}
		}
	}
	return lists, failed, nil
}

// leaveOutKnown forgets the records whose ids the journal has given to rows.
func (r *reconciliation) leaveOutKnown(lists map[string][]associated) error {
	last, _ := r.State.Rows()
	for n := int64(1); n <= last && len(lists) > 0; n++ {
		if kind, ok := r.State.Kind(n); !ok || !kind.Exists() {
			continue
		}
		fate, _, err := r.State.Fate(n)
		if err != nil {
			return err
		}
		delete(lists, fate.ID)
	}
	return nil
}

// createdProperties say when a record was created.
var createdProperties = []string{"hs_createdate", "createdate"}

func propertiesOf(doubts []*doubt) []string {
	names := map[string]bool{}
	for _, d := range doubts {
		for _, p := range d.rec.Properties {
			names[p.Name] = true
		}
	}
	for _, name := range createdProperties {
		names[name] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// readCandidates reads the records of lists in the order of their ids, which is that of
// their creation.
func (r *reconciliation) readCandidates(ctx context.Context, lists map[string][]associated, properties []string, f func(*candidate)) error {
	ids := slices.SortedFunc(maps.Keys(lists), func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	for batch := range slices.Chunk(ids, api.MaxBatch) {
		records, err := call.Records(ctx, r.calls, "", batch, properties)
		if refused := new(call.RefusedReadError); errors.As(err, &refused) {
			return &call.ServerError{Message: "the records that may be those of rows in doubt can't be read", Err: refused.Err}
		}
		if err != nil {
			return err
		}
		for _, id := range batch {
			if rec, ok := records[id]; ok {
				f(&candidate{id: id, of: lists[id], values: rec.Properties})
			}
		}
	}
	return nil
}

// createdSince reports whether the record was created since a time. One that doesn't
// say when isn't taken for new.
func (c *candidate) createdSince(since time.Time, sent func(property string) bool) bool {
	for _, name := range createdProperties {
		if at, ok := api.Instant(c.values[name]); ok && !sent(name) {
			return !at.Before(since)
		}
	}
	return false
}

// nowhere words why a row can't be looked for.
func nowhere(d *doubt, failed map[string]error) string {
	for _, a := range d.rec.Associations {
		if err := failed[a.To]; err != nil {
			return fmt.Sprintf("it can't be looked for among the records of its %s (%v): look for it in the account", a.To, err)
		}
	}
	if len(d.rec.Associations) == 0 {
		return "it has no association, so there is no list of records to look for it in: look for it in the account"
	}
	return ""
}
