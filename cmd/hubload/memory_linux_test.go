// The program runs out of memory: by a limit that the Go runtime dies of, and by the kernel's killer where a test may make a group of processes.

package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/report"
)

const (
	dataSizeVar = "HUBLOAD_TEST_DATA_SIZE"
	groupVar    = "HUBLOAD_TEST_CGROUP"
)

// init gives a process that a test starts little memory, or joins it to a group that has
// little, before the program begins.
func init() {
	if n, err := strconv.ParseUint(os.Getenv(dataSizeVar), 10, 64); err == nil {
		if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			panic(err)
		}
	}
	if group := os.Getenv(groupVar); group != "" {
		if err := os.WriteFile(filepath.Join(group, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0o600); err != nil {
			panic(err)
		}
	}
}

// A hungry is an import of rows without fault whose process never gives memory back,
// so that what it has used says how far it is.
type hungry struct {
	t               *testing.T
	dir, input, url string
	account         *hubspottest.Account
	rows            int
	deaths          int
}

func newHungry(t *testing.T, rows int) *hungry {
	t.Helper()
	h := &hungry{t: t, dir: t.TempDir(), rows: rows, account: hubspottest.New(hubspottest.Config{})}
	server := httptest.NewServer(h.account)
	t.Cleanup(server.Close)
	h.url = server.URL
	h.input = filepath.Join(h.dir, "rows.csv")
	var b strings.Builder
	b.WriteString("name,description\n")
	for i := range rows {
		fmt.Fprintf(&b, "row-%d,%s\n", i+1, strings.Repeat("x", 400))
	}
	if err := os.WriteFile(h.input, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *hungry) out() string { return filepath.Join(h.dir, "run") }

// start runs the import with one more variable in its environment.
func (h *hungry) start(program, variable string) (*os.ProcessState, string) {
	h.t.Helper()
	cmd := exec.Command(program, "import", h.input, "--run", h.out(), "--base-url", h.url, "--workers", "2", "--batch-size", "50", "--limit", "100000/1s")
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(h.dir, "state"), "HUBSPOT_ACCESS_TOKEN="+canary, variable)
	if variable != "" {
		cmd.Env = append(cmd.Env, "GOGC=off")
	}
	said, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		h.t.Fatal(err)
	}
	return cmd.ProcessState, string(said)
}

// finish goes on with memory enough, and compares with the account.
func (h *hungry) finish(name string) {
	h.t.Helper()
	state, said := h.start("hubload", "")
	sum, err := report.ReadSummary(h.out())
	if err != nil {
		h.t.Fatalf("%s: %v\n%s", name, err, said)
	}
	// A process that died after its last row may have told the end or not: who
	// tells it first ends with 3 where rows are in doubt, and who repeats it with 0.
	code, told := state.ExitCode(), strings.Contains(said, "nothing was sent")
	right := code == exitOK && (sum.InDoubt == 0 || told) || code == exitRefused && sum.InDoubt > 0
	if c := sum.Counts; !right || c.Rows != int64(h.rows) || c.InDoubt > int64(100*h.deaths) || c.Created+c.InDoubt != c.Rows {
		h.t.Errorf("%s: exit code %d with %+v after %d deaths\n%s", name, state.ExitCode(), c, h.deaths, said)
	}
	new(misdeed).truth(h.t, h.account, h.out())
}

var noMemory = regexp.MustCompile("out of memory|cannot allocate memory|pthread_create failed")

