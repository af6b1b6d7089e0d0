// The goals: how close to the least possible time, with how many refusals. Each simulation is
// a bubble in which one goroutine runs at a time, so the race detector has nothing to find.

//go:build !race

package ratelimit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// report logs what was measured, and fails above refused requests per mille.
func report(t *testing.T, s *server, n int, took, least time.Duration, perMille float64) {
	t.Helper()
	got := 1000 * float64(s.refused) / float64(n)
	t.Logf("%d requests took %.1f s, %.3f of the least time; %d refused (%.2f per mille); slowest answer %.1f s",
		n, took.Seconds(), took.Seconds()/least.Seconds(), s.refused, got, s.slowest.Seconds())
	if got > perMille {
		t.Errorf("%.2f per mille of the requests were refused, want at most %v", got, perMille)
	}
}

func TestAloneWithoutJitter(t *testing.T) {
	for _, service := range []time.Duration{0, 400 * time.Millisecond, time.Second, 3 * time.Second} {
		for _, n := range []int{1, 190, 191, 1_000, 10_000} {
			t.Run(fmt.Sprintf("%v/%d", service, n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := quietServer(pro)
					s.service = constant(service)
					took := load(t, New(Options{}), s, n, 256)
					least := least(pro, n, s.slowest)
					report(t, s, n, took, least, 0)
					if most := s.most(pro.Per); most > pro.N {
						t.Errorf("%d arrivals in a window, want at most %d", most, pro.N)
					}
					var probe time.Duration
					if service > 400*time.Millisecond {
						probe = s.slowest // everybody waits for its answer
					}
					if n == 190 && took > 4*time.Second+s.slowest+probe {
						t.Errorf("a windowful took %v, want at most 4s and the slowest answer, %v", took, s.slowest)
					}
					if most := time.Duration(float64(least)/0.97) + probe; n >= 1_000 && took > most {
						t.Errorf("took %v, want at most %v", took, most)
					}
				})
			})
		}
	}
}

func TestAloneWithJitter(t *testing.T) {
	for seed := range uint64(3) {
		for _, n := range []int{190, 1_000, 10_000} {
			t.Run(fmt.Sprintf("%d/%d", seed, n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := jitteryServer(pro, rand.New(rand.NewPCG(seed, 1)))
					took := load(t, New(Options{}), s, n, 256)
					report(t, s, n, took, least(pro, n, 440*time.Millisecond), 0)
					if n == 190 && took > 4*time.Second+s.slowest {
						t.Errorf("a windowful took %v, want at most 4s and the slowest answer, %v", took, s.slowest)
					}
					if most := time.Duration(float64(least(pro, n, s.slowest)) / 0.97); n >= 1_000 && took > most {
						t.Errorf("took %v, want at most %v", took, most)
					}
				})
			})
		}
	}
}

func TestStrangeServers(t *testing.T) {
	for _, test := range []struct {
		name                string
		coarse              time.Duration
		penal, silentProbes bool
		limit               Limit
		most                float64 // of the least time
		perMille            float64
		wantN               int
		wantStretched       bool
	}{
		{name: "counts in whole seconds", coarse: time.Second, limit: pro, most: 1.2, perMille: 5, wantN: 190, wantStretched: true},
		{name: "counts refused requests", penal: true, limit: pro, most: 1.03, wantN: 190},
		{name: "does both", coarse: time.Second, penal: true, limit: pro, most: 1.2, perMille: 5, wantN: 190, wantStretched: true},
		{name: "tells nothing", silentProbes: true, limit: Limit{100, 10 * time.Second}, most: 1.04, wantN: 100},
		{name: "has a short window", limit: Limit{30, time.Second}, most: 1.15, perMille: 1, wantN: 30},
		{name: "allows one at a time", limit: Limit{1, 100 * time.Millisecond}, most: 6, wantN: 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 10_000
				s := jitteryServer(test.limit, rand.New(rand.NewPCG(1, 1)))
				s.coarse, s.penal, s.silentProbes = test.coarse, test.penal, test.silentProbes
				l := New(Options{})
				took := load(t, l, s, n, 256)
				least := least(test.limit, n, 440*time.Millisecond)
				report(t, s, n, took, least, test.perMille)
				if took.Seconds() > test.most*least.Seconds() {
					t.Errorf("took %v, want at most %v times %v", took, test.most, least)
				}
				if got := l.Limit(); got.N != test.wantN || (got.Per > test.limit.Per) != test.wantStretched {
					t.Errorf("limit in force is %v, the server's %v; want it stretched: %v", got, test.limit, test.wantStretched)
				}
				if got := l.Refusals(); got != int64(s.refused) {
					t.Errorf("Refusals() = %d, the server refused %d", got, s.refused)
				}
			})
		})
	}
}

// Another client takes 30 % of the limit, from the start or when a run is well under way.
func TestBesideAnotherClient(t *testing.T) {
	const n, share = 10_000, 0.3
	for seed := range uint64(3) {
		for _, joins := range []time.Duration{-20 * time.Second, 63 * time.Second} {
			t.Run(fmt.Sprintf("%d/%v", seed, joins), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := jitteryServer(pro, rand.New(rand.NewPCG(seed, 1)))
					ctx, cancel := context.WithCancel(t.Context())
					var sent, refused int
					var foreign sync.WaitGroup
					foreign.Go(func() {
						time.Sleep(max(0, joins))
						sent, refused = s.addForeign(ctx, rand.New(rand.NewPCG(seed, 2)), share*pro.perSecond())
					})
					time.Sleep(max(0, -joins))
					took := load(t, New(Options{}), s, n, 256)
					cancel()
					foreign.Wait()

					ours := Limit{N: int((1 - share) * float64(pro.N)), Per: pro.Per}
					least := least(ours, n, 440*time.Millisecond)
					report(t, s, n, took, least, 5)
					if took.Seconds() > 1.25*least.Seconds() {
						t.Errorf("took %v, want at most 1.25 times %v", took, least)
					}
					theirs := 100 * float64(refused) / float64(sent)
					t.Logf("of the other client's %d requests %.2f %% were refused", sent, theirs)
					if most := 1.0; joins < 0 && theirs > most {
						t.Errorf("%.2f %% of the other client's requests were refused, want at most %v", theirs, most)
					}
				})
			})
		}
	}
}

func TestFourProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 40_000
		s := jitteryServer(pro, rand.New(rand.NewPCG(1, 1)))
		began := time.Now()
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() { load(t, New(Options{}), s, n/4, 64) })
		}
		group.Wait()
		report(t, s, n, time.Since(began), least(pro, n, 440*time.Millisecond), 10)
	})
}

// A process that is started again and again, each time with an empty memory, must
// not take the window for empty too.
func TestRestarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const restarts, n = 60, 100
		s := jitteryServer(pro, rand.New(rand.NewPCG(1, 1)))
		began := time.Now()
		for range restarts {
			load(t, New(Options{}), s, n, 64)
		}
		report(t, s, restarts*n, time.Since(began), least(pro, restarts*n, 440*time.Millisecond), 5)
	})
}
