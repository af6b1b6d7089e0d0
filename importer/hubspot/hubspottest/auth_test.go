// Tests of tokens, scopes and the token endpoints.

package hubspottest_test

import (
	"net/url"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

func TestTokens(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	c.token = ""
	r := c.create(rows(1)).want(t, 401).refusal(t)
	if r.Category != "INVALID_AUTHENTICATION" || r.CorrelationID == "" {
		t.Errorf("refusal %+v", r)
	}
	c.token = "whatever"
	c.create(rows(1)).want(t, 201)
	c.account.Revoke("whatever")
	c.create(rows(1)).want(t, 401)

	c = serve(t, hubspottest.Config{Tokens: []string{"pat-1", "pat-2"}})
	for token, status := range map[string]int{"pat-1": 201, "pat-2": 201, "pat-3": 401, "": 401} {
		c.token = token
		c.create(rows(1)).want(t, status)
	}
}

func TestScopes(t *testing.T) {
	c := serve(t, hubspottest.Config{Scopes: []string{"crm.objects.line_items.read"}})
	r := c.create(rows(1)).want(t, 403).refusal(t)
	if r.Category != "MISSING_SCOPES" || !slices.Contains(r.Errors[0].Context["requiredGranularScopes"], "crm.objects.line_items.write") {
		t.Errorf("refusal %+v", r)
	}
	c.post(readPath, `{"inputs":[]}`).want(t, 200)
	c.post(archivePath, `{"inputs":[]}`).want(t, 403)
	c.get("/crm/v3/properties/line_items").want(t, 200)
	c.get("/crm/v3/properties/deals").want(t, 403)
	c.get("/account-info/v3/details").want(t, 200)
	c.post("/crm/v3/properties/line_items", property("a", false)).want(t, 403)

	c = serve(t, hubspottest.Config{Scopes: []string{"e-commerce"}})
	c.create(rows(1)).want(t, 201)
	c.post("/crm/v3/properties/line_items", property("a", false)).want(t, 201)
	c.get("/crm/v3/properties/deals").want(t, 403)
}

type grant struct {
	TokenType    string `json:"token_type"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	TokenUse     string `json:"token_use"`
	HubID        int64  `json:"hub_id"`
	ExpiresIn    int    `json:"expires_in"`
	Status       string
	Error        string
}

func (c *client) grant(path string, form url.Values) (g grant, a answer) {
	c.t.Helper()
	a = c.send("POST", path, "application/x-www-form-urlencoded", form.Encode())
	a.read(c.t, &g)
	return g, a
}

func TestTokenEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bare(t, hubspottest.Config{Account: 5, Limit: 100, OAuth: hubspottest.OAuth{ClientID: "id", ClientSecret: "secret", RefreshToken: "refresh", Lifetime: time.Minute}})
		c.create(rows(1)).want(t, 401)
		form := func(change ...string) url.Values {
			v := url.Values{"grant_type": {"refresh_token"}, "client_id": {"id"}, "client_secret": {"secret"}, "refresh_token": {"refresh"}}
			for i := 0; i < len(change); i += 2 {
				v.Set(change[i], change[i+1])
			}
			return v
		}
		seen := make(map[string]bool)
		for _, path := range []string{"/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token"} {
			c.token = "" // none is needed here
			g, a := c.grant(path, form())
			a.want(t, 200)
			if g.TokenType != "bearer" || g.RefreshToken != "refresh" || g.ExpiresIn != 60 || g.HubID != 5 || g.TokenUse != "access_token" || seen[g.AccessToken] {
				t.Errorf("%s: %+v", path, g)
			}
			if a.header.Get("Cache-Control") != "no-store" || a.header.Get("X-HubSpot-RateLimit-Max") != "" {
				t.Errorf("%s: header %v", path, a.header)
			}
			seen[g.AccessToken] = true
			c.token = g.AccessToken
			c.create(rows(1)).want(t, 201)
		}
		time.Sleep(time.Minute - time.Nanosecond)
		c.create(rows(1)).want(t, 201)
		time.Sleep(time.Nanosecond)
		c.create(rows(1)).want(t, 401)
		time.Sleep(75 * time.Second)
		r := c.create(rows(1)).want(t, 401).refusal(t)
		if r.Category != "EXPIRED_AUTHENTICATION" || r.Message != "The OAuth token used to make this call expired 75 second(s) ago." || r.Context["expire time"][0] != "2000-01-01T00:01:00.000Z" {
			t.Errorf("refusal %+v", r)
		}
		for status, f := range map[string]url.Values{
			"BAD_REFRESH_TOKEN": form("refresh_token", "other"),
			"BAD_CLIENT_ID":     form("client_id", ""),
			"BAD_CLIENT_SECRET": form("client_secret", "guess"),
			"BAD_GRANT_TYPE":    form("grant_type", "authorization_code"),
		} {
			if g, a := c.grant("/oauth/v1/token", f); a.status != 400 || g.Status != status || g.AccessToken != "" {
				t.Errorf("%s: %d %+v", status, a.status, g)
			}
		}
		c.account.Revoke("refresh")
		if g, a := c.grant("/oauth/v3/token", form()); a.status != 400 || g.Status != "BAD_REFRESH_TOKEN" || g.Error != "invalid_grant" {
			t.Errorf("%d %+v", a.status, g)
		}
		c.send("POST", "/oauth/v1/token", "application/json", `{}`).want(t, 415)
		c.send("GET", "/oauth/v1/token", "", "").want(t, 405)
	})
}
