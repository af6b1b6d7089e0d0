// Deaths at every step, and faults by seed.

package importer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
)

// TestDeathAtEveryStep kills the process at each step of each attempt of a run,
// once by a kill (what was written stays) and once by a power cut (what wasn't
// synced is gone), goes on, and compares with the truth.
func TestDeathAtEveryStep(t *testing.T) {
	const rows, batches = 18, 6
	for _, key := range []bool{false, true} {
		for s := beforeIntent; s <= afterFates; s++ {
			for batch := 1; batch <= batches; batch++ {
				t.Run(fmt.Sprintf("key %t, step %d, batch %d", key, s, batch), func(t *testing.T) {
					t.Parallel()
					w := newWorld()
					w.poison["r7"] = true
					tr := newTrial(t, w, rows)
					tr.batch, tr.workers = 3, 2
					if key {
						tr.withKey(w)
					}
					died := errors.New("the process died")
					var dead atomic.Bool
					var visits atomic.Int32
					tr.change = func(im *Import) {
						im.step = func(at step) error {
							if dead.Load() || at == s && visits.Add(1) == int32(batch) {
								dead.Store(true)
								return died
							}
							return nil
						}
					}
					if err := tr.run(t.Context()); !errors.Is(err, died) {
						t.Fatalf("got %v, want the death", err)
					}
					tr.change = nil
					if err := tr.run(t.Context()); err != nil {
						t.Fatal(err)
					}
					c := tr.check(w, rows)
					if got := c.Created + c.Existing + c.Refused + c.InDoubt; got != rows {
						t.Errorf("%d of %d rows have a fate", got, rows)
					}
					if most := int64(tr.workers * tr.batch); c.InDoubt > most {
						t.Errorf("%d rows in doubt, want at most %d", c.InDoubt, most)
					}
					// With a key only a row can stay in doubt that is refused
					// after an attempt that proved nothing.
					if kind, _ := tr.state().Kind(7); key && (c.InDoubt > 1 || c.InDoubt == 1 && kind != journal.InDoubt) {
						t.Errorf("%d rows in doubt although there is a key", c.InDoubt)
					}
				})
			}
		}
	}
}

// TestRandomFaults mixes faults and deaths by seed.
func TestRandomFaults(t *testing.T) {
	const rows = 60
	seeds := uint64(60)
	if testing.Short() {
		seeds = 15
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(seed, 1))
				var mu sync.Mutex
				chance := func(p float64) bool {
					mu.Lock()
					defer mu.Unlock()
					return rng.Float64() < p
				}
				w := newWorld()
				w.whole = seed%3 == 0
				for range 5 {
					w.poison[fmt.Sprintf("r%d", 1+rng.IntN(rows))] = true
				}
				w.misdeeds = func(int) mishap {
					for m := lostBefore; m <= noTraces; m++ {
						if chance(0.05) {
							return m
						}
					}
					return fine
				}
				tr := newTrial(t, w, rows)
				if seed%2 == 0 {
					tr.withKey(w)
				}
				died := errors.New("the process died")
				for range 8 {
					var dead atomic.Bool
					tr.change = func(im *Import) {
						im.step = func(step) error {
							if dead.Load() || chance(0.02) {
								dead.Store(true)
								return died
							}
							return nil
						}
					}
					err := tr.run(t.Context())
					if err == nil {
						break
					}
					var server *call.ServerError
					if !errors.Is(err, died) && !errors.As(err, &server) {
						t.Fatal(err)
					}
				}
				tr.change = nil
				if err := tr.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				c := tr.check(w, rows)
				if got := c.Created + c.Existing + c.Refused + c.InDoubt; got != rows {
					t.Errorf("%d of %d rows have a fate", got, rows)
				}
			})
		})
	}
}

// An account that isn't as atomic as hoped: it creates the rows of a batch that it
// refuses, refuses them again for reasons of their own, and can't be read.
type contradictory struct{ *world }

func (c contradictory) Create(ctx context.Context, inputs []api.Input) api.Answer {
	if len(inputs) > 1 {
		c.world.Create(ctx, inputs)
	}
	return api.Answer{Outcome: api.Refused, Refusal: api.Failure{Code: "BAD", Message: "no"}, Err: errors.New("400"), Rate: api.Rate{Remaining: -1}}
}

func (c contradictory) ReadProperties(context.Context, string, []string, []string) (map[string]api.Record, error) {
	return nil, errors.New("an answer that can't be read")
}

func TestARefusalOfARowThatWasSentBeforeNeedsACompleteRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		tr := newTrial(t, w, 2).withKey(w)
		tr.sender = contradictory{w}
		if err := tr.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c := tr.check(w, 2); c != (journal.Counts{InDoubt: 2}) {
			t.Errorf("counts: %+v", c)
		}
	})
}
