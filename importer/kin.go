// Rows in doubt among the records of their parents.

package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// A parent is a record that rows lead to.
type parent struct{ to, id string }

// A search is one share of the rows in doubt and what was seen of their parents.
type search struct {
	*resolver
	rows    []*row
	parents [][]parent          // of each row, as far as their lists could be read
	rowsOf  map[parent][]int    // which rows lead to a parent
	kin     map[string][]parent // id of a record -> parents that have it
	failed  map[string]error    // object type -> why its lists can't be read
}

// byParents looks for rows among the records of their parents. It puts rivals
// before the rows in doubt, for records are given to like rows in their order.
func (l *resolver) byParents(ctx context.Context, rows []*row) ([]find, error) {
	slices.SortStableFunc(rows, func(a, b *row) int {
		switch {
		case a.tainted == b.tainted:
			return 0
		case b.tainted:
			return -1
		}
		return 1
	})
	s := &search{resolver: l, rows: rows, parents: make([][]parent, len(rows)), rowsOf: map[parent][]int{}, kin: map[string][]parent{}, failed: map[string]error{}}
	if err := s.readKin(ctx); err != nil {
		return nil, err
	}
	if err := s.leaveOutKnown(); err != nil {
		return nil, err
	}
	p, err := s.compare(ctx)
	if err != nil {
		return nil, err
	}
	p.pair()
	finds := make([]find, len(rows))
	for i := range rows {
		finds[i] = s.judge(p, i)
	}
	return finds, nil
}

// readKin reads, once for each parent, which records it has.
func (s *search) readKin(ctx context.Context) error {
	types := map[string][]string{}
	seen := map[parent]bool{}
	for _, rw := range s.rows {
		for _, a := range rw.rec.Associations {
			if p := (parent{a.To, a.ID}); !seen[p] {
				seen[p] = true
				types[p.to] = append(types[p.to], p.id)
			}
		}
	}
	for _, to := range slices.Sorted(maps.Keys(types)) {
		for ids := range slices.Chunk(types[to], api.MaxBatch) {
			related, err := s.associatedIDs(ctx, to, ids)
			if refused := new(call.RefusedReadError); errors.As(err, &refused) {
				s.failed[to] = refused.Err
				break
			}
			if err != nil {
				return err
			}
			for id, records := range related {
				for _, record := range records {
					s.kin[record] = append(s.kin[record], parent{to, id})
				}
			}
		}
	}
	for i, rw := range s.rows {
		for _, a := range rw.rec.Associations {
			if p := (parent{a.To, a.ID}); s.failed[p.to] == nil && !slices.Contains(s.parents[i], p) {
				s.parents[i] = append(s.parents[i], p)
				s.rowsOf[p] = append(s.rowsOf[p], i)
			}
		}
	}
	return nil
}

// maxPages bounds the requests for the lists of a hundred records. A page holds some
// hundred records; a list that never ends goes in circles.
const maxPages = 10_000

// associatedIDs reads all pages of the lists of up to api.MaxBatch records, each page
// in a request with a slot of its own.
func (s *search) associatedIDs(ctx context.Context, to string, ids []string) (map[string][]string, error) {
	related := make(map[string][]string, len(ids))
	todo := make([]api.Page, len(ids))
	for i, id := range ids {
		todo[i].ID = id
	}
	for n := 0; len(todo) > 0; n++ {
		if n == maxPages {
			return nil, &call.RefusedReadError{Err: fmt.Errorf("a list of associated records has more than %d pages", maxPages)}
		}
		found, err := call.Read(ctx, s.calls, func(ctx context.Context) (api.Associations, error) { return s.rs.API.AssociatedIDs(ctx, to, todo) })
		if err != nil {
			return nil, err
		}
		for id, page := range found.IDs {
			related[id] = append(related[id], page...)
		}
		todo = found.Next
	}
	return related, nil
}

// leaveOutKnown forgets the records that are those of rows.
func (s *search) leaveOutKnown() error {
	if len(s.kin) == 0 {
		return nil
	}
	for id := range s.given {
		delete(s.kin, id)
	}
	last, _ := s.rs.State.Rows()
	for n := int64(1); n <= last && len(s.kin) > 0; n++ {
		if kind, ok := s.rs.State.Kind(n); !ok || kind != journal.Created && kind != journal.Existing {
			continue
		}
		fate, _, err := s.rs.State.Fate(n)
		if err != nil {
			return err
		}
		delete(s.kin, fate.ID)
	}
	return nil
}

