package importer

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// atOnce sends through a gate from 300 workers for a minute, each request taking
// as long as service says for the number in flight, and returns the most that
// were in flight in the second half.
func atOnce(g *gate, proved func() bool, service func(inFlight int) time.Duration) int {
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
				n := in.Add(1)
				if time.Since(start) > 30*time.Second && n > most.Load() {
					most.Store(n)
				}
				took := service(int(n))
				time.Sleep(took)
				in.Add(-1)
				p.answered(took, proved())
				p.leave()
			}
		})
	}
	wg.Wait()
	return int(most.Load())
}

func TestGate(t *testing.T) {
	always := func() bool { return true }
	even := func(int) time.Duration { return 200 * time.Millisecond }
	t.Run("a fixed number is kept", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if n := atOnce(newGate(5), always, even); n != 5 {
				t.Errorf("%d in flight, want 5", n)
			}
		})
	})
	t.Run("it grows while answers stay fast", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if n := atOnce(newGate(0), always, even); n != gateMax {
				t.Errorf("%d in flight, want %d", n, gateMax)
			}
		})
	})
	t.Run("it stops growing when answers slow down", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			n := atOnce(newGate(0), always, func(in int) time.Duration { return time.Duration(max(in, 10)) * 20 * time.Millisecond })
			if n < 20 || n > 45 {
				t.Errorf("%d in flight, want 20 to 30 or so", n)
			}
		})
	})
	t.Run("it shrinks when answers prove nothing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			if n := atOnce(newGate(0), func() bool { return false }, even); n != 1 {
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
