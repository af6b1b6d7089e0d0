// What an answer's headers say about the limit and about waiting.

package hubspot

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/api"
)

// Beyond these a header is nonsense, and as good as absent.
const (
	maxWindowRequests = 1_000_000
	maxWait           = 24 * time.Hour
)

// rate reads the limit from an answer. What is absent or nonsense stays zero, or -1 for
// what remains; the caller keeps the last good limit.
func (r *response) rate() api.Rate {
	rate := readRate(r.header)
	if r.status == http.StatusTooManyRequests {
		rate.Refused, rate.Daily = true, r.daily()
	}
	return rate
}

// daily reports whether a 429 is about the quota of the day.
func (r *response) daily() bool {
	e, _ := r.apiError()
	if e.Policy != "" {
		return strings.EqualFold(e.Policy, "DAILY")
	}
	return strings.Contains(strings.ToLower(e.Message), "daily limit")
}

func readRate(h http.Header) api.Rate {
	r := api.Rate{Remaining: -1, Wait: retryAfter(h)}
	n, okN := count(h.Get("X-HubSpot-RateLimit-Max"))
	ms, okMS := count(h.Get("X-HubSpot-RateLimit-Interval-Milliseconds"))
	per := time.Duration(min(ms, maxWait.Milliseconds()+1)) * time.Millisecond
	if okN && okMS && n > 0 && n <= maxWindowRequests && per > 0 && per <= maxWait {
		r.Limit.N, r.Limit.Per = int(n), per
	}
	if left, ok := count(h.Get("X-HubSpot-RateLimit-Remaining")); ok && left <= maxWindowRequests {
		r.Remaining = int(left)
	}
	return r
}

// retryAfter reads Retry-After, which is seconds or a date, as a time from now
// of at most a day.
func retryAfter(h http.Header) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if seconds, ok := count(v); ok {
		return time.Duration(min(seconds, int64(maxWait/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(time.Until(at), 0), maxWait)
	}
	return 0
}

// count reads decimal digits and nothing else.
func count(s string) (int64, bool) {
	if s = strings.TrimSpace(s); s == "" {
		return 0, false // as most answers have it, and an error is made of it
	}
	n, err := strconv.ParseUint(s, 10, 63)
	return int64(n), err == nil
}
