// The life of a batch: wait, begin, send, judge, commit.

package importer

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/hubload/hubload/importer/api"
)

// attempt sends rows once. It reads from top to bottom as the protocol runs, on
// purpose.
func (c *courier) attempt(ctx context.Context, rows []*row, p *prefix) (_ leftover, err error) {
	if err := c.check.failed(); err != nil {
		return leftover{}, err
	}

	// wait
	leave, err := c.first.enter(ctx)
	if err != nil {
		return leftover{}, err
	}
	judged := false
	defer func() { leave(judged, err) }()
	if err := c.concurrency.acquire(ctx); err != nil {
		return leftover{}, err
	}
	defer c.concurrency.release()
	slot, err := c.calls.Slot(ctx)
	if err != nil {
		return leftover{}, err
	}

	// begin: from here on a death leaves the rows in doubt
	if err := c.im.dieAt(beforeIntent); err != nil {
		return leftover{}, err
	}
	for _, rw := range rows {
		rw.attempts++
	}
	intent, err := c.recorder.begin(p, rows)
	if err != nil {
		slot.Cancel()
		return leftover{}, err
	}

	// send: the answer is taken although ctx ends
	if err := c.im.dieAt(beforeRequest); err != nil {
		return leftover{}, err
	}
	inputs, sent := c.inputs(rows)
	c.recorder.progress.sent(len(rows), rows[0].attempts > 1)
	slot.Sent()
	at := time.Now()
	ans := c.im.API.Create(outlive(ctx), inputs)
	took := time.Since(at)
	c.concurrency.observe(took, ans.Outcome)
	slot.Done(ans.Rate)
	c.recorder.progress.answered(ans, took)

	if err := c.im.dieAt(afterAnswer); err != nil {
		return leftover{}, err
	}

	// judge
	results := judge(sent, ans)
	judged = ans.Outcome == api.Answered || ans.Outcome == api.Refused
	if stop := hopeless(ans, rows); stop != nil && !c.first.judged() {
		return leftover{}, cmp.Or(c.recorder.end(intent, api.Answer{Outcome: api.Refused}, nil, 0), stop)
	}

	// commit
	left, fates, doubted := c.apply(ans, results, rows)
	if err := c.recorder.end(intent, ans, fates, doubted); err != nil {
		return leftover{}, err
	}
	c.check.begin(left.created)
	if err := c.im.dieAt(afterFates); err != nil {
		return leftover{}, err
	}
	if ans.Outcome == api.Answered && namesOthers(ans, sent) {
		return leftover{}, errMixedUp
	}
	if ans.Outcome == api.Answered && c.im.Rows.Key == "" && !c.first.judged() && !slices.ContainsFunc(results, func(r rowResult) bool { return r.verdict != unknown }) {
		return leftover{}, errNothingJudged
	}
	return left, c.calls.Observe(ctx, ans, at)
}

// inputs returns what is sent, and what the judge must know of it.
func (c *courier) inputs(rows []*row) ([]api.Input, []sentRow) {
	// The traces are parts of one text: a hundred short ones cost more.
	text := make([]byte, 0, len(rows)*(len(c.im.Name)+len("-123456789")))
	ends := make([]int, len(rows))
	for i, rw := range rows {
		text = append(append(text, c.im.Name...), '-')
		text = strconv.AppendInt(text, rw.n, 10)
		ends[i] = len(text)
	}
	traces, start := string(text), 0
	inputs, sent := make([]api.Input, len(rows)), make([]sentRow, len(rows))
	for i, rw := range rows {
		trace := traces[start:ends[i]]
		start = ends[i]
		inputs[i] = api.Input{Trace: trace, Record: &rw.rec}
		sent[i] = sentRow{trace: trace, key: rw.rec.Key, record: &rw.rec, ambiguous: rw.ambiguous, again: rw.attempts > 1}
	}
	return inputs, sent
}