// compare reads the records that are left and says whose they may be. Only those
// that may be somebody's are kept.
func (s *search) compare(ctx context.Context) (*pairing, error) {
	p := newPairing(s.rows)
	properties := []string{"hs_createdate", "createdate"}
	for _, rw := range s.rows {
		for _, sent := range rw.rec.Properties {
			if !slices.Contains(properties, sent.Name) {
				properties = append(properties, sent.Name)
			}
		}
	}
	// In the order of their ids, which is that of their creation.
	ids := slices.SortedFunc(maps.Keys(s.kin), func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	for batch := range slices.Chunk(ids, api.MaxBatch) {
		values, err := call.Read(ctx, s.calls, func(ctx context.Context) (map[string]map[string]string, error) {
			return s.rs.API.ReadProperties(ctx, batch, properties)
		})
		if refused := new(call.RefusedReadError); errors.As(err, &refused) {
			return nil, &call.ServerError{Message: "the records that rows in doubt may be can't be read", Err: refused.Err}
		}
		if err != nil {
			return nil, err
		}
		for _, id := range batch {
			if record, ok := values[id]; ok {
				s.claim(p, id, record)
			}
		}
	}
	return p, nil
}

// claim finds the rows that a record may be.
func (s *search) claim(p *pairing, id string, record map[string]string) {
	n := -1
	tried := map[int]bool{} // kinds
	for _, of := range s.kin[id] {
		for _, i := range s.rowsOf[of] {
			k := p.kindOf[i]
			if tried[k] {
				continue
			}
			tried[k] = true
			within := !slices.ContainsFunc(s.parents[i], func(q parent) bool { return !slices.Contains(s.kin[id], q) })
			if !within || !s.young(s.rows[i], record) {
				continue
			}
			match, exact := matches(s.rows[i], record)
			if !match {
				continue
			}
			if n < 0 {
				n = p.record(id)
			}
			p.may(k, n, exact)
		}
	}
}

// young reports whether a record was created since the run began. One that
// doesn't say when isn't taken for young: it may be anything.
func (s *search) young(rw *row, record map[string]string) bool {
	for _, name := range []string{"hs_createdate", "createdate"} {
		sends := slices.ContainsFunc(rw.rec.Properties, func(p mapping.Property) bool { return p.Name == name })
		if at, ok := instant(record[name]); ok && !sends {
			return !at.Before(s.since)
		}
	}
	return false
}

// judge words what became of a row.
func (s *search) judge(p *pairing, i int) find {
	rw := s.rows[i]
	for _, a := range rw.rec.Associations {
		if err := s.failed[a.To]; err != nil {
			return find{nowhere: true, message: fmt.Sprintf("it can't be looked for among the records of its %s (%v): look for it in the account", a.To, err)}
		}
	}
	id, found := p.found(i)
	switch k := p.kinds[p.kindOf[i]]; {
	case len(rw.rec.Associations) == 0:
		return find{nowhere: true, message: "it has no association, so there is no list of records to look for it in: look for it in the account"}
	case found:
		return find{id: id}
	case k.crowded > 0:
		return find{several: true, message: fmt.Sprintf("%s, more than the rows that they may be: "+
			"which of them, if any, is its own can't be told; look at them in the account", matching(k.crowded))}
	case k.unclear:
		return find{several: true, message: fmt.Sprintf("%s, and may be of another row that sends something else: "+
			"look in the account", matching(len(k.records)))}
	case len(k.records) > 0:
		return find{message: fmt.Sprintf("%s, and as many rows that send the same come first; %s", matching(len(k.records)), notSentAgain)}
	}
	return find{message: "no record with its values is among those of the records that it leads to; " + notSentAgain}
}

const notSentAgain = "it isn't sent again, for its request may still be executed, or the list may lag: " +
	"look again in a while, then say by hand what became of it"

func matching(n int) string {
	if n == 1 {
		return "1 record matches"
	}
	return fmt.Sprintf("%d records match", n)
}
