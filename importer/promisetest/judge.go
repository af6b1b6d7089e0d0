// What a person may expect of a command: nothing lost, true reports, no needless refusal.

package promisetest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// nothingLost compares an import that came to its end, or a status, with the account.
func (w *world) nothingLost(c Command, t *table, o Outcome, held map[string][]string) error {
	if t == nil {
		return nil
	}
	open := map[string]int{} // rows that the run says don't exist, or that it doesn't know of
	places := map[int]string{}
	if c.Verb == "import" {
		for _, name := range []string{"results.csv", "failures.csv", "in_doubt.csv"} {
			if err := w.readRun(filepath.Join(o.Run, name), places, open, held); err != nil {
				return err
			}
		}
		if len(places) < len(t.rows) { // more where the run has taken in what the file became elsewhere
			return fmt.Errorf("LOST: the reports in %s name %d rows of %d", o.Run, len(places), len(t.rows))
		}
	} else if o.Exit == 3 {
		return nil
	}
	for name, n := range t.names() {
		at := slices.IndexFunc(t.rows, func(r row) bool { return r.name == name })
		if have := len(held[name]); have+open[name] < n && (t.rows[at].valid() || o.Exit == 0) {
			return fmt.Errorf("LOST: the account holds %d records of %s, the file has %d, and %s exits %d", have, name, n, c.Verb, o.Exit)
		}
	}
	return nil
}

// readRun reads a report: the place of each row, and how many rows of a name are open.
func (w *world) readRun(path string, places map[int]string, open map[string]int, held map[string][]string) error {
	r, err := readReport(path)
	base := filepath.Base(path)
	if errors.Is(err, fs.ErrNotExist) && base != "results.csv" {
		return nil
	}
	if err != nil {
		return err
	}
	for _, cells := range r.rows {
		name, id := r.cell(cells, "name"), r.cell(cells, "hubload_id")
		place, err := strconv.Atoi(r.cell(cells, "hubload_row"))
		if err != nil {
			return fmt.Errorf("%s: a row without a number: %q", path, cells)
		}
		if at := places[place]; at != "" {
			return fmt.Errorf("REPORTS: row %d is in %s and in %s", place, at, path)
		}
		places[place] = path
		switch {
		case base != "results.csv":
			open[name]++
		case id != "" && !slices.Contains(held[name], id):
			return fmt.Errorf("REPORTS: %s names %s as the record of %s, and the account holds %v", path, id, name, held[name])
		}
	}
	return nil
}

// editsKept looks for the failures files that the person has changed.
func (w *world) editsKept() error {
	for path, text := range w.edited {
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			delete(w.edited, path)
			continue
		}
		kept, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "failures*.csv"))
		if !slices.ContainsFunc(kept, func(path string) bool {
			data, err := os.ReadFile(path)
			return err == nil && string(data) == text
		}) {
			return fmt.Errorf("EDIT LOST: what the person wrote into %s is in none of %v", path, kept)
		}
	}
	return nil
}

// rightlyRefused reports a refusal that nothing calls for.
func (w *world) rightlyRefused(c Command, t *table, o Outcome, before moment) error {
	if c.Verb != "import" || t == nil {
		return nil
	}
	named := slices.ContainsFunc(w.runs(), func(run string) bool {
		return w.journals[filepath.Base(run)] && strings.Contains(o.Text, filepath.Base(run))
	})
	switch {
	case c.Run != "" && w.exists(c.Run), // it may hold another content
		named, // its journal was touched
		c.Hidden:
	case w.Key != NoKey && !w.remapped:
		return errors.New("REFUSED: with a key it could go on")
	case before.fresh && !w.lost && !w.remapped:
		return errors.New("REFUSED: no row of it was ever sent")
	}
	return nil
}

func (w *world) exists(run string) bool {
	_, err := os.Stat(filepath.Join(run, "run.json"))
	return err == nil
}
