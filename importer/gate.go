// The gate: how many requests may be in flight, found by trying.

package importer

import (
	"context"
	"sync"
	"time"
)

const (
	gateStart = 8
	gateMax   = 256 // 19 requests a second of 10 seconds each are 190

	// How many times the fastest answer's time an answer may take while the
	// gate grows, and from when on it shrinks: more requests in flight then
	// only wait longer on the other side.
	stillFast = 2
	tooSlow   = 3
)

// A gate lets a number of workers in. Unless the number is fixed it grows while
// workers wait for nothing but the gate and answers don't slow down, and halves
// when an answer proves nothing. It doesn't steer the rate: that is the limiter's
// office, and a gate that is never full stays as it is.
type gate struct {
	mu      sync.Mutex
	most    int
	size    float64
	fixed   bool
	in      int
	queue   []chan struct{}
	fastest time.Duration
	cutAt   time.Time
}

// newGate returns a gate for workers requests in flight; 0 adapts.
func newGate(workers int) *gate {
	if workers > 0 {
		return &gate{most: workers, size: float64(workers), fixed: true}
	}
	return &gate{most: gateMax, size: gateStart}
}

// limit is the most that the gate ever lets in.
func (g *gate) limit() int { return g.most }

// A place is what a worker holds while its request is in flight.
type place struct {
	g       *gate
	crowded bool // the gate was full when the place was taken
}

// enter waits until there is a place.
func (g *gate) enter(ctx context.Context) (*place, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g.mu.Lock()
	if g.in < int(g.size) && len(g.queue) == 0 {
		g.in++
		p := &place{g: g, crowded: g.in == int(g.size)}
		g.mu.Unlock()
		return p, nil
	}
	turn := make(chan struct{})
	g.queue = append(g.queue, turn)
	g.mu.Unlock()
	select {
	case <-turn:
		return &place{g: g, crowded: true}, nil
	case <-ctx.Done():
		g.forget(turn)
		return nil, ctx.Err()
	}
}

// forget takes a waiter out of the queue, or gives back the place that it was
// given in the same moment.
func (g *gate) forget(turn chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, t := range g.queue {
		if t == turn {
			g.queue = append(g.queue[:i], g.queue[i+1:]...)
			return
		}
	}
	g.in--
	g.admit()
}

// answered tells the gate how long an answer took and whether it proved anything.
func (p *place) answered(took time.Duration, proved bool) {
	g := p.g
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.fixed {
		return
	}
	now := time.Now()
	switch {
	case !proved:
		// The requests that were in flight together fail together: one cut
		// for all of them.
		if now.Sub(g.cutAt) > took {
			g.size, g.cutAt = max(g.size/2, 1), now
		}
	case g.fastest == 0 || took < g.fastest:
		g.fastest = took
		fallthrough
	default:
		switch {
		case took > tooSlow*g.fastest && g.size > gateStart:
			g.size--
		case p.crowded && took < stillFast*g.fastest:
			g.size = min(g.size+1, float64(g.most))
			g.admit()
		}
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
	}
}
