// The package's own transport, and answers that are large.

package hubspot

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

var oneInput = []api.Input{{Trace: "run-1", Record: &mapping.Record{}}}

func testClient(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := New(Config{BaseURL: s.URL, Credentials: Static("token")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// overTLS returns a client of the package's own transport, for which s has the
// right certificate.
func overTLS(t *testing.T, s *httptest.Server) *Client {
	t.Helper()
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	transport := newTransport(1)
	transport.TLSClientConfig.RootCAs = s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	c, err := New(Config{BaseURL: s.URL, Credentials: Static("token"), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestTransportOverTLS: HTTP/1.1 also where HTTP/2 is offered.
func TestTransportOverTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"portalId":1,"timeZone":%q,"uiDomain":%q}`, r.Proto, tls.VersionName(r.TLS.Version))
	}))
	s.EnableHTTP2 = true
	account, err := overTLS(t, s).Account(context.Background())
	if err != nil || account.TimeZone != "HTTP/1.1" || account.UIDomain != "TLS 1.3" {
		t.Errorf("%+v, %v", account, err)
	}
}

func TestTLS11IsRefused(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request came") }))
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	if a := overTLS(t, s).Create(context.Background(), oneInput); a.Outcome != api.Unreachable || a.Stop {
		t.Errorf("%+v", a)
	}
}

// TestBodiesAreClosed: also of an answer that isn't read to its end.
func TestBodiesAreClosed(t *testing.T) {
	for name, from := range map[string]io.Reader{
		"whole": strings.NewReader(`{}`), "broken": readFunc(func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }),
		"endless": readFunc(func(p []byte) (int, error) { return len(p), nil }),
	} {
		answer := &closing{Reader: from}
		c, err := New(Config{Credentials: Static("token"), Transport: roundTripFunc(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 201, Body: answer}, nil
		})})
		if err != nil {
			t.Fatal(err)
		}
		if a := c.Create(context.Background(), oneInput); a.Outcome != api.Unknown || !answer.closed {
			t.Errorf("%s: closed %t, %+v", name, answer.closed, a)
		}
	}
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestProxyPasswordStaysHidden(t *testing.T) {
	transport := newTransport(1)
	transport.Proxy = discreet(func(*http.Request) (*url.URL, error) {
		return nil, errors.New("invalid proxy address http://user:canary@[::1")
	})
	c, err := New(Config{Credentials: Static("token"), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	a := c.Create(context.Background(), oneInput)
	if a.Outcome != api.Unreachable || strings.Contains(fmt.Sprintf("%+v %#v", a, a), "canary") {
		t.Errorf("%+v", a)
	}
}

func TestLargeAnswers(t *testing.T) {
	padded := func(n int) string {
		const head, tail = `{"results":[{"id":"7","objectWriteTraceId":"run-1"}],"x":"`, `"}`
		return head + strings.Repeat("x", n-len(head)-len(tail)) + tail
	}
	for n, proof := range map[int]api.Outcome{
		smallAnswer - 1: api.Answered, smallAnswer: api.Answered, smallAnswer + 1: api.Answered,
		maxAnswer: api.Answered, maxAnswer + 1: api.Unknown, maxAnswer + 2<<20: api.Unknown,
	} {
		c := testClient(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, padded(n)) })
		var all sync.WaitGroup
		for range 3 { // one at a time, and none waits for ever
			all.Go(func() {
				if a := c.Create(context.Background(), oneInput); a.Outcome != proof {
					t.Errorf("%d bytes: %+v", n, a)
				}
			})
		}
		all.Wait()
	}
}

// TestGzipBomb: 40 kB on the wire that are a thousand times as much.
func TestGzipBomb(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	io.WriteString(z, `{"results":[],"x":"`)
	blank := make([]byte, 1<<20)
	for range 40 {
		z.Write(blank)
	}
	z.Close()
	c := testClient(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(bomb.Bytes())
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a := c.Create(context.Background(), oneInput)
	runtime.ReadMemStats(&after)
	if a.Outcome != api.Unknown || a.Refusal.Code != codeUnreadable {
		t.Errorf("%+v", a)
	}
	if got := (after.TotalAlloc - before.TotalAlloc) >> 20; got > 64 { // the race detector doubles it
		t.Errorf("%d MiB were allocated for %d kB on the wire", got, bomb.Len()>>10)
	}
}

// TestWaitForALargeAnswerEnds: who waits for the place of a large answer can
// still be told to stop.
func TestWaitForALargeAnswerEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := testClient(t, nil)
	c.large <- struct{}{} // taken
	more := readFunc(func(p []byte) (int, error) {
		cancel()
		return len(p), nil
	})
	_, release, err := c.receive(ctx, more)
	if !errors.Is(err, context.Canceled) || len(c.large) != 1 {
		t.Errorf("%v, %d places taken", err, len(c.large))
	}
	release()
	if len(c.large) != 1 {
		t.Error("a place was given back that wasn't taken")
	}
}

type readFunc func(p []byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

// TestLargeBodyOverTLS: a body that takes many writes arrives whole.
func TestLargeBodyOverTLS(t *testing.T) {
	inputs := make([]api.Input, 100)
	for i := range inputs {
		inputs[i] = api.Input{
			Trace:  fmt.Sprint("run-", i+1),
			Record: &mapping.Record{Properties: []mapping.Property{{Name: "description", Value: strings.Repeat(fmt.Sprint(i%10), 1_500)}}},
		}
	}
	want, err := appendInputs(nil, inputs)
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, `{"status":"COMPLETE","results":[{"id":"1","objectWriteTraceId":"run-100"}]}`)
	}))
	client := overTLS(t, s)
	for range 2 { // the second over the same connection
		got = nil
		if a := client.Create(context.Background(), inputs); a.Outcome != api.Answered || len(a.Created) != 1 {
			t.Fatalf("%+v", a)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%d bytes came, of %d", len(got), len(want))
		}
	}
}

// What a body was made of is free as soon as its last byte was read, or it was sealed;
// and its bytes are right until then.
func TestBodyIsFree(t *testing.T) {
	freed := 0
	b := &body{rest: []byte("abc"), done: func() { freed++ }}
	p := make([]byte, 8)
	if n, err := b.Read(p); string(p[:n]) != "ab" || err != nil || freed > 0 {
		t.Fatalf("%q, %v, freed %d times", p[:n], err, freed)
	}
	if n, err := b.Read(p); string(p[:n]) != "c" || err != nil || freed != 1 {
		t.Fatalf("%q, %v, freed %d times", p[:n], err, freed)
	}
	if n, err := b.Read(p); n > 0 || err != io.EOF {
		t.Fatal(n, err)
	}
	if !b.seal() || b.Close() != nil || freed != 1 {
		t.Fatalf("freed %d times", freed)
	}

	b = &body{rest: []byte("abc"), done: func() { freed++ }}
	b.Read(p)
	if b.seal() || freed != 2 {
		t.Fatalf("taken as a whole, or freed %d times", freed)
	}
	if n, err := b.Read(p); n > 0 || err != errSealed || b.seal() || freed != 2 {
		t.Fatal(n, err, freed)
	}
}
