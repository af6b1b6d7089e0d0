// Each system call on a file fails once, and each is once the last that the program makes.

package main

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/report"
)

// A traced is an import of 40 rows in four batches, one of them refused, whose system
// calls are looked at.
type traced struct {
	t                        *testing.T
	dir, input, mapping, out string
	account                  *hubspottest.Account
	url                      string
}

func newTraced(t *testing.T) *traced {
	t.Helper()
	p := &traced{t: t, dir: t.TempDir(), account: hubspottest.New(hubspottest.Config{})}
	if err := p.account.AddProperty(defaultObject, ruled("quantity")); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p.account)
	t.Cleanup(server.Close)
	p.url = server.URL
	p.input, p.mapping, p.out = filepath.Join(p.dir, "rows.csv"), filepath.Join(p.dir, "m.yaml"), filepath.Join(p.dir, "run")
	text := (&misdeed{bad: 1}).rows()
	text = text[:strings.Index(text, "row-41,")]
	for path, text := range map[string]string{p.input: text, p.mapping: "properties: { name: name, quantity: quantity }\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p *traced) command() (cmd *exec.Cmd, said *os.File) {
	p.t.Helper()
	said, err := os.CreateTemp(p.t.TempDir(), "")
	if err != nil {
		p.t.Fatal(err)
	}
	cmd = exec.Command("hubload", "import", p.input, "-m", p.mapping, "--run", p.out, "--base-url", p.url, "--batch-size", "10", "--workers", "1")
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(p.dir, "state"), "HUBSPOT_ACCESS_TOKEN="+canary)
	cmd.Stdout, cmd.Stderr = said, said
	return cmd, said
}

// run runs the import under a tracer. Calls about other files than its own are left alone.
func (p *traced) run(see func(*sysCall)) (syscall.WaitStatus, string) {
	p.t.Helper()
	cmd, said := p.command()
	defer said.Close()
	status, err := trace(cmd, false, func(c *sysCall) {
		if strings.HasPrefix(c.path, p.dir) {
			see(c)
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	text, err := os.ReadFile(said.Name())
	if err != nil {
		p.t.Fatal(err)
	}
	return status, string(text)
}

// finish gives the same command again, and compares with the account. If the first
// process has written down how the run ended, the second has nothing to tell.
func (p *traced) finish(name string) report.Counts {
	p.t.Helper()
	before, err := report.ReadSummary(p.out)
	told := err == nil && before.Rows == 40 && before.Pending == 0
	cmd, said := p.command()
	defer said.Close()
	_ = cmd.Run()
	text, _ := os.ReadFile(said.Name())
	sum, err := report.ReadSummary(p.out)
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", name, err, text)
	}
	if code := cmd.ProcessState.ExitCode(); code != exitRefused && !(told && code == exitOK && strings.Contains(string(text), "nothing was sent")) {
		p.t.Errorf("%s: the next process ends with %d\n%s", name, code, text)
	}
	if c := sum.Counts; c.Rows != 40 || c.Created+c.InDoubt+c.Refused != 40 || c.InDoubt > 10 || c.Refused > 1 {
		p.t.Errorf("%s: %+v\n%s", name, c, text)
	}
	new(misdeed).truth(p.t, p.account, p.out)
	return sum.Counts
}

// TestEverySystemCallFails fails the n-th call of a kind, for every n: on the journal,
// the reports, the run directory's own files, the memory of imports and the
// input. The program stops, syncs nothing a second time, and the next process
// finishes.
func TestEverySystemCallFails(t *testing.T) {
	needTracer(t)
	for op, errno := range map[string]syscall.Errno{
		"write": syscall.ENOSPC, "fsync": syscall.EIO, "rename": syscall.EIO, "link": syscall.EIO, "open": syscall.EIO, "read": syscall.EIO,
	} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			p := newTraced(t)
			var whole []string
			if status, said := p.run(func(c *sysCall) {
				if c.op == op {
					whole = append(whole, c.path)
				}
			}); status.ExitStatus() != exitRefused {
				t.Fatalf("without a fault: %x\n%s", status, said)
			}
			stopped := 0
			var harmless []string
			for _, n := range chosen(len(whole)) {
				p := newTraced(t)
				seen, path, after := 0, "", 0
				var durable []byte // of the journal, when the call fails
				status, said := p.run(func(c *sysCall) {
					if c.op == op && path != "" && c.path == path {
						after++
					}
					if c.op == op {
						if seen++; seen == n {
							c.fail, path = errno, c.path
						}
					}
					if path == "" && c.op == "fsync" && strings.HasSuffix(c.path, journalName) {
						durable, _ = os.ReadFile(c.path)
					}
				})
				name := fmt.Sprintf("%s %d of %d, %s", op, n, len(whole), strings.TrimPrefix(path, p.dir))
				if path == "" {
					continue // it had fewer this time
				}
				switch code := status.ExitStatus(); {
				case status.Signaled():
					t.Errorf("%s: it died of %s", name, status.Signal())
				case strings.Contains(said, "panic:"), strings.Contains(said, "goroutine "):
					t.Errorf("%s: it panics: %s", name, said)
				case code == exitFailed, code == exitUsage && op != "write" && op != "fsync":
					stopped++
				case code == exitRefused && !strings.HasSuffix(path, journalName):
					harmless = append(harmless, strings.TrimPrefix(path, p.dir)) // such as the note of who holds the run
				default:
					t.Errorf("%s: exit code %d\n%s", name, code, said)
				}
				// A directory is synced for each name that is new in it.
				if info, err := os.Stat(path); op == "fsync" && after > 0 && err == nil && !info.IsDir() {
					t.Errorf("%s: it was synced again", name)
				}
				if now, most := p.account.Len(defaultObject), begun(t, durable); strings.HasSuffix(path, journalName) && now > most {
					t.Errorf("%s: the account holds %d rows, and the journal allowed %d", name, now, most)
				}
				p.finish(name)
			}
			t.Logf("%d calls; %d runs were stopped; it does without %q", len(whole), stopped, harmless)
		})
	}
}

