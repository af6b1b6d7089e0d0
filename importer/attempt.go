// The life of a batch: wait, begin, send, judge, commit.

package importer

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
)

// A step is a place in an attempt where a process may die.
type step int

const (
	beforeIntent step = iota
	beforeRequest
	afterAnswer
	afterFates
)

func (r *run) step(s step) error {
	if r.im.step == nil {
		return nil
	}
	return r.im.step(s)
}

// An outcome is what an attempt leaves to do.
type outcome struct {
	back      []*row // to be sent again
	halve     []*row // to be sent again in two halves
	unsettled []*row // to be looked up by their key
	created   []*row // with a key
}

// books is what must be in the journal before the first attempt of a job. The
// attempt that writes it empties it.
type books struct {
	slices  []journal.Slice
	refused []journal.Fate
}

func (b *books) empty() bool { return len(b.slices) == 0 && len(b.refused) == 0 }

// attempt sends rows once. It reads from top to bottom as the protocol runs, on
// purpose.
func (r *run) attempt(ctx context.Context, rows []*row, books *books) (outcome, error) {
	if err := r.proof.failed(); err != nil {
		return outcome{}, err
	}

	// wait
	if err := r.concurrency.acquire(ctx); err != nil {
		return outcome{}, err
	}
	defer r.concurrency.release()
	slot, err := r.calls.Slot(ctx)
	if err != nil {
		return outcome{}, err
	}

	// begin: from here on a death leaves the rows in doubt
	if err := r.step(beforeIntent); err != nil {
		return outcome{}, err
	}
	d := r.desks.get()
	defer func() { r.desks.put(d.clear()) }()
	for _, rw := range rows {
		rw.attempts++
	}
	n, err := r.begin(d, rows, books)
	if err != nil {
		slot.Cancel()
		return outcome{}, err
	}

	// send: r.ctx doesn't end when the run is interrupted, so that the answer
	// is taken
	if err := r.step(beforeRequest); err != nil {
		return outcome{}, err
	}
	r.inputs(d, rows)
	r.progress.sent(len(rows), rows[0].attempts > 1)
	slot.Sent()
	sent := time.Now()
	ans := r.im.API.Create(r.ctx, d.inputs)
	r.concurrency.observe(time.Since(sent), ans.Outcome)
	slot.Done(ans.Rate)
	r.progress.answered(ans, time.Since(sent))

	if err := r.step(afterAnswer); err != nil {
		return outcome{}, err
	}

	// judge
	dk := r.dockets.get()
	defer func() { r.dockets.put(dk.clear()) }()
	dk.rulings = judge(dk.rulings, d.standings, ans)

	// commit
	out, doubted := r.apply(dk, rows)
	if err := r.end(n, ans, dk.fates, doubted); err != nil {
		return outcome{}, err
	}
	r.proof.begin(out.created)
	if err := r.step(afterFates); err != nil {
		return outcome{}, err
	}
	if ans.Outcome == api.Answered && alien(ans, d.standings) {
		return out, errMixedUp
	}
	return out, r.calls.Observe(ctx, ans, sent)
}

// begin makes durable what the journal must hold before rows are sent: what was
// read for the first time, what of it can't be sent, and the intent itself.
func (r *run) begin(d *desk, rows []*row, b *books) (int64, error) {
	attempt := 0
	for _, rw := range rows {
		d.numbers = append(d.numbers, rw.n)
		attempt = max(attempt, rw.attempts)
	}
	n, err := r.im.Journal.Begin(b.slices, b.refused, d.numbers, attempt)
	if err != nil {
		return 0, fmt.Errorf("writing the journal: %w", err)
	}
	r.progress.settle(b.refused, 0)
	b.slices, b.refused = nil, nil
	return n, nil
}

