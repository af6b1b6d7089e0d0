// The life of a batch: wait, begin, send, judge, commit.

package importer

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
)

// attempt sends rows once, all of them to be created or all to be changed. It reads from
// top to bottom as the protocol runs, on purpose.
func (c *courier) attempt(ctx context.Context, rows []*row, p *prefix) (left leftover, err error) {
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

	var intent int64
	var inputs []api.Input
	var sent []sentRow
	err = c.calls.Once(ctx, call.Write{
		Begin: func() (err error) {
			if err := c.im.dieAt(beforeIntent); err != nil {
				return err
			}
			if err := c.keepOld(rows); err != nil {
				return err
			}
			for _, rw := range rows {
				rw.attempts++
				rw.changing = rw.change != nil
			}
			if intent, err = c.recorder.begin(p, rows); err != nil {
				return err
			}
			if err := c.im.dieAt(beforeRequest); err != nil {
				return err
			}
			inputs, sent = c.inputs(rows)
			c.recorder.progress.sent(len(rows), rows[0].attempts > 1)
			return nil
		},
		Send: func(ctx context.Context) api.Answer {
			if inputs[0].ID != "" {
				return c.im.API.Update(ctx, inputs)
			}
			return c.im.API.Create(ctx, inputs)
		},
		Commit: func(ans api.Answer, took time.Duration) error {
			c.concurrency.observe(took, ans.Outcome)
			c.recorder.progress.answered(ans, took)
			if err := c.im.dieAt(afterAnswer); err != nil {
				return err
			}

			// judge
			results := judge(sent, ans)
			judged = ans.Outcome == api.Answered || ans.Outcome == api.Refused
			if stop := hopeless(ans, inputs); stop != nil && !c.first.judged() {
				return cmp.Or(c.recorder.end(intent, api.Answer{Outcome: api.Refused}, nil, 0), stop)
			}

			// commit
			var fates []journal.Fate
			var doubted int
			left, fates, doubted = c.apply(ans, results, rows)
			if err := c.recorder.end(intent, ans, fates, doubted); err != nil {
				return err
			}
			c.check.begin(left.created)
			if err := c.im.dieAt(afterFates); err != nil {
				return err
			}
			if ans.Outcome == api.Answered && namesOthers(ans, sent) {
				return errMixedUp
			}
			if ans.Outcome == api.Answered && c.im.Rows.Key == "" && !c.first.judged() && !slices.ContainsFunc(results, func(r rowResult) bool { return r.verdict != unknown }) {
				return errNothingJudged
			}
			return nil
		},
	})
	switch {
	case errors.Is(err, errStale):
		return leftover{readBack: rows}, nil
	case err != nil:
		return leftover{}, err
	}
	return left, nil
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
		in := api.Input{Trace: trace, Record: &rw.rec}
		if rw.change != nil {
			in.ID, in.Record = rw.change.id, &rw.change.record
		}
		inputs[i] = in
		sent[i] = sentRow{trace: trace, id: in.ID, key: rw.rec.Key, record: in.Record, ambiguous: rw.ambiguous, again: rw.attempts > 1}
	}
	return inputs, sent
}
