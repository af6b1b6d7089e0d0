// How near whole imports come to the least time that the account's limit allows, and how much is refused on the way.

package importer_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/ratelimit"
)

var haulSeeds = flag.Uint64("makespan.seeds", 0, "seeds of each case of the tests of the makespan; 0: one, and the small cases only")

// onSeeds runs a case of n batches in a bubble for each seed.
func onSeeds(t *testing.T, name string, n int, f func(t *testing.T, seed uint64)) {
	if *haulSeeds == 0 && (n > 1_000 || raceDetector) {
		return
	}
	for seed := uint64(1); seed <= max(1, *haulSeeds); seed++ {
		t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, seed) })
		})
	}
}

// perMille returns how many of a thousand requests were refused.
func (r *road) perMille() float64 {
	return 1000 * float64(r.refused) / float64(r.refused+len(r.accepted))
}

func TestMakespanAlone(t *testing.T) {
	for _, c := range []struct {
		n        int
		jitter   jitter
		service  time.Duration
		account  hubspottest.Config
		most     float64 // times the least time
		perMille float64
	}{
		{n: 1_000, jitter: noJitter, service: 400 * time.Millisecond, most: 1 / 0.97},
		{n: 1_000, jitter: typicalJitter, service: 400 * time.Millisecond, most: 1 / 0.97},
		{n: 10_000, jitter: typicalJitter, service: 400 * time.Millisecond, most: 1 / 0.97},
		{n: 10_000, jitter: heavyJitter, service: 400 * time.Millisecond, most: 1.08, perMille: 1},
		{n: 10_000, jitter: typicalJitter, service: 50 * time.Millisecond, most: 1 / 0.97},
		{n: 10_000, jitter: typicalJitter, service: time.Second, most: 1 / 0.97},
		{n: 10_000, jitter: typicalJitter, service: 3 * time.Second, most: 1 / 0.96},
		{n: 10_000, jitter: typicalJitter, service: 10 * time.Second, most: 1 / 0.92},
		{n: 10_000, jitter: typicalJitter, service: 400 * time.Millisecond, account: hubspottest.Config{Coarse: true}, most: 1.2, perMille: 5},
		{n: 10_000, jitter: typicalJitter, service: 400 * time.Millisecond, account: hubspottest.Config{Penalise: true}, most: 1 / 0.97},
		{n: 10_000, jitter: typicalJitter, service: 3 * time.Second, account: hubspottest.Config{Coarse: true}, most: 1.2, perMille: 5},
		{n: 10_000, jitter: heavyJitter, service: 400 * time.Millisecond, account: hubspottest.Config{Penalise: true}, most: 1.08, perMille: 1},
		{n: 10_000, jitter: typicalJitter, service: 400 * time.Millisecond, account: hubspottest.Config{Coarse: true, Penalise: true}, most: 1.2, perMille: 5},
	} {
		name := fmt.Sprintf("%d batches of %v, jitter %d, coarse %v, penalising %v", c.n, c.service, c.jitter, c.account.Coarse, c.account.Penalise)
		onSeeds(t, name, c.n, func(t *testing.T, seed uint64) {
			r := newRoad(seed, c.jitter, c.service, c.account)
			h := newHaul(t, r, c.n)
			began := time.Now()
			if err := h.run(t.Context(), ratelimit.Options{}, nil); err != nil {
				t.Fatal(err)
			}
			took, least := time.Since(began), leastMakespan(pro, c.n, r.slowest)
			t.Logf("%.1f s, %.3f of the least time; %d refused", took.Seconds(), took.Seconds()/least.Seconds(), r.refused)
			if took.Seconds() > c.most*least.Seconds() || r.perMille() > c.perMille {
				t.Errorf("want at most %.3f of the least time and %v per mille refused", c.most, c.perMille)
			}
		})
	}
}

// A job that fits into the window isn't drawn out over it.
func TestMakespanOfAWindowful(t *testing.T) {
	for _, j := range []jitter{noJitter, typicalJitter, heavyJitter} {
		onSeeds(t, fmt.Sprint("jitter ", j), 190, func(t *testing.T, seed uint64) {
			r := newRoad(seed, j, 400*time.Millisecond, hubspottest.Config{})
			began := time.Now()
			if err := newHaul(t, r, 190).run(t.Context(), ratelimit.Options{}, nil); err != nil {
				t.Fatal(err)
			}
			took := time.Since(began)
			t.Logf("%.1f s, with a slowest answer of %.1f s", took.Seconds(), r.slowest.Seconds())
			if took > 4*time.Second+r.slowest || r.refused > 0 {
				t.Errorf("want at most 4 s and the slowest answer; %d were refused", r.refused)
			}
		})
	}
}