// inputs lays down what is sent, and what the judge must know of it.
func (r *run) inputs(d *desk, rows []*row) {
	// The traces are parts of one text: a hundred short ones cost more.
	for _, rw := range rows {
		d.text = append(append(d.text, r.im.Name...), '-')
		d.text = strconv.AppendInt(d.text, rw.n, 10)
		d.ends = append(d.ends, len(d.text))
	}
	traces, start := string(d.text), 0
	for i, rw := range rows {
		trace := traces[start:d.ends[i]]
		start = d.ends[i]
		d.inputs = append(d.inputs, api.Input{Trace: trace, Record: &rw.rec})
		d.standings = append(d.standings, standing{trace: trace, key: rw.rec.Key, tainted: rw.tainted, again: rw.attempts > 1})
	}
}

// apply turns rulings into fates, and into what is left to do. Doubted is how many of
// the fates belong to rows that were in doubt.
func (r *run) apply(dk *docket, rows []*row) (out outcome, doubted int) {
	for i, v := range dk.rulings {
		rw := rows[i]
		before, clouded := len(dk.fates), rw.tainted
		rw.refusal = nil
		switch v.verdict {
		case created:
			dk.fates = append(dk.fates, journal.Fate{Row: rw.n, Kind: journal.Created, ID: v.id})
			if r.im.Key != "" {
				out.created = append(out.created, rw)
			}
		case refused:
			dk.fates = append(dk.fates, rw.fate(journal.Refused, v.failure))
		case back:
			out.back = append(out.back, rw)
		case halve:
			out.halve = append(out.halve, rw)
		case contested:
			rw.refusal = v.failure
			out.unsettled = append(out.unsettled, rw)
		case unknown:
			rw.tainted = true
			rw.unproved++
			dk.fates = append(dk.fates, rw.fate(journal.InDoubt, doubt(v.failure)))
			if r.im.Key != "" {
				out.unsettled = append(out.unsettled, rw)
			}
		}
		if clouded && len(dk.fates) > before {
			doubted++
		}
	}
	return out, doubted
}

// fate is a row's fate with the reason that a failure gives.
func (rw *row) fate(kind journal.Kind, f *api.Failure) journal.Fate {
	fate := journal.Fate{Row: rw.n, Kind: kind, Attempts: rw.attempts}
	if f != nil {
		fate.Code, fate.Property, fate.Message, fate.CorrelationID, fate.Retryable = f.Code, f.Property, f.Message, f.CorrelationID, f.Retryable
	}
	if kind == journal.InDoubt {
		// Not retryable whatever the failure says: that is the whole point.
		fate.Code, fate.Retryable = journal.CodeInDoubt, false
	}
	return fate
}

// doubt words the failure that left a row in doubt.
func doubt(f *api.Failure) *api.Failure {
	d := *f
	d.Message = "it may have been created or not: " + f.Message
	if f.Code != "" && f.Code != journal.CodeInDoubt {
		d.Message = fmt.Sprintf("it may have been created or not (%s): %s", f.Code, f.Message)
	}
	return &d
}

// end makes the fates durable.
func (r *run) end(n int64, ans api.Answer, fates []journal.Fate, doubted int) error {
	var err error
	if len(fates) == 0 {
		err = r.im.Journal.Return(n, returnReason(ans.Outcome))
	} else {
		err = r.im.Journal.End(n, fates)
	}
	if err != nil {
		// The disk can't hold what HubSpot has done: the log is the last
		// place to say it. The next run finds these rows in doubt.
		var ids []string
		for _, f := range fates {
			if f.Kind == journal.Created {
				ids = append(ids, fmt.Sprintf("%d=%s", f.Row, f.ID))
			}
		}
		r.log.Error("the journal can't be written; these rows were created, with these ids", "rows", strings.Join(ids, " "))
		return fmt.Errorf("writing the journal: %w", err)
	}
	r.progress.settle(fates, doubted)
	return r.countFates(fates)
}

func returnReason(p api.Outcome) string {
	switch p {
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
