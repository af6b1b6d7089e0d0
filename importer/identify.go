// Which of the records of an answer a row is, where only associations tell.

package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// identify finds the ids of created rows that send the same properties: their records
// are told apart by what they are associated with. It reports whether all have one.
//
// With whole it takes what it finds only if that is an id for each row. Lists may lag,
// and a list that lacks a record may make another record look like the only one; but
// where each row has a record whose associations include its own, they can only be its
// own.
func (c *courier) identify(ctx context.Context, whole bool) (bool, error) {
	open := c.questions.unidentified
	mostFirst(open)
	claims := newClaimer(open)
	var fates []journal.Fate
	for batch := range slices.Chunk(open, api.MaxBatch) {
		l, err := c.read(ctx, batch)
		if err != nil {
			return false, err
		}
		for _, q := range batch {
			if id := claims.own(q, l); id != "" {
				fates = append(fates, journal.Fate{Row: q.row.n, Kind: journal.Created, ID: id, Attempts: q.row.attempts, Warning: q.row.warning})
			}
		}
	}
	all := len(fates) == len(open)
	if whole && !all {
		return false, nil
	}
	for batch := range slices.Chunk(fates, api.MaxBatch) {
		if err := c.im.Journal.Settle(batch); err != nil {
			return false, fmt.Errorf("writing the journal: %w", err)
		}
		c.recorder.progress.identified(batch)
	}
	return all, nil
}

// identifyByKey finds the ids of created rows by their key, where no answer said them.
func (c *courier) identifyByKey(ctx context.Context) error {
	if len(c.questions.nameless) == 0 {
		return nil
	}
	if err := c.calls.Settle(ctx, settleTime); err != nil {
		return err
	}
	for batch := range slices.Chunk(c.questions.nameless, api.MaxBatch) {
		ids, err := call.FindByKey(ctx, c.calls, c.im.Rows.Key, keysOf(batch))
		if refused := new(call.RefusedReadError); errors.As(err, &refused) {
			return nil // resolve looks again
		}
		if err != nil {
			return err
		}
		var fates []journal.Fate
		for _, rw := range batch {
			if id := ids[api.Folded(rw.rec.Key)]; id != "" {
				fates = append(fates, journal.Fate{Row: rw.n, Kind: journal.Created, ID: id, Attempts: rw.attempts, Warning: rw.warning})
			}
		}
		if len(fates) == 0 {
			continue
		}
		if err := c.im.Journal.Settle(fates); err != nil {
			return fmt.Errorf("writing the journal: %w", err)
		}
		c.recorder.progress.identified(fates)
	}
	return nil
}

// Lists are the ids of the records that each record lists, by its object and id. They
// are nil when they can't be read.
type lists map[mapping.Association][]string

// read reads the lists of all records that rows are associated with.
func (c *courier) read(ctx context.Context, batch []question) (lists, error) {
	objects := map[string][]string{}
	for _, q := range batch {
		for _, a := range q.row.rec.Associations {
			if !slices.Contains(objects[a.To], a.ID) {
				objects[a.To] = append(objects[a.To], a.ID)
			}
		}
	}
	l := lists{}
	for object, ids := range objects {
		for chunk := range slices.Chunk(ids, api.MaxBatch) {
			found, err := call.AssociatedIDs(ctx, c.calls, object, chunk)
			if refused := new(call.RefusedReadError); errors.As(err, &refused) {
				return nil, nil
			}
			if err != nil {
				return nil, err
			}
			for id, records := range found {
				l[mapping.Association{To: object, ID: id}] = records
			}
		}
	}
	return l, nil
}

// of returns the ids that all records list that the row is associated with.
func (l lists) of(q question) (ids []string) {
	for i, a := range q.row.rec.Associations {
		listed := l[mapping.Association{To: a.To, ID: a.ID}]
		if i == 0 {
			ids = slices.Clone(listed)
			continue
		}
		ids = slices.DeleteFunc(ids, func(id string) bool { return !slices.Contains(listed, id) })
	}
	return ids
}

// A claimer gives records to rows, each to one.
type claimer struct {
	taken map[string]bool
	equal map[string]int // rows without a record that nothing tells apart
}

func newClaimer(qs []question) *claimer {
	c := &claimer{map[string]bool{}, map[string]int{}}
	for _, q := range qs {
		c.equal[q.equality()]++
	}
	return c
}

// equality is the same for rows of an answer that send the same.
func (q question) equality() string {
	return fmt.Sprint(contentOf(&q.row.rec), q.among, q.row.rec.Associations)
}

// own returns an id of the question's that the row's lists hold and that no row has yet;
// "" when there is none, or more than there are rows like this one.
func (c *claimer) own(q question, l lists) string {
	var ids []string
	for _, id := range l.of(q) {
		if !c.taken[id] && slices.Contains(q.among, id) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 || len(ids) > c.equal[q.equality()] {
		return ""
	}
	c.taken[ids[0]] = true
	c.equal[q.equality()]--
	return ids[0]
}

// mostFirst puts rows with many associations first: the lists of a row with fewer also
// hold the records of those.
func mostFirst(qs []question) {
	slices.SortStableFunc(qs, func(a, b question) int {
		return cmp.Compare(len(b.row.rec.Associations), len(a.row.rec.Associations))
	})
}
