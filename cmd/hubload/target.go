// Which run a file belongs to: a new one, or one that goes on.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// A target is the run directory that an import will use.
type target struct {
	dir    *runDir
	exists bool // it holds a run already
}

// chooseRun finds the run directory of an input by its name and content. An
// unfinished run of the same file goes on even if the file has changed since:
// its journal can tell whether the change matters.
func chooseRun(in *input, f *importFlags) (target, error) {
	first := f.where.run
	if first == "" {
		first = filepath.Join(runsDir, in.name+"-"+in.SHA256[:8])
	}
	fresh := f.where.again || f.where.sandbox
	for n := 1; ; n++ {
		path := first
		if n > 1 {
			path = fmt.Sprintf("%s-%d", first, n)
		}
		d, err := openRun(path)
		if errors.Is(err, fs.ErrNotExist) {
			if !fresh && f.where.run == "" {
				if other := unfinishedOf(in); other != nil {
					return target{other, true}, nil
				}
			}
			return target{&runDir{path: path}, false}, nil
		}
		if err != nil {
			return target{}, usageError{err}
		}
		if !fresh {
			return target{d, true}, nil
		}
	}
}

// unfinishedOf finds an unfinished run of the same path with another content.
// Starting anew would create its rows a second time.
func unfinishedOf(in *input) *runDir {
	if in.Spooled {
		return nil
	}
	paths, _ := filepath.Glob(filepath.Join(runsDir, globEscape(in.name)+"-*"))
	for _, path := range paths {
		d, err := openRun(path)
		if err != nil || d.Sandbox || d.Input.Path != in.Path {
			continue
		}
		if st, err := journal.Load(d.file(journalName)); err == nil {
			// An intent is enough: its rows may exist although no fate says so.
			begun := st.Intents() > 0 && !progressOf(st).finished()
			st.Close()
			if begun {
				return d
			}
		}
	}
	return nil
}

func globEscape(s string) string {
	return strings.NewReplacer("*", "\\*", "?", "\\?", "[", "\\[", "\\", "\\\\").Replace(s)
}

// matches compares what a run was begun with to what is wanted now.
func (d *runDir) matches(want request, m *mapping.Mapping) error {
	differ := func(what string, was, is any) error {
		return mismatchError{withHint(
			fmt.Errorf("%s was begun with another %s: %v, now %v", d.path, what, was, is),
			"go on with what it was begun with, or give --run another directory")}
	}
	switch {
	case d.Sandbox:
		return mismatchError{withHint(fmt.Errorf("%s went into a throw-away account that is gone", d.path), "give --run another directory")}
	case d.BaseURL != want.BaseURL:
		return differ("base URL", d.BaseURL, want.BaseURL)
	case d.Account != 0 && d.Account != want.Account:
		return differ("account", d.Account, orUnknown(want.Account))
	case d.Object != want.Object:
		return differ("object", d.Object, want.Object)
	}
	was, err := os.ReadFile(d.file(mappingName))
	if err != nil {
		return err
	}
	if !bytes.Equal(was, m.Encode()) {
		return mismatchError{withHint(
			fmt.Errorf("%s was begun with another mapping (%s)", d.path, d.file(mappingName)),
			"the new mapping can be used on its failures: hubload import "+quoted(d.file(failedName))+" -m ...; or import all of the file once more with --again")}
	}
	return nil
}

func orUnknown(account int64) string {
	if account == 0 {
		return "unknown: the token may not read it"
	}
	return fmt.Sprint(account)
}

// alreadyDone reports whether the run is finished and its input the same; it says
// so then.
func (a *app) alreadyDone(d *runDir, in *input) (bool, error) {
	if d.Input.SHA256 != in.SHA256 {
		return false, nil
	}
	done, err := a.saidDone(d, fmt.Sprintf("%s was imported already into %s", shown(in.Path), d.accountName()))
	if done && err == nil {
		a.ui.note("to import it once more, as new records: --again")
	}
	return done, err
}

