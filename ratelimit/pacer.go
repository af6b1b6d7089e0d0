// How far apart requests are sent: in bursts when alone, evenly among other clients.

package ratelimit

import (
	"time"

	"golang.org/x/time/rate"
)

// Simulations of 10,000 requests at 190/10s, 0.4 s each, 15 seeds, chose these figures
// unless another source is given.
const (
	// burstFactor times the even rate is the most that is sent when alone. A wrong
	// belief about the window then costs about 3 refusals before the first one is back
	// (4 x 19/s x 40 ms on the way), instead of 190; a windowful still takes 2.5 s
	// instead of 10.
	burstFactor = 4

	// Up to foreignTolerance requests that nobody here sent may be a miscount: the server
	// counts late arrivals in another window than we do. More than that, foreignProof
	// times in a row, is another client.
	foreignTolerance = 3
	foreignProof     = 3

	// quietPeriod without foreign requests ends even pacing. It is six of HubSpot's
	// windows, so that a client whose load comes and goes isn't forgotten at once.
	quietPeriod = 60 * time.Second

	// targetFree slots is what even pacing tries to leave. Beside a client that takes
	// 30 %, 0.2 % of our requests and 0.4 % of its own are then refused.
	targetFree = 4
)

// What is left of a window is known a window late, so steering that follows it closely
// overshoots: with gains three to four times as high, four processes reach 90 % of the
// limit instead of 97 %, and 1.9 % of their requests are refused instead of none. Each
// gain is for one answer.
const (
	gainUp     = 0.003 // of the rate that would use up the slots free beyond targetFree
	gainDown   = 0.001 // of the rate, for each slot missing in targetFree
	refusalCut = 0.1   // of the rate, for a refusal
)

// A pacer spaces requests. Alone it only keeps the rate below a small multiple of the
// even one, so that a wrong belief costs few refusals. When there are foreign requests
// it spaces evenly, at a rate steered by how much of the window is left.
//
// The times passed in never decrease.
type pacer struct {
	tokens       *rate.Limiter // burst 1
	limit        Limit
	peers        int // requests in the window of processes that share it
	paced        bool
	rate         float64   // requests a second, when paced
	foreignSigns int       // answers in a row that showed foreign requests
	foreignSeen  time.Time // when these were last certain
}

func newPacer() *pacer {
	return &pacer{tokens: rate.NewLimiter(0, 1)}
}

// setLimit sets the limit that the rate is derived from.
func (p *pacer) setLimit(l Limit, now time.Time) {
	p.limit = l
	p.apply(now)
}

// due returns when the next request may be sent. A time up to now means now.
func (p *pacer) due(now time.Time) time.Time {
	missing := 1 - p.tokens.TokensAt(now)
	wait := time.Duration(missing / float64(p.tokens.Limit()) * float64(time.Second))
	if wait <= 0 { // as AllowN counts: less than a nanosecond is nothing
		return now
	}
	return now.Add(wait + 1)
}

// take says that a request is sent now.
func (p *pacer) take(now time.Time) { p.tokens.AllowN(now, 1) }

// observe takes from an answer how many requests in the window are foreign, and how many
// slots are free. One answer is proof if it is certain.
func (p *pacer) observe(foreign, free int, certain bool, now time.Time) {
	switch {
	case foreign <= foreignTolerance:
		p.foreignSigns = 0
	case certain:
		p.foreignSigns = foreignProof
	default:
		p.foreignSigns++
	}
	switch beyond := float64(free - min(targetFree, p.limit.N/10)); {
	case p.foreignSigns >= foreignProof:
		p.pace(foreign, now)
		p.steer(beyond)
	case !p.paced:
		return
	case now.Sub(p.foreignSeen) >= quietPeriod:
		p.paced = false
	default:
		p.steer(beyond)
	}
	p.apply(now)
}

// steer follows how many slots are free beyond targetFree, or missing in it.
func (p *pacer) steer(beyond float64) {
	if beyond > 0 {
		p.rate += gainUp * beyond / p.limit.Per.Seconds()
	} else {
		p.rate *= 1 + gainDown*beyond
	}
}

// refused says that a request was refused, the first one for a while, and how many
// foreign requests would explain that the window is full.
func (p *pacer) refused(foreign int, now time.Time) {
	p.pace(foreign, now)
	p.rate = (1 - refusalCut) * min(p.rate, p.evenRate(foreign))
	p.apply(now)
}

func (p *pacer) pace(foreign int, now time.Time) {
	p.foreignSeen = now
	if !p.paced {
		p.paced = true
		p.rate = p.evenRate(foreign)
	}
}

// evenRate is the rate that foreign requests and those of peers leave.
func (p *pacer) evenRate(foreign int) float64 {
	return float64(p.limit.N-foreign-p.peers) / p.limit.Per.Seconds()
}

func (p *pacer) apply(now time.Time) {
	even := p.limit.perSecond()
	p.rate = min(max(p.rate, 1), even)
	if p.paced {
		p.tokens.SetLimitAt(now, rate.Limit(p.rate))
	} else {
		p.tokens.SetLimitAt(now, rate.Limit(burstFactor*even))
	}
}
