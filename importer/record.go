// The recorder: what the journal, the progress and the stop rules are told.

package importer

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
)

// A recorder makes durable what happens to rows, and counts it. Its errors are those of
// the journal, after which nothing may be sent, and a [*StoppedError].
type recorder struct {
	journal  *journal.Journal
	progress *Progress
	stop     *stopRules
	log      *slog.Logger
}

// begin makes durable what must be in the journal before rows are sent: the batch's
// prefix, which it empties, and the intent itself.
func (r *recorder) begin(p *prefix, rows []*row) (intent int64, err error) {
	numbers := make([]int64, len(rows))
	attempt := 0
	for i, rw := range rows {
		numbers[i] = rw.n
		attempt = max(attempt, rw.attempts)
	}
	intent, err = r.journal.Begin(p.slices, p.refused, numbers, attempt)
	if err != nil {
		return 0, fmt.Errorf("writing the journal: %w", err)
	}
	r.progress.settle(p.refused, 0)
	p.slices, p.refused = nil, nil
	return intent, nil
}

// end makes durable what an answer came to. doubted is how many of the fates belong to
// rows that were in doubt.
func (r *recorder) end(intent int64, ans api.Answer, fates []journal.Fate, doubted int) error {
	var err error
	if len(fates) == 0 {
		err = r.journal.Return(intent, returnReason(ans.Outcome))
	} else {
		err = r.journal.End(intent, fates)
	}
	if err != nil {
		// The disk can't hold what HubSpot has done: the log is the last place to
		// say it. The next run finds these rows in doubt.
		var ids []string
		for _, f := range fates {
			if f.Kind == journal.Created || f.Kind == journal.Updated {
				ids = append(ids, fmt.Sprintf("%d=%s", f.Row, f.ID))
			}
		}
		r.log.Error("the journal can't be written; these rows were written, with these ids", "rows", strings.Join(ids, " "))
		return fmt.Errorf("writing the journal: %w", err)
	}
	r.progress.settle(fates, doubted)
	return r.stop.count(fates)
}

func returnReason(o api.Outcome) string {
	switch o {
	case api.Limited:
		return "limited"
	case api.Unreachable:
		return "unreachable"
	case api.Busy:
		return "busy"
	case api.Denied:
		return "denied"
	case api.Impossible:
		return "impossible"
	}
	return "refused"
}

// settle makes durable what became of rows outside of an attempt.
func (r *recorder) settle(fates []journal.Fate, doubted int) error {
	if len(fates) == 0 {
		return nil
	}
	if err := r.journal.Settle(fates); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	r.progress.settle(fates, doubted)
	return r.stop.count(fates)
}

// A step is a place in an attempt where a process may die.
type step int

const (
	beforeIntent step = iota
	beforeRequest
	afterAnswer
	afterFates

	// Of modes that change records:
	beforeRead
	afterRead
	afterOldValues
	lastStep = afterOldValues
)

// dieAt calls the hook of tests that die between steps.
func (im *Import) dieAt(s step) error {
	if im.step == nil {
		return nil
	}
	return im.step(s)
}
