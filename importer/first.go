// The first request of a run, which leaves alone.

package importer

import "context"

// A firstAnswer lets one request of a run leave alone until its answer is judged: when
// nothing can be concluded from it, or no row can succeed, one request is enough to know.
type firstAnswer struct {
	turn chan struct{} // held by the request
	done chan struct{} // closed when it was judged
}

func newFirstAnswer() *firstAnswer {
	return &firstAnswer{turn: make(chan struct{}, 1), done: make(chan struct{})}
}

func (f *firstAnswer) judged() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// enter waits until the first answer was judged, or lets the caller be the first. leave
// takes whether its answer was judged, and why the run ends, if it does: then nobody else
// may go, for ctx ends a moment later.
func (f *firstAnswer) enter(ctx context.Context) (leave func(judged bool, end error), err error) {
	others := func(bool, error) {}
	if f.judged() {
		return others, nil
	}
	select {
	case <-f.done:
		return others, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case f.turn <- struct{}{}:
	}
	return func(judged bool, end error) {
		switch {
		case end != nil: // the turn is kept
		case judged:
			close(f.done)
		default:
			<-f.turn
		}
	}, nil
}
