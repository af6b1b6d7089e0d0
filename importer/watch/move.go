// Moving a file between two folders, which may be of different file systems.

package watch

import (
	"cmp"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
)

// errChanged says that a file isn't any more what was seen.
var errChanged = errors.New("the file has changed")

// move renames a file, or where the file systems differ copies it, durably, and removes
// it then. The copy keeps the time of the last change. A file that has changed since it
// was seen, also while it was copied, stays where it is. move returns what the file is
// in its new place. It calls copied between the copy and the removal.
func move(rename func(from, to string) error, from, to string, seen identity, copied func() error) (identity, error) {
	isSeen := func(path string) bool {
		info, err := os.Lstat(path)
		return err == nil && info.Mode().IsRegular() && identify(seen.Name, info).same(seen)
	}
	err := rename(from, to)
	if err == nil {
		if isSeen(to) {
			return seen, nil
		}
		return seen, cmp.Or(putBack(to, from), errChanged)
	}
	if !crossesDevice(err) {
		return seen, err
	}
	if !isSeen(from) {
		return seen, errChanged
	}
	src, err := atomicfile.OpenRegular(from, os.O_RDONLY)
	if err != nil {
		return seen, err
	}
	defer src.Close()
	if err := copyTo(src, to, seen.Time); err != nil {
		return seen, err
	}
	if err := copied(); err != nil {
		return seen, err
	}
	if !isSeen(from) {
		return seen, cmp.Or(os.Remove(to), errChanged)
	}
	info, err := os.Lstat(to)
	if err != nil {
		return seen, err
	}
	return identify(seen.Name, info), os.Remove(from)
}

// copyTo writes a file aside and gives it its name when it is whole.
func copyTo(src io.Reader, to string, changed time.Time) error {
	d, err := atomicfile.OpenDir(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer d.Close()
	f, err := d.Create(filepath.Base(to))
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := io.Copy(f, src); err != nil {
		return err
	}
	if err := d.Publish(f); err != nil {
		return err
	}
	return os.Chtimes(to, changed, changed)
}

// putBack returns a file to its drop, unless another one has its name there.
func putBack(from, to string) error {
	err := os.Link(from, to)
	if err == nil {
		return os.Remove(from)
	}
	if _, there := os.Lstat(to); missing(there) { // a file system without links
		return os.Rename(from, to)
	}
	// What was taken is neither what was seen nor what is there now: keep all of it.
	return os.Rename(from, to+"."+filepath.Base(from))
}
