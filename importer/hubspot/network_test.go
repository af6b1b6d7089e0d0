// Faults of the network, a test for each.

package hubspot_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
)

// want checks what an answer that isn't Answered proves, and the rules that hold
// for all of them.
func want(t *testing.T, a api.Answer, p api.Outcome, code string) {
	t.Helper()
	if a.Outcome != p || a.Refusal.Code != code {
		t.Errorf("proof %d, code %q, want %d, %q (%v)", a.Outcome, a.Refusal.Code, p, code, a.Err)
	}
	if a.Err == nil || a.Refusal.Message == "" {
		t.Errorf("no error or message: %+v", a)
	}
	if len(a.Created) > 0 || len(a.Failures) > 0 {
		t.Errorf("rows are named by an answer that isn't Answered: %+v", a)
	}
}

func TestDNSFailure(t *testing.T) {
	c := newClient(t, hubspot.Config{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "api.hubapi.com", IsNotFound: true}
	}}})
	want(t, c.Create(ctx, lineItems(1)), api.Unreachable, "NO_CONNECTION")
}

func TestConnectionRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	c := newClient(t, hubspot.Config{BaseURL: "http://" + l.Addr().String()})
	a := c.Create(ctx, lineItems(1))
	want(t, a, api.Unreachable, "NO_CONNECTION")
	if a.Stop || !a.Refusal.Retryable {
		t.Errorf("a refused connection may be accepted later: %+v", a)
	}
}

func TestTLSHandshakeFailure(t *testing.T) {
	_, conns := raw(t, hubspot.Config{}, func(net.Conn) {})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, "HTTP/1.1 400 this is no TLS\r\n\r\n")
			conn.Close()
		}
	}()
	a := newClient(t, hubspot.Config{BaseURL: "https://" + l.Addr().String()}).Create(ctx, lineItems(1))
	want(t, a, api.Unreachable, "NO_CONNECTION")
	if a.Stop || conns.Load() != 0 {
		t.Errorf("a handshake may succeed later: %+v", a)
	}
}

func TestCertificateWrong(t *testing.T) {
	s := httptest.NewUnstartedServer(says(201, created(1)))
	s.Config.ErrorLog = discard()
	s.StartTLS()
	t.Cleanup(s.Close)
	a := newClient(t, hubspot.Config{BaseURL: s.URL}).Create(ctx, lineItems(1))
	want(t, a, api.Unreachable, "NO_CONNECTION")
	if !a.Stop {
		t.Error("the run goes on against a server with a wrong certificate")
	}
}

// TestConnectionLostAtEveryByte closes the connection when the server has read n
// bytes, for all n in steps. Over a pipe nothing is on its way that the server
// didn't read, so both directions are exact: an incomplete request is never
// executed, and the answer may say so unless the rest was in the transport's
// buffer; a complete one may have been, always.
func TestConnectionLostAtEveryByte(t *testing.T) {
	const buffer = 4 << 10 // of the transport
	// The rest of 50 rows is one write of the transport's, of 100 rows two.
	for _, rows := range []int{50, 100} {
		inputs := lineItems(rows)
		total := wholeRequest(t, inputs)
		for n := 0; n < total; n += 509 {
			a := createOverPipe(t, inputs, n)
			switch {
			case n < total-buffer:
				want(t, a, api.Unreachable, "NO_CONNECTION")
			case a.Outcome != api.Unknown && a.Outcome != api.Unreachable:
				t.Errorf("%d of %d bytes were taken: %+v", n, total, a)
			}
		}
		want(t, createOverPipe(t, inputs, total), api.Unknown, "NO_ANSWER")
	}
}

// createOverPipe sends inputs to a server that reads n bytes and hangs up.
func createOverPipe(t *testing.T, inputs []api.Input, n int) api.Answer {
	t.Helper()
	dials := 0
	a := overPipe(t, func(server net.Conn) {
		dials++
		io.CopyN(io.Discard, server, int64(n))
	}).Create(ctx, inputs)
	if dials != 1 {
		t.Errorf("hung up after %d bytes: %d connections, want 1", n, dials)
	}
	return a
}

// wholeRequest returns how many bytes the request for inputs has.
func wholeRequest(t *testing.T, inputs []api.Input) int {
	t.Helper()
	var all bytes.Buffer
	overPipe(t, func(server net.Conn) {
		r, err := http.ReadRequest(bufio.NewReader(io.TeeReader(server, &all)))
		if err == nil {
			io.Copy(io.Discard, r.Body)
		}
	}).Create(ctx, inputs)
	return all.Len()
}

