// After the last batch: rows whose answers left a question that a read can decide.

package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
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
	mostFirst(c.questions.unidentified)
	claims := newClaimer(c.questions.unidentified)
	for batch := range slices.Chunk(c.questions.unidentified, api.MaxBatch) {
		l, err := c.read(ctx, batch)
		if err != nil {
			return err
		}
		var fates []journal.Fate
		for _, q := range batch {
			if id := claims.own(q, l); id != "" {
				fates = append(fates, journal.Fate{Row: q.row.n, Kind: journal.Created, ID: id, Attempts: q.row.attempts})
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
			if err := call.Sleep(ctx, settleTime); err != nil {
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
	values := map[string]map[string]string{}
	for batch := range slices.Chunk(slices.Sorted(maps.Keys(candidates)), api.MaxBatch) {
		found, err := call.Read(ctx, c.calls, func(ctx context.Context) (map[string]map[string]string, error) {
			return c.im.API.ReadProperties(ctx, batch, slices.Sorted(maps.Keys(names)))
		})
		if refused := new(call.RefusedReadError); errors.As(err, &refused) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		maps.Copy(values, found)
	}
	return slices.DeleteFunc(slices.Clone(qs), func(q question) bool {
		return slices.ContainsFunc(l.of(q), func(id string) bool {
			return candidates[id] && !slices.ContainsFunc(q.row.rec.Properties, func(p mapping.Property) bool {
				v := values[id][p.Name]
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
