// The rate window that all runs of one account on this host share: a locked file.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/hubload/hubload/ratelimit"
)

// How long the file is waited for. A process holds it for much less than a
// millisecond, unless it was stopped meanwhile.
const (
	windowPatience = 200 * time.Millisecond
	windowRetry    = 200 * time.Microsecond
)

// A windowFile is a ratelimit.Store in the user's state directory, one for each
// base URL and account. An account whose id the token may not read shares one with
// all such accounts of that URL. The token isn't part of the name: of two private
// apps, each of which HubSpot grants a limit of its own, both keep to one; to use
// both limits, give one of them another XDG_STATE_HOME.
//
// The lock is the operating system's, so it ends with its process. The file is
// never removed: who had it open would hold a lock that nobody else sees.
type windowFile struct {
	lock *flock.Flock
	note func(error) // of the first failure

	mu     sync.Mutex
	failed bool
	buf    []byte
}

// window returns the file that the account's runs share; nil when there is no
// state directory.
func (m *memory) window(baseURL string, account int64, note func(error)) *windowFile {
	if m == nil {
		return nil
	}
	name := digest(baseURL, strconv.FormatInt(account, 10))
	return &windowFile{
		lock: flock.New(filepath.Join(m.windows, name), flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600)),
		note: note,
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
	if err := w.acquire(); err != nil {
		return err
	}
	defer w.lock.Unlock()
	f := w.lock.Fh()
	old, err := w.read(f)
	if err != nil {
		return err
	}
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

// acquire locks the file, which it makes if need be.
func (w *windowFile) acquire() error {
	for deadline := time.Now().Add(windowPatience); ; time.Sleep(windowRetry) {
		locked, err := w.lock.TryLock()
		if errors.Is(err, os.ErrNotExist) {
			if err := os.MkdirAll(filepath.Dir(w.lock.Path()), 0o700); err != nil {
				return err
			}
			locked, err = w.lock.TryLock()
		}
		switch {
		case err != nil:
			return err
		case locked:
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("%s is locked by another process for longer than %s", w.lock.Path(), windowPatience)
		}
	}
}

// read returns the contents; those that are too long to be a window are none.
func (w *windowFile) read(f *os.File) ([]byte, error) {
	buf := bytes.NewBuffer(w.buf[:0])
	if _, err := buf.ReadFrom(io.NewSectionReader(f, 0, ratelimit.MostStored+1)); err != nil {
		return nil, err
	}
	w.buf = buf.Bytes()
	return w.buf, nil
}
