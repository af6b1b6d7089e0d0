// Deaths at every step of read, decide, keep, create and change, and faults by seed.

package importer

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// TestDeathAtEveryStepOfAChange kills the process at each step of a run that reads and
// changes records, goes on, and compares with the truth.
func TestDeathAtEveryStepOfAChange(t *testing.T) {
	const rows, most = 18, 6
	for _, mode := range []mapping.Mode{mapping.Upsert, mapping.Update} {
		for s := beforeIntent; s <= lastStep; s++ {
			for visit := 1; visit <= most; visit++ {
				t.Run(fmt.Sprintf("%s, step %d, visit %d", mode, s, visit), func(t *testing.T) {
					t.Parallel()
					w := snapshot(rows)
					w.poison["r7"] = true
					tr := newTrial(t, w, rows).inMode(w, mode)
					tr.batch, tr.workers = 3, 2
					died := errors.New("the process died")
					var dead atomic.Bool
					var visits atomic.Int32
					tr.change = func(im *Import) {
						im.step = func(at step) error {
							if dead.Load() || at == s && visits.Add(1) == int32(visit) {
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
					c := tr.checkChanges(w, rows, nil)
					if c.Settled() != rows || c.InDoubt > 0 || c.Unchanged != 6 || c.Updated != 5 {
						t.Errorf("counts: %+v", c)
					}
					if kind, _ := tr.state().Kind(7); kind != journal.Refused {
						t.Errorf("the bad row is %s", kind)
					}
				})
			}
		}
	}
}

// TestChangesUnderRandomFaults mixes lost and late answers, deaths, and people who change
// records at any time but between a read and the change that follows it.
func TestChangesUnderRandomFaults(t *testing.T) {
	const rows = 60
	seeds := uint64(90)
	if testing.Short() {
		seeds = 20
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(seed, 2))
				var mu sync.Mutex
				chance := func(p float64) bool {
					mu.Lock()
					defer mu.Unlock()
					return rng.Float64() < p
				}
				w := snapshot(rows)
				w.whole = seed%3 == 0
				for range 3 {
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
				others := map[string]bool{}
				w.onRead = func(keys []string) {
					for _, key := range keys {
						switch held := w.values[w.keys[key]]; {
						case held == nil || !chance(0.05):
						case chance(0.2):
							w.remove(key)
						default:
							held["price"] = fmt.Sprint(1000 + len(others))
							others[key] = true
						}
					}
				}
				mode := mapping.Upsert
				if seed%2 == 1 {
					mode = mapping.Update
				}
				tr := newTrial(t, w, rows).inMode(w, mode)
				died := errors.New("the process died")
				for try := 0; ; try++ {
					var dead atomic.Bool
					tr.change = func(im *Import) {
						im.WriteAll = seed%5 == 0
						im.step = func(step) error {
							if dead.Load() || try < 8 && chance(0.02) {
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
				c := tr.checkChanges(w, rows, others)
				if c.Settled() != rows || mode == mapping.Update && c.Created+c.Existing > 0 {
					t.Errorf("counts: %+v", c)
				}
			})
		})
	}
}
