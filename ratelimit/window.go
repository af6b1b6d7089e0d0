// The arithmetic of a rolling window: when the next request fits into it.

package ratelimit

import (
	"slices"
	"sort"
	"time"
)

// A client doesn't see when its requests arrive. It knows that an arrival lies
// between sending and answer, and it may assume that requests take about
// equally long to get there.
const (
	spread  = 50 * time.Millisecond // how much later than others a request may arrive
	reserve = 2                     // slots kept free for those that are later still
)

// A window is a log of requests. It answers for any limit when the next request
// may be sent so that no stretch of time at the server holds more than N:
//
// A slot is free again Per after its answer came. This alone is safe whatever the
// network does, because a request arrives before it is answered; but it blocks a
// slot for Per and the time of an answer. So a slot is also free Per + spread
// after it was sent, as long as reserve slots stay free. That is safe when no
// request arrives more than spread later than another would have.
//
// The times that are handed in never decrease.
type window struct {
	taken  int         // slots given out whose request wasn't sent yet
	flying int         // requests sent and not answered
	sent   []time.Time // ascending
	heard  []time.Time // when answers came, ascending
}

func (w *window) take() { w.taken++ }

// untake gives a slot back whose request wasn't sent.
func (w *window) untake() { w.taken-- }

func (w *window) send(now time.Time) {
	w.taken--
	w.flying++
	w.sent = append(w.sent, now)
}

// unsend strikes out the request sent at a time: it never left.
func (w *window) unsend(at time.Time) {
	w.flying--
	if i := len(w.sent) - len(after(w.sent, at)) - 1; i >= 0 && w.sent[i].Equal(at) {
		w.sent = slices.Delete(w.sent, i, i+1)
	}
}

func (w *window) answer(now time.Time) {
	w.flying--
	w.heard = append(w.heard, now)
}

// crowd logs n requests of somebody else, who sent them up to now.
func (w *window) crowd(n int, now time.Time) {
	for range n {
		w.sent = append(w.sent, now)
		w.heard = append(w.heard, now)
	}
}

// forget drops what happened up to a time.
func (w *window) forget(until time.Time) {
	w.sent = after(w.sent, until)
	w.heard = after(w.heard, until)
}

// free returns when a slot of l is free if nothing else happens until then; it
// reports false if only an answer can free one. A time up to now means now.
func (w *window) free(l Limit, now time.Time) (time.Time, bool) {
	sure, ok := vacancy(w.heard, w.taken+w.flying, l, now)
	early, okEarly := vacancy(w.sent, w.taken, Limit{N: l.N - reserve, Per: l.Per + spread}, now)
	if !ok || okEarly && early.Before(sure) {
		return early, okEarly
	}
	return sure, true
}

// vacancy returns when fewer than l.N slots are occupied: busy ones for good,
// and one until l.Per after each of the times.
func vacancy(times []time.Time, busy int, l Limit, now time.Time) (time.Time, bool) {
	times = after(times, now.Add(-l.Per))
	switch k := busy + len(times) - l.N; {
	case k < 0:
		return now, true
	case k < len(times):
		return times[k].Add(l.Per), true
	default:
		return time.Time{}, false
	}
}

// explains returns how many requests this log can account for, at most, in the
// window of a server that had counted a request by now which was sent at a time.
func (w *window) explains(sent time.Time, per time.Duration) int {
	return w.flying + len(after(w.heard, sent.Add(-per)))
}

// after returns the end of times that lies after t.
func after(times []time.Time, t time.Time) []time.Time {
	return times[sort.Search(len(times), func(i int) bool { return times[i].After(t) }):]
}
