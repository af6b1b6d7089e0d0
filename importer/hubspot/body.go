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
type body struct {
	mu     sync.Mutex // the transport may read on after it has returned an error
	data   []byte
	read   int
	sealed bool
}

func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rest := b.data[b.read:]
	switch {
	case b.sealed:
		return 0, errSealed
	case len(rest) == 0:
		return 0, io.EOF
	case len(rest) > 1:
		rest = rest[:len(rest)-1]
	}
	n := copy(p, rest)
	b.read += n
	return n, nil
}

func (b *body) Close() error {
	b.seal()
	return nil
}

// seal ends all reading and reports whether the last byte had been read. After
// it the data is nobody's and may be changed. Without it a request that failed
// could still get its last byte later.
func (b *body) seal() (taken bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sealed = true
	taken = b.read == len(b.data)
	return taken
}
