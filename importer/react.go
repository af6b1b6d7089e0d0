// What an answer means for the run as a whole: go on, slow down, or stop.

package importer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/ratelimit"
)

// resetMargin is how much later than promised the quota of the day may be fresh, as our
// clock has it.
const resetMargin = 2 * time.Second

// slot waits for the limiter, through the end of a daily quota if that is wanted.
func (r *run) slot(ctx context.Context) (*ratelimit.Slot, error) {
	return r.slotOf(ctx, r.im.Limiter)
}

func (r *run) slotOf(ctx context.Context, l *ratelimit.Limiter) (*ratelimit.Slot, error) {
	for {
		resets := r.resets.Load()
		slot, err := l.Acquire(ctx)
		var daily *ratelimit.DailyError
		if !errors.As(err, &daily) {
			return slot, err
		}
		if r.im.DailyReset == nil {
			return nil, &StoppedError{Cause: DailyQuota, Message: "the account's API quota of the day is exhausted", Err: err}
		}
		if err := r.awaitReset(ctx, l, resets); err != nil {
			return nil, err
		}
	}
}

// awaitReset sleeps until the daily quota is fresh. One worker asks when that is, and
// the others wait for it: each question is a request too. resets is how often the
// quota had been fresh again when it was found exhausted.
func (r *run) awaitReset(ctx context.Context, l *ratelimit.Limiter, resets int64) error {
	select {
	case r.resetting <- struct{}{}:
		defer func() { <-r.resetting }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if r.resets.Load() != resets {
		return nil
	}
	at, err := r.im.DailyReset(ctx)
	if err != nil {
		return &StoppedError{Cause: DailyQuota, Message: "the account's API quota of the day is exhausted, and when it is fresh again can't be found out", Err: err}
	}
	r.log.Warn("the quota of the day is exhausted: waiting for the next", "until", at)
	wait := time.Until(at) + resetMargin
	if wait <= resetMargin { // a reset time in the past must not become a busy loop
		wait = time.Minute
	}
	if err := sleep(ctx, wait); err != nil {
		return err
	}
	r.resets.Add(1)
	l.ResetDaily()
	return nil
}

// react keeps the run's counters of trouble, and returns an error when the run
// has to stop.
func (r *run) react(ctx context.Context, ans api.Answer, rows []standing, sent time.Time) error {
	if ans.Stop {
		return &ServerError{Message: "the server can't be used", Err: ans.Err}
	}
	if ans.Outcome == api.Answered && alien(ans, rows) {
		return &ServerError{Message: "an answer belongs to another request: something between here and HubSpot mixes answers up"}
	}
	switch ans.Outcome {
	case api.Unreachable:
		return r.unreachable(ans)
	case api.Denied:
		return r.denied(ctx, ans, sent)
	case api.Impossible:
		return &ServerError{Message: "HubSpot can't take the request", Err: ans.Err}
	case api.Busy:
		if ans.Wait > maxBusy {
			return &ServerError{Message: fmt.Sprintf("HubSpot asks to come back in %s", ans.Wait), Err: ans.Err}
		}
		r.im.Limiter.Pause(max(ans.Wait, time.Second))
	case api.Unknown:
		return r.unprovedAnswer(ans)
	}
	r.reachable(ans.Outcome)
	return nil
}

// alien reports whether an answer names records that nobody asked for.
func alien(ans api.Answer, rows []standing) bool {
	for k, c := range ans.Created {
		if _, ours := traced(rows, k, c.Trace); !ours && c.Trace != "" {
			return true
		}
	}
	return false
}

func (r *run) reachable(p api.Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lostAt, r.backoff = time.Time{}, 0
	if p == api.Answered || p == api.Refused {
		r.unproved, r.renewals = 0, 0
	}
}

// unreachable pauses everybody, longer each time, until patience ends.
func (r *run) unreachable(ans api.Answer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	if r.lostAt.IsZero() {
		r.lostAt = now
	}
	if lost := now.Sub(r.lostAt); lost >= r.im.Patience {
		return &ServerError{Message: fmt.Sprintf("HubSpot couldn't be reached for %s", lost.Round(time.Second)), Err: ans.Err}
	}
	r.backoff = min(max(2*r.backoff, 250*time.Millisecond), 5*time.Second)
	r.im.Limiter.Pause(r.backoff)
	r.log.Warn("HubSpot can't be reached", "error", ans.Err, "again in", r.backoff)
	return nil
}

// unprovedAnswer stops a run whose every batch would end in doubt.
func (r *run) unprovedAnswer(ans api.Answer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unproved++
	r.log.Warn("an answer proves nothing", "error", ans.Err, "in a row", r.unproved)
	if r.unproved >= maxUnproved {
		return &ServerError{Message: fmt.Sprintf("%d answers in a row proved nothing; stopped before more rows are in doubt", r.unproved), Err: ans.Err}
	}
	r.im.Limiter.Pause(max(ans.Wait, min(time.Duration(r.unproved-1)*200*time.Millisecond, 5*time.Second)))
	return nil
}

// denied renews the credentials, once for all workers that were denied together:
// a request that had left before the last renewal is simply sent again.
func (r *run) denied(ctx context.Context, ans api.Answer, sent time.Time) error {
	// Not under r.mu: renewing takes a request, and only who was denied has to
	// wait for it.
	r.renewing <- struct{}{}
	defer func() { <-r.renewing }()
	r.mu.Lock()
	late, tired := sent.Before(r.renewed), r.renewals >= maxRenewals
	r.mu.Unlock()
	if late {
		return nil
	}
	if tired {
		return &DeniedError{Err: ans.Err}
	}
	fresh, err := r.im.API.Renew(ctx)
	if err != nil {
		return &DeniedError{Err: err}
	}
	if !fresh {
		return &DeniedError{Err: ans.Err}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.renewals++
	r.renewed = time.Now()
	return nil
}

func (r *run) countFates(fates []journal.Fate) error {
	refused := 0
	for _, f := range fates {
		if f.Kind == journal.Refused {
			refused++
		}
	}
	return r.count(refused, len(fates)-refused)
}

// count keeps the streak of refused rows and stops a run that only fails.
func (r *run) count(refused, others int) error {
	if refused == 0 && others == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if others > 0 {
		r.streak = 0
	}
	r.streak += refused
	counts := r.progress.Counts()
	if t := r.im.MaxRefused; t.Rows > 0 && counts.Refused > t.Rows {
		return &StoppedError{Cause: TooManyRefused, Message: fmt.Sprintf("%d rows were refused, more than the %d allowed", counts.Refused, t.Rows)}
	}
	if r.streak >= maxStreak {
		return &StoppedError{Cause: TooManyRefused, Message: fmt.Sprintf("%d rows in a row were refused", r.streak)}
	}
	// Rows that can't be sent are refused before the others of their batches are
	// answered: those count as good until they are.
	settled := max(counts.Created+counts.Existing+counts.Refused+counts.InDoubt, r.progress.lastRead())
	if p := r.im.MaxRefused.Percent; p > 0 && settled >= 100 && float64(counts.Refused)*100 > p*float64(settled) {
		return &StoppedError{Cause: TooManyRefused, Message: fmt.Sprintf("%d of %d rows were refused, more than %g%%", counts.Refused, settled, p)}
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
