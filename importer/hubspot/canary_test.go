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

// TestCanaryInOtherSpellings: what decodes to the token, or to most of it, is cut out
// too. Each text that an answer leaves behind must be free of any twelve characters of it.
func TestCanaryInOtherSpellings(t *testing.T) {
	encode := base64.StdEncoding.EncodeToString
	for name, echo := range map[string]string{
		"as it is":            canary,
		"JSON escapes":        strings.ReplaceAll(canary, "-", `\u002d`),
		"all escaped":         escaped(canary, `\u%04x`),
		"escapes in escapes":  escaped(canary, `\\u%04X`),
		"one character short": canary[:len(canary)-1],
		"without its head":    canary[3:],
		"a piece":             canary[8:20],
		"percent":             escaped(canary, "%%%02X"),
		"base64":              encode([]byte(canary)),
		"base64 in a header":  encode([]byte("Bearer " + canary)),
		"base64 of a dump":    encode([]byte("x: " + canary + "\r\n")),
		"base64 for URLs":     base64.RawURLEncoding.EncodeToString([]byte("a:" + canary)),
	} {
		embedded := `Property values were not valid: [{\"message\":\"M ` + strings.ReplaceAll(echo, `\u`, `\\u`) + `\",\"error\":\"E\",\"name\":\"n\"}]`
		for _, body := range []string{
			`{"status":"error","category":"X","message":"bad token ` + echo + `","correlationId":"` + echo + `","errors":[{"code":"A","message":"M ` + echo + `","context":{"propertyName":["` + echo + `"]}}]}`,
			`{"status":"error","category":"X","message":"` + embedded + `"}`,
			`{"status":"error","category":"` + echo + `","subCategory":"` + echo + `","message":"m","context":{"objectWriteTraceId":["` + echo + `"],"INVALID_OBJECT_IDS":["` + echo + `"]}}`,
		} {
			for _, status := range []int{400, 403, 502} {
				c := serve(t, says(status, body, "X-HubSpot-Correlation-Id", echo))
				noRun(t, name, plainly(c.Create(ctx, lineItems(1))))
				_, err := c.FindByProperty(ctx, "", "row_key", []string{"a"})
				noRun(t, name, plainly(err))
			}
			c := serve(t, says(207, `{"status":"COMPLETE","results":[{"id":"1","objectWriteTraceId":"run-1","warnings":[`+body+`]}],"errors":[`+body+`]}`))
			noRun(t, name, plainly(c.Create(ctx, lineItems(2))))
			_, err := c.FindByProperty(ctx, "", "row_key", []string{"a"})
			noRun(t, name, plainly(err))
			_, err = c.AssociatedIDs(ctx, "deals", first("1"))
			noRun(t, name, plainly(err))
		}
		c := serve(t, says(200, `{"portalId":1,"timeZone":"`+echo+`","name":"`+echo+`","label":"`+echo+`"}`))
		account, err := c.Account(ctx)
		noRun(t, name, plainly(account)+plainly(err))
		p, err := c.Property(ctx, "x")
		noRun(t, name, plainly(p)+plainly(err))
	}
}

// plainly is show in short.
func plainly(v any) string { return fmt.Sprintf("%+v\n%#v\n", v, v) }

// escaped spells each character of s by a format.
func escaped(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

// noRun fails if text holds twelve characters of the canary in a row, after anything
// in it that may be base64 is decoded.
func noRun(t *testing.T, name, text string) {
	t.Helper()
	all := text
	for _, word := range strings.FieldsFunc(text, func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_", r)
	}) {
		for skip := range min(4, len(word)) {
			part := strings.NewReplacer("-", "+", "_", "/").Replace(word[skip:])
			decoded, _ := base64.RawStdEncoding.DecodeString(part[:len(part)/4*4])
			all += "\n" + string(decoded)
		}
	}
	for i := 0; i+12 <= len(canary); i++ {
		if strings.Contains(all, canary[i:i+12]) {
			t.Errorf("%s: the answer shows %q", name, canary[i:i+12])
			return
		}
	}
}

// TestWordsStay: what has a few characters in common with the token is left as it is.
func TestWordsStay(t *testing.T) {
	a := serve(t, says(400, `{"status":"error","category":"X","message":"pat-na1-eggs and canary0c are 50%25 of a \\u002d"}`)).Create(ctx, lineItems(1))
	if a.Refusal.Message != `pat-na1-eggs and canary0c are 50%25 of a \u002d.` {
		t.Error(a.Refusal.Message)
	}
}

func TestCanaryInAPanic(t *testing.T) {
	c := newClient(t, hubspot.Config{Transport: roundTrip(func(*http.Request) (*http.Response, error) { panic("transport") })})
	defer func() { noCanary(t, "panic", fmt.Sprint(recover())) }()
	c.Create(context.Background(), lineItems(1))
}
