// What a file or a server says can't command the terminal that it is shown on.

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

func TestNothingCommandsTheTerminal(t *testing.T) {
	t.Parallel()
	for _, evil := range []string{
		"\x1b[2J", "\x1b]0;title\x07", "\x1b]52;c;aGk=\x07", "\x1b[31m", "\x1bc", "\x9b2J", "\u009b2J", "\x07", "\x08\x08", "\x7f", "\r", "\x0b", "\x0c",
		"\u202e", "\u2066", "\u2069", "\u200f", "\u061c", "\u2028", "\u0085",
	} {
		t.Run(fmt.Sprintf("%q", evil), func(t *testing.T) {
			account := hubspottest.New(hubspottest.Config{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasSuffix(r.URL.Path, "/batch/create") {
					account.ServeHTTP(w, r)
					return
				}
				w.WriteHeader(http.StatusNotFound)
				fmt.Fprintf(w, `{"status":"error","message":"bad %s thing","category":"A%sB","correlationId":"c%s"}`, jsonText(evil), jsonText(evil), jsonText(evil))
			}))
			defer server.Close()
			dir := t.TempDir()
			input := filepath.Join(dir, "ro"+strings.ToValidUTF8(evil, "?")+"ws.csv")
			header := filepath.Join(dir, "header.csv")
			err := os.WriteFile(header, []byte("name,\"un"+evil+"used\"\n\"a"+evil+"\",1\nb,2\n"), 0o600)
			if err == nil {
				err = os.WriteFile(input, []byte("name,unused\nb,2\n"), 0o600)
			}
			if err != nil {
				t.Skip(err) // not every system has such names
			}
			env := map[string]string{"XDG_STATE_HOME": filepath.Join(dir, "state"), "HUBSPOT_ACCESS_TOKEN": canary, unassociatedEnv: "true"}
			var out strings.Builder
			sys := system{getenv: func(k string) string { return env[k] }, stdin: strings.NewReader(""), stdout: &out, stderr: &out}
			folder := filepath.Join(dir, "run"+strings.ToValidUTF8(evil, "?"))
			for _, args := range [][]string{
				{"import", input, "--base-url", server.URL, "--run", folder},
				{"import", header, "--base-url", server.URL, "--run", filepath.Join(dir, "header")},
				{"status", folder},
				{"resume", folder, "--base-url", server.URL},
				{"import", input + evil, "--base-url", server.URL},
			} {
				run(args, sys)
			}
			if !strings.Contains(out.String(), "unused") || !strings.Contains(out.String(), "thing") {
				t.Errorf("it doesn't say the column and the answer: %q", out.String())
			}
			for _, line := range strings.Split(out.String(), "\n") {
				for _, r := range line {
					if r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.In(r, unicode.Zl, unicode.Zp)) || r == unicode.ReplacementChar && strings.Contains(evil, "\x9b") {
						t.Errorf("%q reaches the terminal: %q", r, line)
						break
					}
				}
			}
		})
	}
}

func jsonText(s string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "?") {
		fmt.Fprintf(&b, `\u%04x`, r)
	}
	return b.String()
}
