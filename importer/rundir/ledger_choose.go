// Which run an input belongs to: a new one, or one that goes on.

package rundir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// chooseRun finds the run directory of an input by its name and content, or that of
// an earlier run of the same file which goes on although the file has changed. keyed
// says that the mapping has a key.
func (o *Options) chooseRun(ctx context.Context, in *Input, keyed bool) (d *Dir, exists bool, err error) {
	first := o.Dir
	if first == "" {
		first = filepath.Join(Root, in.Name+"-"+in.SHA256[:8])
	}
	fresh := o.Again || o.Sandbox
	for n := 1; ; n++ {
		path := first
		if n > 1 {
			path = fmt.Sprintf("%s-%d", first, n)
		}
		d, err := open(path)
		if errors.Is(err, fs.ErrNotExist) {
			if !fresh && o.Dir == "" {
				earlier, err := earlierOf(ctx, in, keyed)
				if earlier != nil || err != nil {
					return earlier, true, err
				}
			}
			return &Dir{Path: path}, false, nil
		}
		if err != nil {
			return nil, false, &Error{Reason: DamagedRun, Path: path, Err: err}
		}
		if !fresh && d.Undone.IsZero() {
			return d, true, nil
		}
	}
}

// matches compares what a run was begun with to what is wanted now.
func (d *Dir) matches(want Run, m *mapping.Mapping) error {
	differs := func(what string, was, is any) error {
		return d.fail(OtherRequest, fmt.Errorf("%s was begun with another %s: %v, now %v", d.Path, what, was, is))
	}
	switch {
	case d.Sandbox:
		return d.fail(SandboxGone, fmt.Errorf("%s went into a throw-away account that is gone", d.Path))
	case d.Account != 0 && want.Account == 0:
		return differs("account", d.Account, "unknown: the token can't read it")
	case d.Account != 0 && d.Account != want.Account:
		return d.fail(OtherAccount, fmt.Errorf("%s went into account %d, and the token belongs to account %d", d.Path, d.Account, want.Account))
	case d.Account == 0 && hostOf(d.BaseURL) != hostOf(want.BaseURL): // else the number says which account it is
		return differs("base URL", d.BaseURL, want.BaseURL)
	case objectName(d.Object) != objectName(want.Object):
		return differs("object", d.Object, want.Object)
	}
	was, err := d.mapping() // as this version writes it
	if err != nil {
		return err
	}
	now := *m
	was.Seen, now.Seen = "", ""
	was.Object = now.Object
	if !bytes.Equal(was.Encode(), now.Encode()) {
		return d.fail(OtherMapping, fmt.Errorf("%s was begun with another mapping (%s)", d.Path, d.file(mappingName)))
	}
	return nil
}

// begin makes a new run, unless the same content went into the account from another
// directory. It returns that run when there is nothing to do.
//
// From looking at what the ledger says of the content until the run is made and held,
// the content is held: of processes that begin with it at the same time each sees
// what those before it have made, and that they are at work.
//
// Before anything is noted or made, compare may refuse the input.
func (o *Options) begin(d *Dir, in *Input, m *mapping.Mapping, compare func() error) (done *Result, err error) {
	if d.Sandbox || o.NoLedger {
		if err := compare(); err != nil {
			return nil, err
		}
		return nil, d.create(m, in)
	}
	ledger := o.ledger()
	guard, err := ledger.hold(d)
	held, locked := errors.AsType[*journal.LockedError](err)
	switch {
	case locked:
		return nil, &Error{Reason: SeenElsewhere, Err: fmt.Errorf("another process has just begun to import the same content into this account: %w", held)}
	case err != nil:
		o.note("imports can't be remembered: %v", err)
		if err := compare(); err != nil {
			return nil, err
		}
	default:
		defer guard.Release()
		if done, err := o.claim(ledger, d, m, compare); done != nil || err != nil {
			return done, err
		}
	}
	return nil, d.create(m, in)
}

// claim notes that the content goes into the account from this directory. It returns
// the run of another one from which it went there already. compare is called for a run
// that is not made yet, else nil.
func (o *Options) claim(ledger ledger, d *Dir, m *mapping.Mapping, compare func() error) (done *Result, err error) {
	e, ok := ledger.byContent(d)
	if compare != nil && ok && d.is(string(e.Run)) {
		// The directory was deleted, or its process died before it made it.
		_, err := os.Stat(filepath.Join(ledger.sentDir(&d.Run), e.ID+sentExt))
		ok = e.ID == "" || err == nil
	} else {
		ok = ok && !d.is(string(e.Run))
	}
	if ok && !o.Again {
		if done, err := o.importedElsewhere(e, m); done != nil || err != nil {
			return done, err
		}
	}
	if compare != nil {
		if err := compare(); err != nil {
			return nil, err
		}
	}
	if err := ledger.add(d); err != nil {
		o.note("imports can't be remembered: %v", err)
	}
	return nil, nil
}

// importedElsewhere judges what the ledger says of the same content and account.
func (o *Options) importedElsewhere(e entry, m *mapping.Mapping) (done *Result, err error) {
	run := string(e.Run)
	fail := func(reason Reason, err error) error { return &Error{Reason: reason, Path: run, Err: err} }
	if m.KeyProperty() != "" {
		o.note("the same content went into this account from %s; its key keeps rows from being created twice", shown(run))
		return nil, nil
	}
	other, err := open(run)
	if err != nil {
		return nil, fail(SeenGone, fmt.Errorf("the same content was imported into this account on %s, from %s, which is gone", e.Started.Local().Format("2006-01-02 15:04"), shown(run)))
	}
	if err := other.lock(); err != nil {
		return nil, err
	}
	defer other.unlock()
	if !other.Undone.IsZero() {
		return nil, nil
	}
	if idle, err := other.idle(); idle || err != nil {
		return nil, err // reclaim looks again if it goes on
	}
	if other.First > 0 && o.First != other.First {
		return nil, fail(SeenFirst, fmt.Errorf("the first %d rows of the same content were imported into this account from %s", other.First, shown(run)))
	}
	if done, err := other.whenFinished(); done != nil || err != nil {
		return done, err
	}
	return nil, fail(SeenUnfinished, fmt.Errorf("the same content is being imported into this account from %s, which is unfinished", shown(run)))
}

// reclaim is claim for a run that goes on and of which nothing can be in the account:
// another one of the same content may have taken its place since.
func (o *Options) reclaim(d *Dir, m *mapping.Mapping) (done *Result, err error) {
	idle, err := d.idle()
	ledger := o.ledger()
	if !idle || err != nil || d.Sandbox || ledger.dir == "" {
		return nil, err
	}
	guard, err := ledger.hold(d)
	if err != nil {
		return nil, err
	}
	defer guard.Release()
	resumed := *o
	resumed.Again = false // it was for the run's beginning
	return resumed.claim(ledger, d, m, nil)
}

// idle reports whether nothing of a run can be in the account.
func (d *Dir) idle() (bool, error) {
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer st.Close()
	return isIdle(st), nil
}

func isIdle(st *journal.State) bool {
	t := tallyOf(st)
	return t.In()+t.InDoubt == 0 && len(st.OpenRows()) == 0
}
