// Several processes of one host: the goals with a shared window, and what can go wrong with it.

//go:build !race

package ratelimit

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// seeds is how many seeds a test takes that draws its network.
var seeds = flag.Uint64("seeds", 1, "how many seeds the tests of the goals take")

// A memory is a Store of goroutines.
type memory struct {
	mu     sync.Mutex
	data   []byte
	calls  int
	most   int
	broken bool
}

func (m *memory) Update(change func([]byte) []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken {
		return errors.New("broken")
	}
	m.calls++
	if data := change(m.data); data != nil {
		m.data = data
		m.most = max(m.most, len(data))
	}
	return nil
}

// A process is a limiter with workers that send without end.
type process struct {
	*Limiter
	workers int
	every   time.Duration // a request of a worker begins so long after the one before; 0: at once
	joins   time.Duration
	dies    time.Duration // 0: never
	served  int           // requests that weren't refused, after the warm-up
}

// A host runs processes against one server.
type host struct {
	server    *server
	processes []*process
}

// run lets the processes send for a time, and counts from the end of warmUp on. It returns how much
// of the limit was used by all of them, in percent, and how many of a thousand requests were refused.
func (h *host) run(t *testing.T, warmUp, d time.Duration) (share, perMille float64) {
	began := time.Now()
	end, stop := context.WithTimeout(t.Context(), warmUp+d)
	defer stop()
	var group sync.WaitGroup
	for _, p := range h.processes {
		ctx, cancel := end, context.CancelFunc(func() {})
		if p.dies > 0 {
			ctx, cancel = context.WithTimeout(end, p.dies)
		}
		defer cancel()
		for range p.workers {
			group.Go(func() {
				time.Sleep(p.joins)
				for {
					next := time.Now().Add(p.every)
					slot, err := p.Acquire(ctx)
					if err != nil {
						return
					}
					if p.dies > 0 && time.Since(began) > p.dies-time.Second {
						return // with its slot, as after a kill -9
					}
					slot.Sent()
					a := h.server.do()
					if p.dies > 0 && ctx.Err() != nil {
						return // its answer is heard by nobody
					}
					slot.Done(a)
					h.server.mu.Lock()
					if !a.Refused && time.Since(began) >= warmUp && end.Err() == nil {
						p.served++
					}
					h.server.mu.Unlock()
					time.Sleep(time.Until(next))
				}
			})
		}
	}
	group.Wait()
	served := 0
	for _, p := range h.processes {
		served += p.served
	}
	return 100 * float64(served) / (h.server.limit.perSecond() * d.Seconds()),
		1000 * float64(h.server.refused) / float64(len(h.server.arrivals))
}

// fairness is how much the least served process got of what the most served got.
func (h *host) fairness() float64 {
	least, most := h.processes[0].served, h.processes[0].served
	for _, p := range h.processes {
		least, most = min(least, p.served), max(most, p.served)
	}
	return float64(least) / float64(most)
}

func newHost(seed uint64, store Store, processes ...*process) *host {
	h := &host{server: jitteryServer(pro, rand.New(rand.NewPCG(seed, 1))), processes: processes}
	for _, p := range processes {
		if p.Limiter == nil {
			p.Limiter = New(Options{Store: store})
		}
	}
	return h
}

func busy() *process { return &process{workers: 32} }

// idle takes 5 % of the limit.
func idle() *process { return &process{workers: 1, every: 1050 * time.Millisecond} }

func joins(p *process, d time.Duration) *process { p.joins = d; return p }
func dies(p *process, d time.Duration) *process  { p.dies = d; return p }

