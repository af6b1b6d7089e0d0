// How far apart requests are sent: in bursts when alone, evenly among others.

package ratelimit

import (
	"time"

	"golang.org/x/time/rate"
)

const (
	burst     = 4                // times the even rate, at most, when alone
	tolerance = 3                // requests of others in a window that may be a miscount
	proof     = 3                // answers in a row that make others certain
	quiet     = 60 * time.Second // without a sign of others: alone again
	headroom  = 4                // slots that even pacing tries to leave free
)

// The server says what is left of a window only after the fact, so steering that
// follows it closely overshoots. These gains, for each answer, are low on purpose.
const (
	rise  = 0.003 // of the rate that would use up the slots free beyond headroom
	fall  = 0.001 // of the rate, for each slot missing in headroom
	shock = 0.1   // of the rate, for a refusal
)

// A pacer spaces requests. Alone on a limit it only holds their rate to a small
// multiple of the even one, so that a wrong belief costs few refusals. Once there
// are signs of others it spaces requests evenly, at a rate steered by how much
// of the window answers say is left.
//
// The times that are handed in never decrease.
type pacer struct {
	tokens  *rate.Limiter // burst 1
	limit   Limit
	kin     int // requests in the window of processes that share it
	shared  bool
	rate    float64   // when shared: requests a second
	signs   int       // answers in a row that showed others
	noticed time.Time // when others were last certain
}

func newPacer() *pacer {
	return &pacer{tokens: rate.NewLimiter(0, 1)}
}

// setLimit says which limit the rate is derived from.
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

// heed takes from an answer how many requests of others are in the window, and
// how many slots of the window are free. One certain answer is proof enough.
func (p *pacer) heed(others, free int, certain bool, now time.Time) {
	switch {
	case others <= tolerance:
		p.signs = 0
	case certain:
		p.signs = proof
	default:
		p.signs++
	}
	switch beyond := float64(free - min(headroom, p.limit.N/10)); {
	case p.signs >= proof:
		p.share(others, now)
		p.steer(beyond)
	case !p.shared:
		return
	case now.Sub(p.noticed) >= quiet:
		p.shared = false
	default:
		p.steer(beyond)
	}
	p.apply(now)
}

// steer follows how many slots are free beyond headroom, or missing in it.
func (p *pacer) steer(beyond float64) {
	if beyond > 0 {
		p.rate += rise * beyond / p.limit.Per.Seconds()
	} else {
		p.rate *= 1 + fall*beyond
	}
}

// refused says that a request was refused, the first one for a while, and how
// many requests of others it takes to explain that the window is full.
func (p *pacer) refused(others int, now time.Time) {
	p.share(others, now)
	p.rate = (1 - shock) * min(p.rate, p.beside(others))
	p.apply(now)
}

func (p *pacer) share(others int, now time.Time) {
	p.noticed = now
	if !p.shared {
		p.shared = true
		p.rate = p.beside(others)
	}
}

// beside returns the even rate that others leave, and the processes that share
// the window with this one.
func (p *pacer) beside(others int) float64 {
	return float64(p.limit.N-others-p.kin) / p.limit.Per.Seconds()
}

func (p *pacer) apply(now time.Time) {
	even := p.limit.perSecond()
	p.rate = min(max(p.rate, 1), even)
	if p.shared {
		p.tokens.SetLimitAt(now, rate.Limit(p.rate))
	} else {
		p.tokens.SetLimitAt(now, rate.Limit(burst*even))
	}
}
