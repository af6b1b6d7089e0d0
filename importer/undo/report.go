// undo.csv: what became of each record.

package undo

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/journal"
)

// A Report says how undo.csv is written.
type Report struct {
	Run   *journal.State
	Undos []*journal.State // of the undos of the run, in their order; the last fate of a row counts

	Shown   func(row int64) int64 // the number by which people know a row; nil: its own
	Planned bool                  // the last of Undos archived nothing
}

// Write writes the report with mode 0600, and replaces an earlier one when it is
// complete. Its columns are hubload_row, hubload_id, fate and why. The fate is archived,
// restored, gone, changed, foreign or refused, or planned where nothing was written.
func (r Report) Write(path string) error {
	dir, err := atomicfile.OpenDir(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	f, err := dir.Create(filepath.Base(path))
	if err != nil {
		return err
	}
	defer f.Discard()
	w := csv.NewWriter(f)
	w.Write([]string{"hubload_row", "hubload_id", "fate", "why"}) // its error is kept
	last, _ := r.Run.Rows()
	for row := int64(1); row <= last; row++ {
		if kind, _ := r.Run.Kind(row); !Undoes(kind) {
			continue
		}
		fate, kind, err := r.fate(row)
		if err != nil {
			return err
		}
		if kind == "" {
			continue
		}
		created, _, err := r.Run.Fate(row)
		if err != nil {
			return err
		}
		shown := row
		if r.Shown != nil {
			shown = cmp.Or(r.Shown(row), row)
		}
		why := fate.Message
		if fate.Kind == journal.Refused {
			why = fmt.Sprintf("%s (%s)", why, fate.Code)
		}
		w.Write([]string{strconv.FormatInt(shown, 10), created.ID, kind, why})
	}
	if w.Flush(); w.Error() != nil {
		return w.Error()
	}
	return dir.Publish(f)
}

// fate returns the last fate of a row and its name, "" when it has none.
func (r Report) fate(row int64) (journal.Fate, string, error) {
	for i := len(r.Undos) - 1; i >= 0; i-- {
		fate, ok, err := r.Undos[i].Fate(row)
		if err != nil {
			return fate, "", err
		}
		if !ok || fate.Kind == journal.InDoubt {
			continue
		}
		if (fate.Kind == journal.Archived || fate.Kind == journal.Restored) && r.Planned && i == len(r.Undos)-1 {
			return fate, "planned", nil
		}
		return fate, fate.Kind.String(), nil
	}
	return journal.Fate{}, "", nil
}
