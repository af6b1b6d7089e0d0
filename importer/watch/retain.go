// Retention: what holds cells goes by age; what holds none stays longer.

package watch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
)

// A Retain says how long files are kept. The zero value keeps everything.
//
// Files of which rows are open are kept however old they are: they may be the only copy
// of rows that didn't get into the account.
type Retain struct {
	Done Duration `yaml:"done"` // originals, reports and check reports of files that are done with
	Runs Duration `yaml:"runs"` // journals, summaries and ledger entries; at least [MinRuns]
}

// MinRuns is how long what holds no cells is kept at least: by it a file that comes once
// more is known.
const MinRuns = 90 * 24 * time.Hour

// keptOfRun is what stays of a run when its cells go: it holds row numbers, ids, counts
// and codes.
var keptOfRun = map[string]bool{"run.json": true, "journal.jsonl": true, "summary.json": true, "mapping.yaml": true, "schema.json": true, "lock": true}

// Pruned is what was deleted.
type Pruned struct {
	Files int // originals, with the cells of their runs
	Runs  int // what was left of runs
}

// retain deletes once a day what is older than the drop keeps.
func (t *turn) retain(now time.Time) error {
	if t.drop.Retain == (Retain{}) || now.Sub(t.note.Pruned) < 24*time.Hour {
		return nil
	}
	_, err := t.prune(t.drop.Retain, now)
	return err
}

// prune deletes what is older than r says. A crash in between leaves work for the next
// time.
func (l *ledger) prune(r Retain, now time.Time) (n Pruned, err error) {
	var errs []error
	forgotten := map[string]bool{}
	for _, f := range l.files {
		if f.State.Active() || f.State == Open || l.familyOpen(f) {
			continue
		}
		age := now.Sub(f.Since)
		if r.Done.Duration > 0 && age >= r.Done.Duration {
			deleted, err := l.deleteCells(f)
			errs = append(errs, err)
			if deleted {
				n.Files++
			}
		}
		if r.Runs.Duration > 0 && age >= max(r.Runs.Duration, MinRuns, r.Done.Duration) {
			_, err := l.deleteCells(f)
			err = errors.Join(err, os.RemoveAll(l.runDir(f)))
			if errs = append(errs, err); err == nil {
				forgotten[f.ID] = true
				n.Runs++
			}
		}
	}
	l.note.Pruned = now.UTC()
	if len(forgotten) > 0 {
		errs = append(errs, l.compact(forgotten))
	} else {
		errs = append(errs, l.saveNote())
	}
	return n, errors.Join(errs...)
}

// familyOpen reports whether the first file of f's family waits for corrected rows: the
// results of f may be among them.
func (l *ledger) familyOpen(f *File) bool {
	root := l.byID[f.Of]
	return root != nil && root.State == Open
}

// deleteCells deletes a file, what was written about it, and the cells of its run.
func (l *ledger) deleteCells(f *File) (deleted bool, err error) {
	var errs []error
	for _, path := range []string{l.path(f), l.path(f) + whySuffix} {
		err := os.Remove(path)
		deleted = deleted || err == nil
		if !missing(err) {
			errs = append(errs, err)
		}
	}
	errs = append(errs, os.RemoveAll(l.runDir(f)+checkSuffix))
	entries, err := os.ReadDir(l.runDir(f))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		errs = append(errs, err)
	}
	for _, e := range entries {
		if !keptOfRun[e.Name()] {
			deleted = true
			errs = append(errs, os.RemoveAll(filepath.Join(l.runDir(f), e.Name())))
		}
	}
	return deleted, errors.Join(errs...)
}

// compact writes the ledger anew, one line for each file that it still knows.
func (l *ledger) compact(forgotten map[string]bool) error {
	sum := totals{}
	for name, n := range l.note.Totals {
		sum[name] = n
	}
	var kept []entry
	for _, f := range l.files {
		if !forgotten[f.ID] {
			kept = append(kept, entry{Time: f.Since, File: f})
			continue
		}
		if f.State != void {
			sum["files/"+string(f.State)]++
		}
		for name, n := range countsOf(f) {
			sum[name] += n
		}
	}
	l.note.Totals = sum
	note := l.note
	lines, err := sealed(append([]entry{{Time: time.Now().UTC(), Drop: &note}}, kept...))
	if err != nil {
		return err
	}
	path := filepath.Join(l.dir, ledgerName)
	if err := atomicfile.WriteFile(path, lines); err != nil {
		return err
	}
	// What is appended from now on goes into the new file.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	l.file.Close()
	l.file = f
	l.files = l.files[:0]
	for _, e := range kept {
		l.files = append(l.files, e.File)
	}
	for id := range forgotten {
		delete(l.byID, id)
	}
	return nil
}

// Prune deletes what is older than r says from the state directory of a drop. The error is
// a [*journal.LockedError] while a watcher works there.
func Prune(state string, r Retain) (Pruned, error) {
	l, err := openKnown(state)
	if err != nil {
		return Pruned{}, err
	}
	defer l.close()
	return l.prune(r, time.Now())
}

// openKnown is openLedger for a state directory that is there.
func openKnown(state string) (*ledger, error) {
	if _, err := os.Lstat(filepath.Join(state, ledgerName)); err != nil {
		return nil, err
	}
	return openLedger(state)
}
