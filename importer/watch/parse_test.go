package watch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSample: the sample is a configuration, and every key of it is read.
func TestSample(t *testing.T) {
	c, err := Load("../../samples/deploy/drops.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d := c.Drops[0]
	if a := c.Accounts["acme"]; a.ID != 4242 || a.Share != 60 || a.TokenFile == "" {
		t.Errorf("account %+v", a)
	}
	if d.Ready.Marker != "{name}.ok" || d.Expect.Days != "mon-fri" || d.Guard.MinRows != 1 || d.Guard.Change.Value != 60 || d.Guard.MaxRefused.Percent != 5 {
		t.Errorf("drop %+v", d)
	}
	if d.Retain.Done.Duration != 30*24*time.Hour || d.Retain.Runs.Duration != 90*24*time.Hour {
		t.Errorf("retain %+v", d.Retain)
	}
	if len(c.Notify) != 2 || c.Notify[0].Ping == nil || len(c.Notify[1].Webhook.On) != 5 {
		t.Errorf("notify %+v", c.Notify)
	}
}

// TestWrongConfig: every mistake is named.
func TestWrongConfig(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"drops: [{ name: a, dir: /in, colour: red }]", "colour"},
		{"drops: [{ name: a, name: b, dir: /in }]", "already defined"},
		{"drops: []", "drops is empty"},
		{"drops: [{ name: a/b, dir: /in }]", "letters, digits"},
		{"drops: [{ name: a }]", "dir is missing"},
		{"drops: [{ name: a, dir: /in }, { name: A, dir: /out }]", "used twice"},
		{"drops: [{ name: a, dir: /in }, { name: b, dir: /in/ }]", "takes the same files"},
		{"drops: [{ name: a, dir: /in, account: x }]", "is not one of accounts"},
		{"accounts: { x: {} }\ndrops: [{ name: a, dir: /in }]", "account is missing"},
		{"drops: [{ name: a, dir: /in, mapping: /in/m.yaml }]", "lies in the drop"},
		{"drops: [{ name: a, dir: /in, files: [../x.csv] }]", "pattern of file names"},
		{"drops: [{ name: a, dir: /in, ready: now }]", "ready is"},
		{"drops: [{ name: a, dir: /in, ready: { settle: 5 } }]", "is not a duration"},
		{"drops: [{ name: a, dir: /in, ready: { settle: 5s, marker: '{name}.ok' } }]", "ready is one of"},
		{"drops: [{ name: a, dir: /in, ready: { marker: ok } }]", "is not a name such as"},
		{"drops: [{ name: a, dir: /in, guard: { change: 60 } }]", "is not a percentage"},
		{"drops: [{ name: a, dir: /in, guard: { min_rows: 5, max_rows: 2 } }]", "no file would pass"},
		{"drops: [{ name: a, dir: /in, expect: { by: 3 } }]", "time of day"},
		{"drops: [{ name: a, dir: /in, expect: { by: '03:00', timezone: Berlin } }]", "is not known"},
		{"drops: [{ name: a, dir: /in, expect: { by: '03:00', days: weekdays } }]", "is not a list such as"},
		{"drops: [{ name: a, dir: /in, rows: snapshot }]", "snapshot"},
		{"drops: [{ name: a, dir: /in, order: size }]", "is not one of name, time"},
		{"drops: [{ name: a, dir: /in }]\nnotify: [{ ping: {} }]", "needs url_file"},
		{"drops: [{ name: a, dir: /in }]\nnotify: [{ webhook: { url_file: x, on: [nothing] } }]", "is not one of all"},
		{"drops: [{ name: a, dir: /in }]\nnotify: [{}]", "one of ping, webhook and command"},
	} {
		_, err := Parse([]byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\ngot %v, want %q", c.text, err, c.want)
		}
	}
	if _, err := Parse([]byte("drops: [{ name: a, dir: /in, guard: { change: x } }, { name: b, dir: /in2, retry: y }]")); err == nil || strings.Count(err.Error(), "line 1") < 2 {
		t.Errorf("not all mistakes at once: %v", err)
	}
	link := filepath.Join(t.TempDir(), "dir")
	if err := os.Mkdir(link, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(link); err == nil {
		t.Error("a folder was read")
	}
}
