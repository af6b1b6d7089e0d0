// The window that the runs of a host share: real processes, and a file that fails.

package main

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/report"
)

// A household is several runs of one account on one host.
type household struct {
	t       *testing.T
	dir     string
	url     string
	account *hubspottest.Account
}

func newHousehold(t *testing.T, c hubspottest.Config) *household {
	t.Helper()
	h := &household{t: t, dir: t.TempDir(), account: hubspottest.New(c)}
	server := httptest.NewServer(h.account)
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// run starts a run of n batches of 10 rows.
func (h *household) run(name string, n int) *exec.Cmd {
	h.t.Helper()
	input := filepath.Join(h.dir, name+".csv")
	var b strings.Builder
	b.WriteString("name\n")
	for i := range 10 * n {
		fmt.Fprintf(&b, "%s-%d\n", name, i+1)
	}
	if err := os.WriteFile(input, []byte(b.String()), 0o600); err != nil {
		h.t.Fatal(err)
	}
	return h.start("import", input, "--run", h.out(name), "--base-url", h.url, "--batch-size", "10")
}

func (h *household) out(name string) string { return filepath.Join(h.dir, name) }

func (h *household) start(args ...string) *exec.Cmd {
	h.t.Helper()
	cmd := exec.Command("hubload", args...)
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(h.dir, "state"), "HUBSPOT_ACCESS_TOKEN="+canary)
	cmd.Stderr = new(bytes.Buffer)
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	return cmd
}

func (h *household) finish(cmd *exec.Cmd) {
	h.t.Helper()
	if err := cmd.Wait(); err != nil {
		h.t.Errorf("%v: %v\n%s", cmd.Args, err, cmd.Stderr)
	}
}

// overLimit reports whether runs that share a window broke its limit. The limiter allows
// for requests that take up to 50 ms longer than others. Eight tests at once on two cores
// delay some for longer: 47 came in a window of 40. Without sharing it would be three
// times the limit; the exact figures are those of the simulations of package ratelimit.
func (h *household) overLimit(limit int) bool { return h.account.MaxInWindow() > limit*5/4 }

// TestRunsShareTheWindow: three imports of one account at a time keep to its limit,
// all together.
func TestRunsShareTheWindow(t *testing.T) {
	t.Parallel()
	const limit, batches = 40, 50
	h := newHousehold(t, hubspottest.Config{Limit: limit, Per: 2 * time.Second, Latency: 50 * time.Millisecond})
	var runs []*exec.Cmd
	for i := range 3 {
		runs = append(runs, h.run(fmt.Sprint("run", i), batches))
	}
	for _, r := range runs {
		h.finish(r)
	}
	for i := range runs {
		sum, err := report.ReadSummary(h.out(fmt.Sprint("run", i)))
		if err != nil || sum.Created != 10*batches || sum.Limited > batches/5 {
			t.Errorf("run %d: %+v, %v", i, sum, err)
		}
	}
	if h.overLimit(limit) {
		t.Errorf("%d requests came in a window of %d", h.account.MaxInWindow(), limit)
	}
}

// TestRunAfterOneThatWasKilled: what a process has sent that is gone counts for the
// next one, which doesn't have to be refused to find out.
func TestRunAfterOneThatWasKilled(t *testing.T) {
	t.Parallel()
	const limit = 40
	h := newHousehold(t, hubspottest.Config{Limit: limit, Per: 3 * time.Second, Latency: 20 * time.Millisecond})
	killed := h.run("first", 200)
	for h.account.Len(defaultObject) < 10*25 {
		time.Sleep(5 * time.Millisecond)
	}
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	killed.Wait()
	h.finish(h.run("second", 60))
	sum, err := report.ReadSummary(h.out("second"))
	if err != nil || sum.Created != 600 || sum.Limited > 10 {
		t.Errorf("%+v, %v", sum, err)
	}
	if h.overLimit(limit) {
		t.Errorf("%d requests came in a window of %d", h.account.MaxInWindow(), limit)
	}
}

// TestWindowFileIsPrivate: it is the user's alone, and holds no token.
func TestWindowFileIsPrivate(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, hubspottest.Config{Limit: 100, Per: time.Second})
	h.finish(h.run("only", 3))
	files, err := filepath.Glob(filepath.Join(h.dir, "state", "hubload", "windows", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", filepath.Base(f), info.Mode())
		}
		data, err := os.ReadFile(f)
		if err != nil || bytes.Contains(data, []byte("canary")) {
			t.Errorf("%s: %v, or it holds the token", filepath.Base(f), err)
		}
	}
}
