// The lock of a run: one process at a time.

package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/hubload/hubload/importer/atomicfile"
)

// A Guard holds the lock of a run until it is released, or the process dies.
type Guard struct {
	lock *flock.Flock
	note *os.File
}

// A LockedError says who holds the lock. It is also what the lock
// file holds, as JSON.
type LockedError struct {
	PID   int       // 0 when the holder hasn't said it yet
	Host  string    // its name for itself, as the process may run elsewhere
	Since time.Time // in UTC
}

func (e *LockedError) Error() string {
	if e.PID == 0 {
		return "another process holds the run"
	}
	return fmt.Sprintf("process %d on %s holds the run since %s", e.PID, e.Host, e.Since.Format(time.RFC3339))
}

// noteAt and noteSize bound the holder's note. Its size is fixed so that it
// never has to be cut. On Windows nobody can touch byte 0, which is the one
// that is locked, not even the holder through another handle.
const (
	noteAt   = 1
	noteSize = 511
)

// Lock takes the lock whose file is path, making the file with mode 0600 when
// there is none. It never waits: when another process or another Guard holds the
// lock, the error is a [*LockedError]. A file that [atomicfile.OpenOwn] refuses, such as
// a link, is an error and stays as it is.
//
// The file is never removed: somebody may be about to lock it, and would then
// hold a lock that nobody sees.
func Lock(path string) (*Guard, error) {
	note, err := atomicfile.OpenOwn(path)
	if err != nil {
		return nil, fmt.Errorf("locking the run: %w", err)
	}
	note.WriteAt([]byte{' '}, 0) // so that the file is text; nothing depends on it
	g := &Guard{flock.New(path, flock.SetFlag(os.O_RDWR)), note}
	ok, err := g.lock.TryLock()
	if err == nil && !ok {
		held := g.holder()
		note.Close()
		return nil, held
	}
	if err == nil {
		host, _ := os.Hostname() // a lock without a name is better than none
		err = g.writeHolder(LockedError{os.Getpid(), host, time.Now().UTC().Truncate(time.Second)})
	}
	if err != nil {
		return nil, fmt.Errorf("locking the run: %w", errors.Join(err, g.lock.Unlock(), note.Close()))
	}
	return g, nil
}

// Release gives the lock back.
func (g *Guard) Release() error {
	err := errors.Join(g.writeHolder(LockedError{}), g.note.Close(), g.lock.Unlock())
	if err != nil {
		return fmt.Errorf("releasing the lock: %w", err)
	}
	return nil
}

func (g *Guard) writeHolder(h LockedError) error {
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	_, err = g.note.WriteAt(fmt.Appendf(nil, "%-*s\n", noteSize-1, b), noteAt)
	return err
}

// holder returns the error that names the holder. One that says nothing
// readable, such as one that has just got the lock, stays without a name.
func (g *Guard) holder() *LockedError {
	h := readHolder(g.note)
	return &h
}

func readHolder(f *os.File) (h LockedError) {
	b := make([]byte, noteSize)
	n, _ := f.ReadAt(b, noteAt)
	if json.Unmarshal(b[:n], &h) != nil {
		return LockedError{}
	}
	return h
}

// Held reports whether a process holds the lock, as far as can be seen without taking
// it or writing: by the note of the holder, whose process must be alive if it runs on
// this host. It is for people to look at; only [Lock] is certain.
func Held(path string) bool {
	f, err := atomicfile.OpenRegular(path, os.O_RDONLY)
	if err != nil {
		return false
	}
	defer f.Close()
	h := readHolder(f)
	host, _ := os.Hostname()
	return h.PID > 0 && (h.Host != host || alive(h.PID))
}

// alive reports whether a process of this host exists.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer p.Release()
	if runtime.GOOS == "windows" {
		return true // FindProcess finds no other
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}
