// What the answer to a create means for the run: go on, slow down, or stop.

package call

import (
	"context"
	"fmt"
	"time"

	"github.com/hubload/hubload/importer/api"
)

const (
	// maxUnproved is how many answers in a row may prove nothing before the run
	// stops: 20 of 100 rows each are the 2,000 rows that a person can still check.
	maxUnproved = 20

	// maxRenewals is how often credentials are renewed before a request that is
	// still denied ends the run: the first token may have been revoked meanwhile.
	maxRenewals = 2

	minBackoff = 250 * time.Millisecond // while the other side is unreachable
	maxBackoff = 5 * time.Second
)

// Observe takes the answer to a create that was sent at a time. It returns an error
// when the run has to stop: a [*ServerError] or [*DeniedError]. The answer's rows are
// the engine's business, and are settled before.
func (c *Caller) Observe(ctx context.Context, ans api.Answer, sent time.Time) error {
	if ans.Stop {
		return &ServerError{Message: "the server can't be used", Err: ans.Err}
	}
	switch ans.Outcome {
	case api.Unreachable:
		return c.unreachable(ans)
	case api.Denied:
		return c.denied(ctx, create, ans.Err, sent)
	case api.Impossible:
		return &ServerError{Message: "HubSpot can't take the request", Err: ans.Err}
	case api.Busy:
		if ans.Wait > maxBusy {
			return &ServerError{Message: fmt.Sprintf("HubSpot asks to come back in %s", ans.Wait), Err: ans.Err}
		}
		c.waits(AskedTo, max(ans.Wait, time.Second))
		c.Limiter.Pause(max(ans.Wait, time.Second))
	case api.Unknown:
		return c.unprovedAnswer(ans)
	}
	c.reachable()
	if ans.Outcome == api.Answered || ans.Outcome == api.Refused {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.unproved, c.renewals[create] = 0, 0
	}
	return nil
}

func (c *Caller) reachable() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lostAt, c.backoff = time.Time{}, 0
}

// unreachable pauses everybody, longer each time, until patience ends.
func (c *Caller) unreachable(ans api.Answer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.lostAt.IsZero() {
		c.lostAt = now
	}
	if lost := now.Sub(c.lostAt); lost >= c.Patience {
		return &ServerError{Message: fmt.Sprintf("HubSpot couldn't be reached for %s", lost.Round(time.Second)), Err: ans.Err}
	}
	c.backoff = min(max(2*c.backoff, minBackoff), maxBackoff)
	c.waits(Unreached, c.backoff)
	c.Limiter.Pause(c.backoff)
	c.Logger.Warn("HubSpot can't be reached", "error", ans.Err, "again in", c.backoff)
	return nil
}

// unprovedAnswer stops a run whose every batch would end in doubt.
func (c *Caller) unprovedAnswer(ans api.Answer) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unproved++
	c.Logger.Warn("an answer proves nothing", "error", ans.Err, "in a row", c.unproved)
	if c.unproved >= maxUnproved {
		return &ServerError{Message: fmt.Sprintf("%d answers in a row proved nothing; stopped before more rows are in doubt", c.unproved), Err: ans.Err}
	}
	c.Limiter.Pause(max(ans.Wait, min(time.Duration(c.unproved-1)*200*time.Millisecond, maxBackoff)))
	return nil
}

// denied renews the credentials, once for all goroutines that were denied together: a
// request that was sent before the last renewal is sent again.
func (c *Caller) denied(ctx context.Context, p purpose, cause error, sent time.Time) error {
	// Not under c.mu: renewing takes a request.
	c.renewing <- struct{}{}
	defer func() { <-c.renewing }()
	c.mu.Lock()
	late, exhausted := sent.Before(c.renewed), c.renewals[p] >= maxRenewals
	c.mu.Unlock()
	if late {
		return nil
	}
	if exhausted {
		return &DeniedError{Err: cause}
	}
	fresh, err := c.API.Renew(ctx)
	if err != nil {
		return &DeniedError{Err: err}
	}
	if !fresh {
		return &DeniedError{Err: cause}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.renewals[p]++
	c.renewed = time.Now()
	return nil
}