func TestMakespanBesideAnotherClient(t *testing.T) {
	const n, theirs = 10_000, 0.3
	onSeeds(t, "takes 30 %", n, func(t *testing.T, seed uint64) {
		r := newRoad(seed, typicalJitter, 400*time.Millisecond, hubspottest.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		var sent, refused int
		var foreign sync.WaitGroup
		foreign.Go(func() {
			sent, refused = r.otherClient(ctx, rand.New(rand.NewPCG(seed, 2)), theirs*float64(pro.N)/pro.Per.Seconds())
		})
		time.Sleep(20 * time.Second)
		began := time.Now()
		if err := newHaul(t, r, n).run(t.Context(), ratelimit.Options{}, nil); err != nil {
			t.Fatal(err)
		}
		took := time.Since(began)
		cancel()
		foreign.Wait()
		ours := ratelimit.Limit{N: int((1 - theirs) * float64(pro.N)), Per: pro.Per}
		least := leastMakespan(ours, n, 440*time.Millisecond)
		percent := 100 * float64(refused) / float64(sent)
		t.Logf("%.3f of the least time that is left; %.2f per mille refused, and %.2f %% of the other client's", took.Seconds()/least.Seconds(), r.perMille(), percent)
		if took.Seconds() > 1.25*least.Seconds() || r.perMille() > 5 || percent > 1 {
			t.Errorf("want at most 1.25, 5 per mille and 1 %%")
		}
	})
}

func TestMakespanOfFourProcesses(t *testing.T) {
	for _, c := range []struct {
		name            string
		shared          bool
		share, perMille float64
	}{
		{"each for itself", false, 95, 10},
		{"on one host", true, 98, 0},
	} {
		onSeeds(t, c.name, 10_000, func(t *testing.T, seed uint64) {
			r := newRoad(seed, typicalJitter, 400*time.Millisecond, hubspottest.Config{})
			var o ratelimit.Options
			if c.shared {
				o.Store = new(sharedWindow)
			}
			began, firstDone := time.Now(), time.Time{}
			var group sync.WaitGroup
			for range 4 {
				h := newHaul(t, r, 2_500)
				group.Go(func() {
					if err := h.run(t.Context(), o, nil); err != nil {
						t.Error(err)
					}
					r.mu.Lock()
					defer r.mu.Unlock()
					if firstDone.IsZero() {
						firstDone = time.Now()
					}
				})
			}
			group.Wait()
			share := r.share(began.Add(2*time.Minute), firstDone)
			t.Logf("%.1f %% of the limit from the third minute until %v; %.2f per mille refused", share, firstDone.Sub(began), r.perMille())
			if share < c.share || r.perMille() > c.perMille {
				t.Errorf("want %v %% and %v per mille", c.share, c.perMille)
			}
		})
	}
}

// A process that is stopped every seven seconds, and begins with an empty memory each time.
func TestMakespanWithRestarts(t *testing.T) {
	onSeeds(t, "every 7 s", 5_000, func(t *testing.T, seed uint64) {
		errEnd := errors.New("stopped")
		r := newRoad(seed, typicalJitter, 400*time.Millisecond, hubspottest.Config{})
		h := newHaul(t, r, 5_000)
		progress := new(importer.Progress)
		processes := 0
		began := time.Now()
		for err := errEnd; err != nil; processes++ {
			ctx, cancel := context.WithTimeoutCause(t.Context(), 7*time.Second, errEnd)
			err = h.run(ctx, ratelimit.Options{}, progress)
			cancel()
			if err != nil && !errors.Is(err, errEnd) {
				t.Fatal(err)
			}
		}
		took, least := time.Since(began), leastMakespan(pro, h.n, r.slowest)
		t.Logf("%d processes, %.3f of the least time; %.2f per mille refused", processes, took.Seconds()/least.Seconds(), r.perMille())
		if r.perMille() > 5 {
			t.Error("want at most 5 per mille")
		}
	})
}
