// A tracer for tests of the real program: system calls fail, kill or lie when a test wants it.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A sysCall is a call that a traced program is about to make.
type sysCall struct {
	op   string // open, read, write, fsync, rename, link, unlink, truncate, clock; "" for all others
	path string // of the file that it is about
	wall *wallTime

	fail syscall.Errno // what it shall end with instead of being made
	kill bool          // the program dies before it
}

// A wallTime is a reading of the wall clock, which a test may change.
type wallTime struct{ seconds int64 }

var sysOps = map[uint64]string{
	syscall.SYS_READ: "read", syscall.SYS_PREAD64: "read",
	syscall.SYS_WRITE: "write", syscall.SYS_PWRITE64: "write",
	syscall.SYS_FSYNC: "fsync", syscall.SYS_FDATASYNC: "fsync",
	syscall.SYS_OPENAT: "open", syscall.SYS_OPEN: "open",
	syscall.SYS_RENAMEAT: "rename", syscall.SYS_RENAME: "rename", 316: "rename", // renameat2
	syscall.SYS_LINKAT: "link", syscall.SYS_UNLINKAT: "unlink",
	syscall.SYS_TRUNCATE: "truncate", syscall.SYS_FTRUNCATE: "truncate",
	syscall.SYS_CLOCK_GETTIME: "clock",
}

// A tracee is a program under a tracer. All but see is for the tracer alone.
type tracee struct {
	pid  int
	see  func(*sysCall) // called before a call that is known, by one goroutine
	mem  *os.File
	tids map[int]*tracedThread
}

type tracedThread struct {
	inside bool // of a system call
	call   *sysCall
	regs   syscall.PtraceRegs
}

const (
	waitThread = 0x20000000 // __WNOTHREAD: for what this thread traces
	exitKill   = 0x100000   // PTRACE_O_EXITKILL
	sysStop    = syscall.SIGTRAP | 0x80
)

// trace runs a command to its end, and has see look at its system calls. The
// command's streams have to be files. With wall, the program asks the kernel for the
// time rather than the page that it shares with it, so that see gets to know.
func trace(cmd *exec.Cmd, wall bool, see func(*sysCall)) (syscall.WaitStatus, error) {
	// The thread that starts a tracee is its tracer. It isn't unlocked, so that
	// it ends with the goroutine.
	type ending struct {
		status syscall.WaitStatus
		err    error
	}
	ended := make(chan ending)
	go func() {
		runtime.LockOSThread()
		status, err := traceHere(cmd, wall, see)
		ended <- ending{status, err}
	}()
	e := <-ended
	return e.status, e.err
}

func traceHere(cmd *exec.Cmd, wall bool, see func(*sysCall)) (status syscall.WaitStatus, err error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Ptrace: true, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	t := &tracee{pid: cmd.Process.Pid, see: see, tids: map[int]*tracedThread{}}
	defer cmd.Process.Release()
	defer time.AfterFunc(time.Minute, func() { _ = syscall.Kill(t.pid, syscall.SIGKILL) }).Stop() // it hangs
	if _, err := syscall.Wait4(t.pid, &status, syscall.WALL, nil); err != nil {
		return 0, err
	}
	if !status.Stopped() {
		return 0, fmt.Errorf("the program isn't stopped at its start: %x", status)
	}
	if t.mem, err = os.OpenFile(fmt.Sprintf("/proc/%d/mem", t.pid), os.O_RDWR, 0); err != nil {
		return 0, errors.Join(err, syscall.Kill(t.pid, syscall.SIGKILL))
	}
	defer t.mem.Close()
	if wall {
		if err := t.hideClockPage(); err != nil {
			return 0, errors.Join(err, syscall.Kill(t.pid, syscall.SIGKILL))
		}
	}
	const options = syscall.PTRACE_O_TRACESYSGOOD | syscall.PTRACE_O_TRACECLONE | exitKill
	if err := syscall.PtraceSetOptions(t.pid, options); err != nil {
		return 0, err
	}
	t.tids[t.pid] = &tracedThread{}
	if err := syscall.PtraceSyscall(t.pid, 0); err != nil {
		return 0, err
	}
	for {
		// Of its group and no others: this thread may have children of its own, from
		// other tests that ran on it.
		tid, err := syscall.Wait4(-t.pid, &status, syscall.WALL|waitThread, nil)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil:
			return 0, err
		case status.Exited() || status.Signaled():
			if tid == t.pid {
				return status, nil
			}
			delete(t.tids, tid)
			continue
		}
		pass := 0
		switch sig := status.StopSignal(); {
		case t.tids[tid] == nil: // a new thread, stopped for us to see it
			t.tids[tid] = &tracedThread{}
		case sig == sysStop:
			err = t.stopped(tid, t.tids[tid])
		case sig == syscall.SIGTRAP: // has made a new thread
		default:
			pass = int(sig)
		}
		if err == nil {
			err = syscall.PtraceSyscall(tid, pass)
		}
		if err != nil && err != syscall.ESRCH { // killed meanwhile
			return 0, err
		}
	}
}

