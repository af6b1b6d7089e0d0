// No token leaves: not by a log, an error, a format, or JSON, whoever echoes it.

package hubspot_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	stdjson "encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
)

// show gives all ways to make text of v that come to mind.
func show(v any) string {
	var b strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%10.3s", "%-50v"} {
		fmt.Fprintf(&b, verb+"\n", v)
		fmt.Fprintf(&b, verb+"\n", []any{v})
		fmt.Fprintf(&b, verb+"\n", struct{ V any }{v})
		fmt.Fprintf(&b, verb+"\n", map[string]any{"v": v})
	}
	for _, marshal := range []func(any) ([]byte, error){
		func(v any) ([]byte, error) { return json.Marshal(v) }, stdjson.Marshal, xml.Marshal,
	} {
		out, err := marshal(v)
		fmt.Fprintf(&b, "%s %v\n", out, err)
	}
	var logged bytes.Buffer
	slog.New(slog.NewTextHandler(&logged, nil)).Info("m", "v", v)
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("m", "v", v, "group", slog.GroupValue(slog.Any("v", v)))
	b.Write(logged.Bytes())
	for err, ok := v.(error); ok && err != nil; err = errors.Unwrap(err) {
		fmt.Fprintf(&b, "%v %+v %#v\n", err, err, err)
	}
	return b.String()
}

// showInside gives the ways of show for a struct that keeps v in an unexported
// field, where fmt shows what is there and asks for no methods.
func showInside(v any) string {
	type keeper struct{ v any }
	return show(keeper{v}) + show(&keeper{v}) + show([]*keeper{{v}})
}

func noCanary(t *testing.T, name, text string) {
	t.Helper()
	for _, secret := range []string{canary, clientSecret, refreshToken, "canary-access"} {
		for _, form := range []string{
			secret, strings.ToUpper(secret), url.QueryEscape(secret), hex.EncodeToString([]byte(secret)), strings.ToUpper(hex.EncodeToString([]byte(secret))),
			base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)), fmt.Sprint([]byte(secret)),
		} {
			if i := strings.Index(text, form); i >= 0 {
				t.Errorf("%s shows the secret as %q: ...%.300s", name, form, text[max(0, i-100):])
				return
			}
		}
	}
}

func TestCanary(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	write(t, file, canary)
	fromFile, err := hubspot.File(file)
	if err != nil {
		t.Fatal(err)
	}
	fromOAuth := (&tokenServer{t: t}).credentials()
	if _, err := fromOAuth.Token(ctx); err != nil {
		t.Fatal(err)
	}
	config := hubspot.Config{Credentials: hubspot.Static(canary)}
	for name, v := range map[string]any{
		"Secret":         hubspot.Secret(canary),
		"map of Secrets": map[string]hubspot.Secret{"k": canary},
		"OAuthConfig":    hubspot.OAuthConfig{ClientID: "client", ClientSecret: clientSecret, RefreshToken: refreshToken},
	} {
		noCanary(t, name, show(v))
	}
	denied := newClient(t, hubspot.Config{Credentials: config.Credentials, Transport: roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 401, Body: http.NoBody}, nil
	})})
	want(t, denied.Create(ctx, lineItems(1)), api.Denied, "HTTP_401")
	for name, v := range map[string]any{
		"Static":  config.Credentials,
		"File":    fromFile,
		"OAuth":   fromOAuth,
		"Config":  config,
		"*Config": &config,
		"Client":  denied,
	} {
		noCanary(t, name, show(v)+showInside(v))
	}
}

// TestCanaryEchoed: servers and proxies that repeat the request.
func TestCanaryEchoed(t *testing.T) {
	echo := func(status int, format string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			says(status, strings.ReplaceAll(format, "TOKEN", token), "Location", "https://"+token+"/"+token, "X-HubSpot-Correlation-Id", token)(w, r)
		}
	}
	for _, status := range []int{200, 201, 207, 302, 400, 401, 403, 404, 409, 429, 477, 502} {
		for _, format := range []string{
			`<html>TOKEN</html>`, `TOKEN`,
			`{"status":"TOKEN","category":"TOKEN","subCategory":"TOKEN","policyName":"TOKEN","message":"bad token TOKEN","correlationId":"TOKEN","errors":[{"code":"TOKEN","message":"TOKEN","context":{"propertyName":["TOKEN"]}}]}`,
			`{"TOKEN":1,"TOKEN":2}`,
			`{"portalId":1,"timeZone":"TOKEN","name":"TOKEN","results":[{"id":"1","objectWriteTraceId":"TOKEN","name":"TOKEN","properties":{"row_key":"TOKEN"}}],"errors":[{"category":"TOKEN","message":"TOKEN","context":{"ids":["TOKEN"],"objectWriteTraceId":["TOKEN"]}}]}`,
		} {
			c := serve(t, echo(status, format))
			name := fmt.Sprintf("%d %s", status, format)
			noCanary(t, name, show(c.Create(ctx, lineItems(2))))
			found, err := c.FindByProperty(ctx, "", "row_key", []string{"a"})
			noCanary(t, name, show(found)+show(err))
			account, err := c.Account(ctx)
			noCanary(t, name, show(account)+show(err))
			p, err := c.Property(ctx, "x")
			noCanary(t, name, show(p)+show(err))
		}
	}
	lost := newClient(t, hubspot.Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		return nil, fmt.Errorf("dump: %v", r.Header)
	})})
	noCanary(t, "a transport that dumps", show(lost.Create(ctx, lineItems(1))))
}

func TestCanaryInAPanic(t *testing.T) {
	c := newClient(t, hubspot.Config{Transport: roundTrip(func(*http.Request) (*http.Response, error) { panic("transport") })})
	defer func() { noCanary(t, "panic", fmt.Sprint(recover())) }()
	c.Create(context.Background(), lineItems(1))
}
