// After the last batch: rows whose answers left a question that a read can decide.

package importer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

const (
	// settleTime is how long after an attempt a read is taken for its last word, and the
	// time between two reads of a list: HubSpot's lists and indexes lag by seconds.
	settleTime = 5 * time.Second

	// maxQuestions bounds the rows that wait for the end of the run, some 300 bytes each.
	// The others stay as they are: resolve finds them.
	maxQuestions = 50_000
)

// Questions are the rows that wait for the end of the run. They are safe for concurrent
// use.
type questions struct {
	mu           sync.Mutex
	unidentified []question // created, one of several ids
	merged       []question // merged with an equal row, or not
	keyed        []*row     // in doubt, with a key
}

// A question is a row that exists as one of some records, or doesn't.
type question struct {
	row   *row
	among []string
}

func (q *questions) add(list *[]question, rw *row, among []string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.unidentified)+len(q.merged) < maxQuestions {
		kept := *rw
		kept.rec = *rw.rec.Clone() // the batch's memory is used again
		*list = append(*list, question{&kept, among})
	}
}

func (q *questions) addKeyed(rw *row) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.keyed) < maxQuestions {
		q.keyed = append(q.keyed, rw)
	}
}

func (q *questions) takeKeyed() []*row {
	q.mu.Lock()
	defer q.mu.Unlock()
	rows := q.keyed
	q.keyed = nil
	return rows
}

// finish answers the questions that are left when every batch was delivered.
func (c *courier) finish(ctx context.Context) error {
	if err := c.finishKeyed(ctx); err != nil {
		return err
	}
	if len(c.questions.unidentified)+len(c.questions.merged) == 0 {
		return nil
	}
	if err := call.Sleep(ctx, settleTime); err != nil {
		return err
	}
	if err := c.identify(ctx); err != nil {
		return err
	}
	return c.finishMerged(ctx)
}

// finishKeyed reads the rows in doubt by their key. What the account doesn't hold now
// was refused, or is sent again, which the key makes safe.
func (c *courier) finishKeyed(ctx context.Context) error {
	for range maxUnproved {
		open := c.questions.takeKeyed()
		if len(open) == 0 {
			return nil
		}
		if err := call.Sleep(ctx, settleTime); err != nil {
			return err
		}
		for batch := range slices.Chunk(open, api.MaxBatch) {
			again, err := c.rechecker.decide(ctx, batch)
			if err != nil {
				return err
			}
			if err := c.send(ctx, again, new(prefix)); err != nil {
				return err
			}
		}
	}
	return nil
}

// identify finds the ids of created rows that send the same properties: their records
// are told apart by what they are associated with.
func (c *courier) identify(ctx context.Context) error {
	for batch := range slices.Chunk(c.questions.unidentified, api.MaxBatch) {
		ids, err := c.whose(ctx, batch)
		if err != nil {
			return err
		}
		var fates []journal.Fate
		for i, id := range ids {
			if id != "" {
				fates = append(fates, journal.Fate{Row: batch[i].row.n, Kind: journal.Created, ID: id, Attempts: batch[i].row.attempts})
			}
		}
		if len(fates) == 0 {
			continue
		}
		if err := c.im.Journal.Settle(fates); err != nil {
			return fmt.Errorf("writing the journal: %w", err)
		}
		c.recorder.progress.settle(fates, 0)
		c.recorder.progress.identified(len(fates))
	}
	return nil
}

// finishMerged looks for rows that HubSpot merged with an equal one of their request.
// Those whose associated records don't list them are sent again: the answer was complete,
// so nothing of theirs is still to be executed. Rows without an association stay in doubt.
func (c *courier) finishMerged(ctx context.Context) error {
	var open []question
	for _, q := range c.questions.merged {
		if len(q.row.rec.Associations) > 0 {
			open = append(open, q)
		}
	}
	for read := range 2 { // lists may lag
		if len(open) == 0 {
			return nil
		}
		if read > 0 {
			if err := call.Sleep(ctx, settleTime); err != nil {
				return err
			}
		}
		var absent []question
		for batch := range slices.Chunk(open, api.MaxBatch) {
			ids, err := c.whose(ctx, batch)
			if err != nil {
				return err
			}
			var fates []journal.Fate
			for i, id := range ids {
				if id == "" {
					absent = append(absent, batch[i])
					continue
				}
				fates = append(fates, journal.Fate{Row: batch[i].row.n, Kind: journal.Existing, ID: id, Attempts: batch[i].row.attempts})
			}
			if err := c.recorder.settle(fates, len(fates)); err != nil {
				return err
			}
		}
		open = absent
	}
	// Not two that send the same in one request: they would be merged again.
	for len(open) > 0 {
		var batch []*row
		var rest []question
		seen := map[string]bool{}
		for _, q := range open {
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
		open = rest
	}
	return nil
}

// whose returns, for each question, the id of the one record among its records that all
// records list that the row is associated with; "" when there isn't exactly one.
func (c *courier) whose(ctx context.Context, batch []question) ([]string, error) {
	listed := map[string]bool{} // object, id of a record, id among its list
	objects := map[string][]string{}
	for _, q := range batch {
		for _, a := range q.row.rec.Associations {
			if !slices.Contains(objects[a.To], a.ID) {
				objects[a.To] = append(objects[a.To], a.ID)
			}
		}
	}
	for object, ids := range objects {
		for chunk := range slices.Chunk(ids, api.MaxBatch) {
			lists, err := call.AssociatedIDs(ctx, c.calls, object, chunk)
			if refused := new(call.RefusedReadError); errors.As(err, &refused) {
				return make([]string, len(batch)), nil // the lists can't be read: nothing is told
			}
			if err != nil {
				return nil, err
			}
			for id, records := range lists {
				for _, record := range records {
					listed[object+"/"+id+"/"+record] = true
				}
			}
		}
	}
	ids := make([]string, len(batch))
	for i, q := range batch {
		found := 0
		for _, id := range q.among {
			if all := !slices.ContainsFunc(q.row.rec.Associations, func(a mapping.Association) bool { return !listed[a.To+"/"+a.ID+"/"+id] }); all && len(q.row.rec.Associations) > 0 {
				ids[i] = id
				found++
			}
		}
		if found != 1 {
			ids[i] = ""
		}
	}
	return ids, nil
}