// stopped is before or behind a system call of a thread.
func (t *tracee) stopped(tid int, th *tracedThread) error {
	th.inside = !th.inside
	if !th.inside {
		c := th.call
		th.call = nil
		switch {
		case c == nil:
			return nil
		case c.fail != 0:
			th.regs.Rax = uint64(-int64(c.fail))
			return syscall.PtraceSetRegs(tid, &th.regs)
		case c.op == "clock":
			return t.readClock(c, th.regs.Rsi)
		}
		return nil
	}
	if err := syscall.PtraceGetRegs(tid, &th.regs); err != nil {
		return err
	}
	op, known := sysOps[th.regs.Orig_rax]
	if !known {
		return nil
	}
	c := &sysCall{op: op}
	fd := ""
	switch th.regs.Orig_rax {
	case syscall.SYS_CLOCK_GETTIME:
		if th.regs.Rdi == 0 { // CLOCK_REALTIME
			th.call = c
		}
		return nil
	case syscall.SYS_OPEN, syscall.SYS_TRUNCATE, syscall.SYS_RENAME:
		c.path = t.text(th.regs.Rdi)
	case syscall.SYS_OPENAT, syscall.SYS_RENAMEAT, 316, syscall.SYS_LINKAT, syscall.SYS_UNLINKAT:
		c.path = t.text(th.regs.Rsi)
		if !filepath.IsAbs(c.path) {
			fd = fmt.Sprint(int32(th.regs.Rdi))
			if fd == "-100" { // AT_FDCWD
				fd = "cwd"
			}
		}
	default:
		fd = fmt.Sprint(int32(th.regs.Rdi))
	}
	if fd != "" {
		link := fmt.Sprintf("/proc/%d/fd/%s", t.pid, fd)
		if fd == "cwd" {
			link = fmt.Sprintf("/proc/%d/cwd", t.pid)
		}
		at, _ := os.Readlink(link)
		c.path = filepath.Join(at, c.path)
	}
	t.see(c)
	if c.kill {
		return syscall.Kill(t.pid, syscall.SIGKILL)
	}
	if c.fail == 0 {
		return nil
	}
	th.call = c
	skipped := th.regs
	skipped.Orig_rax = ^uint64(0)
	return syscall.PtraceSetRegs(tid, &skipped)
}

// text is the string at an address of the program.
func (t *tracee) text(at uint64) string {
	b := make([]byte, 4096)
	n, _ := t.mem.ReadAt(b, int64(at))
	s, _, _ := bytes.Cut(b[:n], []byte{0})
	return string(s)
}

func (t *tracee) word(at uint64) (uint64, error) {
	var b [8]byte
	_, err := t.mem.ReadAt(b[:], int64(at))
	return nativeWord(b[:]), err
}

func nativeWord(b []byte) (v uint64) {
	for i := range 8 {
		v |= uint64(b[i]) << (8 * i)
	}
	return v
}

func (t *tracee) setWord(at, v uint64) error {
	var b [8]byte
	for i := range b {
		b[i] = byte(v >> (8 * i))
	}
	_, err := t.mem.WriteAt(b[:], int64(at))
	return err
}

// readClock shows see what the kernel says the time is.
func (t *tracee) readClock(c *sysCall, at uint64) error {
	seconds, err := t.word(at)
	if err != nil {
		return err
	}
	c.wall = &wallTime{int64(seconds)}
	t.see(c)
	return t.setWord(at, uint64(c.wall.seconds))
}

// hideClockPage takes the address of the kernel's page of functions, among which is
// the one that tells the time, out of what a program is given at its start.
func (t *tracee) hideClockPage() error {
	var regs syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(t.pid, &regs); err != nil {
		return err
	}
	const sysinfo, ignore = 33, 1 // AT_SYSINFO_EHDR, AT_IGNORE
	at := regs.Rsp + 8            // behind argc
	for ends := 0; ; at += 8 {
		v, err := t.word(at)
		if err != nil {
			return err
		}
		if v == 0 { // the end of the arguments, then of the environment
			if ends++; ends == 2 {
				at += 8
				break
			}
		}
	}
	for ; ; at += 16 {
		v, err := t.word(at)
		switch {
		case err != nil:
			return err
		case v == sysinfo:
			return t.setWord(at, ignore)
		case v == 0:
			return errors.New("the program wasn't given the page")
		}
	}
}

// needTracer skips a test where processes may not be traced.
func needTracer(t *testing.T) {
	t.Helper()
	calls := 0
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command("hubload", "version")
	cmd.Stdout, cmd.Stderr = out, out
	status, err := trace(cmd, false, func(*sysCall) { calls++ })
	if err != nil {
		t.Skipf("processes can't be traced here: %v", err)
	}
	if text, _ := os.ReadFile(out.Name()); status.ExitStatus() != 0 || calls == 0 || !strings.HasPrefix(string(text), "hubload") {
		t.Fatalf("the tracer is wrong: %x, %d calls, %q", status, calls, text)
	}
}
