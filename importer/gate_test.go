package importer

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// inFlight sends through a gate from 300 workers for a minute, each request taking
// as long as service says for the number in flight, and returns the most that
// were in flight in the second half. A request leaves with each value of limited,
// unless that is nil.
func inFlight(g *gate, s sign, service func(inFlight int) time.Duration, limited <-chan time.Time) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	start := time.Now()
	var in, most atomic.Int64
	var wg sync.WaitGroup
	for range 300 {
		wg.Go(func() {
			for {
				p, err := g.enter(ctx)
				if err != nil {
					return
				}
				if limited != nil {
					<-limited
				}
				n := in.Add(1)
				if time.Since(start) > 30*time.Second && n > most.Load() {
					most.Store(n)
				}
				p.sent()
				took := service(int(n))
				time.Sleep(took)
				in.Add(-1)
				p.answered(took, s)
				p.leave()
			}
		})
	}
	wg.Wait()
	return int(most.Load())
}

func TestGate(t *testing.T) {
	even := func(int) time.Duration { return 2 * time.Second }
	t.Run("a fixed number is kept", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if n := inFlight(newGate(5), worked, even, nil); n != 5 {
				t.Errorf("%d in flight, want 5", n)
			}
		})
	})
	t.Run("it grows while answers stay fast", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if n := inFlight(newGate(0), worked, even, nil); n != gateMax {
				t.Errorf("%d in flight, want %d", n, gateMax)
			}
		})
	})
	t.Run("it stops growing when answers slow down", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n := inFlight(newGate(0), worked, func(in int) time.Duration { return time.Duration(max(in, 10)) * 20 * time.Millisecond }, nil)
			if n < 20 || n > 60 {
				t.Errorf("%d in flight, want 20 to 60", n)
			}
		})
	})
	t.Run("it grows again when the server has become slower for good", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			n := inFlight(newGate(0), worked, func(int) time.Duration {
				if time.Since(began) < 5*time.Second {
					return 20 * time.Millisecond
				}
				return time.Second
			}, nil)
			if want := 2*peakRate - 1; n < want {
				t.Errorf("%d in flight, want %d at least", n, want)
			}
		})
	})
	t.Run("it doesn't grow while something else keeps requests back", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			g := newGate(0)
			limited := time.Tick(10 * time.Millisecond)
			inFlight(g, worked, func(int) time.Duration { return 200 * time.Millisecond }, limited)
			if g.size > 64 {
				t.Errorf("room for %.0f, of which 20 are in flight and the others wait", g.size)
			}
		})
	})
	t.Run("it shrinks when it is too much", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if n := inFlight(newGate(0), strained, even, nil); n != 1 {
				t.Errorf("%d in flight, want 1", n)
			}
		})
	})
}

func TestAWorkerThatLeavesTheQueueTakesNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1)
		first, err := g.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			synctest.Wait()
			cancel()
		}()
		if _, err := g.enter(ctx); err == nil {
			t.Fatal("a cancelled worker got in")
		}
		first.leave()
		if _, err := g.enter(t.Context()); err != nil || g.in != 1 {
			t.Errorf("in %d, error %v", g.in, err)
		}
	})
}

// Workers that haven't started, for want of a processor, are waited for like those that
// wait for a place.
func TestNoMoreIsReadThanStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(0)
		asked := make(chan int, 100)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for n := 1; g.wants(ctx) == nil; n++ {
				asked <- n
			}
			close(asked)
		}()
		synctest.Wait()
		if n := len(asked); n != ahead {
			t.Fatalf("%d were read before one started, want %d", n, ahead)
		}
		for range 3 {
			g.arrived()
		}
		synctest.Wait()
		if n := len(asked); n != ahead+3 {
			t.Fatalf("%d were read when 3 had started, want %d", n, ahead+3)
		}
		cancel()
		synctest.Wait()
		for range asked { // until it is closed
		}
	})
}
