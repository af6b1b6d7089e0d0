// What answers teach: the limit, other clients, refusals; and what processes tell each other.

package ratelimit

import "time"

// assumed is HubSpot's lowest documented limit (free and starter plans), until an answer
// states the real one.
var assumed = Limit{N: 100, Per: 10 * time.Second}

const (
	// A probe whose answer got lost says as little as a server without headers. Three
	// in a row, of answers that get lost one time in ten at the worst, are one in a
	// thousand.
	silentProbes = 3

	// minPause follows a refusal that doesn't say how long to wait. With a storm of
	// refusals it keeps the promise of at most one request a second (TestStorm).
	minPause = time.Second

	// maxPause is what a server's wait is cut to: one request an hour costs nothing, and
	// a nonsense header doesn't stop a run for good.
	maxPause = time.Hour

	// A window is stretched by 1/stretchSteps of its length at a time, by maxStretch
	// steps at most: 0.5 s of HubSpot's 10 s, up to 2 s. A server that counts in whole
	// seconds needs a second, two steps, plus one for jitter. Among 10,000 requests of
	// 3 s to such a server 4 are refused, without the stretch 50 (TestStrangeServers).
	stretchSteps = 20
	maxStretch   = 4

	// stretchExpiry is how long without a refusal ends the stretch. A server that counts
	// coarsely refuses once after it: one request of 10,000 at HubSpot's rate.
	stretchExpiry = 10 * time.Minute
)

// answer takes the result of the request of a slot.
func (c *controller) answer(t ticket, a Answer, now time.Time) {
	if t.sent.IsZero() {
		c.send(&t, now)
	}
	c.window.answer(now)
	if c.shared != nil {
		c.shared.log.answer(t.sent, now)
	}
	c.prune(now)
	if t.probe {
		c.probing = false
	}
	limit, stated := a.Limit.sane()
	if stated {
		c.server = limit
		c.updateLimits(now)
	}
	if a.Refused {
		c.refuse(t, a, now)
		return
	}
	if t.probe {
		c.probed(stated)
	}
	if c.stretch > 0 && now.Sub(c.refused) >= stretchExpiry {
		c.stretch = 0
		c.updateLimits(now)
	}
	if stated && a.Remaining >= 0 && a.Remaining <= a.Limit.N {
		c.observe(t, a, now)
	}
}

// probed ends the time of one request at a time if a probe's answer stated a limit, or
// if several in a row stated none: a server without headers mustn't hold us back for ever.
func (c *controller) probed(stated bool) {
	if stated {
		c.silent = 0
	} else {
		c.silent++
	}
	if stated || c.silent >= silentProbes {
		c.trusted = true
		c.pause = 0
	}
}

// observe compares what the server counted with what was sent from here.
func (c *controller) observe(t ticket, a Answer, now time.Time) {
	if now.Sub(t.sent) > c.pace.Per {
		return // the window that it counted is over
	}
	unused := max(0, c.knownLimit().N-c.pace.N) // never used from here: share or cap
	foreign := a.Limit.N - a.Remaining - unused - c.accountedFor(t.sent)
	if t.probe {
		c.window.addForeign(max(0, foreign), now)
	}
	c.pacer.observe(foreign, a.Remaining, t.probe, now)
}

// accountedFor returns how many requests of this process and its peers, at most, are in
// the window of a server that had counted a request by now which was sent at a time.
func (c *controller) accountedFor(sent time.Time) int {
	n := c.window.accountedFor(sent, c.pace.Per)
	if c.shared != nil {
		c.pacer.peers = c.shared.log.accountedFor(sent, c.pace.Per)
		n += c.pacer.peers
	}
	return n
}

// refuse lets nothing leave for a while, and then one probe. Slots that were taken before
// the last refusal say nothing new when they are refused too.
func (c *controller) refuse(t ticket, a Answer, now time.Time) {
	if a.Daily { // it isn't the window that is full; after the reset a probe goes first
		c.trusted = false
		return
	}
	wait := min(a.Wait, maxPause)
	if !t.taken.After(c.refused) {
		c.hold(wait, now)
		return
	}
	if c.trusted {
		// Even if other clients explain the refusal: after a pause a server that counts
		// coarsely seems to have room, and would refuse again and again.
		c.stretch = min(c.stretch+1, maxStretch)
		c.updateLimits(now)
		c.pacer.refused(c.pace.N-c.accountedFor(t.sent), now)
	}
	c.trusted = false
	c.refused = now
	storm := c.pause > 0
	c.pause = min(max(2*c.pause, minPause), max(minPause, c.pace.Per))
	switch {
	case wait <= 0:
		wait = c.pause
	case storm:
		wait = max(wait, minPause)
	}
	c.hold(wait, now)
}

// mergePeers takes in what the processes know that share the window.
func (c *controller) mergePeers(now time.Time) {
	server, stretch, hold := c.shared.log.published()
	if server != c.peers.server || stretch != c.peers.stretch {
		c.peers.server, c.peers.stretch = server, stretch
		c.updateLimits(now)
	}
	// Peers can't stop this process for longer than a window.
	if most := now.Add(c.limits[0].Per); hold.After(now) {
		c.resume = latest(c.resume, earliest(hold, most))
	}
}

// publish lets the processes that share the window know what is known here.
func (c *controller) publish(waiting bool, now time.Time) {
	hold := time.Duration(0)
	if c.pause > 0 { // other pauses are this process's own
		hold = max(0, c.resume.Sub(now))
	}
	c.shared.log.publish(waiting, c.server, c.stretch, hold)
}
