// Claiming: a file leaves its drop, where others may write, for the inbox.
//
// It is noted, moved, and noted again, so that a crash in between leaves it in one place
// and the next look completes the move. Its marker goes with it.

package watch

import (
	"errors"
	"fmt"
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
