// When the next request may leave: the limits in force, and what they allow.

package ratelimit

import "time"

// A ticket is the controller's part of a [Slot].
type ticket struct {
	probe bool
	taken time.Time
	sent  time.Time // zero: not yet
}

// A controller decides when the next request may leave. While it doesn't know the
// state of the window, at the start and after a refusal, it lets one request through,
// a probe, and nothing more until that is answered.
//
// A controller has no clock; the times passed in never decrease. It is not safe for
// concurrent use.
type controller struct {
	options Options
	server  Limit   // from the last answer that stated one; zero: none did
	limits  []Limit // in force; the first is the server's, its window stretched
	pace    Limit   // all of them in terms of the first one's window, rounded up
	window  window
	shared  *sharedWindow // with other processes; nil: with none
	pacer   *pacer

	trusted bool // else one request at a time
	probing bool // it is on its way
	silent  int  // answers of probes in a row that said nothing

	resume  time.Time     // nothing leaves before
	refused time.Time     // when the last refusal came that said something new
	pause   time.Duration // after it; 0: a probe has succeeded since
	stretch int           // steps

	peers struct { // what processes that share the window know
		server  Limit
		stretch int
	}
}

func newController(o Options) *controller {
	c := &controller{options: o, shared: newSharedWindow(o.Store), pacer: newPacer()}
	c.updateLimits(time.Time{})
	return c
}

// limit returns the slowest of the limits in force.
func (c *controller) limit() Limit {
	slowest := c.limits[0]
	for _, l := range c.limits[1:] {
		if l.perSecond() < slowest.perSecond() {
			slowest = l
		}
	}
	return slowest
}

// next returns when a request may leave if nothing happens until then; it reports
// false if that depends on an answer. A time up to now means now.
func (c *controller) next(now time.Time) (time.Time, bool) {
	if !c.trusted && c.probing {
		return time.Time{}, false
	}
	at := latest(c.resume, c.pacer.due(now))
	for i, l := range c.limits {
		w := &c.window
		if i == 0 { // a cap of the user, the second limit, is this process's own
			w = c.all(now)
		}
		free, ok := w.free(l, now)
		if !ok && w == &c.window {
			return time.Time{}, false
		}
		if !ok {
			free = now.Add(pollInterval)
		}
		at = latest(at, free)
	}
	if c.shared.off(c.limits[0], now) {
		return at, true
	}
	if at.After(now) {
		c.shared.yield = time.Time{}
		return at, true
	}
	return c.shared.yields(now), true
}

// all returns the window with the requests of the processes that share it.
func (c *controller) all(now time.Time) *window {
	if c.shared == nil {
		return &c.window
	}
	return c.shared.log.add(&c.window, c.limits[0].Per, now)
}

// take gives a slot out; next has said that one is free now.
func (c *controller) take(now time.Time) ticket {
	c.window.take()
	c.pacer.take(now)
	t := ticket{probe: !c.trusted, taken: now}
	c.probing = t.probe
	if c.shared != nil {
		c.shared.log.take(now)
		c.shared.yield = time.Time{}
	}
	return t
}

func (c *controller) send(t *ticket, now time.Time) {
	c.window.send(now)
	t.sent = now
	if c.shared != nil {
		c.shared.log.send(t.taken, now)
	}
}

// spend logs n requests that left without a slot and were answered by now.
func (c *controller) spend(n int, now time.Time) {
	c.window.addForeign(n, now)
	if c.shared == nil {
		return
	}
	for range n {
		c.shared.log.take(now)
		c.shared.log.send(now, now)
		c.shared.log.answer(now, now)
	}
}

// cancel takes a slot back whose request never left.
func (c *controller) cancel(t ticket) {
	if t.sent.IsZero() {
		c.window.untake()
	} else {
		c.window.unsend(t.sent)
	}
	if c.shared != nil {
		c.shared.log.cancel(t.taken, t.sent)
	}
	if t.probe {
		c.probing = false
	}
}

// hold lets nothing leave for a time.
func (c *controller) hold(d time.Duration, now time.Time) {
	c.resume = latest(c.resume, now.Add(d))
}

// knownLimit is the server's limit; zero if nobody knows it yet.
func (c *controller) knownLimit() Limit {
	if c.server.N > 0 {
		return c.server
	}
	return c.peers.server
}

// updateLimits works out which limits are in force.
func (c *controller) updateLimits(now time.Time) {
	highest, server := c.options.Cap, c.knownLimit()
	base := assumed.part(c.options.Share)
	switch {
	case server.N > 0:
		base = server.part(c.options.Share)
	case highest.N > 0:
		base = highest
	}
	base.Per += base.Per * time.Duration(max(c.stretch, c.peers.stretch)) / stretchSteps
	c.limits = append(c.limits[:0], base)
	c.pace = base
	if highest.N > 0 {
		c.limits = append(c.limits, highest)
		c.pace.N = min(base.N, highest.within(base.Per))
	}
	c.pacer.setLimit(c.pace, now)
}

// prune drops what no decision needs any more. Twice the longest window is kept:
// observe looks one window back from the sending of a request that was sent at most
// one window ago.
func (c *controller) prune(now time.Time) {
	longest := time.Duration(0)
	for _, l := range c.limits {
		longest = max(longest, l.Per)
	}
	old := now.Add(-2*longest - transitSpread)
	c.window.prune(old)
	if c.shared != nil {
		c.shared.log.prune(old)
	}
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
