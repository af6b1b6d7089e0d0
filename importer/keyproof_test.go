package importer

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
)

// A forgetful account takes keys and loses them after a second.
type forgetful struct {
	*world
	since time.Time
}

func (f *forgetful) FindByProperty(ctx context.Context, object, property string, values []string) (api.Found, error) {
	if time.Since(f.since) > time.Second {
		return api.Found{Complete: len(values), Rate: api.Rate{Remaining: -1}}, nil
	}
	return f.world.FindByProperty(ctx, object, property, values)
}

func (f *forgetful) ReadProperties(ctx context.Context, by string, values, properties []string) (map[string]api.Record, error) {
	if time.Since(f.since) > time.Second {
		return nil, nil
	}
	return f.world.ReadProperties(ctx, by, values, properties)
}

func TestAnAccountThatLosesKeysStopsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		tr := newTrial(t, w, 2000).withKey(w)
		tr.sender = &forgetful{w, time.Now()}
		tr.change = func(im *Import) {
			im.KeyProved = false
			im.Workers = 1
		}
		w.onCreate = func(int, []string) { time.Sleep(100 * time.Millisecond) }
		var lost *KeyError
		if err := tr.run(t.Context()); !errors.As(err, &lost) {
			t.Fatalf("got %v, want a KeyError", err)
		}
		c := tr.check(w, 2000)
		if c.InDoubt != 0 || c.Created == 0 || c.Created > 300 {
			t.Errorf("counts: %+v, want what five seconds take", c)
		}
	})
}

func TestAShortRunWaitsForTheProof(t *testing.T) {
	for name, proved := range map[string]bool{"new": false, "known": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				tr := newTrial(t, w, 5).withKey(w)
				tr.change = func(im *Import) { im.KeyProved = proved }
				start := time.Now()
				if err := tr.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if waited := time.Since(start) >= keptAfter; waited == proved {
					t.Errorf("the run took %s", time.Since(start))
				}
				if c := tr.check(w, 5); c != (journal.Counts{Created: 5}) {
					t.Errorf("counts: %+v", c)
				}
			})
		})
	}
}