func TestProcessesOfAHost(t *testing.T) {
	for _, test := range []struct {
		name      string
		processes func() []*process
		fairness  float64
	}{
		{"four busy", func() []*process { return []*process{busy(), busy(), busy(), busy()} }, 0.95},
		{"joining 30 s apart", func() []*process {
			return []*process{busy(), joins(busy(), 30*time.Second), joins(busy(), time.Minute), joins(busy(), 90*time.Second)}
		}, 0.95},
		{"one busy, three nearly idle", func() []*process { return []*process{busy(), idle(), idle(), idle()} }, 0},
	} {
		for seed := range *seeds {
			t.Run(fmt.Sprintf("%s/%d", test.name, seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					store := new(memory)
					h := newHost(seed, store, test.processes()...)
					share, refused := h.run(t, 2*time.Minute, 3*time.Minute)
					t.Logf("%.1f %% of the limit, %.2f per mille refused, fairness %.2f; %d calls and up to %d bytes of the store for %d requests",
						share, refused, h.fairness(), store.calls, store.most, len(h.server.arrivals))
					if share < 98 || refused > 0 || h.fairness() < test.fairness {
						t.Errorf("%.1f %% of the limit, %.2f per mille refused, fairness %.2f; want 98 %%, 0 and %.2f", share, refused, h.fairness(), test.fairness)
					}
					for _, p := range h.processes[1:] {
						if p.every > 0 && float64(p.served) < 0.93*180/p.every.Seconds() {
							t.Errorf("a process that wants little got %d requests in three minutes", p.served)
						}
					}
				})
			})
		}
	}
}

// Processes that are killed with slots taken and requests under way cost the
// others a window and two seconds at most.
func TestProcessesThatDie(t *testing.T) {
	for seed := range *seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHost(seed, new(memory), busy(), busy(), dies(busy(), time.Minute), dies(busy(), time.Minute))
				warmUp := time.Minute + pro.Per + peerGrace + time.Second
				share, refused := h.run(t, warmUp, 3*time.Minute)
				t.Logf("%.1f %% of the limit, %.2f per mille refused", share, refused)
				if share < 97 || refused > 0 {
					t.Errorf("%.1f %% of the limit and %.2f per mille refused after two of four died", share, refused)
				}
			})
		})
	}
}

// A process that is started again and again knows from the store what it sent before.
func TestRestartsWithAStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const restarts, n = 60, 100
		s := jitteryServer(pro, rand.New(rand.NewPCG(1, 1)))
		store := new(memory)
		began := time.Now()
		for range restarts {
			load(t, New(Options{Store: store}), s, n, 64)
		}
		took := time.Since(began)
		least := least(pro, restarts*n, 440*time.Millisecond)
		report(t, s, restarts*n, took, least, 0)
		if took > least*115/100 { // each has a probe, and ends with its slowest answer
			t.Errorf("took %v, want at most 1.15 times %v", took, least)
		}
	})
}

// The wall clock jumps while processes work, and another one joins right after it.
// When it jumps forward, that one takes the others' requests for old ones until
// they write again: it is its probe that may be one too many.
func TestClockJumps(t *testing.T) {
	for _, jump := range []time.Duration{-time.Hour, time.Hour, -3 * time.Second, 3 * time.Second} {
		t.Run(jump.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := new(memory)
				h := newHost(1, store, busy(), busy(), joins(busy(), time.Minute+100*time.Millisecond))
				began := time.Now()
				for _, p := range h.processes {
					p.controller.shared.wall = func(now time.Time) int64 {
						if now.Sub(began) >= time.Minute {
							now = now.Add(jump)
						}
						return now.UnixNano()
					}
				}
				share, refused := h.run(t, 50*time.Second, 2*time.Minute)
				t.Logf("%.1f %% of the limit, %.2f per mille refused", share, refused)
				if share < 97 || refused > 1 {
					t.Errorf("%.1f %% of the limit and %.2f per mille refused around a jump", share, refused)
				}
			})
		})
	}
}

