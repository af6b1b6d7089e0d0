// Corrected rows: what the run of the source file says about the keys of equal rows.

package rundir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// numberCorrected gives numbers to the rows of a failures file of the run. They are kept
// in the run's directory, so that no two failures files of it use a number twice.
func (d *Dir) numberCorrected(ctx context.Context, open func() (rows.Source, error), m *mapping.Mapper) (rows.Ordinals, error) {
	guard, err := d.holdCorrected()
	if err != nil {
		return nil, err
	}
	defer guard.Release()
	var corrected []rows.Numbered
	if err := readJSON(d.file(correctedName), &corrected); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	numbers, added, err := rows.FindCorrected(ctx, open, m, func(wanted func(rows.Content) bool) ([]rows.Numbered, error) {
		source, err := d.numbered(ctx, wanted)
		return append(source, corrected...), err
	})
	if _, known := errors.AsType[*Error](err); err != nil && !known {
		err = passError(ctx, fmt.Errorf("counting equal rows: %w", err))
	}
	if err != nil {
		return nil, err
	}
	if len(added) == 0 {
		return numbers, nil
	}
	return numbers, writeJSON(d.file(correctedName), append(corrected, added...))
}

// holdCorrected keeps other processes from numbering rows of the run meanwhile.
func (d *Dir) holdCorrected() (*journal.Guard, error) {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		guard, err := journal.Lock(d.file(correctedName + ".lock"))
		if _, locked := errors.AsType[*journal.LockedError](err); !locked || time.Now().After(deadline) {
			return guard, d.locked(err)
		}
	}
}

// numbered returns the rows of the run that are wanted, with the numbers that their keys
// are made of: by the input, or where that is gone or has changed, by the reports of
// rows that exist or may.
func (d *Dir) numbered(ctx context.Context, wanted func(rows.Content) bool) ([]rows.Numbered, error) {
	m, err := d.mapping()
	if err != nil || m.Key == nil || !m.Key.Auto {
		return nil, err // no row has a key of this kind
	}
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // nothing was sent
	}
	if err != nil {
		return nil, err
	}
	defer st.Close()
	numbers := rows.Ordinals{}
	if err := readJSON(d.file(ordinalsName), &numbers); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	size, sum, err := fingerprint(ctx, d.inputPath(), d.Input.Sheet)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	is := Identity{Size: size, SHA256: sum}
	var list []rows.Numbered
	if err == nil && (is.same(d.Input) || is.same(d.latest())) {
		err = d.eachContent(ctx, d.inputPath(), d.Restore, m, func(row *rows.Row, c rows.Content) {
			if wanted(c) {
				kind, settled := st.Kind(row.Row)
				list = append(list, rows.Numbered{Row: d.sourceRow(row), Content: c, Number: numbers.Of(row.Row), Refused: settled && kind == journal.Refused})
			}
		})
		return list, err
	}
	return d.numberedByReports(ctx, m, st, numbers, wanted)
}

// sourceRow is the number of a row of the run in the file that its own input comes from.
func (d *Dir) sourceRow(row *rows.Row) int64 {
	if d.Corrects != "" {
		return row.SourceRow()
	}
	return row.Row
}

// numberedByReports is numbered without the input.
func (d *Dir) numberedByReports(ctx context.Context, m *mapping.Mapping, st *journal.State, numbers rows.Ordinals, wanted func(rows.Content) bool) ([]rows.Numbered, error) {
	gone := func(err error) error {
		return &Error{Reason: NoSourceRun, Path: d.inputPath(), Err: fmt.Errorf("%s, of which these are refused rows, is gone or has changed, and %s doesn't say either which rows exist: %w", shown(d.inputPath()), d.Path, err)}
	}
	if d.Corrects != "" {
		return nil, gone(errors.New("its own source file is gone too"))
	}
	var list []rows.Numbered
	found := int64(0)
	for _, name := range []string{resultsName, doubtName} {
		err := d.eachContent(ctx, d.file(name), d.ExcelSafe || d.Restore, m, func(row *rows.Row, c rows.Content) {
			found++
			if n := row.SourceRow(); wanted(c) {
				list = append(list, rows.Numbered{Row: n, Content: c, Number: numbers.Of(n)})
			}
		})
		if err != nil && !(errors.Is(err, fs.ErrNotExist) && name == doubtName) {
			return nil, gone(err)
		}
	}
	t := tallyOf(st)
	if known := t.Rows - t.Refused - t.Pending; found != known {
		return nil, gone(fmt.Errorf("its reports hold %d of %d rows", found, known))
	}
	return list, nil
}

// eachContent reads a file of the run's rows, and calls f for each that can be sent.
func (d *Dir) eachContent(ctx context.Context, path string, restore bool, m *mapping.Mapping, f func(*rows.Row, rows.Content)) error {
	known, err := d.loadSchema()
	if err != nil {
		return err
	}
	form, sheet := formOf(m), d.Input.Sheet
	if path != d.inputPath() {
		form.HeaderLine, sheet = 0, "" // a report begins with its header
	}
	r, err := openSource(path, sheet, form, m.CSV.Empty...)
	if err != nil {
		return err
	}
	src := newSource(r, path, restore)
	defer src.Close()
	mapper, err := m.CompileFor(src.Header(), known.rules())
	if err != nil {
		return err
	}
	var rec mapping.Record
	for row, err := range rows.NewReader(src, rows.Config{Mapper: mapper}).All(ctx) {
		if err != nil {
			return err
		}
		if row.Map(&rec) == nil {
			f(row, rows.ContentOf(&rec))
		}
	}
	return nil
}
