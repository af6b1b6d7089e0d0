// The key check: does the account keep the values of the key?

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

// keptAfter is when the keys of the first records are read back. One of HubSpot's own
// properties is reported to be echoed and lost shortly after, so an echo proves nothing,
// and neither does an early read.
const keptAfter = 5 * time.Second

// A KeyError says that the account doesn't keep the values of the key: nothing that is
// built on it holds.
type KeyError struct{ Property string }

func (e *KeyError) Error() string {
	return fmt.Sprintf("the account took values of %s and lost them again: it can't be the key", e.Property)
}

// A keyCheck reads the keys of the first records back, once a run.
type keyCheck struct {
	calls  *call.Caller
	key    string // "": nothing to check
	ctx    context.Context
	cancel context.CancelFunc

	mu    sync.Mutex
	begun bool
	done  chan struct{} // closed when the result is there
	err   error
}

// newKeyCheck returns a check that ends with ctx.
func newKeyCheck(ctx context.Context, calls *call.Caller, key string) *keyCheck {
	c := &keyCheck{calls: calls, key: key, done: make(chan struct{})}
	c.ctx, c.cancel = context.WithCancel(ctx)
	return c
}

// begin starts the check with rows that were just created. Only the first call with a
// row does something.
func (c *keyCheck) begin(created []*row) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.begun || len(created) == 0 || c.key == "" {
		return
	}
	c.begun = true
	go func() {
		defer close(c.done)
		c.err = c.read(keysOf(created))
	}()
}

func (c *keyCheck) read(keys []string) error {
	if err := call.Sleep(c.ctx, keptAfter); err != nil {
		return err
	}
	ids, err := call.FindByKey(c.ctx, c.calls, c.key, keys)
	if unreadable := new(call.RefusedReadError); errors.As(err, &unreadable) {
		return nil // nothing is disproved
	}
	if err != nil {
		return err
	}
	for _, key := range keys {
		if _, ok := ids[api.Folded(key)]; !ok {
			return &KeyError{c.key}
		}
	}
	return nil
}

func keysOf(rows []*row) []string {
	keys := make([]string, len(rows))
	for i, rw := range rows {
		keys[i] = rw.rec.Key
	}
	return keys
}

// failed returns the error of a check that has failed already.
func (c *keyCheck) failed() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// wait waits for a check that was begun.
func (c *keyCheck) wait(ctx context.Context) error {
	c.mu.Lock()
	begun := c.begun
	c.mu.Unlock()
	if !begun {
		return nil
	}
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// stop ends a check that nobody waits for any more.
func (c *keyCheck) stop() {
	c.cancel()
	_ = c.wait(context.Background()) // the run ends for another reason
}
