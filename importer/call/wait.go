// Why no request leaves for now: for whoever looks at a run that doesn't move.

package call

import (
	"context"
	"time"
)

// A Reason is why nothing is sent.
type Reason string

const (
	RateWindow Reason = "rate window" // the window is full
	AskedTo    Reason = "HubSpot asks for it"
	Unreached  Reason = "no connection"   // tried again then
	ReadFailed Reason = "a read failed"   // tried again then
	DailyQuota Reason = "daily quota"     // exhausted, and fresh then
	Settling   Reason = "HubSpot settles" // what was written may not be found before
)

// A Wait is until when no request leaves, and why. Its zero value is no wait.
type Wait struct {
	Reason Reason
	Until  time.Time
}

// Wait returns what the requests wait for now, the zero value if for nothing that is known.
func (c *Caller) Wait() Wait {
	c.waitMu.Lock()
	w := c.wait
	c.waitMu.Unlock()
	now := time.Now()
	if w.Until.After(now) {
		return w
	}
	until, paused := c.Limiter.Waits()
	switch {
	case !until.After(now):
		return Wait{}
	case paused:
		return Wait{AskedTo, until}
	}
	return Wait{RateWindow, until}
}

// waits says that nothing is sent for a time. It never shortens a wait.
func (c *Caller) waits(reason Reason, d time.Duration) {
	c.waitMu.Lock()
	defer c.waitMu.Unlock()
	if until := time.Now().Add(d); until.After(c.wait.Until) {
		c.wait = Wait{reason, until}
	}
}

// Settle waits for what was written to be found by reads, or returns ctx's error when ctx
// ends first.
func (c *Caller) Settle(ctx context.Context, d time.Duration) error {
	c.waits(Settling, d)
	return Sleep(ctx, d)
}
