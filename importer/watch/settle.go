// Settling: hubload has done with a file what it can, and it gets its last place.

package watch

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/rundir"
)

// finish makes a file's last state durable, and moves it where it belongs. text says why,
// and may quote the file.
func (t *turn) finish(f *File, state State, code int, why, text string) error {
	err := t.become(f, "finished", func(f *File) {
		f.State, f.Code, f.Why = state, code, why
	})
	if err != nil {
		return err
	}
	t.look.add(code)
	if err := t.settle(f, text); err != nil {
		return err
	}
	t.report(f)
	return nil
}

// settle moves a file to the place of its state, with all that goes with it. The file
// itself moves last: while it isn't in its place, all of this is done again.
func (t *turn) settle(f *File, text string) error {
	from, ok := t.lies(f)
	to := t.path(f)
	if !ok || from == to {
		return nil
	}
	if err := atomicfile.MkdirAll(filepath.Dir(to)); err != nil {
		return err
	}
	if f.State == Open {
		if err := t.offerFix(f); err != nil {
			return err
		}
	}
	if err := t.stop("fix offered"); err != nil {
		return err
	}
	if err := t.moveWhy(f, from, to, text); err != nil {
		return err
	}
	if f.Run != "" {
		if err := rundir.SetInputPath(t.runDir(f), to); err != nil {
			return err
		}
	}
	if err := t.stop("input noted"); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	if err := errors.Join(atomicfile.SyncDir(filepath.Dir(to)), atomicfile.SyncDir(filepath.Dir(from))); err != nil {
		return err
	}
	return t.stop("settled")
}

// lies says where a file is: in the inbox, among the failed or done ones, or in its place.
func (t *turn) lies(f *File) (path string, ok bool) {
	for _, state := range []State{Held, Open, Done} {
		was := *f
		was.State = state
		path := t.ledger.path(&was)
		if _, err := os.Lstat(path); err == nil {
			return path, true
		}
	}
	_, err := os.Lstat(t.path(f))
	return t.path(f), err == nil
}

// whyPath is the text beside a file.
func (t *turn) whyPath(f *File) string { return t.path(f) + whySuffix }

// writeWhy writes beside a file what went wrong.
func (t *turn) writeWhy(f *File, text string) error {
	if text == "" {
		return nil
	}
	return atomicfile.WriteFile(t.whyPath(f), []byte(text+"\n"))
}

// moveWhy keeps the text beside a file that moves: a new one, or none for what is done.
func (t *turn) moveWhy(f *File, from, to, text string) error {
	if err := t.writeWhy(f, text); err != nil {
		return err
	}
	old := from + whySuffix
	if text == "" && f.State != Done && f.State != Duplicate {
		if err := os.Rename(old, to+whySuffix); !missing(err) {
			return err
		}
		return nil
	}
	return removeFile(old)
}

// removeFile removes a file that may be gone.
func removeFile(path string) error {
	if err := os.Remove(path); !missing(err) {
		return err
	}
	return nil
}
