// Runs as they are now: their counts, their reports, and whether a process works on them.

package rundir

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/report"
)

// A Tally is how far a run is by its journal alone. Rows in flight are pending while the
// run's process lives, and in doubt when it has died.
type Tally struct {
	report.Counts
	Complete bool `json:"complete"` // Rows is known; otherwise the input wasn't read to its end
}

func tallyOf(st *journal.State) Tally {
	t := Tally{Counts: report.CountsOf(st.Counts())}
	t.Rows, t.Complete = st.Rows()
	t.Rows -= t.LeftOut
	t.Pending = t.Rows - t.In() - t.Refused - t.InDoubt
	return t
}

// Finished reports whether every row has a result, which may be that it is in doubt.
func (t Tally) Finished() bool { return t.Complete && t.Pending == 0 }

// inFlight counts rows as in doubt that were in flight when the run's process died.
func (t *Tally) inFlight(st *journal.State) {
	for _, row := range st.OpenRows() {
		if _, settled := st.Kind(row); !settled {
			t.InDoubt++
			t.Pending--
		}
	}
}

// State is how a run is in one word.
type State string

const (
	Running    State = "running" // a process works on it
	Finished   State = "finished"
	Unfinished State = "unfinished"
	NotBegun   State = "not begun"
	Reversed   State = "undone" // its records were archived; see [Undo]
	Gone       State = "gone"   // its directory is gone
)

// Status reads how far a run is, and whether a process works on it. It takes no lock
// and writes nothing, so that it is never in the way of a process that starts.
func (d *Dir) Status() (Tally, State, error) {
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return Tally{}, NotBegun, nil
	}
	if err != nil {
		return Tally{}, "", err
	}
	defer st.Close()
	t := tallyOf(st)
	switch {
	case journal.Held(d.file(lockName)):
		return t, Running, nil
	}
	t.inFlight(st)
	state := Unfinished
	switch {
	case !d.Undone.IsZero():
		state = Reversed
	case t.Finished() && !d.More:
		state = Finished
	}
	t.Complete = t.Complete && d.First == 0 && !d.More // else there may be more rows
	return t, state, nil
}

// List returns the runs in a directory such as [Root], the oldest first. The errors
// are those of runs that can't be read.
func List(root string) (runs []*Dir, broken []error) {
	entries, err := os.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		broken = append(broken, err)
	}
	for _, e := range entries {
		switch d, err := open(filepath.Join(root, e.Name())); {
		case err == nil:
			runs = append(runs, d)
		case !errors.Is(err, fs.ErrNotExist) && e.IsDir():
			broken = append(broken, err)
		}
	}
	slices.SortStableFunc(runs, func(a, b *Dir) int { return a.Started.Compare(b.Started) })
	return runs, broken
}
