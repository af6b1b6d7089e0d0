// Connections whose writing costs no new memory.

package hubspot

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

const connecting = 30 * time.Second // to the host, and again with it about TLS

// A lender is a connection that lends a buffer to who writes a request's body to
// it. Otherwise io.Copy makes a smaller one for each request, and that is more than
// all else that an import needs memory for.
type lender struct{ net.Conn }

// A loan holds most bodies whole, so that it takes few calls of the system to send one.
type loan [64 << 10]byte

var loans = sync.Pool{New: func() any { return new(loan) }}

// ReadFrom implements [io.ReaderFrom].
func (l lender) ReadFrom(r io.Reader) (int64, error) {
	buf := loans.Get().(*loan)
	defer loans.Put(buf)
	return io.CopyBuffer(struct{ io.Writer }{l.Conn}, r, buf[:])
}

// lending makes t dial lenders, as it would dial otherwise.
func lending(t *http.Transport) *http.Transport {
	d := &net.Dialer{Timeout: connecting, KeepAlive: 30 * time.Second}
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return lender{conn}, nil
	}
	t.DialTLSContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		raw, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		config := t.TLSClientConfig.Clone()
		if config.ServerName, _, err = net.SplitHostPort(addr); err != nil {
			raw.Close()
			return nil, err
		}
		conn := tls.Client(raw, config)
		ctx, cancel := context.WithTimeout(ctx, connecting)
		defer cancel()
		if err := conn.HandshakeContext(ctx); err != nil {
			raw.Close()
			return nil, err
		}
		return lender{conn}, nil
	}
	return t
}
