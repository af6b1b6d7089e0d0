// Writers that weren't done: a file that is written to after it was taken.

package watch

import (
	"os"
	"path/filepath"
	"time"

	"github.com/hubload/hubload/importer/rundir"
)

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

// touched deals with a file that was written to after it was taken, and that isn't done.
func (t *turn) touched(f *File) error {
	switch _, err := rundir.Open(t.runDir(f)); {
	case err == nil:
		return t.hold(f, lateWrite) // rows of it may have been sent
	case f.Marker == nil:
		return t.giveBack(f)
	}
	return t.hold(f, "it was written to after its marker said that it is complete")
}

// writtenFor is how long a file that is done with is looked at for writers that have it
// open still.
const writtenFor = 24 * time.Hour

// lateWrites holds files that were written to after they were done with: what was added
// isn't in the account.
func (t *turn) lateWrites(now time.Time) error {
	for _, f := range t.files {
		if f.State != Done && f.State != Duplicate || now.Sub(f.Since) > writtenFor || t.untouched(f) {
			continue
		}
		if err := t.hold(f, lateWrite); err != nil {
			return err
		}
		if err := t.settle(f, ""); err != nil {
			return err
		}
	}
	return nil
}

const lateWrite = "it was written to after it was taken: what was added to it goes in when it is released"
