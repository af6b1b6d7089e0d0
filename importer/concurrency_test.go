package importer

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/api"
)

// inFlight sends through a limiter from 300 workers for a minute, each request taking
// as long as service says for the number in flight, and returns the most that
// were in flight in the second half. A request leaves with each value of limited,
// unless that is nil.
func inFlight(c *concurrencyLimiter, o api.Outcome, service func(inFlight int) time.Duration, limited <-chan time.Time) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	start := time.Now()
	var in, most atomic.Int64
	var wg sync.WaitGroup
	for range 300 {
		wg.Go(func() {
			for {
				if c.acquire(ctx) != nil {
					return
				}
				if limited != nil {
					<-limited
				}
				n := in.Add(1)
				if time.Since(start) > 30*time.Second && n > most.Load() {
					most.Store(n)
				}
				took := service(int(n))
				time.Sleep(took)
				in.Add(-1)
				c.observe(took, o)
				c.release()
			}
		})
	}
	wg.Wait()
	return int(most.Load())
}

func TestConcurrencyLimiter(t *testing.T) {
	even := func(int) time.Duration { return 2 * time.Second }
	t.Run("a fixed number is kept", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if n := inFlight(newConcurrencyLimiter(5), api.Answered, even, nil); n != 5 {
				t.Errorf("%d in flight, want 5", n)
			}
		})
	})
	t.Run("it grows while answers stay fast", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if n := inFlight(newConcurrencyLimiter(0), api.Answered, even, nil); n != maxInFlight {
				t.Errorf("%d in flight, want %d", n, maxInFlight)
			}
		})
	})
	t.Run("it stops growing when answers slow down", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n := inFlight(newConcurrencyLimiter(0), api.Answered, func(in int) time.Duration { return time.Duration(max(in, 10)) * 20 * time.Millisecond }, nil)
			if n < 20 || n > 60 {
				t.Errorf("%d in flight, want 20 to 60", n)
			}
		})
	})
	t.Run("it grows again when the server has become slower for good", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			n := inFlight(newConcurrencyLimiter(0), api.Answered, func(int) time.Duration {
				if time.Since(began) < 5*time.Second {
					return 20 * time.Millisecond
				}
				return time.Second
			}, nil)
			if want := 2*peakRate - 8; n < want {
				t.Errorf("%d in flight, want %d at least", n, want)
			}
		})
	})
	t.Run("it shrinks when it is too much", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if n := inFlight(newConcurrencyLimiter(0), api.Busy, even, nil); n != 1 {
				t.Errorf("%d in flight, want 1", n)
			}
		})
	})
}

func TestAWorkerThatStopsWaitingTakesNoPermit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newConcurrencyLimiter(1)
		if err := c.acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			synctest.Wait()
			cancel()
		}()
		if c.acquire(ctx) == nil {
			t.Fatal("a cancelled worker got a permit")
		}
		c.release()
		if err := c.acquire(t.Context()); err != nil || len(c.waiting) > 0 {
			t.Errorf("error %v, %d workers wait", err, len(c.waiting))
		}
	})
}

// However the bound went up and down, as many permits are there as it says.
func TestNoPermitIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newConcurrencyLimiter(0)
		rng := rand.New(rand.NewPCG(1, 1))
		held := 0
		for range 10_000 {
			time.Sleep(time.Second)
			switch rng.IntN(4) {
			case 0:
				c.observe(time.Duration(rng.IntN(3_000))*time.Millisecond, api.Answered)
			case 1:
				if rng.IntN(20) == 0 {
					c.observe(0, api.Busy)
				}
			case 2:
				if c.permits.TryAcquire(1) {
					held++
				}
			case 3:
				if held > 0 {
					held--
					c.release()
				}
			}
		}
		for ; held > 0; held-- {
			c.release()
		}
		for c.permits.TryAcquire(1) {
			held++
		}
		if held != c.bound {
			t.Errorf("%d permits, want %d", held, c.bound)
		}
	})
}

// Workers that haven't started, for want of a processor, are waited for like those that
// wait for a permit.
func TestNoMoreIsReadThanStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newConcurrencyLimiter(0)
		asked := make(chan int, 100)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for n := 1; c.announce(ctx) == nil; n++ {
				asked <- n
			}
			close(asked)
		}()
		synctest.Wait()
		if n := len(asked); n != maxWaiting {
			t.Fatalf("%d were read before one started, want %d", n, maxWaiting)
		}
		for range 3 {
			c.started()
		}
		synctest.Wait()
		if n := len(asked); n != maxWaiting+3 {
			t.Fatalf("%d were read when 3 had started, want %d", n, maxWaiting+3)
		}
		cancel()
		synctest.Wait()
		for range asked { // until it is closed
		}
	})
}
