// Small stand-ins.

package hubspot_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func discard() *log.Logger { return log.New(io.Discard, "", 0) }

// handler serves h and returns its URL.
func handler(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}
