// Recovery: what a process that died has begun is completed, or taken back.

package watch

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/hubload/hubload/importer/atomicfile"
)

// recover completes what a process that died has begun.
func (t *turn) recover() error {
	for _, sub := range []string{inboxDir, fixDir} {
		if err := sweep(filepath.Join(t.dir, sub)); err != nil {
			return err
		}
	}
	if err := t.recoverClaims(); err != nil {
		return err
	}
	for _, sub := range []string{inboxDir, failedDir} {
		entries, err := os.ReadDir(filepath.Join(t.dir, sub))
		if err != nil {
			return err
		}
		for _, e := range entries {
			id, _, _ := strings.Cut(e.Name(), "_")
			f := t.byID[id]
			if f == nil || e.Name() != f.storedName() {
				continue
			}
			if err := t.recoverPlace(f, filepath.Join(sub, e.Name())); err != nil {
				return err
			}
		}
	}
	for _, f := range t.files {
		if f.State == Held { // of those that were done with
			if err := t.settle(f, t.reason(f)); err != nil {
				return err
			}
		}
	}
	return nil
}

// recoverPlace moves a file that was found somewhere to where it belongs.
func (t *turn) recoverPlace(f *File, found string) error {
	switch {
	case f.State == void:
		return putBack(t.path(f), filepath.Join(t.drop.Dir, f.Source.Name))
	case f.place() == found:
		return nil
	}
	return t.settle(f, t.reason(f))
}

// reason is why a file isn't done, where no text beside it says it: the process has died
// before that was written.
func (t *turn) reason(f *File) string {
	from, _ := t.lies(f)
	if _, err := os.Lstat(from + whySuffix); err == nil || f.State == Open {
		return "" // what is wrong with rows is in fix/
	}
	return f.Why
}

// sweep removes copies that a process left half done when it died.
func sweep(path string) error {
	d, err := atomicfile.OpenDir(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sweep()
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
