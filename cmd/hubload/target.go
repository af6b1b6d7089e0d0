// Which run a file belongs to: a new one, or one that goes on.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// A target is the run directory that an import will use.
type target struct {
	dir    *runDir
	exists bool // it holds a run already
}

// chooseRun finds the run directory of an input by its name and content, or that
// of an earlier run of the same file which goes on although the file has changed.
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
				other, err := earlierOf(in)
				if other != nil || err != nil {
					return target{other, true}, err
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
	if !d.covers(in) {
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
//
// From looking at what is remembered of the content until the run is made and held,
// the content is held: of processes that begin with it at the same time each sees
// what those before it have made, and that they are at work.
func (a *app) begin(d *runDir, in *input, m *mapping.Mapping, again bool) (done bool, err error) {
	if d.Sandbox {
		return false, a.lockedError(d, d.create(m, in))
	}
	if !again && m.Key == nil {
		if err := sameRowsBefore(d, in, m); err != nil {
			return false, err
		}
	}
	memory := memoryOf(a.getenv)
	guard, err := memory.hold(d)
	var locked *journal.LockedError
	switch {
	case errors.As(err, &locked):
		return false, fmt.Errorf("another process has just begun to import the same content into this account: %w", err)
	case err != nil:
		a.ui.note("imports can't be remembered: %v", err)
	default:
		defer guard.Release()
		if done, err := a.claim(memory, d, in, m, again); done || err != nil {
			return done, err
		}
	}
	return false, a.lockedError(d, d.create(m, in))
}

// claim notes that the content goes into the account from this directory. It
// reports whether there is nothing to do, because it went there already.
func (a *app) claim(memory *memory, d *runDir, in *input, m *mapping.Mapping, again bool) (done bool, err error) {
	if e, ok := memory.recall(d); ok && !again && !d.is(e.Run) {
		if done, err := a.importedElsewhere(e, d, in, m); done || err != nil {
			return done, err
		}
	}
	if err := memory.remember(d); err != nil {
		a.ui.note("imports can't be remembered: %v", err)
	}
	return false, nil
}

// is reports whether the run directory is the one at an absolute path.
func (d *runDir) is(path string) bool {
	own, err := filepath.Abs(d.path)
	return err == nil && own == path
}

// importedElsewhere judges what is remembered of the same content and account.
func (a *app) importedElsewhere(e imported, d *runDir, in *input, m *mapping.Mapping) (done bool, err error) {
	if m.Key != nil {
		a.ui.note("the same content went into this account from %s; its key keeps rows from being created twice", shown(e.Run))
		return false, nil
	}
	other, err := openRun(e.Run)
	if err != nil {
		return false, mismatchError{withHint(
			fmt.Errorf("the same content was imported into this account on %s, from %s, which is gone", e.Started.Local().Format("2006-01-02 15:04"), shown(e.Run)),
			"rows that were created then would be created once more; if that is wanted: --again")}
	}
	if err := other.lock(); err != nil {
		return false, a.lockedError(other, err)
	}
	defer other.unlock()
	if idle, err := other.idle(); idle || err != nil {
		return false, err // reclaim looks again if it goes on
	}
	st, err := journal.Load(other.file(journalName))
	if err != nil {
		return false, err
	}
	defer st.Close()
	p := progressOf(st)
	if other.finished(p) {
		return a.alreadyDone(other, in)
	}
	return false, mismatchError{withHint(
		fmt.Errorf("the same content is being imported into this account from %s, which is unfinished", shown(e.Run)),
		"go on with: hubload resume "+quoted(e.Run)+"; or import it once more, as new records, with --again")}
}

// reclaim is claim for a run that goes on and of which nothing can be in the account:
// another one of the same content may have taken its place since.
func (a *app) reclaim(d *runDir, m *mapping.Mapping) (done bool, err error) {
	idle, err := d.idle()
	memory := memoryOf(a.getenv)
	if !idle || err != nil || d.Sandbox || memory == nil {
		return false, err
	}
	guard, err := memory.hold(d)
	if err != nil {
		return false, err
	}
	defer guard.Release()
	return a.claim(memory, d, &input{asked: d.Input}, m, false)
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
