// How fast a run is, and when it will end.

package main

import (
	"time"

	"github.com/hubload/hubload/ratelimit"
)

// paceWindow is how far back the rate looks: long enough for several bursts of a
// window of ten seconds, short enough to notice a change.
const paceWindow = time.Minute

// A pace measures rows a second over the last minute. Its zero value begins at 0.
type pace struct{ marks []mark }

type mark struct {
	at   time.Duration // since the beginning
	rows int64
}

// add takes how many rows are done at a time, which never decreases, and returns
// the rate over the last minute.
func (p *pace) add(at time.Duration, rows int64) float64 {
	if len(p.marks) == 0 {
		p.marks = append(p.marks, mark{})
	}
	if at-p.marks[len(p.marks)-1].at >= time.Second {
		p.marks = append(p.marks, mark{at, rows})
	}
	// The first mark stays at or before the start of the window.
	for len(p.marks) > 1 && p.marks[1].at <= at-paceWindow {
		p.marks = p.marks[1:]
	}
	from := p.marks[0]
	return float64(rows-from.rows) / max((at-from.at).Seconds(), 0.001)
}

// timeLeft is how long the rest of the rows takes: as long as the rate limit makes
// it, or longer where the run has lately been slower than that for another
// reason, such as slow answers. Work is the rows that this process has settled,
// with so many requests; batch is how many rows a request has at most. It reports
// false when that isn't known.
func timeLeft(rest, work, requests int64, batch, rate float64, limit ratelimit.Limit) (time.Duration, bool) {
	if rest <= 0 || limit.N <= 0 {
		return 0, false
	}
	// What a request really settles: refused rows take none, and halves of a
	// refused batch take several.
	if requests >= 20 {
		batch = max(float64(work)/float64(requests), 1)
	}
	most := batch * float64(limit.N) / limit.Per.Seconds()
	if requests >= 20 && rate > 0 {
		most = min(most, rate)
	}
	seconds := float64(rest) / most
	if seconds > (365 * 24 * time.Hour).Seconds() {
		return 0, false
	}
	return time.Duration(seconds * float64(time.Second)).Round(time.Second), true
}
