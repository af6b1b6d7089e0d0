// When the next request may leave: what answers taught, and what they forbid.

package ratelimit

import "time"

const (
	mute       = 3                // probes that say nothing before the assumption is trusted
	firstPause = time.Second      // after a refusal that doesn't say how long to wait
	mostPause  = time.Hour        // whatever a server asks for, then one request asks again
	relax      = 10 * time.Minute // without a refusal: the window isn't stretched any more
	steps      = 20               // a window is stretched by 1/steps of its length at a time
	mostSteps  = 4
)

// A ticket is the gate's part of a [Slot].
type ticket struct {
	probe bool
	taken time.Time
	sent  time.Time // zero: not yet
}

// A gate decides when the next request may leave. While it doesn't know where it
// stands, at the start and after a refusal, it lets one request through, a probe,
// and nothing more until that is answered.
//
// A gate knows no clock; the times that are handed in never decrease. It is not
// safe for concurrent use.
type gate struct {
	options Options
	server  Limit   // from the last answer that told; zero: none did
	limits  []Limit // in force; first what is believed of the server, its window stretched
	pace    Limit   // all of them in terms of the first one's window, rounded up
	window  window
	shared  *shared // with other processes; nil: with none
	pacer   *pacer

	trusted bool // else one request at a time
	probing bool // it is on its way
	silent  int  // answers of probes in a row that said nothing

	resume  time.Time     // nothing leaves before
	refused time.Time     // when the last refusal came that told something new
	pause   time.Duration // after it; 0: a probe has succeeded since
	stretch int           // steps

	kin struct { // what processes that share the window know
		server  Limit
		stretch int
	}
}

func newGate(o Options) *gate {
	g := &gate{options: o, shared: newShared(o.Store), pacer: newPacer()}
	g.settle(time.Time{})
	return g
}

// limit returns the one in force that lets least through.
func (g *gate) limit() Limit {
	slowest := g.limits[0]
	for _, l := range g.limits[1:] {
		if l.perSecond() < slowest.perSecond() {
			slowest = l
		}
	}
	return slowest
}

// next returns when a request may leave if nothing happens until then; it reports
// false if that depends on an answer. A time up to now means now.
func (g *gate) next(now time.Time) (time.Time, bool) {
	if !g.trusted && g.probing {
		return time.Time{}, false
	}
	at := latest(g.resume, g.pacer.due(now))
	for i, l := range g.limits {
		w := &g.window
		if i == 0 { // what the user allows on top of that is this process's own
			w = g.all(now)
		}
		free, ok := w.free(l, now)
		if !ok && w == &g.window {
			return time.Time{}, false
		}
		if !ok {
			free = now.Add(poll)
		}
		at = latest(at, free)
	}
	if g.shared.off(g.limits[0], now) {
		return at, true
	}
	if at.After(now) {
		g.shared.yield = time.Time{}
		return at, true
	}
	return g.shared.yields(now), true
}

// all returns the window with the requests of the processes that share it.
func (g *gate) all(now time.Time) *window {
	if g.shared == nil {
		return &g.window
	}
	return g.shared.ledger.add(&g.window, g.limits[0].Per, now)
}

// explains returns how many requests are accounted for, at most, in the window of
// a server that had counted a request by now which was sent at a time.
func (g *gate) explains(sent time.Time) int {
	n := g.window.explains(sent, g.pace.Per)
	if g.shared != nil {
		g.pacer.kin = g.shared.ledger.explains(sent, g.pace.Per)
		n += g.pacer.kin
	}
	return n
}

// believed is what is known of the server's limit; zero: nothing.
func (g *gate) believed() Limit {
	if g.server.N > 0 {
		return g.server
	}
	return g.kin.server
}

// meet takes in what the processes know that share the window.
func (g *gate) meet(now time.Time) {
	server, stretch, hold := g.shared.ledger.told()
	if server != g.kin.server || stretch != g.kin.stretch {
		g.kin.server, g.kin.stretch = server, stretch
		g.settle(now)
	}
	// Nobody is stopped for long by what others say.
	if most := now.Add(g.limits[0].Per); hold.After(now) {
		g.resume = latest(g.resume, earliest(hold, most))
	}
}

// tell tells the processes that share the window what is known here.
func (g *gate) tell(waiting bool, now time.Time) {
	hold := time.Duration(0)
	if g.pause > 0 { // other pauses are this process's own
		hold = max(0, g.resume.Sub(now))
	}
	g.shared.ledger.tell(waiting, g.server, g.stretch, hold)
}

// take gives a slot out; next has said that one is free now.
func (g *gate) take(now time.Time) ticket {
	g.window.take()
	g.pacer.take(now)
	t := ticket{probe: !g.trusted, taken: now}
	g.probing = t.probe
	if g.shared != nil {
		g.shared.ledger.take(now)
		g.shared.yield = time.Time{}
	}
	return t
}

