// The lock against real processes.

package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const lockEnv = "JOURNAL_TEST_LOCK"

func TestMain(m *testing.M) {
	if path := os.Getenv(lockEnv); path != "" {
		os.Exit(holdLock(path))
	}
	os.Exit(m.Run())
}

// holdLock is the other process: it says what came of its Lock, and holds the
// lock until its standard input ends.
func holdLock(path string) int {
	g, err := Lock(path)
	var held *LockedError
	switch {
	case errors.As(err, &held):
		fmt.Println("held by", held.PID)
		return 4
	case err != nil:
		fmt.Println(err)
		return 1
	}
	fmt.Println("locked")
	io.Copy(io.Discard, os.Stdin)
	if err := g.Release(); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

// other starts a process that locks path, and returns what it says.
func other(t *testing.T, path string) (cmd *exec.Cmd, stdin io.Closer, says string) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), lockEnv+"="+path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close() })
	says, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, in, says
}

func TestLockOfAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	holder, _, says := other(t, path)
	if says != "locked\n" {
		t.Fatal(says)
	}

	start := time.Now()
	_, err := Lock(path)
	var held *LockedError
	if !errors.As(err, &held) {
		t.Fatalf("got %v", err)
	}
	if took := time.Since(start); took > 100*time.Millisecond {
		t.Errorf("it took %v", took)
	}
	host, _ := os.Hostname()
	if held.PID != holder.Process.Pid || held.Host != host || time.Since(held.Since) > time.Minute {
		t.Errorf("got %+v, want process %d on %s", held, holder.Process.Pid, host)
	}

	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	holder.Wait() // reports the kill
	g, err := Lock(path)
	if err != nil {
		t.Fatalf("after kill -9: %v", err)
	}
	refused, _, says := other(t, path)
	if want := fmt.Sprintf("held by %d\n", os.Getpid()); says != want {
		t.Errorf("the other process says %q, want %q", says, want)
	}
	refused.Wait()
	if got := refused.ProcessState.ExitCode(); got != 4 {
		t.Errorf("exit code %d", got)
	}
	if err := g.Release(); err != nil {
		t.Fatal(err)
	}
	next, stdin, says := other(t, path)
	if says != "locked\n" {
		t.Errorf("after Release: %q", says)
	}
	stdin.Close()
	if err := next.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the lock file is gone: %v", err)
	}
}

func TestLockWithinAProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	g, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	var held *LockedError
	if _, err := Lock(path); !errors.As(err, &held) || held.PID != os.Getpid() {
		t.Errorf("got %v", err)
	}
	if err := g.Release(); err != nil {
		t.Fatal(err)
	}
	g, err = Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestLockWithoutADirectory(t *testing.T) {
	if _, err := Lock(filepath.Join(t.TempDir(), "none", "lock")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// A link that was planted as the lock isn't written through.
func TestLockIsALink(t *testing.T) {
	precious := filepath.Join(t.TempDir(), "precious")
	for _, link := range []func(from, to string) error{os.Link, os.Symlink} {
		if err := os.WriteFile(precious, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "lock")
		if err := link(precious, path); err != nil {
			t.Skip(err) // not everybody may on Windows
		}
		if _, err := Lock(path); err == nil {
			t.Error("locked")
		}
		if data, err := os.ReadFile(precious); err != nil || string(data) != "precious" {
			t.Errorf("the file holds %q now: %v", data, err)
		}
	}
}