// TestOutOfMemory gives the program less memory than it needs: it dies at its start, or in
// the midst of the run. What it leaves behind is what a kill leaves.
func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	if raceDetector {
		t.Skip("it would be the race detector that runs out of memory")
	}
	const rows = 5_000 // they take some 75 MiB, as nothing is collected
	least, most := newHungry(t, 10).needs(), newHungry(t, rows).needs()
	steps := uint64(4)
	if *everyFault {
		steps = 40
	}
	sizes := []uint64{least / 4, least * 3 / 4}
	for i := range steps {
		sizes = append(sizes, least+(most-least)*(i+1)/(steps+1))
	}
	midway := 0
	for _, size := range sizes {
		h := newHungry(t, rows)
		name := fmt.Sprintf("%d of %d to %d MiB", size>>20, least>>20, most>>20)
		state, said := h.start("hubload", fmt.Sprintf("%s=%d", dataSizeVar, size))
		if state.Success() {
			continue
		}
		h.deaths = 1
		// With cgo, as in most tests, it may be a thread that there is no room for.
		if code := state.ExitCode(); code != 2 || !noMemory.MatchString(said) {
			t.Errorf("%s: exit code %d\n%.3000s", name, code, said)
		}
		if strings.Contains(said, "canary-6f1d2c") {
			t.Errorf("%s: the token was printed", name)
		}
		if n := h.account.Len(defaultObject); n > 0 && n < h.rows {
			midway++
		}
		h.finish(name)
	}
	t.Logf("%d deaths in the midst of a run", midway)
	if midway == 0 {
		t.Error("no death in the midst of a run: the test tests nothing")
	}
}

var dataSize = regexp.MustCompile(`(?m)^VmData:\s*([0-9]+) kB$`)

// needs is the memory, as dataSizeVar counts it, that the whole import takes.
func (h *hungry) needs() uint64 {
	h.t.Helper()
	peak := filepath.Join(h.dir, "peak")
	if state, said := h.start("hubload-measured", peakEnv+"="+peak); !state.Success() {
		h.t.Fatalf("%v\n%s", state, said)
	}
	status, err := os.ReadFile(peak)
	if err != nil {
		h.t.Fatal(err)
	}
	kib, err := strconv.ParseUint(string(dataSize.FindSubmatch(status)[1]), 10, 64)
	if err != nil {
		h.t.Fatal(err)
	}
	return kib << 10
}

// TestKilledForMemory lets the kernel do it.
func TestKilledForMemory(t *testing.T) {
	t.Parallel()
	group := memoryGroup(t)
	h := newHungry(t, 5_000)
	for size := 6; h.account.Len(defaultObject) < h.rows; size += 2 {
		limit(t, group, size<<20)
		state, said := h.start("hubload", groupVar+"="+group)
		t.Logf("%d MiB: %v, %d rows", size, state, h.account.Len(defaultObject))
		switch status := state.Sys().(syscall.WaitStatus); {
		case status.Signaled() && status.Signal() == syscall.SIGKILL:
			h.deaths++
		case !status.Exited() || status.ExitStatus() != exitOK && status.ExitStatus() != exitRefused:
			t.Fatalf("%d MiB: %v\n%s", size, state, said)
		}
		if status := state.Sys().(syscall.WaitStatus); status.Exited() || size > 400 {
			break
		}
	}
	h.finish("at the end")
	t.Logf("%d processes were killed", h.deaths)
	if h.deaths == 0 {
		t.Error("no process was killed: the test tests nothing")
	}
}

// memoryGroup makes a group of processes with a limit of memory, or skips the test.
func memoryGroup(t *testing.T) string {
	t.Helper()
	for _, root := range []string{"/sys/fs/cgroup/memory", "/sys/fs/cgroup"} {
		group := filepath.Join(root, fmt.Sprintf("hubload-test-%d", os.Getpid()))
		if os.Mkdir(group, 0o700) != nil {
			continue
		}
		t.Cleanup(func() { _ = os.Remove(group) })
		for _, name := range []string{"memory.limit_in_bytes", "memory.max"} {
			if f, err := os.OpenFile(filepath.Join(group, name), os.O_WRONLY, 0); err == nil {
				f.Close()
				return group
			}
		}
	}
	t.Skip("no group of processes can be made here")
	return ""
}

// limit sets a group's limit of memory, and of memory with swap, which is never to be
// the lower one of the two.
func limit(t *testing.T, group string, bytes int) {
	t.Helper()
	set := 0
	for _, name := range []string{"memory.memsw.limit_in_bytes", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.max", "memory.swap.max"} {
		text := strconv.Itoa(bytes)
		if name == "memory.swap.max" {
			text = "0"
		}
		f, err := os.OpenFile(filepath.Join(group, name), os.O_WRONLY, 0)
		if err != nil {
			continue
		}
		if _, err = f.WriteString(text); err == nil && !strings.Contains(name, "sw") {
			set++
		}
		f.Close()
	}
	if set == 0 {
		t.Skip("memory can't be limited here")
	}
}
