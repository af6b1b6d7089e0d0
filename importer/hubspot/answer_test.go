// Answers that arrive and can't be believed, a test for each kind.

package hubspot_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
)

func TestAnswerTruncatedAtEveryPoint(t *testing.T) {
	answer := created(3)
	for cut := 0; cut < len(answer); cut += max(len(answer)/100, 1) {
		for name, head := range map[string]string{
			"Content-Length": fmt.Sprintf("HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n", len(answer)),
			"chunked":        fmt.Sprintf("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n", len(answer)),
			"until closed":   "HTTP/1.1 201 Created\r\n\r\n",
			"wrong length":   fmt.Sprintf("HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n", cut),
		} {
			c, _ := raw(t, hubspot.Config{}, answerWith(head+answer[:cut]))
			if a := c.Create(ctx, lineItems(3)); a.Outcome != api.Unknown || a.Refusal.Code != "UNREADABLE_ANSWER" {
				t.Errorf("%s, cut at %d: %+v", name, cut, a)
			}
		}
	}
}

func TestGzip(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	io.WriteString(z, created(2))
	z.Close()
	whole := packed.String()
	corrupt := whole[:40] + "XXXX" + whole[44:]

	a := serve(t, says(201, whole, "Content-Encoding", "gzip")).Create(ctx, lineItems(2))
	if a.Outcome != api.Answered || len(a.Created) != 2 {
		t.Errorf("announced: %+v", a)
	}
	for name, c := range map[string]*hubspot.Client{
		"not announced":      serve(t, says(201, whole)),
		"corrupt":            serve(t, says(201, corrupt, "Content-Encoding", "gzip")),
		"cut":                serve(t, says(201, whole[:len(whole)-9], "Content-Encoding", "gzip")),
		"announced, but not": serve(t, says(201, created(2), "Content-Encoding", "gzip")),
		"another encoding":   serve(t, says(201, whole, "Content-Encoding", "br")),
	} {
		t.Run(name, func(t *testing.T) { want(t, c.Create(ctx, lineItems(2)), api.Unknown, "UNREADABLE_ANSWER") })
	}
}

func TestHTMLPage(t *testing.T) {
	const page = "<html><body>Please log in to the <b>guest network</b></body></html>"
	for _, tt := range []struct {
		status int
		proof  api.Outcome
		code   string
	}{
		{200, api.Unknown, "UNREADABLE_ANSWER"},
		{201, api.Unknown, "UNREADABLE_ANSWER"},
		{502, api.Unknown, "HTTP_502"},
		{400, api.Unknown, "HTTP_400"},
		{409, api.Unknown, "HTTP_409"},
		{403, api.Denied, "HTTP_403"},
		{407, api.Unknown, "HTTP_407"},
		{404, api.Impossible, "HTTP_404"},
	} {
		a := serve(t, says(tt.status, page, "Content-Type", "text/html")).Create(ctx, lineItems(1))
		want(t, a, tt.proof, tt.code)
		if strings.Contains(fmt.Sprint(a), "guest") {
			t.Errorf("%d: the page is repeated: %v", tt.status, a)
		}
	}
}

