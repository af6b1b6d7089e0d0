// Limits as text and as numbers.

package ratelimit

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// What a limit may be. Beyond it lies a mistake, not a limit.
const (
	mostN    = 100_000 // each request in a window is remembered
	leastPer = time.Millisecond
	mostPer  = 24 * time.Hour
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
		return Limit{}, fmt.Errorf("%q is no limit: write a number of requests up to %d, a slash and a time from %v to %v, such as 190/10s",
			s, mostN, leastPer, mostPer)
	}
	return l, nil
}

// String returns a form such as "190/10s".
func (l Limit) String() string {
	return strconv.Itoa(l.N) + "/" + l.Per.String()
}

func (l Limit) valid() bool {
	return l.N >= 1 && l.N <= mostN && l.Per >= leastPer && l.Per <= mostPer
}

// perSecond returns the rate that uses the limit up.
func (l Limit) perSecond() float64 {
	return float64(l.N) / l.Per.Seconds()
}

// within returns how many requests l lets through in a time, rounded up.
func (l Limit) within(d time.Duration) int {
	return int(min(mostN, math.Ceil(l.perSecond()*d.Seconds())))
}

// sane returns what to make of the limit that an answer claims, and whether it
// is one at all. A server never gets to stop its client for good: at least one
// request a second is left.
func (l Limit) sane() (Limit, bool) {
	if l.N < 0 || l.Per < leastPer || l.Per > mostPer {
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
	l.N = min(max(l.N, seconds), mostN)
	return l
}
