// The limiter: slots, and what the answers teach.

package ratelimit

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Options are what a user may say about the rate. The zero value is all that
// the server allows.
type Options struct {
	// Cap is a limit to keep whatever the server allows; zero: none. Where the
	// server doesn't say what it allows, Cap is believed, also when it is high.
	Cap Limit

	// Share is how many percent, from 1 to 100, to use of what the server allows.
	// 0 means 100.
	Share int

	// Store holds a window that is shared with other processes, such as a locked file
	// for each account; nil: the window isn't shared. All processes together then keep
	// to what the server allows, and none takes another for a foreign client. The
	// process whose last slot is longest ago is served first. Cap stays each
	// process's own.
	//
	// A process that dies occupies its slots for a window and two seconds, no
	// longer. The wall clock of the host may jump; see the package comment.
	// Limits of more than 1,000 requests in a window, or 100 a second, aren't
	// shared: the store is asked three times a request.
	Store Store
}

// A Limiter hands out slots for requests, in the order of the calls of Acquire. It
// starts no goroutine and needs no closing. Its methods, and those of its slots, are
// safe for concurrent use.
type Limiter struct {
	mu         sync.Mutex
	controller *controller
	daily      *DailyError // nil: the quota of the day isn't known to be exhausted
	refusals   int64
	waiters    []*waiter   // first come, first served
	timer      *time.Timer // wakes the first of them up; nil before it was needed
	due        time.Time   // when the first of them gets its slot; zero: an answer decides, or nobody waits
	held       bool        // until then because of a pause, and not of the window
}

// A waiter is a call of Acquire. Slot or err is set before ready is closed.
type waiter struct {
	ready chan struct{}
	slot  *Slot
	err   error
}

// New returns a limiter that hasn't seen an answer yet. It panics if o.Cap is
// neither zero nor a limit that [ParseLimit] could return, or o.Share isn't
// between 0 and 100.
func New(o Options) *Limiter {
	if o.Cap != (Limit{}) && !o.Cap.valid() {
		panic(fmt.Sprintf("ratelimit: Cap is %v", o.Cap))
	}
	if o.Share < 0 || o.Share > 100 {
		panic(fmt.Sprintf("ratelimit: Share is %d percent", o.Share))
	}
	if o.Share == 0 {
		o.Share = 100
	}
	return &Limiter{controller: newController(o)}
}

// Acquire waits until a request may be sent, and returns the slot for it. The
// caller owes the slot a call of [Slot.Done] or [Slot.Cancel].
//
// It returns ctx's error when ctx ends first; a deadline that is too near to succeed is
// waited for. It returns a [*DailyError] from when an answer says that the quota of the
// day is exhausted until [Limiter.ResetDaily], also to callers that wait already.
func (l *Limiter) Acquire(ctx context.Context) (*Slot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := &waiter{ready: make(chan struct{})}
	l.mu.Lock()
	l.waiters = append(l.waiters, w)
	l.serve()
	l.mu.Unlock()

	select {
	case <-w.ready:
		return w.slot, w.err
	case <-ctx.Done():
	}

	l.mu.Lock()
	defer l.mu.Unlock()
	if w.slot != nil { // served between ctx's end and the lock: nobody will use it
		w.slot.cancel()
	} else if i := slices.Index(l.waiters, w); i >= 0 {
		l.waiters = slices.Delete(l.waiters, i, i+1)
	}
	l.serve()
	return nil, ctx.Err()
}

// serve gives slots to waiters until one has to wait, and sets the timer for that
// one. It is called after every change, with mu held.
func (l *Limiter) serve() {
	l.update(func(time.Time) {})
}

// update calls do and then serves, both with exclusive access to a shared window.
func (l *Limiter) update(do func(now time.Time)) {
	now := time.Now()
	l.controller.shared.with(l.controller.limits[0], now, func() {
		now := time.Now() // the store may have kept us waiting
		if l.controller.shared != nil {
			l.controller.mergePeers(now)
		}
		do(now)
		waiting := l.serveAll(now)
		if l.controller.shared != nil {
			l.controller.publish(waiting, now)
		}
	})
}

// serveAll serves the waiters, and reports whether one of them waits for the timer.
func (l *Limiter) serveAll(now time.Time) bool {
	l.due = time.Time{}
	for len(l.waiters) > 0 {
		w := l.waiters[0]
		if l.daily != nil {
			w.err = l.daily
		} else {
			at, ok := l.controller.next(now)
			if !ok {
				break // an answer will call serve
			}
			if wait := at.Sub(now); wait > 0 {
				l.due, l.held = at, !l.controller.resume.Before(at)
				l.wake(wait)
				return true
			}
			w.slot = &Slot{limiter: l, ticket: l.controller.take(now)}
		}
		l.waiters = slices.Delete(l.waiters, 0, 1)
		close(w.ready)
	}
	if l.timer != nil {
		l.timer.Stop()
	}
	return false
}

func (l *Limiter) wake(after time.Duration) {
	if l.timer != nil {
		l.timer.Reset(after)
		return
	}
	l.timer = time.AfterFunc(after, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.serve()
	})
}

// Limit returns the limit in force now: the slower one of the server's and the user's.
// Its window is longer than the server's while it is stretched because of refusals.
func (l *Limiter) Limit() Limit {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.controller.limit()
}

// Waits returns until when no slot is given out although somebody waits for one, as far as
// that is known; zero: nobody waits, or an answer decides. Paused says that the server asked
// for it, by a refusal or through [Limiter.Pause], and false that the window is full.
func (l *Limiter) Waits() (until time.Time, paused bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiters) == 0 {
		return time.Time{}, false
	}
	return l.due, l.held
}

// Refusals returns how many requests the limit has refused so far, those refused
// by the quota of the day among them.
func (l *Limiter) Refusals() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refusals
}

// Pause hands out no slot for a time from now. It is for a server that asks for a pause
// in another way than by refusing. It never shortens a pause.
func (l *Limiter) Pause(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.controller.hold(d, time.Now())
	l.serve()
}

// Spent says that n requests were sent and answered without a slot, such as those
// that read the account's number. The window counts them, so that they aren't taken for
// another client's.
func (l *Limiter) Spent(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.update(func(now time.Time) { l.controller.spend(n, now) })
}

// ResetDaily says that the quota of the day is fresh again. The next request goes
// alone, to see whether that is true.
func (l *Limiter) ResetDaily() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.daily = nil
	l.serve()
}

// A DailyError says that the quota of the day is exhausted: no request has a
// chance before it is reset.
type DailyError struct {
	Wait time.Duration // how long the server asked to wait, when it refused; 0 when it didn't say
}

func (e *DailyError) Error() string {
	if e.Wait > 0 {
		return fmt.Sprintf("the quota of requests for today is exhausted; the server asks to wait %v", e.Wait)
	}
	return "the quota of requests for today is exhausted"
}
