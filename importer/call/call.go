// The caller: what all requests of a run share.

// Package call makes the requests of a run: it waits for a slot of the rate limit,
// sends once, feeds the answer back to the limiter, renews credentials, and waits for
// the next daily quota. It decides when the other side can't be used any more. What an
// answer proves about a row is not its business.
package call

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/ratelimit"
)

const (
	// maxBusy is the longest wait that the other side may ask for before the run
	// stops. HubSpot's longest window is 10 s; the daily quota has its own way.
	maxBusy = 10 * time.Minute

	// resetMargin is how much later than announced the daily quota may be fresh by
	// our clock.
	resetMargin = 2 * time.Second
)

// Options say what to call, and how. API and Limiter are needed.
type Options struct {
	API     api.API
	Limiter *ratelimit.Limiter

	// Patience is how long the other side may be unreachable; 0 is a minute.
	Patience time.Duration

	// DailyReset is asked when the daily quota is exhausted, and returns when it is
	// fresh again. Nil: the call fails with a [*QuotaError].
	DailyReset func(context.Context) (time.Time, error)

	Logger *slog.Logger // may be nil
}

// A Caller is shared by all goroutines of a run.
type Caller struct {
	Options

	resetting chan struct{} // held by the goroutine that waits for the daily quota
	resets    atomic.Int64  // how often the quota has been fresh again

	renewing chan struct{} // held by the goroutine that renews the credentials

	mu       sync.Mutex
	unproved int       // answers in a row that prove nothing
	lostAt   time.Time // since when the other side can't be reached; zero: it can
	backoff  time.Duration
	renewals [2]int    // by purpose, since its last request that was not denied
	renewed  time.Time // when the credentials were last renewed

	waitMu sync.Mutex
	wait   Wait
}

// A purpose is what a request is for. Reads that succeed say nothing about creates:
// they must not keep a run going whose every create is denied.
type purpose int

const (
	create purpose = iota
	read
)

// New returns a caller. It sends nothing.
func New(o Options) *Caller {
	if o.Patience == 0 {
		o.Patience = time.Minute
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Caller{Options: o, resetting: make(chan struct{}, 1), renewing: make(chan struct{}, 1)}
}

// Slot waits for a slot of the rate limit, through the end of a daily quota if
// DailyReset is set. The caller of Slot calls the slot's Sent and Done, or Cancel.
func (c *Caller) Slot(ctx context.Context) (*ratelimit.Slot, error) {
	return c.slot(ctx, c.Limiter)
}

func (c *Caller) slot(ctx context.Context, l *ratelimit.Limiter) (*ratelimit.Slot, error) {
	for {
		resets := c.resets.Load()
		slot, err := l.Acquire(ctx)
		var daily *ratelimit.DailyError
		if !errors.As(err, &daily) {
			return slot, err
		}
		if c.DailyReset == nil {
			return nil, &QuotaError{Err: err}
		}
		if err := c.awaitReset(ctx, l, resets); err != nil {
			return nil, err
		}
	}
}

// awaitReset sleeps until the daily quota is fresh. One goroutine asks when that is,
// since asking takes a request, and the others wait for it. resets is the number of
// resets when the quota was found exhausted.
func (c *Caller) awaitReset(ctx context.Context, l *ratelimit.Limiter, resets int64) error {
	select {
	case c.resetting <- struct{}{}:
		defer func() { <-c.resetting }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if c.resets.Load() != resets {
		return nil
	}
	at, err := c.DailyReset(ctx)
	if err != nil {
		return &QuotaError{ResetUnknown: true, Err: err}
	}
	c.Logger.Warn("the daily quota is exhausted: waiting for the next day", "until", at)
	wait := time.Until(at) + resetMargin
	if wait <= resetMargin { // a reset time in the past must not become a busy loop
		wait = time.Minute
	}
	c.waits(DailyQuota, wait)
	if err := Sleep(ctx, wait); err != nil {
		return err
	}
	c.resets.Add(1)
	l.ResetDaily()
	return nil
}

// Sleep waits for d, or returns ctx's error when ctx ends first.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
