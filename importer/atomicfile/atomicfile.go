// Package atomicfile writes files that are seen whole or not at all, and opens files that
// nobody else could have put in their place.
//
// A file is written aside under a hidden random name, synced, and renamed. A crash leaves
// at most the hidden file, which [Dir.Sweep] removes.
package atomicfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// A Dir is a directory that files are written into. Names hold no separators, and
// nothing outside the directory is reached, whatever links lie in it. It may be used
// concurrently, also with other processes: of two files of one name, the last one
// published stays.
type Dir struct{ storage Storage }

// OpenDir opens a directory that exists.
func OpenDir(path string) (Dir, error) {
	s, err := OpenStorage(path)
	return Dir{s}, err
}

// NewDir returns a Dir on a storage of the caller's own, for tests of failing disks.
func NewDir(s Storage) Dir { return Dir{s} }

// Close closes the directory.
func (d Dir) Close() error { return d.storage.Close() }

// Create begins a file that [Dir.Publish] will give its name. It refuses a directory
// of that name; anything else there will be replaced, and not written through.
// The file has mode 0600 whatever the umask.
func (d Dir) Create(name string) (*File, error) {
	if info, err := d.storage.Lstat(name); err == nil && info.IsDir() {
		return nil, fmt.Errorf("writing %s: a directory has that name; move it away", name)
	}
	temp := tempPrefix + name + "." + rand.Text()
	f, err := d.storage.Create(temp)
	if err != nil {
		return nil, fmt.Errorf("writing %s: %w", name, err)
	}
	return &File{dir: d, file: f, temp: temp, name: name}, nil
}

// Publish makes files durable and then gives them their names. After an error each
// name holds what it held before, or the new file if the error came with the renaming.
func (d Dir) Publish(files ...*File) error {
	for _, f := range files {
		if err := f.seal(); err != nil {
			return err
		}
	}
	for _, f := range files {
		if err := d.storage.Rename(f.temp, f.name); err != nil {
			return fmt.Errorf("replacing %s: %w", f.name, err)
		}
		f.temp = ""
		f.file.Close() // it is synced; this only gives up its lock
	}
	return d.sync()
}

// Remove removes a file, durably. A missing file is not an error.
func (d Dir) Remove(name string) error {
	err := d.storage.Remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("removing the old %s: %w", name, err)
	}
	return d.sync()
}

// Open opens a regular file for reading.
func (d Dir) Open(name string) (io.ReadCloser, error) { return d.storage.Open(name) }

// Lock waits until no other process holds the directory's lock. A death gives the lock
// back. On Windows, and on file systems without locks, it does nothing.
func (d Dir) Lock() (unlock func()) { return d.storage.Lock() }

// Rename gives a file another name, durably, and replaces what has it.
func (d Dir) Rename(from, to string) error {
	if err := d.storage.Rename(from, to); err != nil {
		return err
	}
	return d.sync()
}

// Exists reports whether anything has a name.
func (d Dir) Exists(name string) bool {
	_, err := d.storage.Lstat(name)
	return err == nil
}

// Sweep removes the hidden files of writers that have died. Those of live ones stay.
func (d Dir) Sweep() error {
	names, err := d.storage.Abandoned()
	for _, name := range names {
		if e := d.storage.Remove(name); !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

func (d Dir) sync() error {
	if err := d.storage.Sync(); err != nil {
		return fmt.Errorf("syncing the directory: %w", err)
	}
	return nil
}

// A File is written under a hidden name until it is published.
type File struct {
	dir  Dir
	file StorageFile
	temp string // "" once it is published or discarded
	name string
}

// Write appends to the file.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.file.Write(p)
	if err != nil {
		err = fmt.Errorf("writing %s: %w", f.name, err)
	}
	return n, err
}

func (f *File) seal() error {
	if err := f.file.Sync(); err != nil {
		return fmt.Errorf("writing %s: %w", f.name, err)
	}
	if runtime.GOOS == "windows" { // which renames no open file
		return f.file.Close()
	}
	return nil
}

// Discard removes the file unless it was published.
func (f *File) Discard() {
	if f.temp != "" {
		f.file.Close()
		f.dir.storage.Remove(f.temp)
		f.temp = ""
	}
}

const tempPrefix = ".tmp-"

// isTemp reports whether Create gave a file its name.
func isTemp(name string) bool { return strings.HasPrefix(name, tempPrefix) }

// WriteFile writes a file as [Dir.Create] and [Dir.Publish] do.
func WriteFile(path string, data []byte) error {
	return writeFile(path, data, func(d Dir, f *File) error { return d.Publish(f) })
}

// WriteNewFile is WriteFile for a name that must be free. The error matches
// [fs.ErrExist] when it is taken, whatever has it.
func WriteNewFile(path string, data []byte) error {
	return writeFile(path, data, func(d Dir, f *File) error {
		if err := f.seal(); err != nil {
			return err
		}
		if err := renameNoReplace(filepath.Join(filepath.Dir(path), f.temp), path); err != nil {
			return err
		}
		f.temp = ""
		f.file.Close() // it is synced
		return d.sync()
	})
}

func writeFile(path string, data []byte, publish func(Dir, *File) error) error {
	d, err := OpenDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close()
	f, err := d.Create(filepath.Base(path))
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return publish(d, f)
}

func renameNoReplace(from, to string) error {
	err := os.Link(from, to)
	if err == nil {
		return os.Remove(from)
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	// Some file systems have no links.
	if _, err := os.Lstat(to); err == nil {
		return &os.PathError{Op: "create", Path: to, Err: fs.ErrExist}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(from, to)
}
