// What the surroundings do to a running program: they stop it for a while, take its streams and its input away, and start it twice.

//go:build unix

package main

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/report"
)

// TestSleepsLongerThanARequestMayTake stops the program as a laptop that is closed does,
// until the requests in flight are past their time limit. Whether their
// answers have come meanwhile or not, no row is created twice, and what isn't known is in doubt.
func TestSleepsLongerThanARequestMayTake(t *testing.T) {
	for _, answered := range []bool{true, false} {
		t.Run(fmt.Sprintf("answered meanwhile %t", answered), func(t *testing.T) {
			t.Parallel()
			o := newPatient(t, 200, 0)
			const limit = 700 * time.Millisecond
			gate := make(chan struct{})
			o.truth = letAnswer(hubspottest.New(hubspottest.Config{Tokens: []string{o.token}, Limit: 1000, Per: time.Second}))
			o.truth.answers = gate
			o.lane.serve(o.truth)
			p := o.start(append(o.command, "--timeout", limit.String(), "--workers", "2"), strike{kind: "none"})
			p.await(t, 2)
			if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			if answered {
				close(gate)
			}
			time.Sleep(2 * limit) // it is stopped: the time is what the test is about
			if err := p.cmd.Process.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			if !answered {
				// Its requests of before are given up first: those after them
				// may be answered.
				p.await(t, 1)
				close(gate)
			}
			p.wait()
			o.ended = true
			o.deaths = 1 // as far as rows in doubt go, and that twice
			o.lane.serve(nil)
			o.check(o.rows, "orders", "out", ending{code: p.code()})
			if o.doubt > 60 || !answered && o.doubt == 0 {
				t.Errorf("%d rows are in doubt", o.doubt)
			}
		})
	}
}

// TestNobodyListens closes stdout and stderr from the start and in the middle, as a pipe
// into head does: the import goes on and its reports are complete.
func TestNobodyListens(t *testing.T) {
	for _, when := range []string{"closed from the start", "a pipe without a reader", "a reader that goes"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			p := newDisturbed(t, 120, nil)
			cmd := p.command()
			from, to, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			cmd.Stdout, cmd.Stderr = to, to
			switch when {
			case "closed from the start":
				cmd.Args = append([]string{"sh", "-c", `exec "$0" "$@" >&- 2>&-`, cmd.Path}, cmd.Args[1:]...)
				if cmd.Path, err = exec.LookPath("sh"); err != nil {
					t.Skip(err)
				}
			case "a pipe without a reader":
				from.Close()
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			to.Close()
			if when == "a reader that goes" {
				_, _ = from.Read(make([]byte, 1))
			}
			from.Close()
			err = cmd.Wait()
			sum, rerr := report.ReadSummary(p.out)
			if err != nil || rerr != nil || sum.Created != 120 || sum.ExitCode != exitOK {
				t.Errorf("%v, %v, %+v", err, rerr, sum)
			}
			new(misdeed).truth(t, p.account, p.out)
		})
	}
}

// A disturbed is an import of rows in batches of ten, with something that happens at the
// fifth request for a create.
type disturbed struct {
	t               *testing.T
	input, out, url string
	dir             string
	account         *hubspottest.Account
	creates         int
	mu              sync.Mutex
}

func newDisturbed(t *testing.T, rows int, happens func(*disturbed)) *disturbed {
	t.Helper()
	p := &disturbed{t: t, dir: t.TempDir(), account: hubspottest.New(hubspottest.Config{})}
	p.input, p.out = filepath.Join(p.dir, "rows.csv"), filepath.Join(p.dir, "run")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/batch/create") {
			p.mu.Lock()
			p.creates++
			if p.creates == 5 && happens != nil {
				happens(p)
			}
			p.mu.Unlock()
		}
		p.account.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	p.url = server.URL
	if err := os.WriteFile(p.input, []byte(p.text(rows)), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *disturbed) text(rows int) string {
	var b strings.Builder
	b.WriteString("name,description\n")
	for i := range rows {
		fmt.Fprintf(&b, "row-%d,%s\n", i+1, strings.Repeat("x", 1000))
	}
	return b.String()
}

func (p *disturbed) command() *exec.Cmd {
	p.t.Helper()
	path, err := exec.LookPath("hubload")
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.Command(path, "import", p.input, "--run", p.out, "--base-url", p.url, "--batch-size", "10", "--workers", "2", "--limit", "10000/1s")
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(p.dir, "state"), "HUBSPOT_ACCESS_TOKEN="+canary)
	return cmd
}

