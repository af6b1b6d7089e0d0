// What a person sees of a drop, and decides about its files.

package watch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hubload/hubload/importer/rundir"
)

// A Status is how a drop is.
type Status struct {
	State string // its state directory
	Dir   string // the drop
	Since time.Time
	Files []File // those that something is left to do for, and the last ones, oldest first
	Total map[State]int64
}

// lastShown is how many files that are done with a status shows.
const lastShown = 10

// Read returns the status of the drop with a state directory. It takes no lock, writes
// nothing, and may be called while a watcher is at work.
func Read(state string) (*Status, error) {
	l, err := readLedger(state)
	if err != nil {
		return nil, err
	}
	s := &Status{State: state, Dir: l.note.Dir, Since: l.note.Started, Total: map[State]int64{}}
	for state, n := range stateOf(l).outcomes {
		s.Total[state] = n
	}
	settled := 0
	for _, f := range slices.Backward(l.files) {
		if f.State == void {
			continue
		}
		if !f.State.Active() && f.State != Open {
			if settled++; settled > lastShown {
				continue
			}
		}
		s.Files = append(s.Files, *f)
	}
	slices.Reverse(s.Files)
	return s, nil
}

// States returns the state directories below a directory such as [Config].State.
func States(dir string) (list []string, err error) {
	entries, err := os.ReadDir(dir)
	if missing(err) {
		return nil, nil
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if _, err := os.Lstat(filepath.Join(path, ledgerName)); err == nil {
			list = append(list, path)
		}
	}
	return list, err
}

// A DecisionError says why a file can't be released or dropped.
type DecisionError struct{ Message string }

func (e *DecisionError) Error() string { return e.Message }

// NotFound is what an error is when no file has the name.
type NotFound struct{ Name string }

func (e *NotFound) Error() string {
	return fmt.Sprintf("no file is called %s; hubload watch status lists them", e.Name)
}

// Release lets a file that is held, or waits, go on at the next look, beyond max_failures
// if it was stopped by these. With again its rows are sent even where rows like them went
// in before: as new records. What was added to the file since it was taken goes in, too. name is the file's name or its id.
func Release(state, name string, again bool) (File, error) {
	return decide(state, name, func(l *ledger, f *File) error {
		if f.State != Held && f.State != Waiting {
			return &DecisionError{fmt.Sprintf("%s is %s: only files that are held or wait can be released", f.Name, f.State)}
		}
		next := *f
		next.State, next.Since = Claimed, time.Now().UTC()
		if _, err := rundir.Open(l.runDir(f)); err == nil {
			next.State = Running
		}
		if info, err := os.Lstat(l.path(f)); err == nil && !identify(f.Source.Name, info).same(f.Source) {
			next.Source, next.Grown = identify(f.Source.Name, info), true
		}
		next.Lift = next.Lift || f.Code == codeStopped
		next.Again = again
		next.Tries, next.First, next.Next = 0, time.Time{}, time.Time{}
		return l.saveFile(&next)
	})
}

// GiveUp drops a file that is held, waits or is open: nothing more is sent of it, and the
// drop's next files go on. What was sent stays in the account. name is the file's name or
// its id.
func GiveUp(state, name string) (File, error) {
	return decide(state, name, func(l *ledger, f *File) error {
		if f.State != Held && f.State != Waiting && f.State != Open {
			return &DecisionError{fmt.Sprintf("%s is %s: only files that are held, wait or are open can be dropped", f.Name, f.State)}
		}
		next := *f
		next.State, next.Since, next.Why = Dropped, time.Now().UTC(), "given up by a person"
		if err := l.saveFile(&next); err != nil {
			return err
		}
		t := &turn{ledger: l, w: &Watcher{}}
		return t.settle(l.byID[f.ID], "")
	})
}

// First decides about the file that a name means in the first of several drops that has
// one, by [Release] or [GiveUp]. The error is a [*NotFound] when none has.
func First(states []string, name string, decide func(state, name string) (File, error)) (File, error) {
	for _, state := range states {
		f, err := decide(state, name)
		if _, none := errors.AsType[*NotFound](err); !none {
			return f, err
		}
	}
	return File{}, &NotFound{name}
}

// decide finds the file that is meant and does something about it.
func decide(state, name string, do func(*ledger, *File) error) (File, error) {
	l, err := openKnown(state)
	if err != nil {
		return File{}, err
	}
	defer l.close()
	var found *File
	for _, f := range l.files {
		if f.ID == name {
			found = f
			break
		}
		if f.Name == name && (f.State.Active() || f.State == Open) {
			if found != nil {
				return File{}, &DecisionError{fmt.Sprintf("several files are called %s; name one of them by its id: %s or %s", name, found.ID, f.ID)}
			}
			found = f
		}
	}
	if found == nil {
		return File{}, &NotFound{name}
	}
	if err := do(l, found); err != nil {
		return File{}, err
	}
	return *found, nil
}

// WhyPath is where a text beside one of the files says why it isn't done, if there is one.
// The text may quote the file.
func (s *Status) WhyPath(f *File) string { return filepath.Join(s.State, f.place()) + whySuffix }
