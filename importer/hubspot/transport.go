// One request and its answer: the connection, the limits, the token's way out.

package hubspot

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

const (
	maxAnswer       = 16 << 20 // after decompression
	maxAnswerHeader = 64 << 10

	// An answer for 100 refused rows can reach 0.7 MB. What is larger is
	// taken one at a time, so that a hostile server doesn't fill memory once
	// per connection.
	smallAnswer     = 1 << 20
	maxLargeAnswers = 1
)

// newTransport returns the package's own transport. HTTP/1.1 only: a connection
// that is lost then leaves one request in doubt, and not all that shared it.
//
// WriteBufferSize stays small on purpose: bytes in that buffer count as sent.
func newTransport(conns int) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return lending(&http.Transport{
		Proxy:                  discreet(http.ProxyFromEnvironment),
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    connecting, // behind a proxy
		Protocols:              protocols,
		MaxConnsPerHost:        conns,
		MaxIdleConnsPerHost:    conns,
		IdleConnTimeout:        60 * time.Second,
		MaxResponseHeaderBytes: maxAnswerHeader,
	})
}

// discreet keeps a proxy's password out of the error for an address that doesn't
// parse, where the standard library repeats it whole.
func discreet(proxy func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		u, err := proxy(r)
		if err != nil {
			return nil, errors.New("the proxy's address in the environment (HTTPS_PROXY) is no valid URL")
		}
		return u, nil
	}
}

// A reply is what came of one request.
type reply struct {
	status  int         // 0: no answer came
	header  http.Header // of the answer
	body    []byte      // the whole of it; nil with err
	err     error       // no answer, or one that broke off
	taken   bool        // the last byte of the request was handed over
	release func()      // to be called once; after it body is nobody's
}

// send sends one request, once. When it returns, no byte of out can leave any more.
func (c *Client) send(ctx context.Context, method, path string, out *body) *reply {
	defer out.seal()
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	token, err := c.creds.Token(ctx)
	if err != nil {
		return &reply{err: err, release: func() {}}
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, nil)
	if err != nil {
		return &reply{err: fmt.Errorf("no request to %s can be made", c.host), release: func() {}}
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	if size := int64(len(out.rest)); size > 0 {
		// Without GetBody the transport has nothing to send a second time.
		req.Body, req.ContentLength = out, size
		req.Header.Set("Content-Type", "application/json")
	}
	r := &reply{release: func() {}}
	// Not through an http.Client: that one follows redirects, keeps cookies,
	// and names the URL in its errors.
	res, err := c.transport.RoundTrip(req)
	if err == nil {
		r.status, r.header = res.StatusCode, res.Header
		r.body, r.release, err = c.receive(ctx, res.Body)
		res.Body.Close()
	}
	r.taken = out.seal()
	if err != nil {
		r.err = c.explainLoss(ctx, err)
	}
	if r.status == http.StatusUnauthorized || r.status == http.StatusForbidden {
		c.denied.Store(&token)
	}
	token.redact(r)
	return r
}

// receive reads an answer's body to its end, so that a checksum is checked and
// the connection can be used again.
func (c *Client) receive(ctx context.Context, from io.Reader) (_ []byte, release func(), _ error) {
	buf := c.buffer()
	release = func() { c.keep(buf) }
	_, err := buf.ReadFrom(io.LimitReader(from, smallAnswer))
	if err == nil && buf.Len() == smallAnswer {
		select {
		case c.large <- struct{}{}:
		case <-ctx.Done():
			return nil, release, ctx.Err()
		}
		release = func() { <-c.large }
		buf.Grow(maxAnswer - smallAnswer + bytes.MinRead + 1)
		_, err = buf.ReadFrom(io.LimitReader(from, maxAnswer-smallAnswer+1))
		if err == nil && buf.Len() > maxAnswer {
			err = fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20)
		}
	}
	if err != nil {
		return nil, release, err
	}
	return buf.Bytes(), release, nil
}

func (c *Client) explainLoss(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no complete answer from %s within %s: %w", c.host, c.timeout, context.DeadlineExceeded)
	}
	return fmt.Errorf("talking to %s: %w", c.host, err)
}

// untrusted reports whether err is about a certificate: no later connection
// fares better.
func untrusted(err error) bool {
	var wrong *tls.CertificateVerificationError
	return errors.As(err, &wrong)
}