func (g *gate) send(t *ticket, now time.Time) {
	g.window.send(now)
	t.sent = now
	if g.shared != nil {
		g.shared.ledger.send(t.taken, now)
	}
}

// spend logs n requests that left without a slot and were answered by now.
func (g *gate) spend(n int, now time.Time) {
	g.window.crowd(n, now)
	if g.shared == nil {
		return
	}
	for range n {
		g.shared.ledger.take(now)
		g.shared.ledger.send(now, now)
		g.shared.ledger.answer(now, now)
	}
}

// cancel takes a slot back whose request never left.
func (g *gate) cancel(t ticket) {
	if t.sent.IsZero() {
		g.window.untake()
	} else {
		g.window.unsend(t.sent)
	}
	if g.shared != nil {
		g.shared.ledger.cancel(t.taken, t.sent)
	}
	if t.probe {
		g.probing = false
	}
}

// answer takes what came of the request of a slot.
func (g *gate) answer(t ticket, a Answer, now time.Time) {
	if t.sent.IsZero() {
		g.send(&t, now)
	}
	g.window.answer(now)
	if g.shared != nil {
		g.shared.ledger.answer(t.sent, now)
	}
	g.forget(now)
	if t.probe {
		g.probing = false
	}
	limit, told := a.Limit.sane()
	if told {
		g.server = limit
		g.settle(now)
	}
	if a.Refused {
		g.refuse(t, a, now)
		return
	}
	if t.probe {
		g.probed(told)
	}
	if g.stretch > 0 && now.Sub(g.refused) >= relax {
		g.stretch = 0
		g.settle(now)
	}
	if told && a.Remaining >= 0 && a.Remaining <= a.Limit.N {
		g.heed(t, a, now)
	}
}

// probed ends the time of one request at a time if a probe's answer told
// something. A server that never says anything mustn't hold us to that for ever,
// but a lost answer looks the same: so it takes a few.
func (g *gate) probed(told bool) {
	if told {
		g.silent = 0
	} else {
		g.silent++
	}
	if told || g.silent >= mute {
		g.trusted = true
		g.pause = 0
	}
}

// heed compares what the server counted with what was sent from here.
func (g *gate) heed(t ticket, a Answer, now time.Time) {
	if now.Sub(t.sent) > g.pace.Per {
		return // what it counted is history
	}
	left := max(0, g.believed().N-g.pace.N) // never used from here
	others := a.Limit.N - a.Remaining - left - g.explains(t.sent)
	if t.probe {
		g.window.crowd(max(0, others), now)
	}
	g.pacer.heed(others, a.Remaining, t.probe, now)
}

// refuse closes the gate for a while and then lets one probe through. Slots that
// had been taken before the last refusal tell nothing new when they are refused too.
func (g *gate) refuse(t ticket, a Answer, now time.Time) {
	if a.Daily { // it isn't the window that is full; after the reset a probe goes first
		g.trusted = false
		return
	}
	wait := min(a.Wait, mostPause)
	if !t.taken.After(g.refused) {
		g.hold(wait, now)
		return
	}
	if g.trusted {
		// Among others too: the holes that a pause leaves let a server that counts
		// coarsely seem to have room, and it would refuse again and again.
		g.stretch = min(g.stretch+1, mostSteps)
		g.settle(now)
		g.pacer.refused(g.pace.N-g.explains(t.sent), now)
	}
	g.trusted = false
	g.refused = now
	storm := g.pause > 0
	g.pause = min(max(2*g.pause, firstPause), max(firstPause, g.pace.Per))
	switch {
	case wait <= 0:
		wait = g.pause
	case storm:
		wait = max(wait, firstPause)
	}
	g.hold(wait, now)
}

// hold lets nothing leave for a time.
func (g *gate) hold(d time.Duration, now time.Time) {
	g.resume = latest(g.resume, now.Add(d))
}

// forget drops what no decision needs any more. Twice the longest window is kept:
// heed looks one window back from the sending of a request that was sent at most
// one window ago.
func (g *gate) forget(now time.Time) {
	longest := time.Duration(0)
	for _, l := range g.limits {
		longest = max(longest, l.Per)
	}
	old := now.Add(-2*longest - spread)
	g.window.forget(old)
	if g.shared != nil {
		g.shared.ledger.forget(old)
	}
}

// settle works out which limits are in force.
func (g *gate) settle(now time.Time) {
	highest, server := g.options.Cap, g.believed()
	base := Limit{N: 100, Per: 10 * time.Second}.part(g.options.Share)
	switch {
	case server.N > 0:
		base = server.part(g.options.Share)
	case highest.N > 0:
		base = highest
	}
	base.Per += base.Per * time.Duration(max(g.stretch, g.kin.stretch)) / steps
	g.limits = append(g.limits[:0], base)
	g.pace = base
	if highest.N > 0 {
		g.limits = append(g.limits, highest)
		g.pace.N = min(base.N, highest.within(base.Per))
	}
	g.pacer.setLimit(g.pace, now)
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