// overPipe returns a client of a server over a connection without any buffer.
// When a request of it returns, serve has.
func overPipe(t *testing.T, serve func(net.Conn)) *hubspot.Client {
	t.Helper()
	return newClient(t, hubspot.Config{BaseURL: "http://localhost", Transport: &http.Transport{
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				serve(server)
				server.Close()
			}()
			return client, nil
		},
	}})
}

// TestLastByteComesLater is about the transport's habit to read a request's body
// on when the request has failed: what it gets then must not be the last byte.
func TestLastByteComesLater(t *testing.T) {
	var late []byte
	read := make(chan struct{})
	c := newClient(t, hubspot.Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		io.CopyN(io.Discard, r.Body, r.ContentLength-1)
		body := r.Body
		go func() {
			<-read
			late, _ = io.ReadAll(body)
			read <- struct{}{}
		}()
		return nil, errors.New("the network is gone")
	})})
	want(t, c.Create(ctx, lineItems(2)), api.Unreachable, "NO_CONNECTION")
	read <- struct{}{}
	<-read
	if len(late) > 0 {
		t.Errorf("the transport got %q after the request was declared not executed", late)
	}
}

func TestConnectionLostAfterTheLastByte(t *testing.T) {
	c, conns := raw(t, hubspot.Config{}, func(conn net.Conn) { request(conn) })
	want(t, c.Create(ctx, lineItems(3)), api.Unknown, "NO_ANSWER")
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections, want 1: the request was sent again", n)
	}
}

func TestReset(t *testing.T) {
	c, conns := raw(t, hubspot.Config{}, func(conn net.Conn) {
		request(conn)
		conn.(*net.TCPConn).SetLinger(0)
	})
	want(t, c.Create(ctx, lineItems(3)), api.Unknown, "NO_ANSWER")
	if n := conns.Load(); n != 1 {
		t.Errorf("%d connections, want 1: the request was sent again", n)
	}
}

// TestServerClosedIdleConnection: a server that closes a connection when the
// second request comes has sent no answer to it, and net/http must not find a
// reason to send it again.
func TestServerClosedIdleConnection(t *testing.T) {
	answer := created(1)
	var requests atomic.Int32
	c, _ := raw(t, hubspot.Config{}, func(conn net.Conn) {
		in := bufio.NewReader(conn)
		for {
			r, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			io.Copy(io.Discard, r.Body)
			if requests.Add(1) == 2 {
				return
			}
			fmt.Fprintf(conn, "HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer)
		}
	})
	if a := c.Create(ctx, lineItems(1)); a.Outcome != api.Answered {
		t.Fatalf("first: %+v", a)
	}
	want(t, c.Create(ctx, lineItems(1)), api.Unknown, "NO_ANSWER")
	if n := requests.Load(); n != 2 {
		t.Errorf("%d requests, want 2", n)
	}
}

// TestNoAnswerInTime: 1 byte a second, 101 s and the like all end at the timeout.
func TestNoAnswerInTime(t *testing.T) {
	c, _ := raw(t, hubspot.Config{Timeout: 50 * time.Millisecond}, func(conn net.Conn) {
		request(conn)
		io.WriteString(conn, "HTTP/1.1 201 Created\r\nContent-Length: 5000\r\n\r\n{")
		io.Copy(io.Discard, conn) // until the client hangs up
	})
	a := c.Create(ctx, lineItems(1))
	want(t, a, api.Unknown, "UNREADABLE_ANSWER")
	if !errors.Is(a.Err, context.DeadlineExceeded) {
		t.Errorf("error %v, want DeadlineExceeded", a.Err)
	}
}

func TestInterruptedBeforeAndAfterTheBody(t *testing.T) {
	gone, cancel := context.WithCancel(ctx)
	c, _ := raw(t, hubspot.Config{}, func(conn net.Conn) {
		request(conn)
		cancel()
		io.Copy(io.Discard, conn)
	})
	want(t, c.Create(gone, lineItems(1)), api.Unknown, "NO_ANSWER")
	want(t, c.Create(gone, lineItems(1)), api.Unreachable, "NO_CONNECTION")
}
