// Reads: sent again while their failure may pass.

package call

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/ratelimit"
)

const (
	minReadWait = 500 * time.Millisecond // before a failed read is sent again; doubled each time
	maxReadWait = 10 * time.Second
)

// Read sends a read through the limiter until it succeeds or can't. Its error is a
// [*RefusedReadError] when the read itself fails for good, a [*ServerError] when it
// fails for longer than the caller's patience, a [*DeniedError], a [*QuotaError], or
// that of ctx.
func Read[T any](ctx context.Context, c *Caller, send func(context.Context) (T, error)) (T, error) {
	return ReadLimited(ctx, c, c.Limiter, send)
}

// ReadLimited is Read with the slots of another limiter.
func ReadLimited[T any](ctx context.Context, c *Caller, l *ratelimit.Limiter, send func(context.Context) (T, error)) (T, error) {
	var none T
	var failing time.Time // since when
	for wait := minReadWait; ; wait = min(2*wait, maxReadWait) {
		slot, err := c.slot(ctx, l)
		if err != nil {
			return none, err
		}
		slot.Sent()
		sent := time.Now()
		v, err := send(ctx)
		rate := api.Rate{Remaining: -1}
		var failure api.ReadError
		if errors.As(err, &failure) {
			rate = failure.Rate()
		} else if found, ok := any(v).(api.Found); ok && err == nil {
			rate = found.Rate
		}
		slot.Done(rate)
		switch {
		case err == nil:
			c.reachable()
			c.mu.Lock()
			c.renewals[read] = 0
			c.mu.Unlock()
			return v, nil
		case ctx.Err() != nil:
			return none, ctx.Err()
		case failure == nil:
			return none, &RefusedReadError{err}
		case failure.Unauthorized() || failure.Forbidden():
			if err := c.denied(ctx, read, err, sent); err != nil {
				return none, err
			}
			continue
		case rate.Refused:
			continue // the limiter waits
		case !failure.Temporary():
			return none, &RefusedReadError{err}
		}
		if failing.IsZero() {
			failing = sent
		}
		if took := time.Since(failing); took >= c.Patience || rate.Wait > maxBusy {
			return none, &ServerError{Message: fmt.Sprintf("HubSpot couldn't be read for %s", took.Round(time.Second)), Err: err}
		}
		c.Logger.Warn("a read failed", "error", err, "again in", max(wait, rate.Wait))
		c.waits(ReadFailed, max(wait, rate.Wait))
		if err := Sleep(ctx, max(wait, rate.Wait)); err != nil {
			return none, err
		}
	}
}
