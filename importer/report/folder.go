// Files that take their names when they are complete and durable.

package report

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// A folder is what is needed of the directory of the reports. Names have no
// separators, and nothing outside of it is reached, whatever links lie in it.
type folder interface {
	create(name string) (file, error) // a new one, with mode 0600
	lstat(name string) (fs.FileInfo, error)
	rename(from, to string) error
	remove(name string) error
	sync() error // makes names durable
}

type file interface {
	io.WriteCloser
	Sync() error
}

// directory is the folder on disk.
type directory struct{ *os.Root }

func openDirectory(path string) (directory, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return directory{}, fmt.Errorf("opening the folder of the reports: %w", err)
	}
	return directory{root}, nil
}

func (d directory) lstat(name string) (fs.FileInfo, error) { return d.Lstat(name) }
func (d directory) rename(from, to string) error           { return d.Rename(from, to) }
func (d directory) remove(name string) error               { return d.Remove(name) }

func (d directory) create(name string) (file, error) {
	f, err := d.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Mode().Perm()&0o600 != 0o600 {
		err = f.Chmod(0o600) // the umask has taken the owner's bits
	}
	if err != nil {
		return nil, errors.Join(err, f.Close(), d.Remove(name))
	}
	return f, nil
}

func (d directory) sync() error {
	if runtime.GOOS == "windows" {
		return nil // directories can't be synced there; NTFS journals its entries
	}
	f, err := d.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// A draft is a file under a name of chance, until it is published.
type draft struct {
	dir    folder
	file   file
	temp   string // "" when there is none any more
	name   string
	closed bool
}

// newDraft begins a file that will replace the one called name. It refuses a
// directory there; anything else would be replaced, and not written through.
func newDraft(dir folder, name string) (*draft, error) {
	if info, err := dir.lstat(name); err == nil && info.IsDir() {
		return nil, fmt.Errorf("writing %s: a directory has that name; move it away", name)
	}
	temp := "." + name + "." + rand.Text()
	f, err := dir.create(temp)
	if err != nil {
		return nil, fmt.Errorf("writing %s: %w", name, err)
	}
	return &draft{dir: dir, file: f, temp: temp, name: name}, nil
}

func (d *draft) Write(p []byte) (int, error) {
	n, err := d.file.Write(p)
	if err != nil {
		err = fmt.Errorf("writing %s: %w", d.name, err)
	}
	return n, err
}

// seal makes the content durable.
func (d *draft) seal() error {
	d.closed = true
	if err := errors.Join(d.file.Sync(), d.file.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", d.name, err)
	}
	return nil
}

// discard removes what wasn't published.
func (d *draft) discard() {
	if !d.closed {
		d.closed = true
		d.file.Close()
	}
	if d.temp != "" {
		d.dir.remove(d.temp)
	}
}

// publish gives drafts their names, when all of them are durable.
func publish(dir folder, drafts ...*draft) error {
	for _, d := range drafts {
		if err := d.seal(); err != nil {
			return err
		}
	}
	for _, d := range drafts {
		if err := dir.rename(d.temp, d.name); err != nil {
			return fmt.Errorf("replacing %s: %w", d.name, err)
		}
		d.temp = ""
	}
	return syncNames(dir)
}

// withdraw removes a file that may exist.
func withdraw(dir folder, name string) error {
	err := dir.remove(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("removing the old %s: %w", name, err)
	}
	return syncNames(dir)
}

func syncNames(dir folder) error {
	if err := dir.sync(); err != nil {
		return fmt.Errorf("syncing the folder of the reports: %w", err)
	}
	return nil
}
