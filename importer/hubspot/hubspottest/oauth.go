// Tokens: who is let in, and the token endpoints that hand out short-lived ones.

package hubspottest

import (
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

type tokens struct {
	any    bool // every token is let in
	listed map[string]bool

	mu      sync.Mutex
	revoked map[string]bool
	issued  map[string]time.Time // by token: the end of its life
}

func (t *tokens) init(c Config) {
	t.any = len(c.Tokens) == 0 && c.OAuth.RefreshToken == ""
	t.listed = make(map[string]bool)
	for _, s := range c.Tokens {
		t.listed[s] = true
	}
	t.revoked = make(map[string]bool)
	t.issued = make(map[string]time.Time)
}

// Revoke makes an access or refresh token invalid from now on.
func (a *Account) Revoke(token string) {
	a.tokens.mu.Lock()
	defer a.tokens.mu.Unlock()
	a.tokens.revoked[token] = true
}

// check refuses a request without a valid token.
func (t *tokens) check(c *call) *response {
	token, ok := strings.CutPrefix(c.request.Header.Get("Authorization"), "Bearer ")
	if !ok || token == "" {
		return c.unauthenticated()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	end, issued := t.issued[token]
	switch {
	case t.revoked[token]:
		return c.unauthenticated()
	case issued && !c.arrived.Before(end):
		return c.expired(end)
	case issued, t.listed[token], t.any:
		return nil
	}
	return c.unauthenticated()
}

// token answers the token endpoints: a new access token for the refresh token.
func (a *Account) token(c *call) *response {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return tokenError("invalid_request", "BAD_REQUEST", "the form could not be read")
	}
	o := a.config.OAuth
	refresh := form.Get("refresh_token")
	a.tokens.mu.Lock()
	defer a.tokens.mu.Unlock()
	switch {
	case form.Get("grant_type") != "refresh_token":
		return tokenError("unsupported_grant_type", "BAD_GRANT_TYPE", "missing or unsupported grant_type")
	case !matches(form.Get("client_id"), o.ClientID):
		return tokenError("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id")
	case !matches(form.Get("client_secret"), o.ClientSecret):
		return tokenError("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret")
	case !matches(refresh, o.RefreshToken) || a.tokens.revoked[refresh]:
		return tokenError("invalid_grant", "BAD_REFRESH_TOKEN", "refresh token is invalid, expired or revoked")
	}
	access := fmt.Sprintf("access-%d-%016x", c.number, c.rng.Uint64())
	a.tokens.issued[access] = c.arrived.Add(o.Lifetime)
	scopes := a.config.Scopes
	if len(scopes) == 0 {
		scopes = []string{"oauth", "crm.objects.line_items.read", "crm.objects.line_items.write", "crm.schemas.line_items.read", "e-commerce"}
	}
	resp := answerJSON(http.StatusOK, struct {
		TokenType    string   `json:"token_type"`
		RefreshToken string   `json:"refresh_token"`
		AccessToken  string   `json:"access_token"`
		HubID        int64    `json:"hub_id"`
		Scopes       []string `json:"scopes"`
		TokenUse     string   `json:"token_use"`
		ExpiresIn    int64    `json:"expires_in"`
	}{"bearer", refresh, access, a.config.Account, scopes, "access_token", int64(o.Lifetime / time.Second)})
	resp.set("Cache-Control", "no-store")
	return resp
}

// matches compares a secret that was sent with the one that is wanted; wanting none accepts any but the empty one.
func matches(got, want string) bool {
	if want == "" {
		return got != ""
	}
	return subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}

func tokenError(code, status, message string) *response {
	return answerJSON(http.StatusBadRequest, struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Status      string `json:"status"`
		Message     string `json:"message"`
	}{code, message, status, message})
}
