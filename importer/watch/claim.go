// Claiming: a file leaves its drop, where others may write, for the inbox.
//
// It is noted, moved, and noted again, so that a crash in between leaves it in one place
// and the next look completes the move. Its marker goes with it.

package watch

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
)

// claim takes files that are ready. They are noted together: of 10,000 files that takes
// two syncs of the ledger and not 20,000.
func (t *turn) claim(ready []Candidate) error {
	var files []*File
	var entries []entry
	for _, c := range ready {
		now := time.Now().UTC()
		f := &File{
			ID: newID(now), Name: strings.ToValidUTF8(c.Name, "_"), State: Claiming, Since: now, Claimed: now,
			Size: c.Size, Source: c.identity, Marker: c.marker, Want: c.want,
		}
		files = append(files, f)
		entries = append(entries, entry{File: f})
	}
	if len(files) == 0 {
		return nil
	}
	if err := t.save("claim noted", entries...); err != nil {
		return err
	}
	moves := make([]*File, len(files))
	for i, c := range ready {
		moves[i] = t.byID[files[i].ID]
		if err := t.take(moves[i], c.Name); err != nil {
			return err
		}
	}
	return t.claimed(moves)
}

// take moves a file out of the drop. A file that isn't as it was seen stays there.
func (t *turn) take(f *File, name string) error {
	from, to := filepath.Join(t.drop.Dir, name), t.path(f)
	switch err := move(from, to, f.Source); {
	case missing(err), errors.Is(err, errChanged):
		f.State = void
		return nil
	case err != nil:
		return fmt.Errorf("taking %s: %w", from, err)
	}
	return t.stop("claim moved")
}

// claimed notes that files are in the inbox, for good, and their markers are gone.
func (t *turn) claimed(files []*File) error {
	for _, dir := range []string{filepath.Join(t.dir, inboxDir), t.drop.Dir} {
		if err := atomicfile.SyncDir(dir); err != nil {
			return err
		}
	}
	var entries []entry
	for _, f := range files {
		next := *f
		if next.State == Claiming {
			next.State = Claimed
			if err := t.consumeMarker(f); err != nil {
				return err
			}
		}
		next.Since = time.Now().UTC()
		entries = append(entries, entry{File: &next})
	}
	return t.save("claimed", entries...)
}

// consumeMarker removes the marker that a file was taken by, unless another one has its
// name since.
func (t *turn) consumeMarker(f *File) error {
	if f.Marker == nil {
		return nil
	}
	path := filepath.Join(t.drop.Dir, f.Marker.Name)
	info, err := os.Lstat(path)
	if err != nil || !identify(f.Marker.Name, info).same(*f.Marker) {
		return nil
	}
	if err := os.Remove(path); err != nil && !missing(err) {
		return fmt.Errorf("removing the marker %s: %w", path, err)
	}
	return nil
}

// recoverClaims completes the claims in which a process has died.
func (t *turn) recoverClaims() error {
	var files []*File
	for _, f := range t.files {
		if f.State != Claiming {
			continue
		}
		files = append(files, f)
		if _, err := os.Lstat(t.path(f)); err == nil {
			// A copy whose source was still to be removed.
			if err := t.removeSource(f); err != nil {
				return err
			}
			continue
		}
		name, ok := t.findSource(f)
		if !ok {
			f.State = void
			continue
		}
		if err := t.take(f, name); err != nil {
			return err
		}
	}
	if len(files) == 0 {
		return nil
	}
	return t.claimed(files)
}

// findSource looks for a file that was about to be claimed, by what it is: the ledger
// can't hold every name.
func (t *turn) findSource(f *File) (name string, ok bool) {
	entries, _ := os.ReadDir(t.drop.Dir)
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() && strings.ToValidUTF8(e.Name(), "_") == f.Name && identify(e.Name(), info).same(f.Source) {
			return e.Name(), true
		}
	}
	return "", false
}

func (t *turn) removeSource(f *File) error {
	name, ok := t.findSource(f)
	if !ok {
		return nil
	}
	return os.Remove(filepath.Join(t.drop.Dir, name))
}

// errChanged says that a file isn't any more what was seen.
var errChanged = errors.New("the file has changed")

// move renames a file, or where the file systems differ copies it, durably, and removes
// it then. The copy keeps the time of the last change. A file that has changed since it
// was seen, also while it was copied, stays where it is.
func move(from, to string, seen identity) error {
	isSeen := func(path string) bool {
		info, err := os.Lstat(path)
		return err == nil && info.Mode().IsRegular() && identify(seen.Name, info).same(seen)
	}
	err := os.Rename(from, to)
	if err == nil {
		if isSeen(to) {
			return nil
		}
		return cmp.Or(putBack(to, from), errChanged)
	}
	if !crossesDevice(err) {
		return err
	}
	if !isSeen(from) {
		return errChanged
	}
	src, err := atomicfile.OpenRegular(from, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer src.Close()
	if err := copyTo(src, to, seen.Time); err != nil {
		return err
	}
	if !isSeen(from) {
		return cmp.Or(os.Remove(to), errChanged)
	}
	return os.Remove(from)
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
	if err := os.Link(from, to); err == nil {
		return os.Remove(from)
	} else if !errors.Is(err, os.ErrExist) {
		return os.Rename(from, to)
	}
	// What was taken is neither what was seen nor what is there now: keep all of it.
	return os.Rename(from, to+"."+filepath.Base(from))
}
