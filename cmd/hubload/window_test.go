// The window that the runs of a host share: real processes, and a file that fails.

package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/report"
)

// A household is several runs of one account on one host. The account tells its limit and
// doesn't enforce it, nor say what is left: that processes keep to it together is then
// their own doing, and shows in the time that all requests take. A busy machine can only
// make that longer.
type household struct {
	t       *testing.T
	dir     string
	url     string
	account *hubspottest.Account

	mu          sync.Mutex
	requests    int
	first, last time.Time
}

func newHousehold(t *testing.T, limit int, per time.Duration) *household {
	t.Helper()
	h := &household{t: t, dir: t.TempDir(), account: hubspottest.New(hubspottest.Config{})}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.last = time.Now()
		if h.requests == 0 {
			h.first = h.last
		}
		h.requests++
		h.mu.Unlock()
		w.Header().Set("X-HubSpot-RateLimit-Max", strconv.Itoa(limit))
		w.Header().Set("X-HubSpot-RateLimit-Interval-Milliseconds", strconv.FormatInt(per.Milliseconds(), 10))
		h.account.ServeHTTP(w, r)
	}))
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

// took checks that all requests took a time. n of them within a limit take (n/limit - 1)
// windows at least.
func (h *household) took(least time.Duration) {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if d := h.last.Sub(h.first); d < least {
		h.t.Errorf("%d requests came within %s, want at least %s", h.requests, d, least)
	}
}

// TestRunsShareTheWindow: three imports of one account at a time keep to its limit, all
// together. 150 creates, 40 a window of two seconds, take six seconds; each process by
// itself is done after two.
func TestRunsShareTheWindow(t *testing.T) {
	t.Parallel()
	const batches = 50
	h := newHousehold(t, 40, 2*time.Second)
	var runs []*exec.Cmd
	for i := range 3 {
		runs = append(runs, h.run(fmt.Sprint("run", i), batches))
	}
	for _, r := range runs {
		h.finish(r)
	}
	for i := range runs {
		sum, err := report.ReadSummary(h.out(fmt.Sprint("run", i)))
		if err != nil || sum.Created != 10*batches {
			t.Errorf("run %d: %+v, %v", i, sum, err)
		}
	}
	h.took(5 * time.Second)
}

// TestRunAfterOneThatWasKilled: what a process has sent that is gone counts for the next
// one. 25 creates and 60, 40 a window of three seconds, take six seconds; without the
// first ones it is three.
func TestRunAfterOneThatWasKilled(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, 40, 3*time.Second)
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
	if err != nil || sum.Created != 600 {
		t.Errorf("%+v, %v", sum, err)
	}
	h.took(5 * time.Second)
}

// TestWindowFileIsPrivate: it is the user's alone, and holds no token.
func TestWindowFileIsPrivate(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, 100, time.Second)
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
