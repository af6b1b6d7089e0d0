// What a client may be configured with, and where a token may be sent.

package hubspot_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/hubspot"
)

func TestCheckBaseURL(t *testing.T) {
	for _, s := range []string{
		"https://api.hubapi.com", "https://api.hubapi.com/", "https://API.hubapi.com:8443/gateway/hubspot", "https://10.0.0.1", "https://[2001:db8::1]:443",
		"http://localhost:8080", "http://127.0.0.1", "http://127.8.9.1:1/x", "http://[::1]:8080", "https://gateway-is-fine.example/~a/b.c",
	} {
		if err := hubspot.CheckBaseURL(s); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, s := range []string{
		"", "api.hubapi.com", "//api.hubapi.com", "https:", "https://", "https:///x", "https:api.hubapi.com", "ftp://api.hubapi.com", "file:///etc/passwd",
		"https://api.hubapi.com@evil.example", "https://user:" + canary + "@api.hubapi.com", "https://:" + canary + "@api.hubapi.com",
		"https://api.hubapi.com.", "https://api.hubapi.com.:443", "https://api.hub\u0430pi.com", "https://xn--api-hbapi-x9g.com", "https://api.XN--80ak6aa92e.com",
		"http://api.hubapi.com", "http://127.0.0.1.evil.example", "http://localhost.evil.example", "http://0.0.0.0", "http://10.0.0.1", "http://[fe80::1%25lo]",
		"https://api.hubapi.com?x=1", "https://api.hubapi.com/?", "https://api.hubapi.com#x", "https://api.hubapi.com/../x", "https://api.hubapi.com/a/./b", "https://api.hubapi.com/%2e%2e/x", "https://api.hubapi.com//x",
		"https://api.hubapi.com:0", "https://api.hubapi.com:65536", "https://api.hubapi.com:", "https://api hubapi.com", "https://api.hubapi.com\n", "https://-x.com", "https://.hubapi.com", "https://api.hubapi.com/" + "\x00",
		"https://api%2ehubapi.com", "https://api.hubapi.com\\@evil.example",
	} {
		err := hubspot.CheckBaseURL(s)
		if err == nil {
			t.Errorf("%q is taken", s)
		} else if strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "evil") {
			t.Errorf("%q is repeated: %v", s, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	ok := hubspot.Static(canary)
	for name, c := range map[string]hubspot.Config{
		"no credentials":    {},
		"version":           {Credentials: ok, Version: "v4"},
		"version with path": {Credentials: ok, Version: "2026-03/../.."},
		"object":            {Credentials: ok, Object: "deals/1"},
		"object dots":       {Credentials: ok, Object: ".."},
		"base URL":          {Credentials: ok, BaseURL: "http://api.hubapi.com"},
		"timeout":           {Credentials: ok, Timeout: -1},
		"connections":       {Credentials: ok, MaxConns: -1},
	} {
		if _, err := hubspot.New(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestNothingResends: net/http sends a POST again that carries an idempotency
// header, or whose body it can get once more.
func TestNothingResends(t *testing.T) {
	c := newClient(t, hubspot.Config{UserAgent: "hubload/1.2", Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.GetBody != nil || r.ContentLength <= 0 || len(r.TransferEncoding) > 0 {
			t.Errorf("GetBody %t, Content-Length %d", r.GetBody != nil, r.ContentLength)
		}
		for name := range r.Header {
			switch name {
			case "Authorization", "Accept", "Content-Type", "User-Agent":
			default:
				t.Errorf("header %s", name)
			}
		}
		if got := r.Header.Get("User-Agent"); got != "hubload/1.2" {
			t.Errorf("user agent %q", got)
		}
		return nil, http.ErrHandlerTimeout
	})})
	c.Create(ctx, lineItems(1))
}

// TestHTTP1Only: a server that offers HTTP/2 doesn't get it.
func TestHTTP1Only(t *testing.T) {
	var proto string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		proto = r.Proto + " " + r.Header.Get("Upgrade") + r.Header.Get("HTTP2-Settings")
		says(201, created(1))(w, r)
	})
	c.Create(ctx, lineItems(1))
	if proto != "HTTP/1.1 " {
		t.Errorf("protocol %q", proto)
	}
}
