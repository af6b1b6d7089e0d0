// The window against tables and against its law.

package ratelimit

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// at is a time of a test, in milliseconds.
func at(ms int) time.Time { return time.UnixMilli(int64(ms)) }

func TestWindowFree(t *testing.T) {
	limit := Limit{N: 4, Per: time.Second}
	type request struct{ sent, answered int } // -1: not yet
	for _, test := range []struct {
		name     string
		requests []request
		now      int
		want     int // -1: only an answer can tell
	}{
		{"empty", nil, 7, 7},
		{"one left", []request{{0, 40}, {0, 40}, {0, 40}}, 100, 100},
		{"full: the first answer leaves the window", []request{{0, 40}, {10, 50}, {20, 60}, {30, 70}}, 100, 1040},
		{"full: slow answers, two sent long enough ago", []request{{0, 400}, {10, 410}, {20, 420}, {30, 430}}, 500, 1070},
		{"full: no answers, two reserved", []request{{0, -1}, {10, -1}, {20, -1}, {30, -1}}, 100, 1070},
		{"none sent", []request{{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}}, 100, -1},
		{"left exactly now", []request{{0, 40}, {10, 50}, {20, 60}, {30, 70}}, 1040, 1040},
	} {
		t.Run(test.name, func(t *testing.T) {
			var w window
			for _, r := range test.requests {
				w.take()
				if r.sent >= 0 {
					w.send(at(r.sent))
				}
			}
			for _, r := range test.requests {
				if r.answered >= 0 {
					w.answer(at(r.answered))
				}
			}
			got, ok := w.free(limit, at(test.now))
			if ok != (test.want >= 0) || ok && !got.Equal(at(test.want)) {
				t.Errorf("free at %v (%v), want %d ms", got.Sub(at(0)), ok, test.want)
			}
		})
	}
}

// The law: as long as no request takes more than transitSpread longer than another to
// arrive, no window at the server holds more than N, however long requests take
// to be sent and to be answered.
func TestWindowLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := Limit{
			N:   rapid.IntRange(1, 12).Draw(t, "n"),
			Per: time.Duration(rapid.IntRange(100, 1000).Draw(t, "per")) * time.Millisecond,
		}
		between := func(name string, least, most int) time.Duration {
			return time.Duration(rapid.IntRange(least, most).Draw(t, name)) * time.Millisecond
		}
		way := between("way", 0, 100)
		slowest := rapid.SampledFrom([]int{0, 10, 3000}).Draw(t, "slowest")

		type event struct {
			at time.Time
			do func(now time.Time)
		}
		var (
			w        window
			events   []event
			arrivals []time.Time
			now      = at(0)
		)
		after := func(d time.Duration, do func(time.Time)) {
			events = append(events, event{now.Add(d), do})
			slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
		}
		for left := 60; left > 0 || len(events) > 0; {
			free, ok := w.free(limit, now)
			if ok && left > 0 && !free.After(now) {
				left--
				w.take()
				idle := between("idle", 0, slowest/10)
				service := between("service", 0, slowest)
				arrives := way + between("late", 0, int(transitSpread.Milliseconds()))
				after(idle, func(now time.Time) {
					w.send(now)
					arrivals = append(arrivals, now.Add(arrives))
					after(arrives+service, func(now time.Time) {
						w.answer(now)
						w.prune(now.Add(-2 * limit.Per))
					})
				})
				continue
			}
			if len(events) > 0 && !(ok && left > 0 && free.Before(events[0].at)) {
				now = events[0].at
				do := events[0].do
				events = events[1:]
				do(now)
				continue
			}
			if !ok {
				t.Fatal("no slot will ever be free")
			}
			now = free
			if again, ok := w.free(limit, now); !ok || again.After(now) {
				t.Fatalf("free said %v, and then %v", now, again)
			}
		}
		slices.SortFunc(arrivals, time.Time.Compare)
		for i := limit.N; i < len(arrivals); i++ {
			if apart := arrivals[i].Sub(arrivals[i-limit.N]); apart < limit.Per {
				t.Fatalf("%d arrivals within %v, limit %v", limit.N+1, apart, limit)
			}
		}
		if w.taken != 0 || w.inFlight != 0 {
			t.Fatalf("%d taken and %d inFlight at the end", w.taken, w.inFlight)
		}
	})
}

func TestWindowUnsend(t *testing.T) {
	var w window
	for _, ms := range []int{0, 10, 10, 20} {
		w.take()
		w.send(at(ms))
	}
	w.unsend(at(10))
	w.unsend(at(15)) // not there: forgotten
	if want := []time.Time{at(0), at(10), at(20)}; !slices.Equal(w.sent, want) || w.inFlight != 2 {
		t.Errorf("sent %v, inFlight %d, want %v and 2", w.sent, w.inFlight, want)
	}
}
