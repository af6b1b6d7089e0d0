// Who gets a slot, when, and what answers change.

package ratelimit

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// tells is an answer of a server with a limit and plenty of room.
func tells(l Limit) Answer { return Answer{Limit: l, Remaining: l.N - 1} }

var refuses = Answer{Remaining: -1, Refused: true}

// try returns a slot if there is one now, else nil.
func try(t *testing.T, l *Limiter) *Slot {
	t.Helper()
	return tryFor(t, l, time.Nanosecond)
}

func tryFor(t *testing.T, l *Limiter, d time.Duration) *Slot {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	slot, err := l.Acquire(ctx)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	return slot
}

// must returns a slot, and how long it had to be waited for.
func must(t *testing.T, l *Limiter) (*Slot, time.Duration) {
	t.Helper()
	began := time.Now()
	slot := tryFor(t, l, time.Hour)
	if slot == nil {
		t.Fatal("no slot within an hour")
	}
	return slot, time.Since(began)
}

// learned returns a limiter that has seen one answer.
func learned(t *testing.T, o Options, limit Limit) *Limiter {
	t.Helper()
	l := New(o)
	slot, _ := must(t, l)
	slot.Sent()
	slot.Done(tells(limit))
	return l
}

func TestProbeGoesAlone(t *testing.T) {
	for _, test := range []struct {
		name string
		end  func(*Slot)
		many bool // whether more than one may go afterwards
	}{
		{"answer that tells", func(s *Slot) { s.Sent(); s.Done(tells(pro)) }, true},
		{"answer that says nothing", func(s *Slot) { s.Sent(); s.Done(Answer{Remaining: -1}) }, false},
		{"no answer", func(s *Slot) { s.Sent(); s.Done(Answer{}) }, false},
		{"nonsense", func(s *Slot) { s.Sent(); s.Done(Answer{Limit: Limit{-1, -1}, Remaining: -7}) }, false},
		{"cancelled before it was sent", func(s *Slot) { s.Cancel() }, false},
		{"cancelled after", func(s *Slot) { s.Sent(); s.Cancel() }, false},
		{"refusal", func(s *Slot) { s.Sent(); s.Done(refuses) }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(Options{})
				probe, _ := must(t, l)
				if tryFor(t, l, time.Minute) != nil {
					t.Fatal("a second slot while the probe had no answer")
				}
				test.end(probe)
				must(t, l)
				if got := tryFor(t, l, time.Minute) != nil; got != test.many {
					t.Errorf("a slot evenRate the next one: %v, want %v", got, test.many)
				}
			})
		})
	}
}

func TestLimitInForce(t *testing.T) {
	ten := 10 * time.Second
	for _, test := range []struct {
		name    string
		options Options
		answers []Limit
		want    Limit
	}{
		{"nothing known", Options{}, nil, Limit{100, ten}},
		{"nothing known, share", Options{Share: 50}, nil, Limit{50, ten}},
		{"nothing known, high cap", Options{Cap: Limit{500, ten}}, nil, Limit{500, ten}},
		{"headers", Options{}, []Limit{pro}, pro},
		{"headers below a cap", Options{Cap: Limit{500, ten}}, []Limit{pro}, pro},
		{"headers above a cap", Options{Cap: Limit{50, ten}}, []Limit{pro}, Limit{50, ten}},
		{"cap with another window", Options{Cap: Limit{600, time.Minute}}, []Limit{pro}, Limit{600, time.Minute}},
		{"share", Options{Share: 70}, []Limit{pro}, Limit{133, ten}},
		{"share and cap", Options{Share: 70, Cap: Limit{150, ten}}, []Limit{pro}, Limit{133, ten}},
		{"changes", Options{}, []Limit{pro, {110, ten}}, Limit{110, ten}},
		{"nonsense keeps the last", Options{}, []Limit{pro, {}, {-5, ten}, {100, -1}, {1, 48 * time.Hour}}, pro},
		{"zero", Options{}, []Limit{{0, ten}}, Limit{10, ten}},
		{"tiny", Options{}, []Limit{{1, time.Hour}}, Limit{3600, time.Hour}},
		{"tiny share", Options{Share: 1}, []Limit{pro}, Limit{10, ten}},
		{"huge", Options{}, []Limit{{1 << 40, ten}}, Limit{maxN, ten}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(test.options)
				for _, limit := range test.answers {
					slot, _ := must(t, l)
					slot.Sent()
					slot.Done(Answer{Limit: limit, Remaining: -1})
				}
				if got := l.Limit(); got != test.want {
					t.Errorf("Limit() = %v, want %v", got, test.want)
				}
			})
		})
	}
}

// A cap holds in windows of its own length, whatever the server's are.
func TestCapHolds(t *testing.T) {
	for _, limit := range []Limit{{7, time.Second}, {100, 10 * time.Second}, {100, 15 * time.Second}, {300, time.Minute}} {
		t.Run(limit.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := quietServer(pro)
				load(t, New(Options{Cap: limit}), s, 1_000, 64)
				if got := s.most(limit.Per); got > limit.N {
					t.Errorf("%d arrivals in %v", got, limit.Per)
				}
			})
		})
	}
}

