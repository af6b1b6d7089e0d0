// After the last batch: rows whose answers left a question that a read can decide.

package importer

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hubload/hubload/importer/api"
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
	nameless     []*row     // created without a known id, with a key
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

func (q *questions) addNameless(rw *row) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.nameless) < maxQuestions {
		q.nameless = append(q.nameless, rw)
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
	if err := c.identifyByKey(ctx); err != nil {
		return err
	}
	if len(c.questions.unidentified)+len(c.questions.merged) == 0 {
		return nil
	}
	identified, err := c.identify(ctx, true)
	if err != nil {
		return err
	}
	if identified && len(c.questions.merged) == 0 {
		return nil
	}
	if err := c.calls.Settle(ctx, settleTime); err != nil {
		return err
	}
	if !identified {
		if _, err := c.identify(ctx, false); err != nil {
			return err
		}
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
		if err := c.calls.Settle(ctx, settleTime); err != nil {
			return err
		}
		for batch := range slices.Chunk(open, api.MaxBatch) {
			if err := c.readAndSend(ctx, batch, true); err != nil {
				return err
			}
		}
	}
	return nil
}
