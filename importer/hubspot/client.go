// The client: what it is made of, and the one request that creates records.

// Package hubspot speaks HubSpot's CRM API over HTTP, one method one request.
//
// A [Client] is an [api.API]: it says what an answer proves about the records that
// were asked for, and no more. It keeps three rules:
//
//   - A create is sent once. There is no retry, no redirect, no idempotency
//     header and no HTTP/2: each of them can send a request again without the
//     caller's knowledge, and HubSpot doesn't notice a repeated request.
//   - A request is called not executed only if its last byte was never handed
//     to the network, or if the answer's status is one that HubSpot gives before
//     it looks at the request. A record is called created only if its id stands
//     in a complete JSON answer.
//   - The token goes into one header of requests to one host. No value of this
//     package that can be printed, logged or marshalled shows it, and it is cut
//     out of whatever the server says.
//
// Besides HubSpot's own codes, such as INVALID_OPTION, failures carry these:
// NO_CONNECTION, NO_ANSWER, UNREADABLE_ANSWER, NOT_COMPLETE, REDIRECT,
// NO_CREDENTIALS, INVALID_UTF8, and HTTP_ with the status where the server gave
// no reason.
package hubspot

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hubload/hubload/importer/api"
)

const (
	maxInputs       = 100 // of one request, by HubSpot's rule
	defaultTimeout  = 120 * time.Second
	defaultMaxConns = 256
	usualBody       = 64 << 10 // bytes; a hundred records take less, both ways
)

// Config says which API to speak to and how. Only Credentials must be set.
type Config struct {
	// BaseURL is where the API is, https://api.hubapi.com by default; see
	// [CheckBaseURL]. A path in it is put before every request's.
	BaseURL string

	// Version is "v3", the default, "2025-09", "2026-03", "2026-09" or "2026-09-beta".
	Version string

	// Object is the type of the records, line_items by default; by name or
	// by id, such as 0-8.
	Object string

	Credentials Credentials

	// Timeout is for one request with its answer, 120 s by default. HubSpot's
	// edge gives up after 100 s: a shorter timeout only makes rows whose
	// fate is unknown.
	Timeout time.Duration

	// KeyProperty is the unique property to read back from created records that
	// carry no trace, as [api.Created.Key]; "" for none.
	KeyProperty string

	MaxConns  int    // connections at a time, 256 by default
	UserAgent string // "hubload" by default

	// Logger gets a line of level debug for each request: its method, path, status, how
	// long it took and HubSpot's id for it. It may be nil.
	Logger *slog.Logger

	// Transport replaces the package's own; it is meant for tests. It must
	// not retry, follow redirects, or keep what it is given.
	Transport http.RoundTripper
}

// A Client is an account's API. It is safe for concurrent use.
type Client struct {
	address
	creds     Credentials
	timeout   time.Duration
	key       string
	userAgent string
	transport http.RoundTripper
	log       *slog.Logger

	// denied is the token that was denied last; see Renew.
	denied atomic.Pointer[Secret]

	// buffers are of *bytes.Buffer, for bodies both ways. New ones for each request took
	// a sixth of an import's CPU (14.8 instead of 12.5 s a million rows, 2026-11).
	buffers sync.Pool

	skew atomic.Pointer[time.Duration] // see ClockSkew

	large chan struct{} // a place for each answer above smallAnswer
}

var _ api.API = (*Client)(nil)

// New checks c and returns a client. It sends nothing.
func New(c Config) (*Client, error) {
	addr, err := newAddress(c.BaseURL, c.Version, c.Object)
	if err != nil {
		return nil, err
	}
	if c.Credentials == nil {
		return nil, errors.New("no credentials are configured")
	}
	if c.Timeout < 0 || c.MaxConns < 0 {
		return nil, fmt.Errorf("timeout %s and %d connections: neither can be negative", c.Timeout, c.MaxConns)
	}
	transport := c.Transport
	if transport == nil {
		transport = newTransport(cmp.Or(c.MaxConns, defaultMaxConns))
	}
	return &Client{
		address:   addr,
		creds:     c.Credentials,
		timeout:   cmp.Or(c.Timeout, defaultTimeout),
		key:       c.KeyProperty,
		userAgent: cmp.Or(c.UserAgent, "hubload"),
		transport: transport,
		log:       cmp.Or(c.Logger, slog.New(slog.DiscardHandler)),
		buffers:   sync.Pool{New: func() any { return bytes.NewBuffer(make([]byte, 0, usualBody)) }},
		large:     make(chan struct{}, maxLargeAnswers),
	}, nil
}

// Renew gets a fresh token after a 401 and reports whether the token in use now
// is another than the one that was denied last. Requests that were in flight
// with the old token when it was renewed are denied too, and don't make it renew
// the new one.
func (c *Client) Renew(ctx context.Context) (bool, error) {
	if denied := c.denied.Load(); denied != nil {
		token, err := c.creds.Token(ctx)
		if err != nil {
			return false, err
		}
		if token != *denied {
			return true, nil
		}
	}
	return c.creds.Renew(ctx)
}

// ClockSkew returns by how much this computer's clock is ahead of the server's, by the
// Date of the last answer, which counts seconds; false before an answer that has one.
func (c *Client) ClockSkew() (skew time.Duration, known bool) {
	if p := c.skew.Load(); p != nil {
		return *p, true
	}
	return 0, false
}

func (c *Client) buffer() *bytes.Buffer {
	buf := c.buffers.Get().(*bytes.Buffer)
	buf.Reset()
	return buf
}

func (c *Client) keep(buf *bytes.Buffer) {
	if buf.Cap() <= 2*smallAnswer {
		c.buffers.Put(buf)
	}
}
