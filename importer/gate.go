// The gate: how many requests may be in flight, found by trying.

package importer

import (
	"context"
	"sync"
	"time"

	"github.com/hubload/hubload/importer/api"
)

const (
	gateStart  = 8
	gateQuick  = 16  // at most, while answers are so quick that more would only fill memory
	gateLeap   = 64  // at most, by the first answer alone
	gateMax    = 256 // 19 requests a second of 10 seconds each are 190
	peakRate   = 80  // requests a second: what the limiter lets through at its fastest, by HubSpot's usual limits
	smoothness = 16  // answers in the average
	patience   = 128 // answers, until what is slow is usual
	ahead      = 4   // workers that wait for a place, until nothing more is read

	// How many times the usual time answers may take on average while the gate
	// grows, and from when on it shrinks: more requests in flight then only wait
	// longer on the other side.
	stillFast = 2
	tooSlow   = 3
)

// A gate lets a number of workers in. Unless the number is fixed it grows while
// the gate is what keeps requests back and answers don't slow down, shrinks
// when they do, and halves when the other side shows that it has too much to do. It
// doesn't steer the rate: that is the limiter's office.
//
// Single answers take several times as long as others for no reason, so it is their
// average that tells, and the usual time is the least that this has been. A server
// that stays slow when little is in flight has become slower for good.
type gate struct {
	mu      sync.Mutex
	most    int
	size    float64
	fixed   bool
	in      int
	queue   []chan struct{}
	coming  int           // workers that haven't started yet
	shorter chan struct{} // the queue is
	answers int           // that worked, up to smoothness
	average time.Duration // of what they took
	usual   time.Duration // the least average
	slow    int           // answers in a row with little in flight and a high average
	cutAt   time.Time
}

// A sign is what an answer shows of how much the other side has to do.
type sign uint8

const (
	noSign   sign = iota
	worked        // its time tells
	strained      // it was too much
)

func signOf(p api.Outcome) sign {
	switch p {
	case api.Answered:
		return worked
	case api.Unknown, api.Busy:
		return strained
	}
	return noSign
}

// newGate returns a gate for workers requests in flight; 0 adapts.
func newGate(workers int) *gate {
	if workers > 0 {
		return &gate{most: workers, size: float64(workers), fixed: true, shorter: make(chan struct{}, 1)}
	}
	return &gate{most: gateMax, size: gateStart, shorter: make(chan struct{}, 1)}
}

// limit is the most that the gate ever lets in.
func (g *gate) limit() int { return g.most }

// A place is what a worker holds while its request is in flight.
type place struct {
	g     *gate
	full  bool // the gate was, when the place was taken
	since time.Time
	held  time.Duration // by what comes between the gate and the request
}

// enter waits until there is a place.
func (g *gate) enter(ctx context.Context) (*place, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g.mu.Lock()
	if g.in < int(g.size) && len(g.queue) == 0 {
		g.in++
		p := &place{g: g, full: g.in == int(g.size), since: time.Now()}
		g.mu.Unlock()
		return p, nil
	}
	turn := make(chan struct{})
	g.queue = append(g.queue, turn)
	g.mu.Unlock()
	select {
	case <-turn:
		return &place{g: g, full: true, since: time.Now()}, nil
	case <-ctx.Done():
		g.forget(turn)
		return nil, ctx.Err()
	}
}

// wants waits until few workers wait, so that rows aren't read long before they can
// be sent, and announces one more. It is for one goroutine.
func (g *gate) wants(ctx context.Context) error {
	for {
		g.mu.Lock()
		few := g.coming+len(g.queue) < ahead
		if few {
			g.coming++
		}
		g.mu.Unlock()
		if few {
			return nil
		}
		select {
		case <-g.shorter:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// arrived says that a worker whom wants announced has started. Until a processor is
// free for them, many could be made.
func (g *gate) arrived() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.coming--
	g.shortened()
}

// forget takes a waiter out of the queue, or gives back the place that it was
// given in the same moment.
func (g *gate) forget(turn chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, t := range g.queue {
		if t == turn {
			g.queue = append(g.queue[:i], g.queue[i+1:]...)
			g.shortened()
			return
		}
	}
	g.in--
	g.admit()
}

// sent says that the request leaves now.
func (p *place) sent() { p.held = time.Since(p.since) }

// answered tells the gate how long an answer took, and what it shows.
func (p *place) answered(took time.Duration, s sign) {
	g := p.g
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.fixed || s == noSign:
	case s == strained:
		// The requests that were in flight together fail together: one cut
		// for all of them.
		if now := time.Now(); now.Sub(g.cutAt) > took {
			g.size, g.cutAt = max(g.size/2, 1), now
		}
	default:
		g.note(took)
		switch {
		case g.average > tooSlow*g.usual && g.size > gateStart:
			g.size--
		case p.full && p.held < took/4 && g.average < stillFast*g.usual:
			g.size = min(g.size+1, g.ceiling())
			g.admit()
		}
	}
}

// ceiling is how far the gate may grow: to twice of what fits into the time
// of an answer at the peak rate.
func (g *gate) ceiling() float64 {
	return max(g.size, min(max(gateQuick, 2*peakRate*g.usual.Seconds()), float64(g.most)))
}

// note counts the time of an answer that worked. The first one says how many
// requests can leave until the answer to one of them is here.
func (g *gate) note(took time.Duration) {
	if g.answers == 0 {
		g.size = max(g.size, min(peakRate*took.Seconds(), gateLeap))
		g.admit()
	}
	g.answers = min(g.answers+1, smoothness)
	g.average += (took - g.average) / time.Duration(g.answers)
	if g.answers < gateStart || g.average < g.usual {
		g.usual = g.average
	}
	if g.size > gateStart || g.average < stillFast*g.usual {
		g.slow = 0
	} else if g.slow++; g.slow == patience {
		g.usual, g.slow = g.average, 0
	}
}

// leave gives the place back.
func (p *place) leave() {
	p.g.mu.Lock()
	defer p.g.mu.Unlock()
	p.g.in--
	p.g.admit()
}

func (g *gate) admit() {
	for len(g.queue) > 0 && g.in < int(g.size) {
		close(g.queue[0])
		g.queue = g.queue[1:]
		g.in++
		g.shortened()
	}
}

func (g *gate) shortened() {
	select {
	case g.shorter <- struct{}{}:
	default:
	}
}
