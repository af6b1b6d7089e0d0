// What may change between two processes of a run, and what the second one makes of it.

package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// A between is a change after a run was stopped by the daily quota with half of
// its 40 rows created.
type between struct {
	name   string
	change func(t *testing.T, p *halfway)
	args   []string // of the second process, instead of the same again

	exit int
	says string // on stderr
	rows int    // that the account holds in the end
}

// A halfway is a run that was stopped in the middle.
type halfway struct {
	dir, input, mapping, out, url string
	account                       *hubspottest.Account
}

func (p *halfway) rewrite(t *testing.T, change func(string) string) {
	t.Helper()
	data, err := os.ReadFile(p.input)
	if err == nil {
		err = os.WriteFile(p.input, []byte(change(string(data))), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

var betweens = []between{
	{name: "nothing", rows: 40},
	{name: "mtime only", rows: 40, change: func(t *testing.T, p *halfway) {
		if err := os.Chtimes(p.input, time.Unix(1e9, 0), time.Unix(1e9, 0)); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "replaced by rename, the same content", rows: 40, change: func(t *testing.T, p *halfway) {
		data, err := os.ReadFile(p.input)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p.input+".new", data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(p.input+".new", p.input); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "content of a finished row", exit: 5, rows: 20, says: "rows 1 to 10: the input has changed here", change: func(t *testing.T, p *halfway) {
		p.rewrite(t, func(s string) string { return strings.Replace(s, "row-3,", "row-x,", 1) })
	}},
	{name: "content of a row that wasn't read", rows: 40, change: func(t *testing.T, p *halfway) {
		p.rewrite(t, func(s string) string { return strings.Replace(s, "row-40,", "row-x,", 1) })
	}},
	{name: "truncated", exit: 5, rows: 20, says: "the input is shorter than it was", change: func(t *testing.T, p *halfway) {
		p.rewrite(t, func(s string) string { return s[:strings.Index(s, "row-15,")] })
	}},
	{name: "appended", rows: 41, change: func(t *testing.T, p *halfway) {
		p.rewrite(t, func(s string) string { return s + "row-41,1\n" })
	}},
	{name: "deleted", exit: 2, rows: 20, says: "there is no file", change: func(t *testing.T, p *halfway) {
		if err := os.Remove(p.input); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "mapping", exit: 5, rows: 20, says: "another mapping", change: func(t *testing.T, p *halfway) {
		if err := os.WriteFile(p.mapping, []byte("properties: { name: name }\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "object", exit: 5, rows: 20, says: "another object", args: []string{"--object", "deals"}},
	{name: "account", exit: 5, rows: 20, says: "the token belongs to account", change: func(t *testing.T, p *halfway) {
		p.account = hubspottest.New(hubspottest.Config{Account: 7})
	}},
	// An account is its number, whatever it is reached by.
	{name: "base URL", rows: 40, args: []string{"--base-url", "OTHER"}},
	{name: "base URL and account", exit: 5, rows: 20, says: "the token belongs to account", args: []string{"--base-url", "OTHER"}, change: func(t *testing.T, p *halfway) {
		p.account = hubspottest.New(hubspottest.Config{Account: 7})
	}},
	{name: "the same size, content of a row that was created", exit: 5, rows: 20, says: "the input has changed here", change: func(t *testing.T, p *halfway) {
		p.rewrite(t, func(s string) string { return strings.Replace(s, "row-7,1", "row-7,2", 1) })
	}},
	{name: "replaced by rename, other content", exit: 5, rows: 20, says: "the input has changed here", change: func(t *testing.T, p *halfway) {
		p.rewrite(t, func(s string) string { return strings.Replace(s, "row-2,", "row-z,", 1) })
		data, err := os.ReadFile(p.input)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p.input+".new", data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(p.input+".new", p.input); err != nil {
			t.Fatal(err)
		}
	}},
	{name: "a row inserted before", exit: 5, rows: 20, says: "the input has changed here", change: func(t *testing.T, p *halfway) {
		p.rewrite(t, func(s string) string { return strings.Replace(s, "row-5,", "row-new,1\nrow-5,", 1) })
	}},
	{name: "batch size", rows: 40, args: []string{"--batch-size", "7"}},
	{name: "workers", rows: 40, args: []string{"--workers", "5"}},
}

func TestChangedBetweenProcesses(t *testing.T) {
	t.Parallel()
	for _, b := range betweens {
		t.Run(b.name, func(t *testing.T) {
			first := hubspottest.New(hubspottest.Config{})
			p := &halfway{dir: t.TempDir(), account: first}
			// Through a handler that can be changed behind the same address.
			server := httptest.NewServer(current(&p.account))
			t.Cleanup(server.Close)
			p.url = server.URL
			p.input, p.mapping, p.out = filepath.Join(p.dir, "rows.csv"), filepath.Join(p.dir, "m.yaml"), filepath.Join(p.dir, "run")
			text := new(misdeed).rows()
			text = text[:strings.Index(text, "row-41,")]
			for path, text := range map[string]string{p.input: text, p.mapping: "properties: { name: name, quantity: quantity }\n"} {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			env := map[string]string{"XDG_STATE_HOME": filepath.Join(p.dir, "state"), "HUBSPOT_ACCESS_TOKEN": canary, unassociatedEnv: "true"}
			start := func(args ...string) (int, string) {
				var stdout, stderr strings.Builder
				code := run(append([]string{"import", p.input, "-m", p.mapping, "--run", p.out, "--base-url", p.url, "--batch-size", "10", "--workers", "1"}, args...),
					system{getenv: func(k string) string { return env[k] }, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr})
				return code, stderr.String()
			}
			fault, err := hubspottest.ParseFault("daily-429=every-3")
			if err != nil {
				t.Fatal(err)
			}
			first.SetFaults(fault)
			if code, said := start(); code != exitStopped || first.Len(defaultObject) != 20 {
				t.Fatalf("the first process: exit code %d with %d rows\n%s", code, first.Len(defaultObject), said)
			}
			first.SetFaults()
			if b.change != nil {
				b.change(t, p)
			}
			other := httptest.NewServer(current(&p.account))
			t.Cleanup(other.Close)
			for i, arg := range b.args {
				if arg == "OTHER" {
					b.args[i] = other.URL
				}
			}
			code, said := start(b.args...)
			if code != b.exit || !strings.Contains(said, b.says) {
				t.Errorf("exit code %d, want %d, saying %q:\n%s", code, b.exit, b.says, said)
			}
			if n := first.Len(defaultObject); n != b.rows {
				t.Errorf("the account holds %d rows, want %d", n, b.rows)
			}
			new(misdeed).truth(t, first, p.out)
		})
	}
}
