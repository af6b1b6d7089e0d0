// A slot: the permission to send one request, and what came of it.

package ratelimit

import "time"

// An Answer is the result of one request, as far as the limit is concerned.
type Answer struct {
	Limit     Limit         // from the answer's headers; zero when absent or nonsense
	Remaining int           // requests left in the window; -1 when the answer doesn't say
	Refused   bool          // the limit refused the request
	Daily     bool          // with Refused: the quota of the day is exhausted
	Wait      time.Duration // how long the server asks to wait; 0 when it doesn't say
}

// A Slot is the permission to send one request. Every slot ends with one call of
// Done or of Cancel. Until then it occupies its place in the window.
type Slot struct {
	limiter *Limiter
	ticket  ticket
	over    bool
}

// Sent says that the request leaves now. The time between Acquire and Sent doesn't
// matter: the caller may make its intent durable there. Without a call of Sent the
// request counts as sent when Done is called, which is safe, but blocks its place in
// the window for longer.
func (s *Slot) Sent() {
	l := s.limiter
	l.mu.Lock()
	defer l.mu.Unlock()
	if s.over || !s.ticket.sent.IsZero() {
		return
	}
	l.update(func(now time.Time) { l.controller.send(&s.ticket, now) })
}

// Done reports the answer. Call it as soon as the answer is here or is certain not to
// come any more. An answer with a zero Limit says nothing about the limit. The zero
// Answer stands for a request that may have left and wasn't answered. Done panics if
// the slot is over already.
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
	l.update(func(now time.Time) { l.controller.answer(s.ticket, a, now) })
}

// Cancel gives the slot back: nothing of the request reached the server. It does
// nothing if the slot is over already.
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
		s.limiter.controller.cancel(s.ticket)
	}
}
