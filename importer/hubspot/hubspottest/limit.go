// The rate limit: a rolling window and a daily quota, and what the answers' headers say of them.

package hubspottest

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

type limiter struct {
	limit    int
	per      time.Duration
	daily    int64
	penalise bool
	coarse   bool
	location *time.Location
	account  int64

	mu      sync.Mutex
	counted queue // what the limit counts
	seen    queue // every request, for MaxInWindow
	most    int
	day     string
	today   int64
}

func (l *limiter) init(c Config) {
	l.limit, l.per, l.daily, l.penalise, l.coarse = c.Limit, c.Per, c.Daily, c.Penalise, c.Coarse
	l.location, l.account = c.Location, c.Account
}

// A window is the state of the limits right after a request.
type window struct {
	limit, remaining int
	per              time.Duration
	daily, left      int64
}

// take counts a request and refuses it when it is one too many.
func (l *limiter) take(c *call) *response {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now() // not c.arrived: under the lock the times are in order
	l.seen.push(now)
	l.seen.drop(now, l.per)
	l.most = max(l.most, l.seen.len())

	if day := now.In(l.location).Format(time.DateOnly); day != l.day {
		l.day, l.today = day, 0
	}
	l.counted.drop(now, l.per)
	overDaily := l.daily > 0 && l.today >= l.daily
	over := l.limit > 0 && l.counted.len() >= l.limit
	if !overDaily && !over {
		l.today++
	}
	if l.limit > 0 && (l.penalise || !overDaily && !over) {
		at := now
		if l.coarse {
			at = now.Truncate(time.Second).Add(time.Second)
		}
		l.counted.push(at)
	}
	c.window = window{
		limit: l.limit, remaining: max(0, l.limit-l.counted.len()), per: l.per,
		daily: l.daily, left: max(0, l.daily-l.today),
	}
	switch {
	case overDaily:
		return c.limitedDaily()
	case over:
		return c.limitedTenSecondly(l.account)
	}
	return nil
}

// usage is how much of the daily quota is gone, and when it starts again.
func (l *limiter) usage() (used int64, resets time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	y, m, d := time.Now().In(l.location).Date()
	return l.today, time.Date(y, m, d+1, 0, 0, 0, 0, l.location)
}

// usage answers how much of the daily quota is gone.
func (a *Account) usage(c *call) *response {
	used, resets := a.limiter.usage()
	limit := a.config.Daily
	if limit == 0 {
		limit = 1_000_000 // what an enterprise account has
	}
	type result struct {
		Name        string `json:"name"`
		Limit       int64  `json:"usageLimit"`
		Current     int64  `json:"currentUsage"`
		CollectedAt string `json:"collectedAt"`
		FetchStatus string `json:"fetchStatus"`
		ResetsAt    string `json:"resetsAt"`
	}
	return answerJSON(http.StatusOK, map[string][]result{"results": {{
		"private-apps-api-calls-daily", limit, used,
		c.arrived.UTC().Format(isoTime), "SUCCESS", resets.UTC().Format(isoTime),
	}}})
}

func (w window) headers(h http.Header) {
	if w.daily > 0 {
		h.Set("X-Hubspot-Ratelimit-Daily", strconv.FormatInt(w.daily, 10))
		h.Set("X-Hubspot-Ratelimit-Daily-Remaining", strconv.FormatInt(w.left, 10))
	}
	if w.limit > 0 {
		h.Set("X-Hubspot-Ratelimit-Interval-Milliseconds", strconv.FormatInt(w.per.Milliseconds(), 10))
		h.Set("X-Hubspot-Ratelimit-Max", strconv.Itoa(w.limit))
		h.Set("X-Hubspot-Ratelimit-Remaining", strconv.Itoa(w.remaining))
		// Deprecated and not enforced, but still sent.
		secondly := max(1, w.limit/10)
		h.Set("X-Hubspot-Ratelimit-Secondly", strconv.Itoa(secondly))
		h.Set("X-Hubspot-Ratelimit-Secondly-Remaining", strconv.Itoa(secondly-1))
	}
}

// A queue holds ascending times.
type queue struct {
	times []time.Time
	head  int
}

func (q *queue) len() int         { return len(q.times) - q.head }
func (q *queue) push(t time.Time) { q.times = append(q.times, t) }

// drop forgets the times that are out of the window which ends now. A window is half open: what is exactly per old is out.
func (q *queue) drop(now time.Time, per time.Duration) {
	for q.head < len(q.times) && now.Sub(q.times[q.head]) >= per {
		q.head++
	}
	if q.head > 1024 && q.head > len(q.times)/2 {
		q.times = append(q.times[:0], q.times[q.head:]...)
		q.head = 0
	}
}