// begin makes a new run, unless the same content went into the account from
// another directory. It reports whether there is nothing to do.
func (a *app) begin(d *runDir, in *input, m *mapping.Mapping, again bool) (done bool, err error) {
	if !d.Sandbox {
		if done, err := a.claim(d, in, m, again); done || err != nil {
			return done, err
		}
	}
	return false, a.lockedError(d, d.create(m, in))
}

// claim notes that the content goes into the account from this directory, before
// the directory becomes a run: of two processes that begin at the same time only one
// goes on, and the other leaves nothing behind that could be gone on with.
func (a *app) claim(d *runDir, in *input, m *mapping.Mapping, again bool) (done bool, err error) {
	memory := memoryOf(a.getenv)
	if memory == nil {
		a.ui.note("imports can't be remembered: there is no home directory")
		return false, nil
	}
	e, ok := memory.recall(d)
	if ok && !again && !d.is(e.Run) {
		other, done, err := a.importedElsewhere(e, in, m)
		if done || err != nil {
			return done, err
		}
		if other != nil {
			// Its claim becomes ours while nobody can work there.
			defer other.unlock()
			if now, _ := memory.recall(d); now != e {
				return false, justBegun()
			}
		}
	}
	err = memory.remember(d, again || ok)
	switch {
	case errors.Is(err, fs.ErrExist):
		return false, justBegun()
	case err != nil:
		a.ui.note("imports can't be remembered: %v", err)
	}
	return false, nil
}

func justBegun() error {
	return fmt.Errorf("another process has just begun to import the same content into this account: %w", &journal.LockedError{})
}

// reclaim is claim for a run that goes on and has done nothing so far: meanwhile
// another one may have taken its place.
func (a *app) reclaim(d *runDir, m *mapping.Mapping) (done bool, err error) {
	if idle, err := d.idle(); !idle || err != nil || d.Sandbox {
		return false, err
	}
	return a.claim(d, &input{asked: d.Input}, m, false)
}

// idle reports whether nothing of a run can be in the account.
func (d *runDir) idle() (bool, error) {
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer st.Close()
	p := progressOf(st)
	return p.Created+p.Existing+p.InDoubt == 0 && len(st.OpenRows()) == 0, nil
}

// is reports whether the run directory is the one at an absolute path.
func (d *runDir) is(path string) bool {
	own, err := filepath.Abs(d.path)
	return err == nil && own == path
}

// importedElsewhere judges what is remembered of the same content and account. A run
// of which nothing can be in the account is returned, and locked: it may be at
// work, and about to send.
func (a *app) importedElsewhere(e imported, in *input, m *mapping.Mapping) (idle *runDir, done bool, err error) {
	if m.Key != nil {
		a.ui.note("the same content went into this account from %s; its key keeps rows from being created twice", shown(e.Run))
		return nil, false, nil
	}
	other, err := openRun(e.Run)
	if err != nil {
		return nil, false, mismatchError{withHint(
			fmt.Errorf("the same content was imported into this account on %s, from %s, which is gone", e.Started.Local().Format("2006-01-02 15:04"), shown(e.Run)),
			"rows that were created then would be created once more; if that is wanted: --again")}
	}
	if nothing, err := other.idle(); err != nil {
		return nil, false, err
	} else if !nothing {
		if done, err := a.alreadyDone(other, in); done || err != nil {
			return nil, done, err
		}
	}
	if err := other.lock(); err != nil {
		return nil, false, a.lockedError(other, err)
	}
	// Only now: until it was locked it could still send.
	if nothing, err := other.idle(); nothing || err != nil {
		if err != nil {
			other.unlock()
		}
		return other, false, err
	}
	other.unlock()
	return nil, false, mismatchError{withHint(
		fmt.Errorf("the same content is being imported into this account from %s, which is unfinished", shown(e.Run)),
		"go on with: hubload resume "+quoted(e.Run)+"; or import it once more, as new records, with --again")}
}
