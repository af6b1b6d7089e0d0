// One request and its answer: the connection, the limits, the token's way out.

package hubspot

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
)

const (
	maxAnswer       = 16 << 20 // after decompression
	maxAnswerHeader = 64 << 10

	connecting = 30 * time.Second // to the host, and again with it about TLS

	// An answer for 100 refused rows can reach 0.7 MB. Larger ones are read one at a
	// time, so that a hostile server doesn't fill memory once per connection.
	smallAnswer     = 1 << 20
	maxLargeAnswers = 1
)

// newTransport returns the package's own transport. It speaks HTTP/1.1 only: a lost
// connection then leaves one request in doubt, and not all that shared it.
//
// WriteBufferSize stays small on purpose: bytes in that buffer count as sent.
func newTransport(conns int) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  discreet(http.ProxyFromEnvironment),
		DialContext:            (&net.Dialer{Timeout: connecting, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    connecting, // behind a proxy
		Protocols:              protocols,
		MaxConnsPerHost:        conns,
		MaxIdleConnsPerHost:    conns,
		IdleConnTimeout:        60 * time.Second,
		MaxResponseHeaderBytes: maxAnswerHeader,
	}
}

// discreet keeps a proxy's password out of the error about an address that doesn't parse.
// The standard library repeats the whole address.
func discreet(proxy func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(r *http.Request) (*url.URL, error) {
		u, err := proxy(r)
		if err != nil {
			return nil, errors.New("the proxy's address in the environment (HTTPS_PROXY) is not a valid URL")
		}
		return u, nil
	}
}

// A response is what came of one request.
type response struct {
	status   int         // 0: no answer came
	header   http.Header // of the answer
	body     []byte      // the whole of it; nil with err
	err      error       // no answer, or one that broke off
	bodySent bool        // the last byte of the request was handed over
	secret   hidden      // the request's token, nil for one that isn't cut out
}

// send sends one request, once, and calls use with the response, which is valid until
// use returns. When use is called, no byte of out can leave any more.
func (c *Client) send(ctx context.Context, method, path string, out *body, use func(*response)) {
	defer out.seal()
	ctx, cancel := withTimeout(ctx, c.timeout)
	defer cancel()
	token, err := c.creds.Token(ctx)
	if err != nil {
		if ctx.Err() != nil {
			err = c.explainLoss(ctx, err)
		}
		use(&response{err: err})
		return
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, nil)
	if err != nil {
		use(&response{err: fmt.Errorf("no request to %s can be made", c.host)})
		return
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	if size := int64(len(out.rest)); size > 0 {
		// Without GetBody the transport has nothing to send a second time.
		req.Body, req.ContentLength = out, size
		req.Header.Set("Content-Type", "application/json")
	}
	r := &response{}
	started := time.Now()
	// Not through an http.Client: that one follows redirects, keeps cookies,
	// and names the URL in its errors.
	res, err := c.transport.RoundTrip(req)
	if err == nil {
		r.status, r.header = res.StatusCode, res.Header
		c.compareClocks(res.Header)
		var release func()
		r.body, release, err = c.receive(ctx, res.Body)
		defer release()
		res.Body.Close()
	}
	r.bodySent = out.seal()
	if err != nil {
		r.err = c.explainLoss(ctx, err)
	}
	if r.status == http.StatusUnauthorized || r.status == http.StatusForbidden {
		c.denied.Store(&token)
	}
	token.redact(r)
	c.logRequest(ctx, req, r, time.Since(started))
	use(r)
}

// compareClocks notes what the answer says of the time.
func (c *Client) compareClocks(h http.Header) {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		skew := time.Since(at)
		c.skew.Store(&skew)
	}
}

// logRequest says nothing of what was sent or came back but HubSpot's id of the request.
func (c *Client) logRequest(ctx context.Context, req *http.Request, r *response, took time.Duration) {
	if !c.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attributes := []any{"method", req.Method, "path", req.URL.Path, "status", r.status, "ms", took.Milliseconds()}
	if id := correlation("", r.header); id != "" {
		attributes = append(attributes, "correlation_id", id)
	}
	if r.err != nil {
		attributes = append(attributes, "error", r.err)
	}
	c.log.Debug("request", attributes...)
}

// withTimeout is context.WithTimeout for a process that may be stopped, by a signal or
// because the laptop sleeps. What arrived meanwhile is there when it goes on, and so is
// the end of the timeout: it must not come first. So the timeout ends in two steps, and
// the second begins when the process has seen the end of the first.
func withTimeout(ctx context.Context, timeout time.Duration) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	last := min(timeout/4, 2*time.Second)
	var second atomic.Pointer[time.Timer]
	first := time.AfterFunc(timeout-last, func() {
		second.Store(time.AfterFunc(last, func() { cancel(context.DeadlineExceeded) }))
	})
	return ctx, func() {
		first.Stop()
		if t := second.Load(); t != nil {
			t.Stop()
		}
		cancel(nil)
	}
}

// receive reads an answer's body to its end, so that a checksum is checked and
// the connection can be used again. The body is valid until release is called.
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

// read sends one request and decodes the JSON object that answers it into v. Names of
// fields without a tag are compared without regard to case. use, if there is one, is
// called with the body before that is gone.
func (c *Client) read(ctx context.Context, method, path string, body []byte, v any, use func(body []byte) error) (err error) {
	c.send(ctx, method, path, newBody(body), func(r *response) {
		if err = r.readError(); err != nil {
			return
		}
		text := string(r.body)
		if clean := r.redact(text); clean != text {
			r.body = []byte(clean)
		}
		err = decode(r.body, v, json.MatchCaseInsensitiveNames(true))
		if err == nil && use != nil {
			err = use(r.body)
		}
		if err != nil {
			err = &Error{Status: r.status, Err: fmt.Errorf("the answer can't be read: %w", err), rate: r.rate()}
		}
	})
	return err
}

func (c *Client) explainLoss(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
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
