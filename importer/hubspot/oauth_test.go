// Refreshing access tokens, in time that costs nothing.

package hubspot_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/hubspot"
)

const (
	clientSecret = "canary-client-secret"
	refreshToken = "canary-refresh-token"
)

// tokenServer plays the token endpoint.
type tokenServer struct {
	t        *testing.T
	requests int
	status   int
	body     string // "" for a new token each time
	err      error
}

func (s *tokenServer) RoundTrip(r *http.Request) (*http.Response, error) {
	s.requests++
	body, _ := io.ReadAll(r.Body)
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("grant_type") != "refresh_token" || form.Get("client_id") != "client" || form.Get("client_secret") != clientSecret || form.Get("refresh_token") != refreshToken {
		s.t.Errorf("request %s", body)
	}
	if got := r.URL.String(); got != "https://api.hubapi.com/oauth/v3/token" || r.Header.Get("Authorization") != "" {
		s.t.Errorf("request to %s, authorization %q", got, r.Header.Get("Authorization"))
	}
	if s.err != nil {
		return nil, s.err
	}
	answer := s.body
	if answer == "" {
		answer = fmt.Sprintf(`{"token_type":"bearer","access_token":"canary-access-%d","refresh_token":%q,"expires_in":1800,"hub_id":62515}`, s.requests, refreshToken)
	}
	return &http.Response{
		StatusCode: max(s.status, 200), Request: r, Header: http.Header{"Content-Type": {"application/json"}, "Location": {"https://evil.example/"}},
		Body: io.NopCloser(strings.NewReader(answer)),
	}, nil
}

func (s *tokenServer) credentials() hubspot.Credentials {
	return hubspot.OAuth(hubspot.OAuthConfig{ClientID: "client", ClientSecret: clientSecret, RefreshToken: refreshToken, Transport: s})
}

func TestOAuthRefreshesInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &tokenServer{t: t}
		c := s.credentials()
		for _, step := range []struct {
			after time.Duration
			token string
		}{{0, "canary-access-1"}, {28 * time.Minute, "canary-access-1"}, {90 * time.Second, "canary-access-2"}, {10 * time.Hour, "canary-access-3"}} {
			time.Sleep(step.after)
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					if token, err := c.Token(ctx); err != nil || token.Reveal() != step.token {
						t.Errorf("%q, %v, want %q", token.Reveal(), err, step.token)
					}
				})
			}
			wg.Wait()
		}
		if s.requests != 3 {
			t.Errorf("%d refreshes, want 3", s.requests)
		}
	})
}

func TestOAuthRenew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &tokenServer{t: t}
		c := s.credentials()
		c.Token(ctx)
		if differs, err := c.Renew(ctx); differs || err != nil || s.requests != 1 {
			t.Errorf("a token that was fetched just now: %t, %v, %d requests", differs, err, s.requests)
		}
		time.Sleep(5 * time.Minute)
		if differs, err := c.Renew(ctx); !differs || err != nil || s.requests != 2 {
			t.Errorf("an old token: %t, %v, %d requests", differs, err, s.requests)
		}
		s.body = `{"access_token":"canary-access-2","expires_in":1800}`
		time.Sleep(5 * time.Minute)
		if differs, err := c.Renew(ctx); differs || err != nil || s.requests != 3 {
			t.Errorf("the same token again: %t, %v, %d requests", differs, err, s.requests)
		}
		for range 100 {
			c.Renew(ctx)
		}
		if s.requests != 3 {
			t.Errorf("%d requests, want 3: a token that stays denied is refreshed in a loop", s.requests)
		}
	})
}

func TestOAuthRefused(t *testing.T) {
	echo := clientSecret + " " + refreshToken
	for _, tt := range []struct {
		name   string
		status int
		body   string
		err    error
		final  bool
		text   string
	}{
		{"dead", 400, `{"error":"invalid_grant","status":"BAD_REFRESH_TOKEN","message":"refresh token is invalid ` + echo + `"}`, nil, true, "connect the app"},
		{"dead, other words", 400, `{"error":"invalid_request","status":"BAD_REFRESH_TOKEN","message":"missing or unknown refresh token"}`, nil, true, "BAD_REFRESH_TOKEN missing or unknown"},
		{"wrong secret", 401, `{"status":"BAD_CLIENT_SECRET","message":"no"}`, nil, true, "check client id"},
		{"limit", 429, `{"message":"slow"}`, nil, false, "429"},
		{"down", 503, `<html>` + echo, nil, false, "503"},
		{"redirect", 302, ``, nil, false, "302"},
		{"200 with an error", 200, `{"error":"` + echo + `"}`, nil, false, "200"},
		{"200 without a token", 200, `{}`, nil, false, "access_token"},
		{"200 with a token that is none", 200, `{"access_token":"a b"}`, nil, false, "holds none"},
		{"HTML", 200, `<html>`, nil, false, "json"},
		{"no connection", 0, ``, errors.New("dial " + echo), false, "dial"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &tokenServer{t: t, status: tt.status, body: tt.body, err: tt.err}
			if s.body == "" {
				s.body = " "
			}
			c := s.credentials()
			_, err := c.Token(ctx)
			var e *hubspot.CredentialsError
			if err == nil || errors.As(err, &e) != tt.final || !strings.Contains(err.Error(), tt.text) {
				t.Fatalf("%v, final %t, want %t and %q", err, e != nil, tt.final, tt.text)
			}
			if strings.Contains(fmt.Sprintf("%+v %#v", err, err), "canary") {
				t.Errorf("a secret stands in %v", err)
			}
			c.Token(ctx)
			c.Renew(ctx)
			if tt.final && s.requests != 1 || !tt.final && s.requests != 3 {
				t.Errorf("%d requests", s.requests)
			}
		})
	}
}

func TestOAuthBaseURL(t *testing.T) {
	c := hubspot.OAuth(hubspot.OAuthConfig{BaseURL: "http://evil.example", Transport: &tokenServer{t: t}})
	var e *hubspot.CredentialsError
	if _, err := c.Token(ctx); !errors.As(err, &e) {
		t.Errorf("%v", err)
	}
}
