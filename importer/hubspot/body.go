// The request body, which knows whether the network was given all of it.

package hubspot

import (
	"errors"
	"io"
	"sync"
)

var errSealed = errors.New("the request is over")

// A body hands out a request's bytes, the last of them in a Read of its own: as
// long as a connection hasn't taken what came before, it can't have the whole. A
// server may not act on a message that is shorter than its Content-Length says,
// so a request whose last byte was never read was not executed.
//
// The other direction doesn't hold: the transport has a buffer, and a byte in it
// may be on the wire or not.
//
// What is behind the bytes is nobody's when done is called, which is as soon as the
// network has its own copy of them: a request waits for its answer most of the time.
type body struct {
	mu     sync.Mutex // the transport may read on after it has returned an error
	rest   []byte     // that wasn't read yet
	done   func()     // called once, or nil
	sealed bool
}

func newBody(data []byte) *body { return &body{rest: data} }

func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.sealed:
		return 0, errSealed
	case len(b.rest) == 0:
		return 0, io.EOF
	}
	n := copy(p, b.rest[:max(len(b.rest)-1, 1)])
	if b.rest = b.rest[n:]; len(b.rest) == 0 {
		b.free()
	}
	return n, nil
}

func (b *body) Close() error {
	b.seal()
	return nil
}

// seal ends all reading and reports whether the last byte had been read. Without it a
// request that failed could still get its last byte later.
func (b *body) seal() (taken bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sealed = true
	b.free()
	return len(b.rest) == 0
}

func (b *body) free() {
	if b.done != nil {
		b.done()
		b.done = nil
	}
}
