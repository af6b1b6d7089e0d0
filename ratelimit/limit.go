// Limits as text and as numbers.

package ratelimit

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Limit is a number of requests in any window of a length, such as 190/10s.
type Limit struct {
	N   int
	Per time.Duration
}

// The range of a limit. What lies outside is a mistake: HubSpot's limits are 100 to 250
// in 10 s, and up to 1,000,000 a day.
const (
	maxN   = 100_000          // a window remembers two times of 24 bytes a request: 5 MB
	minPer = time.Millisecond // what HubSpot's header counts in
	maxPer = 24 * time.Hour   // its longest window, the daily one
)

// ParseLimit reads what [Limit.String] writes: a number of requests from 1 to
// 100,000, a slash, and a duration from 1ms to 24h, such as "190/10s". A bare
// unit stands for one of it: "19/s" is "19/1s".
func ParseLimit(s string) (Limit, error) {
	n, per, _ := strings.Cut(s, "/")
	if per != "" && (per[0] < '0' || per[0] > '9') {
		per = "1" + per
	}
	l := Limit{}
	var errN, errPer error
	l.N, errN = strconv.Atoi(n)
	l.Per, errPer = time.ParseDuration(per)
	if errN != nil || errPer != nil || !l.valid() {
		return Limit{}, fmt.Errorf("%q is not a limit. Write a number of requests up to %d, a slash and a time from %v to %v, such as 190/10s",
			s, maxN, minPer, maxPer)
	}
	return l, nil
}

// String returns a form such as "190/10s".
func (l Limit) String() string {
	return strconv.Itoa(l.N) + "/" + l.Per.String()
}

func (l Limit) valid() bool {
	return l.N >= 1 && l.N <= maxN && l.Per >= minPer && l.Per <= maxPer
}

// perSecond returns the rate that uses the limit up.
func (l Limit) perSecond() float64 {
	return float64(l.N) / l.Per.Seconds()
}

// within returns how many requests l lets through in a time, rounded up.
func (l Limit) within(d time.Duration) int {
	return int(min(maxN, math.Ceil(l.perSecond()*d.Seconds())))
}

// sane returns the limit to believe of an answer, and whether it states one at all.
// At least one request a second is left, so that a server can't stop its client for
// good.
func (l Limit) sane() (Limit, bool) {
	if l.N < 0 || l.Per < minPer || l.Per > maxPer {
		return Limit{}, false
	}
	return l.floor(), true
}

// part returns percent of l, and at least one request a second.
func (l Limit) part(percent int) Limit {
	l.N = l.N * percent / 100
	return l.floor()
}

func (l Limit) floor() Limit {
	seconds := int(math.Ceil(l.Per.Seconds()))
	l.N = min(max(l.N, seconds), maxN)
	return l
}
