// Opening files that somebody else could have put there, and making directories.

package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// ErrNotRegular is what an error matches when something else than a regular file has a name.
var ErrNotRegular = errors.New("not a regular file; move it away")

// OpenOwn opens a file for reading and writing, and makes it with mode 0600 when there
// is none. It refuses what could lead to somebody else's file: symbolic links, files with
// a second name (hard links), files of another user, and what is not a regular file.
// Windows checks symbolic links and the kind of file only.
func OpenOwn(path string) (*os.File, error) {
	f, info, err := open(path, os.O_RDWR|os.O_CREATE|noFollow, os.Lstat)
	if err != nil {
		return nil, err
	}
	switch {
	case links(info) > 1:
		err = fmt.Errorf("%s is also another file (a hard link); move it away", path)
	case !ownedByUser(info):
		err = fmt.Errorf("%s belongs to another user", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// OpenRegular opens a regular file that exists, with the flags of [os.OpenFile]. It
// refuses symbolic links, pipes and devices, and never waits for a pipe.
func OpenRegular(path string, flag int) (*os.File, error) {
	f, _, err := open(path, flag|noFollow, os.Lstat)
	return f, err
}

// ReadFile reads a regular file of at most limit bytes. Symbolic links are followed.
func ReadFile(path string, limit int64) ([]byte, error) {
	return readFile(path, limit, func(fs.FileInfo) error { return nil })
}

// ReadPrivate is ReadFile for a file that only this user may read: it refuses files of
// another user, and modes that let others read or write. A file of root's that nobody may
// write and others may not read is accepted: so systemd hands over credentials (0440, and an
// access list for the service's user) and Kubernetes secrets (0440, and a group of the
// pod's). Windows doesn't check any of it.
func ReadPrivate(path string, limit int64) ([]byte, error) {
	return readFile(path, limit, func(info fs.FileInfo) error {
		if runtime.GOOS == "windows" {
			return nil
		}
		return private(path, info.Mode().Perm(), ownedByUser(info), ownedByRoot(info))
	})
}

func private(path string, mode fs.FileMode, own, root bool) error {
	switch {
	case root && mode&^0o440 == 0:
		return nil
	case mode&0o077 != 0:
		return fmt.Errorf("%s can be read by others (mode %#o); run chmod 600 on it", path, mode)
	case !own:
		return fmt.Errorf("%s belongs to another user", path)
	}
	return nil
}

func readFile(path string, limit int64, check func(fs.FileInfo) error) ([]byte, error) {
	f, info, err := open(path, os.O_RDONLY, os.Stat)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := check(info); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", path, limit)
	}
	if err != nil {
		return nil, err
	}
	return data, nil
}

// open looks at a file before and after it opens it, because opening some devices does
// something already.
func open(path string, flag int, stat func(string) (fs.FileInfo, error)) (*os.File, fs.FileInfo, error) {
	notRegular := fmt.Errorf("%s is %w", path, ErrNotRegular)
	before, err := stat(path)
	if err == nil && !before.Mode().IsRegular() {
		return nil, nil, notRegular
	}
	f, openErr := os.OpenFile(path, flag|nonBlock, 0o600)
	if openErr != nil {
		return nil, nil, openErr
	}
	info, statErr := f.Stat()
	switch {
	case statErr != nil:
	case !info.Mode().IsRegular():
		statErr = notRegular
	case err == nil && !os.SameFile(before, info):
		statErr = fmt.Errorf("%s was replaced while it was opened", path)
	}
	if statErr != nil {
		return nil, nil, errors.Join(statErr, f.Close())
	}
	return f, info, nil
}

// MkdirAll makes a directory and those above it that are missing, with mode 0700, and
// syncs the parent of each that it makes.
func MkdirAll(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.IsDir() {
		return fmt.Errorf("%s is not a directory", path)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(path)
	if parent != path {
		if err := MkdirAll(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return SyncDir(parent)
}
