// What a refusal makes of everybody's next slot: pauses, storms, the end of the day.

package ratelimit

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestRefusalPausesEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := learned(t, Options{}, pro)
		other, _ := must(t, l)
		other.Sent()
		var waits []time.Duration
		for range 7 {
			slot, wait := must(t, l)
			waits = append(waits, wait.Round(time.Millisecond))
			slot.Sent()
			slot.Done(refuses)
			if len(waits) == 1 {
				other.Done(refuses) // of the same episode
			}
		}
		want := []time.Duration{13 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}
		window := l.Limit().Per // stretched
		want = append(want, window, window)
		if !slices.Equal(waits, want) {
			t.Errorf("waited %v, want %v", waits, want)
		}
		if got := l.Refusals(); got != 8 {
			t.Errorf("Refusals() = %d, want 8", got)
		}
		slot, _ := must(t, l)
		slot.Sent()
		slot.Done(tells(pro))
		slot, _ = must(t, l)
		slot.Sent()
		slot.Done(refuses)
		if _, wait := must(t, l); wait.Round(time.Millisecond) != time.Second {
			t.Errorf("waited %v after the first refusal for a while, want 1s", wait)
		}
	})
}

func TestWaitThatTheServerAsksFor(t *testing.T) {
	for _, test := range []struct {
		name          string
		asks          time.Duration
		first, second time.Duration
	}{
		{"long", 7 * time.Second, 7 * time.Second, 7 * time.Second},
		{"short", 100 * time.Millisecond, 100 * time.Millisecond, time.Second},
		{"absurd", 1000 * time.Hour, maxPause, maxPause},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(Options{})
				slot, _ := must(t, l)
				for _, want := range []time.Duration{test.first, test.second} {
					slot.Sent()
					slot.Done(Answer{Refused: true, Wait: test.asks})
					began := time.Now()
					slot = tryFor(t, l, 10_000*time.Hour)
					if got := time.Since(began); got != want {
						t.Errorf("waited %v, want %v", got, want)
					}
				}
			})
		})
	}
}

// A server that refuses everything for a minute is asked at most once a second.
func TestStorm(t *testing.T) {
	for _, asks := range []time.Duration{0, 10 * time.Millisecond, time.Second} {
		t.Run(asks.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := learned(t, Options{}, pro)
				over := time.Now().Add(time.Minute)
				var mu sync.Mutex
				var asked []time.Time
				var group sync.WaitGroup
				for range 16 {
					group.Go(func() {
						for {
							slot, _ := must(t, l)
							slot.Sent()
							if time.Now().After(over) {
								slot.Done(tells(pro))
								return
							}
							mu.Lock()
							asked = append(asked, time.Now())
							mu.Unlock()
							slot.Done(Answer{Remaining: -1, Refused: true, Wait: asks})
						}
					})
				}
				group.Wait()
				if len(asked) > 62 {
					t.Errorf("%d requests during a minute of refusals", len(asked))
				}
				for i := 2; i < len(asked); i++ {
					if apart := asked[i].Sub(asked[i-1]); apart < time.Second {
						t.Errorf("requests %d and %d of the storm are %v apart", i-1, i, apart)
					}
				}
			})
		})
	}
}

func TestDaily(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := learned(t, Options{}, pro)
		slot, _ := must(t, l)
		slot.Sent()
		l.Pause(time.Hour)
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				_, err := l.Acquire(t.Context())
				var daily *DailyError
				if !errors.As(err, &daily) || daily.Wait != 3*time.Hour {
					t.Errorf("a waiter got %v", err)
				}
			})
		}
		synctest.Wait()
		slot.Done(Answer{Remaining: -1, Refused: true, Daily: true, Wait: 3 * time.Hour})
		group.Wait()
		if _, err := l.Acquire(t.Context()); !errors.As(err, new(*DailyError)) {
			t.Errorf("a newcomer got %v", err)
		}
		if got := l.Refusals(); got != 1 {
			t.Errorf("Refusals() = %d, want 1", got)
		}

		time.Sleep(2 * time.Hour)
		l.ResetDaily()
		if try(t, l) == nil {
			t.Error("no slot after the reset")
		}
		if tryFor(t, l, time.Minute) != nil {
			t.Error("a second slot before the first one told whether the quota is fresh")
		}
	})
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := learned(t, Options{}, pro)
		l.Pause(5 * time.Second)
		l.Pause(2 * time.Second) // doesn't shorten it
		if _, wait := must(t, l); wait != 5*time.Second {
			t.Errorf("waited %v, want 5s", wait)
		}
	})
}