// After a jump a process begins that knows of others, dead by now, only what they
// have left in the store. It waits a window at most; or its probe is refused, and
// it goes on with the caution that follows a refusal.
func TestClockJumpedSinceTheOthersDied(t *testing.T) {
	for _, jump := range []time.Duration{-time.Hour, time.Hour} {
		t.Run(jump.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := new(memory)
				s := jitteryServer(pro, rand.New(rand.NewPCG(1, 1)))
				load(t, New(Options{Store: store}), s, 190, 64)
				l := New(Options{Store: store})
				l.controller.shared.wall = func(now time.Time) int64 { return now.Add(jump).UnixNano() }
				took := load(t, l, s, 190, 64)
				most, refused := pro.Per+peerGrace+5*time.Second, 0
				if jump > 0 {
					most, refused = 3*pro.Per, 4
				}
				if took > most || s.refused > refused {
					t.Errorf("a windowful took %v, with %d refused", took, s.refused)
				}
			})
		})
	}
}

func TestStoreThatFails(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(*memory)
	}{
		{"broken", func(m *memory) { m.broken = true }},
		{"nonsense", func(m *memory) { m.data = []byte("nonsense") }},
		{"emptied", func(m *memory) { m.data = []byte{} }},
		{"half written", func(m *memory) { m.data = m.data[:len(m.data)/2] }},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := new(memory)
				h := newHost(1, store, busy(), busy())
				stop := time.AfterFunc(30*time.Second, func() {
					store.mu.Lock()
					defer store.mu.Unlock()
					test.spoil(store)
				})
				defer stop.Stop()
				share, refused := h.run(t, 20*time.Second, 2*time.Minute)
				t.Logf("%.1f %% of the limit, %.2f per mille refused", share, refused)
				if test.name == "broken" {
					// Each by itself: what headers alone can do.
					if share < 85 || refused > 10 {
						t.Errorf("%.1f %% of the limit and %.2f per mille refused without the store", share, refused)
					}
				} else if share < 98 || refused > 0 {
					t.Errorf("%.1f %% of the limit and %.2f per mille refused", share, refused)
				}
			})
		})
	}
}

// Other processes aren't foreign clients: nobody starts pacing because of them. Nor
// because of the requests that found out which account it is.
func TestOwnRequestsAreNotForeign(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost(1, new(memory), busy(), busy(), joins(busy(), 20*time.Second))
		for _, p := range h.processes {
			time.AfterFunc(p.joins, func() {
				h.server.mu.Lock()
				for range 10 { // before the first slot
					h.server.count(time.Now())
				}
				h.server.mu.Unlock()
				p.Spent(10)
			})
		}
		h.run(t, 0, 2*time.Minute)
		for i, p := range h.processes {
			if p.controller.pacer.paced {
				t.Errorf("process %d sees foreign requests", i)
			}
		}
	})
}

// A process that died while it waited for a slot keeps nobody waiting whose limit
// turns out to be too high to be shared.
func TestTheDeadDoNotHoldUpHighLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		dead := &section{id: 1, at: now, waiting: true}
		store := &memory{data: encode([]*section{dead}, now, now.UnixNano())}
		high := Limit{100_000, time.Second}
		s := &server{limit: high, oneWay: constant(0), service: constant(time.Millisecond)}
		if took := load(t, New(Options{Store: store}), s, 1_000, 1); took > 1_000*time.Millisecond+20*time.Millisecond {
			t.Errorf("1,000 requests of a millisecond took %v", took)
		}
	})
}

// High limits aren't shared: the store would cost more than it is worth.
func TestHighLimitsAreNotShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(memory)
		high := Limit{2_000, time.Second}
		l := New(Options{Store: store, Cap: high})
		load(t, l, &server{limit: high, oneWay: constant(0), service: constant(time.Millisecond)}, 20_000, 64)
		if store.calls > 0 {
			t.Errorf("the store was asked %d times", store.calls)
		}
		if own := l.controller.shared.log.own; len(own.sent) > 3*high.N || len(own.answered) > 3*high.N || len(own.inFlight)+len(own.taken) > 0 {
			t.Errorf("%d requests, of which %d were answered, are remembered of a window of %d", len(own.sent), len(own.answered), high.N)
		}
	})
}
