// Runs as they are now: their counts, their reports, and whether a process works on them.

package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/mapping"
)

// A Tally is how far a run is by its journal alone. Rows in flight are pending: a
// live process will settle them, or the next one.
type Tally struct {
	report.Counts
	Complete bool // Rows is known; otherwise the input wasn't read to its end
}

func tallyOf(st *journal.State) Tally {
	c := st.Counts()
	t := Tally{Counts: report.Counts{Created: c.Created, Existing: c.Existing, Refused: c.Refused, InDoubt: c.InDoubt}}
	t.Rows, t.Complete = st.Rows()
	t.Pending = t.Rows - t.Created - t.Existing - t.Refused - t.InDoubt
	return t
}

// Finished reports whether every row has a result, which may be that it is in doubt.
func (t Tally) Finished() bool { return t.Complete && t.Pending == 0 }

// State is how a run is in one word.
type State string

const (
	Running    State = "running" // a process works on it
	Finished   State = "finished"
	Unfinished State = "unfinished"
	NotBegun   State = "not begun"
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
	case t.Finished():
		return t, Finished, nil
	}
	return t, Unfinished, nil
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

// nothingLeft reports whether going on with the run could do nothing more. With a key
// rows in doubt can be looked up.
func (d *Dir) nothingLeft(t Tally) bool {
	return t.Finished() && (t.InDoubt == 0 || d.Key == "")
}

// whenFinished returns the result of a run with nothing left to do, and nil of another
// one. Where the process died, or the disk was full, before the reports were complete,
// they are written now.
func (d *Dir) whenFinished() (*Result, error) {
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer st.Close()
	t := tallyOf(st)
	if !d.nothingLeft(t) {
		return nil, nil
	}
	if sum, err := report.ReadSummary(d.Path); err == nil && sum.Counts == t.Counts {
		return &Result{Dir: d, Summary: sum, Done: true}, nil // it is written last
	}
	result, err := d.repairReports()
	if result == nil {
		result = &Result{Dir: d, Summary: report.Summary{Counts: t.Counts}}
	}
	result.Done, result.Repaired = true, true
	return result, err
}

func (d *Dir) repairReports() (*Result, error) {
	m, err := d.mapping()
	if err != nil {
		return nil, err
	}
	counts, st, err := d.writeReports(m)
	if st != nil {
		defer st.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("writing the reports: %w", err)
	}
	result := &Result{Dir: d, Summary: d.summary(counts, st)}
	result.Summary.Finished = time.Now()
	result.Summary.ExitCode = new(Options).exitCode(nil, result.Complete())
	return result, report.WriteSummary(d.Path, result.Summary)
}

// Report writes the reports of a run again, from its input and its journal, also
// while the run is going on. It returns the counts with an error that matches
// [report.ErrIncomplete] too.
func Report(path string) (*Result, error) {
	d, err := Open(path)
	if err != nil {
		return nil, err
	}
	m, err := d.mapping()
	if err != nil {
		return nil, err
	}
	counts, st, err := d.writeReports(m)
	if st == nil {
		return nil, inputError(err)
	}
	defer st.Close()
	result := &Result{Dir: d, Summary: report.Summary{Counts: counts}}
	if sum, readErr := report.ReadSummary(d.Path); readErr == nil {
		sum.Counts = counts
		result.Summary = sum
		if err := report.WriteSummary(d.Path, sum); err != nil {
			return nil, err
		}
	}
	return result, err
}

// writeReports makes the reports again from input and journal. The caller closes
// the state, which is there with a report.ErrIncomplete too.
func (d *Dir) writeReports(m *mapping.Mapping) (report.Counts, *journal.State, error) {
	st, err := journal.Load(d.file(journalName))
	if err != nil {
		return report.Counts{}, nil, err
	}
	src := report.Source{
		Open:        func() (*csvfile.Reader, error) { return d.input(m) },
		Mapper:      m.Compile,
		Neutralised: d.Restore,
	}
	counts, err := report.Write(d.Path, src, st, report.Options{ExcelSafe: d.ExcelSafe})
	if err != nil && !errors.Is(err, report.ErrIncomplete) {
		st.Close()
		return counts, nil, err
	}
	return counts, st, err
}

// summary is what the run directory says of the whole run.
func (d *Dir) summary(counts report.Counts, st *journal.State) report.Summary {
	return report.Summary{
		Counts:   counts,
		Requests: st.Intents(),
		Limited:  st.Returns("limited"),
		Retries:  st.Retries(),
		Run:      d.ID,
		Input:    d.Input.Path,
		Object:   d.Object,
		Account:  d.Account,
		Started:  d.Started,
	}
}
