// Corrected rows that went in before: a failures file is corrected in several rounds, and
// a row of its source file is created once.

package rundir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// rowsBefore returns the rows of a failures file that earlier runs of corrected rows of the
// same source file have created, by their numbers in the input: they are existing. It is
// nil for any other input, and in modes that change records, which find them by their key.
// The error is an [*Error] with SkipUnsettled where such a run
// doesn't know yet whether a row exists.
func (s *session) rowsBefore(ctx context.Context) (map[int64]journal.Fate, error) {
	if s.before != nil || s.Sandbox || s.seen() == SendSeen || s.mapping.Mode != mapping.Create {
		return s.before, nil
	}
	src, err := s.source()
	if err != nil {
		return nil, err
	}
	isReport := slices.Contains(src.Header(), rowColumn)
	src.Close()
	if !isReport {
		return nil, nil
	}
	known := map[int64]journal.Fate{} // by the number in the source file
	for _, path := range s.family() {
		if err := addFates(known, path); err != nil {
			return nil, err
		}
	}
	before := map[int64]journal.Fate{}
	if len(known) == 0 {
		return before, nil
	}
	err = rows.Each(ctx, func() (rows.Source, error) { return s.source() }, rows.Config{}, func(row *rows.Row) error {
		fate, ok := known[row.SourceRow()]
		switch {
		case !ok:
			return nil
		case fate.Kind == journal.InDoubt:
			return &Error{Reason: SkipUnsettled, Path: fate.ID, Err: fmt.Errorf("row %d of the source file is in the account or not: the run in %s that corrected it doesn't know it yet", row.SourceRow(), shown(fate.ID))}
		}
		fate.Row = row.Row
		before[row.Row] = fate
		return nil
	})
	if _, own := errors.AsType[*Error](err); err != nil && own {
		return nil, err
	}
	s.before = before // where the input breaks off, the run meets that
	return before, nil
}

// family are the directories of other runs that had corrected rows of the same source
// file: those that the caller names, and those whose input the ledger knows to be the
// failures file of the same run, or of a run in the family.
func (s *session) family() (list []string) {
	own, _ := filepath.Abs(s.dir.Path)
	add := func(path string) {
		if path, err := filepath.Abs(path); err == nil && path != own && !slices.Contains(list, path) {
			list = append(list, path)
		}
	}
	for _, path := range s.CorrectedBy {
		add(path)
	}
	if s.NoLedger {
		return list
	}
	entries, err := s.ledger().entries(s.ledger().sentDir(&s.dir.Run))
	if err != nil {
		return list // nothing was remembered
	}
	inputOf := map[string]string{}
	for _, e := range entries {
		inputOf[string(e.Run)] = string(e.Input)
	}
	root := func(input string) string {
		for range entries {
			next, ok := inputOf[filepath.Dir(input)]
			if !ok {
				break
			}
			input = next
		}
		return input
	}
	input := s.dir.inputPath()
	for _, e := range entries {
		if _, ofRun := inputOf[filepath.Dir(string(e.Input))]; ofRun && root(string(e.Input)) == root(input) {
			add(string(e.Run))
		}
	}
	return list
}

// addFates adds what became of the rows of a run of corrected rows. A row that is in
// doubt has the run's directory as its id.
func addFates(known map[int64]journal.Fate, path string) error {
	d, err := open(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !d.Undone.IsZero() {
		return nil
	}
	if err != nil {
		return err
	}
	t, state, err := d.Status()
	if err != nil {
		return err
	}
	if state == Running || state == Unfinished {
		return &Error{Reason: SkipUnsettled, Path: path, Err: fmt.Errorf("the run in %s has corrected rows of the same source file, and hasn't ended", shown(path))}
	}
	if state == NotBegun {
		return nil
	}
	found := int64(0)
	err = d.eachReported(resultsName, func(row int64, id string) {
		found++
		known[row] = journal.Fate{Kind: journal.Existing, ID: id}
	})
	if err != nil || found != t.In() {
		return &Error{Reason: SkipGone, Path: path, Err: fmt.Errorf("the run in %s has corrected rows of the same source file, and its %s doesn't say any more which", shown(path), resultsName)}
	}
	if t.InDoubt == 0 {
		return nil
	}
	return d.eachReported(doubtName, func(row int64, _ string) {
		if _, exists := known[row]; !exists {
			known[row] = journal.Fate{Kind: journal.InDoubt, ID: path}
		}
	})
}

// eachReported calls f for each row of a report with the number that it has in the source
// file, and the id of its record.
func (d *Dir) eachReported(name string, f func(row int64, id string)) error {
	m, err := d.mapping()
	if err != nil {
		return err
	}
	form := formOf(m)
	form.HeaderLine = 0 // a report begins with its header
	r, err := openSource(d.file(name), "", form)
	if err != nil {
		return err
	}
	defer r.Close()
	at, id := slices.Index(r.Header(), rowColumn), slices.Index(r.Header(), "hubload_id")
	if at < 0 {
		return fmt.Errorf("%s has no column %s", d.file(name), rowColumn)
	}
	for {
		_, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		fields := r.Fields()
		if at >= len(fields) {
			continue
		}
		if row, err := strconv.ParseInt(fields[at], 10, 64); err == nil {
			value := ""
			if id >= 0 && id < len(fields) {
				value = fields[id]
			}
			f(row, value)
		}
	}
}

// settleBefore settles the rows that went in before, and opens the journal anew.
func (s *session) settleBefore(ctx context.Context, j *journal.Journal, st *journal.State) (*journal.Journal, *journal.State, error) {
	before, err := s.rowsBefore(ctx)
	k := &skipping{s: s}
	sent := sentRows(st)
	for row, fate := range before {
		if !sent(row) {
			k.fates = append(k.fates, fate)
		}
	}
	if err != nil || len(k.fates) == 0 {
		return j, st, err
	}
	slices.SortFunc(k.fates, func(a, b journal.Fate) int { return int(a.Row - b.Row) })
	s.note("%s went in by an earlier round of corrections, for example row %d: not sent again, also where changed since", countOf(len(k.fates), "row"), k.fates[0].Row)
	if err := errors.Join(k.write(ctx, j, st), j.Close()); err != nil {
		return nil, nil, err
	}
	return s.dir.journal()
}
