// A slot: the permission to send one request, and what came of it.

package ratelimit

import "time"

// A Slot is the permission to send one request. Every slot ends with one call of
// Done, or of Cancel. As long as it doesn't, it occupies its place in the window.
type Slot struct {
	limiter *Limiter
	ticket  ticket
	over    bool
}

// Sent says that the request leaves now. What the caller does between Acquire and
// Sent, such as making the intent durable, may take its time. Without a call of
// Sent the request counts as sent when Done is called, which is safe, but blocks
// its place in the window for longer.
func (s *Slot) Sent() {
	l := s.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.over || !s.ticket.sent.IsZero() {
		return
	}
	l.update(func(now time.Time) { l.gate.send(&s.ticket, now) })
}

// Done says what came of the request, as soon as its answer has come or is certain
// not to come any more. An answer whose Limit is zero says nothing about the
// limit; so does the zero Answer, which stands for a request that may have left
// and wasn't answered. Done panics when the slot is over already.
func (s *Slot) Done(a Answer) {
	l := s.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.over {
		panic("ratelimit: Done of a slot that is over")
	}
	s.over = true
	if a.Refused {
		l.refusals++
		if a.Daily {
			l.daily = &DailyError{Wait: a.Wait}
		}
	}
	l.update(func(now time.Time) { l.gate.answer(s.ticket, a, now) })
}

// Cancel gives the slot back: no request left, or it is certain that nothing of
// it reached the server. It does nothing when the slot is over already.
func (s *Slot) Cancel() {
	l := s.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	s.cancel()
	l.serve()
}

func (s *Slot) cancel() {
	if !s.over {
		s.over = true
		s.limiter.gate.cancel(s.ticket)
	}
}
