//go:build unix

// A disk that is full, at every place where it can be.

package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/report"
)

const fileSizeVar = "HUBLOAD_TEST_FILE_SIZE"

// init limits the size of files in a process that this test starts, before the
// program begins.
func init() {
	n, err := strconv.ParseUint(os.Getenv(fileSizeVar), 10, 64)
	if err != nil {
		return
	}
	limit := syscall.Rlimit{Cur: n, Max: n}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		panic(err)
	}
}

// TestDiskFull runs an import with every file limited to n bytes, for n from
// nothing to more than it needs, and goes on with room enough: what couldn't be
// written down is in doubt, and nothing else is wrong.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	step := 197
	if *everyFault {
		step = 19
	}
	stopped, doubted := 0, int64(0)
	for n := 1; n < 4000; n += step {
		account := hubspottest.New(hubspottest.Config{})
		server := httptest.NewServer(account)
		dir := t.TempDir()
		var b strings.Builder
		b.WriteString("name\n")
		for i := range 120 {
			fmt.Fprintf(&b, "row-%d\n", i+1)
		}
		input := filepath.Join(dir, "rows.csv")
		if err := os.WriteFile(input, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(dir, "run")
		start := func(size string) (int, string) {
			cmd := exec.Command(program, "import", input, "--run", out, "--base-url", server.URL, "--batch-size", "10", "--workers", "2", "--limit", "10000/1s")
			// testscript takes the name that a program is called by.
			cmd.Args[0] = "hubload"
			cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, "state"), "HUBSPOT_ACCESS_TOKEN="+canary, fileSizeVar+"="+size)
			said, err := cmd.CombinedOutput()
			if err != nil && cmd.ProcessState == nil {
				t.Fatal(err)
			}
			return cmd.ProcessState.ExitCode(), string(said)
		}
		code, said := start(strconv.Itoa(n))
		if code != exitOK && code != exitFailed {
			t.Errorf("%d bytes: exit code %d\n%s", n, code, said)
		}
		if code == exitFailed {
			stopped++
		}
		code, said = start("")
		sum, err := report.ReadSummary(out)
		if err != nil {
			t.Fatalf("%d bytes: %v\n%s", n, err, said)
		}
		if want := exitOK; sum.InDoubt > 0 {
			want = exitRefused
			if code != want {
				t.Errorf("%d bytes: exit code %d, want %d\n%s", n, code, want, said)
			}
		}
		doubted += sum.InDoubt
		if sum.InDoubt > 20 || sum.Created+sum.InDoubt != 120 {
			t.Errorf("%d bytes: %+v\n%s", n, sum.Counts, said)
		}
		new(misdeed).truth(t, account, out)
		server.Close()
	}
	t.Logf("%d runs were stopped by the disk, %d rows in doubt after them", stopped, doubted)
	if stopped < 5 {
		t.Errorf("only %d runs were stopped by the disk: the test tests nothing", stopped)
	}
}
