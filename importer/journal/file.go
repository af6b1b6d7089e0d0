// The files below a journal.

package journal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
)

// source is what a State needs of its file.
type source interface {
	io.ReaderAt
	io.Closer
}

// file is what a Journal needs of its file. It is never asked again for what
// failed once.
type file interface {
	source
	io.WriterAt
	Truncate(size int64) error
	Sync() error
}

var _ file = (*os.File)(nil)

// openRegular opens a file that exists. It refuses what a stranger could have
// planted instead: links, pipes, devices.
func openRegular(path string, flag int) (*os.File, error) {
	before, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return nil, err
	}
	after, err := f.Stat()
	if err == nil && !os.SameFile(before, after) {
		err = fmt.Errorf("%s was replaced while it was opened", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// publish makes a new file that is whole and durable from the moment it has its
// name, so that a death on the way leaves no journal rather than half a one. It
// never replaces a file, not even an empty one: that may have been a journal.
func publish(path string, fill func(file) error) (*os.File, error) {
	aside := path + ".new"
	if err := os.Remove(aside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	f, err := os.OpenFile(aside, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	// Windows renames no open file.
	if err := errors.Join(fill(f), f.Close()); err != nil {
		return nil, errors.Join(err, os.Remove(aside))
	}
	if err := give(aside, path); err != nil {
		return nil, errors.Join(err, os.Remove(aside))
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	return openRegular(path, os.O_RDWR)
}

// give moves a file to a name that must be free.
func give(from, to string) error {
	err := os.Link(from, to)
	if err == nil {
		return os.Remove(from)
	}
	if errors.Is(err, os.ErrExist) {
		return err
	}
	// There are file systems without links.
	if _, err := os.Lstat(to); err == nil {
		return &os.PathError{Op: "create", Path: to, Err: os.ErrExist}
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Rename(from, to)
}

// syncDir makes the entry of a new file durable.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // directories can't be synced there; NTFS journals its entries
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
