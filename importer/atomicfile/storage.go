// The directory below a Dir: a folder on disk, or a test's own.

package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// A Storage is what a [Dir] asks of its directory.
type Storage interface {
	Create(name string) (StorageFile, error) // a new file with mode 0600
	Open(name string) (io.ReadCloser, error) // a regular file, to read it
	Lstat(name string) (fs.FileInfo, error)
	Rename(from, to string) error
	Remove(name string) error
	Abandoned() ([]string, error) // hidden files whose writers have died
	Sync() error                  // makes names durable
	Lock() (unlock func())        // waits for its turn among all processes, where the system can
	Close() error
}

// A StorageFile is what a [File] asks of its file.
type StorageFile interface {
	io.WriteCloser
	Sync() error
}

// disk is a folder on disk. Each temporary file is locked by its writer.
type disk struct{ root *os.Root }

// OpenStorage returns a directory on disk.
func OpenStorage(path string) (Storage, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("opening the folder: %w", err)
	}
	return disk{root}, nil
}

func (d disk) Create(name string) (StorageFile, error) {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().Perm()&0o600 != 0o600 {
		err = f.Chmod(0o600) // the umask took the owner's bits
	}
	if err == nil {
		tryLock(f)
		// Another process may have swept the file before it was locked.
		_, err = d.Lstat(name)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), d.Remove(name))
	}
	return f, nil
}

func (d disk) Open(name string) (io.ReadCloser, error) {
	before, err := d.root.Lstat(name)
	if err == nil && !before.Mode().IsRegular() {
		err = fmt.Errorf("%s is %w", name, ErrNotRegular)
	}
	if err != nil {
		return nil, err
	}
	return d.root.OpenFile(name, os.O_RDONLY|noFollow|nonBlock, 0)
}

func (d disk) Lstat(name string) (fs.FileInfo, error) { return d.root.Lstat(name) }
func (d disk) Rename(from, to string) error           { return d.root.Rename(from, to) }
func (d disk) Remove(name string) error               { return d.root.Remove(name) }
func (d disk) Close() error                           { return d.root.Close() }

func (d disk) Lock() (unlock func()) {
	dir, err := d.root.Open(".")
	if err != nil {
		return func() {}
	}
	lock(dir)
	return func() { dir.Close() }
}

func (d disk) Abandoned() ([]string, error) {
	dir, err := d.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	var names []string
	for _, e := range entries {
		if isTemp(e.Name()) && e.Type().IsRegular() && d.abandoned(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, err
}

func (d disk) abandoned(name string) bool {
	f, err := d.root.OpenFile(name, os.O_RDONLY|nonBlock, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	return tryLock(f)
}

func (d disk) Sync() error {
	if runtime.GOOS == "windows" {
		return nil // directories can't be synced there; NTFS journals its entries
	}
	f, err := d.root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// SyncDir makes the names in a directory durable.
func SyncDir(path string) error {
	d, err := OpenStorage(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