// begun is how many rows may have been sent, by a journal: requests that were in flight when
// a later call failed arrive nevertheless.
func begun(t *testing.T, text []byte) int {
	t.Helper()
	path := filepath.Join(t.TempDir(), journalName)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	st, err := journal.Load(path)
	if err != nil {
		return 0 // it has no header
	}
	defer st.Close()
	return int(st.Counts().Created) + len(st.OpenRows())
}

// TestDeathAtEverySystemCall kills the program before each call on a file that changes
// anything: what the simulation does to the engine, done to all of it.
func TestDeathAtEverySystemCall(t *testing.T) {
	t.Parallel()
	needTracer(t)
	changes := []string{"write", "fsync", "rename", "link", "unlink", "open", "truncate"}
	p := newTraced(t)
	whole := 0
	p.run(func(c *sysCall) {
		if slices.Contains(changes, c.op) {
			whole++
		}
	})
	deaths, doubted := 0, int64(0)
	for _, n := range chosen(whole) {
		p := newTraced(t)
		seen, name := 0, ""
		status, _ := p.run(func(c *sysCall) {
			if slices.Contains(changes, c.op) {
				if seen++; seen == n {
					c.kill = true
					name = fmt.Sprintf("dead before call %d, %s of %s", n, c.op, c.path)
				}
			}
		})
		if status.Signaled() {
			deaths++
		}
		doubted += p.finish(name).InDoubt
	}
	t.Logf("%d deaths at %d calls, %d rows in doubt after them", deaths, whole, doubted)
	if deaths < 3 {
		t.Errorf("only %d deaths", deaths)
	}
}

// chosen are the numbers from 1 to n, or in the ordinary suite some of them.
func chosen(n int) []int {
	var list []int
	step := 1
	if most := 5; !*everyFault && n > most {
		step = (n + most - 1) / most
	}
	for i := 1 + rand.IntN(step); i <= n; i += step {
		list = append(list, i)
	}
	return list
}
