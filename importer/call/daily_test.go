// The quota of the day: one worker asks when it is fresh again, and all wait for it.

package call_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/ratelimit"
)

func TestOneWorkerAsksForTheReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		start := time.Now()
		r := call.New(call.Options{Limiter: ratelimit.New(ratelimit.Options{}), DailyReset: func(context.Context) (time.Time, error) {
			asked++
			return start.Add(3 * time.Hour), nil
		}})
		slot, err := r.Slot(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		slot.Done(ratelimit.Answer{Refused: true, Daily: true, Remaining: -1})
		served := make(chan time.Duration, 20)
		for range cap(served) {
			go func() {
				slot, err := r.Slot(t.Context())
				if err != nil {
					t.Error(err)
				} else {
					slot.Done(ratelimit.Answer{Limit: ratelimit.Limit{N: 190, Per: 10 * time.Second}, Remaining: 100})
				}
				served <- time.Since(start)
			}()
		}
		for range cap(served) {
			if at := <-served; at < 3*time.Hour || at > 3*time.Hour+time.Minute {
				t.Errorf("a worker went on after %s", at)
			}
		}
		if asked != 1 {
			t.Errorf("the time of the reset was asked for %d times", asked)
		}
	})
}