func TestMalformedJSON(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":            ``,
		"blank":              "\n\n",
		"a list":             `[{"id":"1"}]`,
		"null":               `null`,
		"two objects":        created(1) + created(1),
		"garbage behind":     created(1) + `x`,
		"deep nesting":       `{"results":` + strings.Repeat(`[`, 1e6) + strings.Repeat(`]`, 1e6) + `}`,
		"10,001 levels":      `{"results":[],"x":` + strings.Repeat(`[`, 10_000) + strings.Repeat(`]`, 10_000) + `}`,
		"deep, not closed":   `{"results":` + strings.Repeat(`{"a":`, 1e6),
		"duplicate key":      `{"status":"COMPLETE","results":[{"id":"1","id":"2","objectWriteTraceId":"run-1"}]}`,
		"duplicate results":  `{"results":[{"id":"1"}],"results":[{"id":"2"}]}`,
		"escaped duplicate":  `{"results":[{"id":"1","\u0069d":"2"}]}`,
		"other object":       `{"login":"https://proxy.example"}`,
		"results no list":    `{"status":"COMPLETE","results":{"id":"1"}}`,
		"too many results":   `{"results":[` + strings.Repeat(`{"id":"7"},`, 10_000) + `{"id":"8"}]}`,
		"too many row names": `{"errors":[{"context":{"objectWriteTraceId":[` + strings.Repeat(`"a",`, 1000) + `"b"]}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			want(t, serve(t, says(201, body)).Create(ctx, lineItems(1)), api.Unknown, "UNREADABLE_ANSWER")
		})
	}
}

func TestIDs(t *testing.T) {
	for id, clear := range map[string]string{
		`"1145814089"`:          "1145814089",
		`1145814089`:            "1145814089",
		`"9223372036854775807"`: "9223372036854775807",
		`"\u0031"`:              "", // digits in disguise: nobody writes this in good faith
		`null`:                  "",
		`""`:                    "",
		`"0"`:                   "",
		`"007"`:                 "",
		`-1`:                    "",
		`1.5`:                   "",
		`1e3`:                   "",
		`true`:                  "",
		`[1]`:                   "",
		`{"id":"1"}`:            "",
		`"12 "`:                 "",
		`"=1+1"`:                "",
		`"9223372036854775808"`: "", // > 2^63-1
		`18446744073709551617`:  "",
	} {
		body := `{"status":"COMPLETE","results":[{"id":` + id + `,"objectWriteTraceId":"run-1"},{"id":"77","objectWriteTraceId":"run-2"}]}`
		a := serve(t, says(201, body)).Create(ctx, lineItems(2))
		wanted := []api.Created{{Trace: "run-1", ID: clear}, {Trace: "run-2", ID: "77"}}
		if clear == "" {
			wanted = wanted[1:]
		}
		if a.Outcome != api.Answered || fmt.Sprint(a.Created) != fmt.Sprint(wanted) {
			t.Errorf("id %s: %+v, want %+v", id, a, wanted)
		}
	}
}

// TestAnonymousErrorNextToAnUnclearID: one row, a record without a clear id and
// an error without a name. Nothing may say that the row was refused.
func TestAnonymousErrorNextToAnUnclearID(t *testing.T) {
	a := serve(t, says(207, `{"status":"COMPLETE","results":[{"id":null}],"errors":[{"category":"VALIDATION_ERROR","message":"no"}]}`)).Create(ctx, lineItems(1))
	if a.Outcome != api.Answered || len(a.Created) != 0 || len(a.Failures) != 0 {
		t.Errorf("%+v", a)
	}
}

func TestRedirects(t *testing.T) {
	var elsewhere, here int
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	t.Cleanup(other.Close)
	for _, status := range []int{300, 301, 302, 303, 304, 305, 307, 308} {
		for _, to := range []string{other.URL + "/crm", "/elsewhere", "//" + strings.TrimPrefix(other.URL, "http://"), "", "ht!tp://%%"} {
			here = 0
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				here++
				says(status, "", "Location", to)(w, r)
			})
			a := c.Create(ctx, lineItems(1))
			want(t, a, api.Unknown, "REDIRECT")
			if !a.Stop || here != 1 || elsewhere != 0 {
				t.Errorf("%d to %q: stop %t, %d requests here and %d elsewhere", status, to, a.Stop, here, elsewhere)
			}
			var refused *hubspot.Error
			if _, err := c.Account(ctx); !errors.As(err, &refused) || !refused.Untrusted() || refused.Forbidden() || here != 2 || elsewhere != 0 {
				t.Errorf("%d to %q: a read followed it, or isn't stopped (%v)", status, to, err)
			}
			if _, err := c.FindByProperty(ctx, "", "row_key", []string{"a"}); !errors.As(err, &refused) || refused.Temporary() || elsewhere != 0 {
				t.Errorf("%d to %q: a find followed it (%v)", status, to, err)
			}
		}
	}
}

func TestHeadersTooLarge(t *testing.T) {
	c, _ := raw(t, hubspot.Config{}, answerWith("HTTP/1.1 201 Created\r\nX-Long: "+strings.Repeat("x", 80<<10)+"\r\nContent-Length: 2\r\n\r\n{}"))
	want(t, c.Create(ctx, lineItems(1)), api.Unknown, "NO_ANSWER")
}

// TestOneConnectionServesMany: bodies are drained and closed.
func TestOneConnectionServesMany(t *testing.T) {
	answers := []http.HandlerFunc{says(201, created(1)), says(502, "<html>"), says(429, ""), says(400, `{"category":"X"}`), says(201, `x`)}
	n := 0
	addrs := map[string]bool{}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		addrs[r.RemoteAddr] = true
		n++
		answers[n%len(answers)](w, r)
	})
	for range 20 {
		c.Create(ctx, lineItems(5))
	}
	if len(addrs) != 1 {
		t.Errorf("%d connections for 20 requests one after the other, want 1", len(addrs))
	}
}
