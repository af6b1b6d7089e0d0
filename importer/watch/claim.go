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
	rename := os.Rename
	if t.w.rename != nil {
		rename = t.w.rename
	}
	taken, err := move(rename, from, to, f.Source, func() error { return t.stop("claim copied") })
	switch {
	case missing(err), errors.Is(err, errChanged):
		f.State = void
		return nil
	case err != nil:
		return fmt.Errorf("taking %s: %w", from, err)
	}
	f.Source = taken
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

// consumeMarker removes the marker that a file was taken by, unless it says something of
// the next file of that name.
func (t *turn) consumeMarker(f *File) error {
	if f.Marker == nil {
		return nil
	}
	path := filepath.Join(t.drop.Dir, f.Marker.Name)
	info, err := os.Lstat(path)
	if err != nil {
		return nil
	}
	if now := identify(f.Marker.Name, info); !now.same(*f.Marker) {
		// It was seen before its writer had filled it, or it was written anew.
		_, err := os.Lstat(filepath.Join(t.drop.Dir, f.Source.Name))
		if now.Inode != f.Marker.Inode || !missing(err) {
			return nil
		}
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
		if info, err := os.Lstat(t.path(f)); err == nil {
			if err := t.recoverClaim(f, identify(f.Source.Name, info)); err != nil {
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

// recoverClaim completes the claim of a file that lies in the inbox already. It must be
// what was seen in the drop: otherwise somebody was writing to it.
func (t *turn) recoverClaim(f *File, found identity) error {
	switch {
	case found.same(f.Source): // renamed
		return nil
	case found.Inode == f.Source.Inode: // renamed while it was written to
		f.State = void
		return putBack(t.path(f), filepath.Join(t.drop.Dir, f.Source.Name))
	}
	// A copy. Its source was to be removed if it was still what was seen.
	name, ok := t.findSource(f)
	if ok {
		f.Source = found
		return os.Remove(filepath.Join(t.drop.Dir, name))
	}
	if _, err := os.Lstat(filepath.Join(t.drop.Dir, f.Source.Name)); err == nil {
		f.State = void
		return os.Remove(t.path(f))
	}
	f.Source = found
	return nil
}

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

// untouched reports whether nobody has written to a file since it was taken. A writer
// that pauses for longer than its drop settles still has it open.
func (t *turn) untouched(f *File) bool {
	info, err := os.Lstat(t.path(f))
	return err != nil || identify(f.Source.Name, info).same(f.Source)
}

// giveBack returns a file that is still being written to its drop.
func (t *turn) giveBack(f *File) error {
	lies := t.path(f)
	if err := t.become(f, "given back", func(f *File) { f.State, f.Why = void, "" }); err != nil {
		return err
	}
	t.w.note("%s: %s is still being written, and goes back to the drop", t.drop.Name, f.Name)
	return putBack(lies, filepath.Join(t.drop.Dir, f.Source.Name))
}
