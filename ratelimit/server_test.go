// A model of a server with a rolling window, to be used in a synctest bubble.

package ratelimit

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// pro is the limit of HubSpot's professional and enterprise plans.
var pro = Limit{N: 190, Per: 10 * time.Second}

// A server counts arrivals in a rolling window and refuses what is too much.
type server struct {
	limit        Limit
	coarse       time.Duration // not zero: it counts in buckets of this length, and whole ones
	penal        bool          // refused requests count too
	silentProbes bool          // answers don't tell the limit
	oneWay       func() time.Duration
	service      func() time.Duration

	mu       sync.Mutex
	counted  []time.Time // arrivals that count
	arrivals []time.Time // of the limiter under test, refused ones too
	refused  int         // of the limiter under test
	slowest  time.Duration
}

func constant(d time.Duration) func() time.Duration { return func() time.Duration { return d } }

// lognormal draws times of a median. The draws of a seed are the same each time
// as long as their order is.
func lognormal(rng *rand.Rand, median time.Duration, sigma float64) func() time.Duration {
	return func() time.Duration {
		return time.Duration(float64(median) * math.Exp(sigma*rng.NormFloat64()))
	}
}

// quietServer answers in exactly 0.44 s; jitteryServer is on a typical network.
func quietServer(l Limit) *server {
	return &server{limit: l, oneWay: constant(20 * time.Millisecond), service: constant(400 * time.Millisecond)}
}

func jitteryServer(l Limit, rng *rand.Rand) *server {
	return &server{
		limit:   l,
		oneWay:  lognormal(rng, 20*time.Millisecond, 0.5),
		service: lognormal(rng, 400*time.Millisecond, 0.4),
	}
}

// do sends one request; it returns when the answer has come.
func (s *server) do() Answer {
	s.mu.Lock()
	there, service, back := s.oneWay(), s.service(), s.oneWay()
	s.mu.Unlock()
	began := time.Now()

	time.Sleep(there)
	s.mu.Lock()
	s.arrivals = append(s.arrivals, time.Now())
	a := s.count(time.Now())
	if a.Refused {
		s.refused++
		service = 0
	}
	s.mu.Unlock()
	time.Sleep(service + back)

	s.mu.Lock()
	defer s.mu.Unlock()
	s.slowest = max(s.slowest, time.Since(began))
	return a
}

// count decides about an arrival, with mu held.
func (s *server) count(now time.Time) Answer {
	from := now.Add(-s.limit.Per)
	if s.coarse > 0 {
		from = from.Truncate(s.coarse).Add(-1)
	}
	s.counted = after(s.counted, from)
	refused := len(s.counted) >= s.limit.N
	if !refused || s.penal {
		s.counted = append(s.counted, now)
	}
	if s.silentProbes {
		return Answer{Remaining: -1, Refused: refused}
	}
	return Answer{Limit: s.limit, Remaining: max(0, s.limit.N-len(s.counted)), Refused: refused}
}

// addForeign sends foreign requests at random, at a rate a second, until ctx ends, and
// returns how many were sent and refused.
func (s *server) addForeign(ctx context.Context, rng *rand.Rand, perSecond float64) (sent, refused int) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return sent, refused
		case <-time.After(time.Duration(rng.ExpFloat64() / perSecond * float64(time.Second))):
		}
		s.mu.Lock()
		sent++
		if s.count(time.Now()).Refused {
			refused++
		}
		s.mu.Unlock()
	}
	return sent, refused
}

// most returns the most arrivals in any window of a length.
func (s *server) most(per time.Duration) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortFunc(s.arrivals, time.Time.Compare)
	most, from := 0, 0
	for i, t := range s.arrivals {
		for !s.arrivals[from].After(t.Add(-per)) {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// load sends n requests through l with a number of workers, each until it is not
// refused, and returns how long it took.
func load(t *testing.T, l *Limiter, s *server, n, workers int) time.Duration {
	t.Helper()
	began := time.Now()
	var left sync.Mutex
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for {
				left.Lock()
				n--
				mine := n >= 0
				left.Unlock()
				if !mine {
					return
				}
				for refused := true; refused; {
					slot, err := l.Acquire(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					slot.Sent()
					a := s.do()
					slot.Done(a)
					refused = a.Refused
				}
			}
		})
	}
	group.Wait()
	return time.Since(began)
}

// least is the shortest time in which a window can take n requests, if answers
// take d.
func least(l Limit, n int, d time.Duration) time.Duration {
	return time.Duration((n-1)/l.N)*l.Per + d
}
