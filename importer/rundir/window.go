// The rate window that all runs of one account on this host share: a locked file.

package rundir

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/ratelimit"
)

// How long the file is waited for. A process holds it for much less than a
// millisecond, unless it was stopped meanwhile.
const (
	windowPatience = 200 * time.Millisecond
	windowRetry    = 200 * time.Microsecond
)

// A windowFile is a ratelimit.Store in the user's state directory, one for each
// base URL and account. An account whose id the token can't read shares one with
// all such accounts of that URL. The token isn't part of the name: of two private
// apps, each of which HubSpot grants a limit of its own, both keep to one; to use
// both limits, give one of them another XDG_STATE_HOME.
//
// The lock is the operating system's, so it ends with its process. The file is
// never removed: who had it open would hold a lock that nobody else sees.
type windowFile struct {
	state state
	path  string
	note  func(error) // of the first failure

	mu     sync.Mutex
	lock   *flock.Flock // of a file beside the contents; it is opened for each turn
	file   *os.File     // nil: not yet
	failed bool
	buf    bytes.Buffer
}

// window returns the file that the account's runs share.
func (s state) window(baseURL string, account int64, note func(error)) *windowFile {
	path := s.file("windows", baseURL, account)
	return &windowFile{state: s, path: path, note: note, lock: flock.New(path+".lock", flock.SetPermissions(0o600))}
}

// close lets go of the file.
func (w *windowFile) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file != nil {
		w.file.Close()
		w.file = nil
	}
}

// Update implements [ratelimit.Store].
func (w *windowFile) Update(change func([]byte) []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.update(change)
	if err != nil && !w.failed {
		w.failed = true
		w.note(err)
	}
	return err
}

func (w *windowFile) update(change func([]byte) []byte) error {
	if err := w.open(); err != nil {
		return err
	}
	if err := w.acquire(); err != nil {
		return err
	}
	defer func() { _ = w.lock.Unlock() }() // if that fails, the next turn says so
	f := w.file
	w.buf.Reset()
	if _, err := w.buf.ReadFrom(io.NewSectionReader(f, 0, ratelimit.MaxStored+1)); err != nil {
		return err
	}
	old := w.buf.Bytes()
	data := change(old)
	if data == nil {
		return nil
	}
	// The checksum of the contents tells a half-written file; what is longer is
	// cut off last.
	if _, err := f.WriteAt(data, 0); err != nil {
		return err
	}
	if len(data) < len(old) {
		return f.Truncate(int64(len(data)))
	}
	return nil
}

// open opens the file, which it makes if need be.
func (w *windowFile) open() (err error) {
	if w.file != nil {
		return nil
	}
	if err := w.state.make(); err != nil {
		return err
	}
	w.file, err = atomicfile.OpenOwn(w.path)
	return err
}

func (w *windowFile) acquire() error {
	for deadline := time.Now().Add(windowPatience); ; time.Sleep(windowRetry) {
		locked, err := w.lock.TryLock()
		switch {
		case err != nil:
			return err
		case locked:
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("%s is locked by another process for longer than %s", w.lock, windowPatience)
		}
	}
}
