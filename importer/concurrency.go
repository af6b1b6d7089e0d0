// How many requests may be in flight.

package importer

import (
	"context"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/hubload/hubload/importer/api"
)

const (
	minInFlight = 8
	maxInFlight = 256 // 10 s an answer at HubSpot's usual 19 requests a second are 190

	// peakRate is what the rate limiter lets through at its fastest, four times HubSpot's
	// usual limit, in requests a second.
	peakRate = 80

	// medianOf answers: fewer follow chance, more follow a change later than needed.
	medianOf = 15

	// tooSlow times the usual time of an answer: more requests in flight only wait
	// longer on the other side. A median of ordinary jitter (lognormal, sigma 0.4) is
	// within two fifths of the usual one.
	tooSlow = 3

	// maxWaiting workers may wait for a permit until nothing more is read, so that rows
	// aren't read long before they can be sent.
	maxWaiting = 4
)

// A concurrencyLimiter bounds the requests in flight. It follows Little's law: rate x
// time of an answer are in flight at once, and twice as many leave room for jitter. The
// time is the usual one, so that a server that slows down under load isn't given more.
// The bound is halved when an answer shows that it was too much, and grows back by one
// an answer. The rate itself is the rate limiter's business.
type concurrencyLimiter struct {
	permits *semaphore.Weighted
	most    int           // permits in all
	fixed   bool          // the user has set the number
	waiting chan struct{} // a token for each worker that is being started or waits for a permit

	mu     sync.Mutex
	bound  int
	owed   int           // permits to withhold as soon as they are given back
	usual  time.Duration // the least median, or the one with few requests in flight
	times  []time.Duration
	next   int // in times
	halved time.Time
}

// newConcurrencyLimiter returns a limiter for a fixed number of requests; 0 adapts.
func newConcurrencyLimiter(requests int) *concurrencyLimiter {
	c := &concurrencyLimiter{most: requests, bound: requests, fixed: true, waiting: make(chan struct{}, maxWaiting)}
	if requests == 0 {
		c.most, c.bound, c.fixed = maxInFlight, minInFlight, false
	}
	c.permits = semaphore.NewWeighted(int64(c.most))
	c.permits.TryAcquire(int64(c.most - c.bound))
	return c
}

// announce waits until few workers wait for a permit, and counts one more that is about
// to be started.
func (c *concurrencyLimiter) announce(ctx context.Context) error {
	select {
	case c.waiting <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// started says that an announced worker runs now. Until a processor is free for them,
// many could be made.
func (c *concurrencyLimiter) started() { <-c.waiting }

// acquire waits for a permit to send one request. Every permit is given back by release.
func (c *concurrencyLimiter) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil || c.permits.TryAcquire(1) {
		return err
	}
	if err := c.announce(ctx); err != nil {
		return err
	}
	defer c.started()
	return c.permits.Acquire(ctx, 1)
}

func (c *concurrencyLimiter) release() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.owed > 0 {
		c.owed--
	} else {
		c.permits.Release(1)
	}
}

// observe takes how long an answer took and what it proves of the request.
func (c *concurrencyLimiter) observe(took time.Duration, o api.Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.fixed:
	case o == api.Unknown || o == api.Busy:
		// The requests that were in flight together fail together: one cut for all.
		if now := time.Now(); now.Sub(c.halved) > took {
			c.halved = now
			c.resize(max(c.bound/2, 1))
		}
	case o == api.Answered:
		first := len(c.times) == 0
		median := c.median(took)
		if median < c.usual || c.bound <= minInFlight {
			c.usual = median
		}
		target := min(max(int(2*peakRate*c.usual.Seconds()), minInFlight), c.most)
		switch {
		case median > tooSlow*c.usual:
			c.resize(max(c.bound-1, minInFlight))
		case first:
			c.resize(max(target/2, c.bound))
		case c.bound < target:
			c.resize(c.bound + 1)
		}
	}
}

// median returns the median of the last answers, took among them.
func (c *concurrencyLimiter) median(took time.Duration) time.Duration {
	if len(c.times) < medianOf {
		c.times = append(c.times, took)
	} else {
		c.times[c.next] = took
		c.next = (c.next + 1) % medianOf
	}
	sorted := slices.Sorted(slices.Values(c.times))
	return sorted[len(sorted)/2]
}

func (c *concurrencyLimiter) resize(bound int) {
	more := bound - c.bound
	c.bound = bound
	if more >= 0 {
		kept := min(more, c.owed)
		c.owed -= kept
		c.permits.Release(int64(more - kept))
		return
	}
	for c.owed -= more; c.owed > 0 && c.permits.TryAcquire(1); c.owed-- {
	}
}