// TestInputChangesUnderUs: the file is cut, grows, or is written over while its rows are
// being sent. What was sent keeps its outcome, and the program stops before it
// sends what it can't be sure of; with the file as it was, it goes on.
func TestInputChangesUnderUs(t *testing.T) {
	const rows = 1500 // 1.5 MB, far more than is read ahead
	for name, change := range map[string]func(*disturbed) error{
		"truncated":      func(p *disturbed) error { return os.Truncate(p.input, 30_000) },
		"truncated to 0": func(p *disturbed) error { return os.Truncate(p.input, 0) },
		"written over":   func(p *disturbed) error { return os.WriteFile(p.input, []byte(p.text(rows/2)), 0o600) },
		"another grows":  func(p *disturbed) error { return os.WriteFile(p.input, []byte(p.text(rows+1)), 0o600) },
		"removed":        func(p *disturbed) error { return os.Remove(p.input) },
		"replaced by one": func(p *disturbed) error {
			return cmp.Or(os.Rename(p.input, p.input+".old"), os.WriteFile(p.input, []byte(p.text(3)), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newDisturbed(t, rows, func(p *disturbed) {
				if err := change(p); err != nil {
					t.Error(err)
				}
			})
			cmd := p.command()
			said, _ := cmd.CombinedOutput()
			code := cmd.ProcessState.ExitCode()
			held := p.account.Len(defaultObject)
			// A file that has no name any more is read to its end all the same; its
			// reports can't be written then.
			if stays := name == "removed" || name == "replaced by one"; !stays && name != "another grows" && (code != exitMismatch && code != exitFailed || held == rows) || code != exitMismatch && code != exitFailed {
				t.Errorf("exit code %d, the account holds %d rows\n%s", code, held, said)
			}
			if strings.Contains(string(said), "goroutine ") {
				t.Errorf("it panics: %s", said)
			}
			if err := os.WriteFile(p.input, []byte(p.text(rows)), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd = p.command()
			said, _ = cmd.CombinedOutput()
			sum, err := report.ReadSummary(p.out)
			if err != nil || cmd.ProcessState.ExitCode() != exitOK || sum.Created != rows || p.account.Len(defaultObject) != rows {
				t.Errorf("going on with the file as it was: %v, %+v, the account holds %d rows\n%s", err, sum.Counts, p.account.Len(defaultObject), said)
			}
			new(misdeed).truth(t, p.account, p.out)
		})
	}
}

// TestTwoAtOnce starts two processes of one import at the same time, again and again:
// one does the work, the other sends no create and says why.
func TestTwoAtOnce(t *testing.T) {
	pairs := 8
	if *tortureRuns > 0 {
		pairs = 100
	}
	for _, elsewhere := range []bool{false, true} {
		t.Run(fmt.Sprintf("in two directories %t", elsewhere), func(t *testing.T) {
			t.Parallel()
			codes := map[int]int{}
			for range pairs {
				p := newDisturbed(t, 30, nil)
				one, two := p.command(), p.command()
				if elsewhere {
					for i, arg := range two.Args {
						if arg == p.out {
							two.Args[i] += "-2"
						}
					}
				}
				var said [2]strings.Builder
				var group sync.WaitGroup
				for i, cmd := range []*exec.Cmd{one, two} {
					cmd.Stdout, cmd.Stderr = &said[i], &said[i]
					group.Go(func() { _ = cmd.Run() })
				}
				group.Wait()
				first, second := one.ProcessState.ExitCode(), two.ProcessState.ExitCode()
				codes[first]++
				codes[second]++
				if first != exitOK && second != exitOK {
					t.Errorf("exit codes %d and %d\n%s\n%s", first, second, said[0].String(), said[1].String())
				}
				for i, code := range []int{first, second} {
					// Of another directory it may be too early to say that it is at work.
					if code != exitOK && code != exitLocked && !(elsewhere && code == exitMismatch) {
						t.Errorf("exit code %d\n%s", code, said[i].String())
					}
				}
				if n := p.account.Len(defaultObject); n != 30 || p.creates != 3 {
					t.Errorf("the account holds %d rows of 30, by %d requests\n%s\n%s", n, p.creates, said[0].String(), said[1].String())
				}
			}
			t.Logf("exit codes: %v", codes)
		})
	}
}
