// The wall clock jumps while the program works: nothing steers by it.

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// TestClockJumps sets the clock that the program reads, and no other, in the middle of
// a run and between two processes of it. The run has all that a clock could
// disturb: a limit with many windows, a 429, a wait that the server asks for, a time limit of
// requests, and an access token that ends.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	needTracer(t)
	for name, jump := range map[string]time.Duration{
		"an hour forth": time.Hour, "an hour back": -time.Hour, "a leap second": -time.Second,
	} {
		for _, between := range []bool{false, true} {
			if between && jump != -time.Hour {
				continue
			}
			t.Run(fmt.Sprintf("%s, between processes %t", name, between), func(t *testing.T) {
				t.Parallel()
				testClock(t, int64(jump/time.Second), between)
			})
		}
	}
}

func testClock(t *testing.T, jump int64, between bool) {
	p := newTraced(t)
	p.account = hubspottest.New(hubspottest.Config{
		Limit: 8, Per: 500 * time.Millisecond, OAuth: hubspottest.OAuth{RefreshToken: canary},
		Faults: []hubspottest.Fault{{Name: "bare-429", Next: 1}, {Name: "477", Every: 12, Delay: time.Second}},
	})
	truth := letAnswer(p.account)
	l := newLane(t, p.dir)
	t.Cleanup(l.close)
	l.serve(truth)
	p.url = l.server.URL
	text := new(misdeed).rows()
	if err := os.WriteFile(p.input, []byte(text[:strings.Index(text, "row-121,")]), 0o600); err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	jumped := 0
	// start runs the import with the clock off by now, and by then after 8 creates.
	start := func(now, then int64, kill bool) (syscall.WaitStatus, string) {
		cmd, said := p.command()
		defer said.Close()
		cmd.Env = append(cmd.Env, "HUBSPOT_ACCESS_TOKEN=", "HUBSPOT_CLIENT_ID=app", "HUBSPOT_CLIENT_SECRET="+canary, "HUBSPOT_REFRESH_TOKEN="+canary)
		cmd.Args = append(cmd.Args, "--timeout", "20s")
		status, err := trace(cmd, true, func(c *sysCall) {
			late := p.account.Len(defaultObject) >= 60
			switch {
			case c.op != "clock":
				c.kill = kill && late && strings.HasSuffix(c.path, journalName)
			case late:
				jumped++
				c.wall.seconds += then
			default:
				c.wall.seconds += now
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(said.Name())
		if err != nil {
			t.Fatal(err)
		}
		return status, string(text)
	}
	if between {
		if status, said := start(0, 0, true); !status.Signaled() {
			t.Fatalf("the first process: %x\n%s", status, said)
		}
	}
	first := int64(0)
	if between {
		first = jump
	}
	status, said := start(first, jump, false)
	took := time.Since(started)
	doubt := 0
	if between {
		doubt = 10 // of the death
	}
	if code := status.ExitStatus(); code != exitOK && doubt == 0 || code != exitRefused && doubt > 0 {
		t.Errorf("exit code %d\n%s", code, said)
	}
	if n := p.account.Len(defaultObject); n != 120 {
		t.Errorf("the account holds %d rows, want 120\n%s", n, said)
	}
	new(misdeed).truth(t, p.account, p.out)
	if took > 45*time.Second {
		t.Errorf("it took %s", took)
	}
	if most := p.account.MaxInWindow(); most > 8 {
		t.Errorf("%d requests in a window of 8", most)
	}
	refused, tokens := 0, 0
	for call, n := range p.account.Counts() {
		switch {
		case call.Status == http.StatusTooManyRequests:
			refused += n
		case strings.Contains(call.Path, "oauth"):
			tokens += n
		}
	}
	processes := 1
	if between {
		processes = 2
	}
	if refused > 1+processes || tokens != processes {
		t.Errorf("%d requests were refused by the limit and %d for tokens; %d processes", refused, tokens, processes)
	}
	// That the program has seen the jump stands in what it wrote down.
	var asked, summary struct{ Started, Finished time.Time }
	for name, into := range map[string]any{runName: &asked, "summary.json": &summary} {
		data, err := os.ReadFile(filepath.Join(p.out, name))
		if err == nil {
			err = json.Unmarshal(data, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	off := summary.Finished.Sub(asked.Started) - time.Duration(jump)*time.Second
	if jumped == 0 || off < 0 || off > took+2*time.Second {
		t.Errorf("the clock was read %d times after the jump, and the run took from %s to %s by it, in %s", jumped, asked.Started, summary.Finished, took)
	}
}
