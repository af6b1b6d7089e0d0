// The proof that the account keeps the values of the key.

package importer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
)

// keptAfter is when the key of the first records is read back. It is reported of
// one of HubSpot's own properties that it echoes a value and loses it shortly
// after; so an echo is no proof, and neither is an early read.
const keptAfter = 5 * time.Second

// A KeyError says that the account doesn't keep the values of the key: nothing
// that is built on it holds.
type KeyError struct{ Property string }

func (e *KeyError) Error() string {
	return fmt.Sprintf("the account took values of %s and lost them again: it can't be the key", e.Property)
}

// A keyProof reads the key of the first records back, once a run.
type keyProof struct {
	r      *run
	ctx    context.Context // of the proof, which outlives the workers
	cancel context.CancelFunc
	mu     sync.Mutex
	begun  bool
	done   chan struct{} // closed when the verdict is in
	err    error
}

func newKeyProof(ctx context.Context, r *run) *keyProof {
	p := &keyProof{r: r, done: make(chan struct{})}
	p.ctx, p.cancel = context.WithCancel(ctx)
	return p
}

// begin starts the proof with rows that were just created. Only the first call
// does something.
func (p *keyProof) begin(rows []*row) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.begun || len(rows) == 0 || p.r.im.Key == "" || p.r.im.KeyProved {
		return
	}
	p.begun = true
	go func() {
		defer close(p.done)
		p.err = p.read(rows)
	}()
}

func (p *keyProof) read(rows []*row) error {
	if err := call.Sleep(p.ctx, keptAfter); err != nil {
		return err
	}
	ids, err := p.r.findByKey(p.ctx, rows)
	if unreadable := new(call.RefusedReadError); errors.As(err, &unreadable) {
		return nil // nothing is disproved
	}
	if err != nil {
		return err
	}
	for _, rw := range rows {
		if _, ok := ids[api.Folded(rw.rec.Key)]; !ok {
			return &KeyError{p.r.im.Key}
		}
	}
	return nil
}

// failed returns the KeyError, if the proof has failed already.
func (p *keyProof) failed() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// stop ends a proof that nobody waits for any more.
func (p *keyProof) stop() {
	p.cancel()
	_ = p.wait(context.Background()) // the run ends for another reason
}

// wait waits for a proof that was begun.
func (p *keyProof) wait(ctx context.Context) error {
	p.mu.Lock()
	begun := p.begun
	p.mu.Unlock()
	if !begun {
		return nil
	}
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return ctx.Err()
	}
}
