// The request body, which knows whether the network was given all of it.

package hubspot

import (
	"errors"
	"io"
	"sync"
)

var errSealed = errors.New("the request is over")

// A body hands out a request's bytes, the last one in a Read of its own. A server may
// not act on a message that is shorter than its Content-Length, so a request whose last
// byte was never read was not executed.
//
// The opposite doesn't hold: a byte in the transport's buffer may be on the wire or not.
//
// done is called as soon as the network has its own copy of all bytes, so that their
// buffer can be used again while the request waits for its answer.
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

// seal ends all reading and reports whether the last byte was read. Without it a failed
// request could still get its last byte later.
func (b *body) seal() (bodySent bool) {
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
