// Files as they are now: how many of their rows are in, over all runs that had a part.

package rundir

import (
	"context"
	"path/filepath"
	"slices"
	"time"
)

// A FileStatus is how far a file is in an account: by the run that imported it, and the
// runs of the failures.csv files that came of that.
type FileStatus struct {
	Input   string // absolute path, "-" for standard input
	Account string // as messages name it
	Object  string
	Runs    []RunStatus // the file's own one first, then those of corrected rows
	Rows    int64       // of the file, as far as it was read
	In      int64       // rows that exist
	Refused int64       // rows that no run could create so far
	InDoubt int64
	Pending int64
}

// A RunStatus is one run.
type RunStatus struct {
	Path    string // absolute
	Started time.Time
	State   State
	Tally
	Sandbox bool
	Keyed   bool
	First   int64 // so many rows were asked for; 0 is all

	id, input, sha, grown, account, object string

	corrects []string // ids
}

// Complete reports whether every row of the file is in.
func (f *FileStatus) Complete() bool {
	return f.In == f.Rows && f.Runs[0].State != Reversed && f.Runs[0].State != NotBegun && f.Runs[0].Tally.Complete
}

// Files returns the files of all runs that the ledger knows, and of those in the
// directories named, the oldest first. It takes no lock and writes nothing. The errors are
// those of runs and entries that can't be read.
func Files(stateDir string, roots ...string) (files []*FileStatus, broken []error) {
	runs, broken := allRuns(stateDir, roots)
	slices.SortStableFunc(runs, func(a, b RunStatus) int { return a.Started.Compare(b.Started) })
	byRun := map[string]*FileStatus{} // by the path and the id of each of its runs
	for _, r := range runs {
		of := byRun[filepath.Dir(r.input)]
		for i := 0; of == nil && i < len(r.corrects); i++ {
			of = byRun[r.corrects[i]] // its failures file was copied out of its folder
		}
		if of != nil && of.Account == r.account {
			of.Runs = append(of.Runs, r)
			byRun[r.Path], byRun[r.id] = of, of
			continue
		}
		f := &FileStatus{Input: r.input, Account: r.account, Object: r.object, Runs: []RunStatus{r}}
		files = append(files, f)
		byRun[r.Path], byRun[r.id] = f, f
	}
	for _, f := range files {
		f.count()
	}
	return files, broken
}

// allRuns are the runs of the ledger and of directories.
func allRuns(stateDir string, roots []string) (runs []RunStatus, broken []error) {
	seen := map[string]bool{}
	add := func(d *Dir) {
		if seen[d.ID] {
			return
		}
		seen[d.ID] = true
		path, err := filepath.Abs(d.Path)
		if err != nil {
			path = d.Path
		}
		tally, state, err := d.Status()
		if err != nil {
			broken = append(broken, err)
			return
		}
		runs = append(runs, RunStatus{
			Path: path, Started: d.Started, State: state, Tally: tally, Sandbox: d.Sandbox, Keyed: d.Key != "", First: d.First,
			id: d.ID, input: d.Input.Path, sha: d.Input.SHA256, grown: d.latest().SHA256, account: d.AccountName(), object: d.Object, corrects: d.CorrectsRuns,
		})
	}
	for _, root := range roots {
		list, errs := List(root)
		broken = append(broken, errs...)
		for _, d := range list {
			add(d)
		}
	}
	if stateDir == "" {
		return runs, broken
	}
	entries, errs := ledger{state{stateDir}}.all()
	broken = append(broken, errs...)
	for _, e := range entries {
		if d, err := open(string(e.Run)); err == nil && d.ID == e.ID {
			add(d)
		} else if !seen[e.ID] {
			runs = append(runs, e.status())
		}
	}
	return runs, broken
}

// status is what the ledger alone says of a run.
func (e *sent) status() RunStatus {
	return RunStatus{
		Path: string(e.Run), Started: e.Started, State: Gone, Tally: Tally{Counts: e.Counts, Complete: e.Settled},
		Keyed: e.Key != "", id: e.ID, input: string(e.Input), sha: e.SHA256, grown: e.SHA256, account: e.Account, object: e.Object, corrects: e.Corrects,
	}
}

// count adds up what the runs have created. A row that was refused is one that a
// corrected row may have replaced.
func (f *FileStatus) count() {
	own := f.Runs[0]
	f.Rows, f.In, f.InDoubt, f.Pending = own.Rows, own.In(), own.InDoubt, own.Pending
	f.Refused = own.Refused
	for _, r := range f.Runs[1:] {
		in := min(r.In(), f.Refused)
		f.In, f.Refused = f.In+in, f.Refused-in
		doubted := min(r.InDoubt, f.Refused)
		f.InDoubt, f.Refused = f.InDoubt+doubted, f.Refused-doubted
	}
}

// StatusOf returns the status of a file by its content, whatever its name was, else by its
// path; nil where no run knows either. same says that a run has read what the file holds
// now. The latest run counts.
func StatusOf(ctx context.Context, path, stateDir string, roots ...string) (f *FileStatus, same bool, broken []error, err error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, false, nil, badInput(err)
	}
	_, sum, err := fingerprint(ctx, abs, "")
	if err != nil {
		return nil, false, nil, err
	}
	files, broken := Files(stateDir, roots...)
	for _, one := range slices.Backward(files) {
		for _, r := range one.Runs {
			if r.sha == sum || r.grown == sum {
				if r.id != one.Runs[0].id { // a failures.csv: it alone counts
					alone := &FileStatus{Input: r.input, Account: r.account, Object: r.object, Runs: []RunStatus{r}}
					alone.count()
					one = alone
				}
				return one, true, broken, nil
			}
		}
	}
	for _, one := range slices.Backward(files) {
		if one.Input == abs {
			return one, false, broken, nil
		}
	}
	return nil, false, broken, nil
}
