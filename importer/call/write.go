// The protocol of all requests that write: wait, begin, send, judge, commit.

package call

import (
	"context"
	"time"

	"github.com/hubload/hubload/importer/api"
)

// A Write is what differs between requests that create, change and archive records.
type Write struct {
	// Begin makes durable that the request is about to leave. It runs when the request
	// has its slot: nothing is between it and the request. An error keeps the request
	// back.
	Begin func() error

	// Send sends one request. Its context doesn't end, so that a request that has left
	// is answered.
	Send func(context.Context) api.Answer

	// Commit judges the answer, which took a time, and makes durable what it proves. An
	// error ends the run.
	Commit func(api.Answer, time.Duration) error
}

// Once sends a request once: it waits for a slot, begins, sends, judges and commits. Its
// error is that of Begin or Commit, or one of [Caller.Slot] or [Caller.Observe].
func (c *Caller) Once(ctx context.Context, w Write) error {
	// wait
	slot, err := c.Slot(ctx)
	if err != nil {
		return err
	}

	// begin: from here on a death leaves the rows in doubt
	if err := w.Begin(); err != nil {
		slot.Cancel()
		return err
	}

	// send: the answer is taken although ctx ends
	slot.Sent()
	at := time.Now()
	ans := w.Send(context.WithoutCancel(ctx))
	took := time.Since(at)
	slot.Done(ans.Rate)

	// judge, commit
	if err := w.Commit(ans, took); err != nil {
		return err
	}
	return c.Observe(ctx, ans, at)
}
