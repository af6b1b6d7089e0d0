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
	// transitSpread is how much later than others a request may arrive. 99.4 % of the
	// requests on a typical way (20 ms at the median, lognormal, sigma 0.5) take less than
	// 50 ms more than that. 10,000 requests at 190/10s take 1.016 of the least time with
	// this rule and no refusal, and 1.049 without it.
	transitSpread = 50 * time.Millisecond

	// reservedSlots are kept free for those that are later still. With none, more than
	// one late request in a window is refused; each costs 1/190 of the limit.
	reservedSlots = 2
)

// A window is a log of requests. It says for any limit when the next request may be
// sent so that no window at the server holds more than N:
//
// A slot is free again Per after its answer came. This alone is safe whatever the
// network does, because a request arrives before it is answered. But it blocks a slot
// for Per and the time of an answer. So a slot is also free Per + transitSpread after
// it was sent, as long as reservedSlots slots stay free. That is safe if no request
// takes more than transitSpread longer than another to arrive.
//
// The times passed in never decrease.
type window struct {
	taken    int         // slots given out whose request wasn't sent yet
	inFlight int         // requests sent and not answered
	sent     []time.Time // ascending
	answered []time.Time // when answers came, ascending
}

func (w *window) take() { w.taken++ }

// untake gives a slot back whose request wasn't sent.
func (w *window) untake() { w.taken-- }

func (w *window) send(now time.Time) {
	w.taken--
	w.inFlight++
	w.sent = append(w.sent, now)
}

// unsend removes the request sent at a time: it never left.
func (w *window) unsend(at time.Time) {
	w.inFlight--
	if i := len(w.sent) - len(after(w.sent, at)) - 1; i >= 0 && w.sent[i].Equal(at) {
		w.sent = slices.Delete(w.sent, i, i+1)
	}
}

func (w *window) answer(now time.Time) {
	w.inFlight--
	w.answered = append(w.answered, now)
}

// addForeign logs n requests that another client has sent by now.
func (w *window) addForeign(n int, now time.Time) {
	for range n {
		w.sent = append(w.sent, now)
		w.answered = append(w.answered, now)
	}
}

// prune drops what happened up to a time.
func (w *window) prune(until time.Time) {
	w.sent = after(w.sent, until)
	w.answered = after(w.answered, until)
}

// free returns when a slot of l is free if nothing else happens until then; it
// reports false if only an answer can free one. A time up to now means now.
func (w *window) free(l Limit, now time.Time) (time.Time, bool) {
	sure, ok := slotFree(w.answered, w.taken+w.inFlight, l, now)
	early, okEarly := slotFree(w.sent, w.taken, Limit{N: l.N - reservedSlots, Per: l.Per + transitSpread}, now)
	if !ok || okEarly && early.Before(sure) {
		return early, okEarly
	}
	return sure, true
}

// slotFree returns when fewer than l.N slots are occupied: busy ones for good,
// and one until l.Per after each of the times.
func slotFree(times []time.Time, busy int, l Limit, now time.Time) (time.Time, bool) {
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

// accountedFor returns how many requests of this log, at most, are in the window of a
// server that had counted a request by now which was sent at a time.
func (w *window) accountedFor(sent time.Time, per time.Duration) int {
	return w.inFlight + len(after(w.answered, sent.Add(-per)))
}

// after returns the end of times that lies after t.
func after(times []time.Time, t time.Time) []time.Time {
	return times[sort.Search(len(times), func(i int) bool { return times[i].After(t) }):]
}
