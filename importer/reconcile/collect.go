// The rows in doubt and the rows that compete with them, read from the input.

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// maxLinked is how many competing rows wait for their lookups at a time.
const maxLinked = 10 * api.MaxBatch

// collect returns the rows in doubt and those without a known id, and the fates of rows in
// doubt that can't be looked for. It returns nothing of an input that has changed.
func (r *reconciliation) collect(ctx context.Context) (doubts []*doubt, lost []journal.Fate, err error) {
	lose := func(d *doubt, message string) {
		if !d.exists {
			lost = append(lost, d.fate(message))
		}
	}
	err = r.each(ctx, func(row *rows.Row) error {
		kind, _ := r.kind(row.Row)
		if kind != journal.InDoubt && kind != journal.Unidentified {
			return nil
		}
		d := &doubt{row: row.Row, attempts: r.State.Attempts(row.Row), exists: kind == journal.Unidentified}
		if refusal := row.Map(&d.rec); refusal != nil {
			lose(d, fmt.Sprintf("it can't be looked for, because the mapping refuses it now (%s)", refusal.Code))
			return nil
		}
		for _, name := range namesOf(&d.rec) {
			r.named[name] = true
		}
		doubts = append(doubts, d)
		return nil
	})
	if err != nil || r.Rows.Key != "" {
		return doubts, lost, err
	}
	problems, err := r.link(ctx, doubts)
	if err != nil {
		return nil, nil, err
	}
	linked := doubts[:0]
	for i, d := range doubts {
		if len(problems[i]) > 0 {
			lose(d, "it can't be looked for, because a record that it names isn't found any more ("+problems[i][0].Code+"): look for it in the account")
			continue
		}
		linked = append(linked, d)
	}
	return linked, lost, nil
}

// competitors returns the rows that may have a record that the journal doesn't know: a
// person assumed that they exist, or they were refused and may have been corrected and
// imported since. Only those that name a record that a row in doubt names, too, count.
func (r *reconciliation) competitors(ctx context.Context) ([]*doubt, error) {
	var out, waiting []*doubt
	link := func() error {
		problems, err := r.link(ctx, waiting)
		if err != nil {
			return err
		}
		for i, d := range waiting {
			if len(problems[i]) == 0 {
				out = append(out, d)
			}
		}
		waiting = waiting[:0]
		return nil
	}
	err := r.each(ctx, func(row *rows.Row) error {
		competes, err := r.competes(row.Row)
		if err != nil || !competes {
			return err
		}
		d := &doubt{row: row.Row, competes: true}
		if row.Map(&d.rec) != nil || !slices.ContainsFunc(namesOf(&d.rec), func(name string) bool { return r.named[name] }) {
			return nil
		}
		if waiting = append(waiting, d); len(waiting) == maxLinked {
			return link()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, link()
}

// namesOf returns the records that a row names, before they are looked up.
func namesOf(rec *mapping.Record) []string {
	var names []string
	for _, a := range rec.Associations {
		names = append(names, a.To+"\x00\x00"+a.ID)
	}
	for _, l := range rec.Lookups {
		names = append(names, l.To+"\x00"+l.Property+"\x00"+api.Folded(l.Value))
	}
	return names
}

func (r *reconciliation) competes(row int64) (bool, error) {
	kind, _ := r.kind(row)
	if kind != journal.Existing && kind != journal.Refused {
		return false, nil
	}
	fate, _, err := r.State.Fate(row)
	return kind == journal.Existing && fate.ID == "" || fate.Retryable, err
}

// kind is the kind of a row's fate.
func (r *reconciliation) kind(row int64) (journal.Kind, bool) {
	if r.open[row] {
		return journal.InDoubt, true
	}
	return r.State.Kind(row)
}

// each reads the input as far as the journal knows it.
func (r *reconciliation) each(ctx context.Context, f func(*rows.Row) error) error {
	last, _ := r.State.Rows()
	end := errors.New("the end of what the journal knows")
	err := rows.Each(ctx, r.Open, r.Rows, func(row *rows.Row) error {
		if row.Known {
			if err := f(row); err != nil {
				return err
			}
		}
		if row.Row == last {
			return end
		}
		return nil
	})
	if err == end {
		return nil
	}
	return err
}

// link looks up the records that rows name.
func (r *reconciliation) link(ctx context.Context, doubts []*doubt) ([][]mapping.Problem, error) {
	records := make([]*mapping.Record, len(doubts))
	for i, d := range doubts {
		records[i] = &d.rec
	}
	return r.lookups.Link(ctx, records)
}