// What others, or an earlier process, sent before the probe leaves the window as
// late as it can.
func TestProbeFindsTheWindowUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{})
		probe, _ := must(t, l)
		probe.Sent()
		probe.Done(Answer{Limit: pro, Remaining: 5})
		n := 0
		for end := time.Now().Add(pro.Per - 1); tryFor(t, l, time.Until(end)) != nil; n++ {
		}
		if n != 5 {
			t.Errorf("%d slots in a window that had 5 left", n)
		}
	})
}

// A lost answer of a probe doesn't end the caution after a refusal.
func TestLostProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := learned(t, Options{}, pro)
		for _, a := range []Answer{refuses, {}} {
			slot, _ := must(t, l)
			slot.Sent()
			slot.Done(a)
		}
		must(t, l)
		if tryFor(t, l, time.Minute) != nil {
			t.Error("a second slot, though the probe before told nothing")
		}
	})
}

// A window is stretched by a refusal that nobody else explains, and only for a while.
func TestStretch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := learned(t, Options{}, pro)
		for _, step := range []struct {
			a    Answer
			want Limit
		}{
			{refuses, Limit{190, 10500 * time.Millisecond}},
			{tells(pro), Limit{190, 10500 * time.Millisecond}},
			{tells(pro), pro},
		} {
			slot, _ := must(t, l)
			slot.Sent()
			slot.Done(step.a)
			if got := l.Limit(); got != step.want {
				t.Errorf("limit in force is %v, want %v", got, step.want)
			}
			if !step.a.Refused {
				time.Sleep(stretchExpiry)
			}
		}
	})
}

// A server that never says anything is no reason to go one by one for ever.
func TestMuteServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{Cap: Limit{500, 10 * time.Second}})
		for range silentProbes {
			slot, _ := must(t, l)
			slot.Sent()
			slot.Done(Answer{Remaining: -1})
		}
		began := time.Now()
		for range 500 - silentProbes {
			must(t, l)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("the rest of 500 slots took %v, want a burst", took)
		}
		if tryFor(t, l, 5*time.Second) != nil {
			t.Error("slot 501 within a window")
		}
	})
}

func TestFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{})
		probe, _ := must(t, l)
		var mu sync.Mutex
		var order []int
		cancels := make([]context.CancelFunc, 50)
		var group sync.WaitGroup
		for i := range cancels {
			var ctx context.Context
			ctx, cancels[i] = context.WithCancel(t.Context())
			group.Go(func() {
				slot, err := l.Acquire(ctx)
				if err != nil {
					return
				}
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
				slot.Sent()
				slot.Done(tells(pro))
			})
			synctest.Wait() // it waits in the line
		}
		for i := 0; i < 50; i += 2 {
			cancels[i]()
		}
		synctest.Wait()
		probe.Sent()
		probe.Done(tells(pro))
		group.Wait()
		if len(order) != 25 || !slices.IsSorted(order) {
			t.Errorf("served in the order %v, want the odd ones in order", order)
		}
		for _, cancel := range cancels {
			cancel()
		}
	})
}

// However many waiters and slots were cancelled, a windowful of slots is there.
func TestCancelLeaksNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := Limit{20, 10 * time.Second}
		l := learned(t, Options{}, limit)
		for i := range 200 {
			slot, _ := must(t, l)
			if i%2 == 0 {
				slot.Sent()
			}
			slot.Cancel()
			slot.Cancel() // does nothing
		}
		time.Sleep(limit.Per) // the probe's place
		var slots []*Slot
		for range limit.N {
			slot, _ := must(t, l)
			slots = append(slots, slot)
		}
		if tryFor(t, l, time.Minute) != nil {
			t.Fatal("more slots than the limit")
		}
		// Waiters that are served after they gave up and before they can say so.
		for _, slot := range slots {
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				if _, err := l.Acquire(ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("a waiter that gave up got %v", err)
				}
			}()
			synctest.Wait()
			l.mu.Lock()
			cancel()
			slot.cancel()
			l.serve()
			l.mu.Unlock()
			synctest.Wait()
		}
		for range limit.N {
			must(t, l)
		}
	})
}

func TestWrongUsePanics(t *testing.T) {
	for name, f := range map[string]func(){
		"negative cap":       func() { New(Options{Cap: Limit{-1, time.Second}}) },
		"cap without a time": func() { New(Options{Cap: Limit{N: 5}}) },
		"share":              func() { New(Options{Share: 101}) },
		"done twice": func() {
			slot, _ := New(Options{}).Acquire(context.Background())
			slot.Done(Answer{})
			slot.Done(Answer{})
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

// Real goroutines on a real clock, for the race detector: two processes that share a window.
func TestConcurrently(t *testing.T) {
	store := new(board)
	processes := []*Limiter{New(Options{Store: store}), New(Options{Store: store})}
	var group sync.WaitGroup
	for i := range 32 {
		l := processes[i%2]
		group.Go(func() {
			for j := range 50 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+j)*100*time.Microsecond)
				slot, err := l.Acquire(ctx)
				switch {
				case err != nil:
				case j%7 == 0:
					slot.Cancel()
				default:
					slot.Sent()
					slot.Done(tells(Limit{1_000, 10 * time.Second}))
				}
				l.Limit()
				cancel()
			}
		})
	}
	group.Wait()
}

// A board is a Store in memory.
type board struct {
	mu   sync.Mutex
	data []byte
}

func (b *board) Update(change func([]byte) []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if data := change(b.data); data != nil {
		b.data = data
	}
	return nil
}
