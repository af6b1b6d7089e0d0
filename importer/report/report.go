// The reports of a run: what they are, and how they are written.

// Package report says what became of every row of an input.
//
// Reports are views of two things: the input, read again, and the journal of the
// run. Nothing of the run is kept for them, so [Write] can make them at any time,
// also while the run goes on, and makes the same ones every time.
//
//	results.csv    rows that exist in the account
//	failures.csv   rows that were refused
//	in_doubt.csv   rows that may exist or not; there is none without such rows
//	summary.json   counts and timings; see [Summary]
//	report.html    one page for people; see [WritePage]
//	reports.json   what the reports were written from
//
// # The CSV files
//
// A row of a report is a row of the input, in the input's order and dialect
// (encoding, byte order mark, delimiter, line end): its cells byte for byte, and
// behind them hubload's own:
//
//	results.csv    hubload_row, hubload_line, hubload_status, hubload_id,
//	               hubload_warning (what HubSpot says about the record's values);
//	               and with Options.Differs hubload_differs: the properties, with ";"
//	               between them, whose values differ from the row's in a record that
//	               existed already
//	the others     hubload_row, hubload_line, hubload_code, hubload_property,
//	               hubload_message, hubload_retryable, hubload_attempts,
//	               hubload_correlation_id, hubload_run (the run's id); and
//	               hubload_position, where the mapping has position rules:
//	               see [rows.Positions]; and hubload_filled, where it fills cells
//	               down: see [rows.FilledColumn]
//
// Where the mapping fills cells down, the others hold the filled cells, since their rows
// stand no longer below those that they take values from. Rows that the mapping leaves out
// are in no report.
//
// hubload_row is the number of the data record, from 1 on, and hubload_line the
// physical line on which it starts. Of a record that isn't well-formed the cells
// are those of [csvfile.Record.AppendCells].
//
// A failures file is an input. Its hubload_ columns aren't repeated in the reports
// of its own run; but the hubload_row and hubload_line of its rows are, so that
// all reports point at the source file. A failures.csv that somebody changed is never
// replaced: it is kept as failures.edited-1.csv, -2 and so on.
//
// # Formulas
//
// A spreadsheet takes a cell that begins with = for a formula. The cells of
// hubload's columns, whose text may come from a server, are neutralised always,
// and one line of at most 500 characters. The cells of the input are the user's
// own and stay as they are, unless [Options].ExcelSafe asks for the same.
package report

import (
	"context"
	"errors"
	"fmt"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// The files that Write and WriteSummary make.
const (
	resultsName  = "results.csv"
	failuresName = "failures.csv"
	inDoubtName  = "in_doubt.csv"
	summaryName  = "summary.json"
	stampName    = "reports.json"
)

// ErrMismatch is what Write's error matches when the journal knows of rows that
// the input doesn't have.
var ErrMismatch = errors.New("the input is not the one that the journal is about")

// ErrIncomplete is what Write's error matches when the input can't be read to its
// end, such as a compressed file that is cut off, and all rows with a fate come
// before that place. The reports are written then, and complete but for the count of
// rows that are pending.
var ErrIncomplete = errors.New("the input can't be read to its end")

// A Source is the input of a run.
type Source struct {
	// Open opens the input from its start, in the dialect of the run.
	Open func() (*csvfile.Reader, error)

	// Mapper compiles the run's mapping for the input's header. It gives the
	// values that messages speak of; nil, and they say "the value".
	Mapper func(header []string) (*mapping.Mapper, error)

	// Neutralised says that the input is itself a report that was written
	// ExcelSafe: its cells stand for what [Restore] makes of them. They are
	// neutralised in the reports too, whatever the Options, and not twice.
	Neutralised bool
}

// Options say how reports are written.
type Options struct {
	// ExcelSafe neutralises every cell, the header's and those of the input
	// too. [Restore] undoes it.
	ExcelSafe bool

	// Differs adds the column hubload_differs to results.csv.
	Differs bool

	// Kept is called when a failures.csv that somebody had changed was kept, with the
	// name that it has now, such as failures.edited-1.csv. It may be nil.
	Kept func(name string)

	// Warnings, by the row's number in the input, go into hubload_warning of rows that
	// exist, beside what HubSpot says, and into hubload_message of the others.
	Warnings map[int64]string

	// Findings, if there are any, take what the page says of the rows; see [WritePage].
	Findings *Findings
}

// Counts is how many rows have which fate. Rows is the sum of the others but LeftOut: the
// data records of the input without those that the mapping leaves out.
type Counts struct {
	Rows      int64 `json:"rows"`
	Created   int64 `json:"created"`
	Updated   int64 `json:"updated"`
	Unchanged int64 `json:"unchanged"`
	Existing  int64 `json:"existing"`
	Refused   int64 `json:"refused"`
	InDoubt   int64 `json:"in_doubt"`
	Pending   int64 `json:"pending"` // without a fate so far; they are in no report

	// LeftOut is how many data records the mapping doesn't want (rows: where). They are in
	// no report, and count in hubload_row.
	LeftOut int64 `json:"left_out"`

	// IDsUnknown is how many of the created rows have no id: the answers prove that
	// they exist, and don't say which record is whose.
	IDsUnknown int64 `json:"ids_unknown"`

	// Warnings is how many of the created and updated rows have a hubload_warning.
	Warnings int64 `json:"warnings"`
}

// In returns how many rows have a record.
func (c Counts) In() int64 { return c.Created + c.Updated + c.Unchanged + c.Existing }

// CountsOf returns what a journal counts. Rows and Pending are not among it.
func CountsOf(c journal.Counts) Counts {
	return Counts{
		Created: c.Created + c.Unidentified, Updated: c.Updated, Unchanged: c.Unchanged, Existing: c.Existing,
		Refused: c.Refused, InDoubt: c.InDoubt, LeftOut: c.LeftOut, IDsUnknown: c.Unidentified, Warnings: c.Warned,
	}
}

// Write writes results.csv and failures.csv, and in_doubt.csv when there are rows
// in doubt; else it removes an older in_doubt.csv. It reads the input once, from
// its start to its end, and its memory doesn't grow with it.
//
// Each file is written aside, with mode 0600 whatever the umask, and takes its name
// when all of them are complete and synced. So a report is never seen in part,
// and after an error each is as it was before or, if the error came with the
// renaming, the new one. What was planted in the place of a report is replaced or
// refused, and never written through.
//
// Of two Writes into one directory at the same time, the reports of the later state of
// the journal stay, on Windows those of the last to finish. The state must not be used
// by others meanwhile.
//
// The error matches [ErrIncomplete] when the reports were written all the same,
// [ErrStale] when newer reports stay, and [ErrMismatch] when rows that have a fate are missing at the
// end of the input. Errors of the input and of the journal are wrapped.
func Write(dir string, src Source, st *journal.State, o Options) (Counts, error) {
	d, err := atomicfile.OpenDir(dir)
	if err != nil {
		return Counts{}, err
	}
	defer d.Close()
	return write(d, src, st, o)
}

// findPositions reads the input for what a numbering needs. An input that can't be
// numbered was never imported.
func (p *projection) findPositions(src Source) error {
	open := func() (rows.Source, error) { return src.Open() }
	positions, err := rows.FindPositions(context.Background(), open, p.values.mapper)
	p.numbers = positions.Start()
	if err != nil && !errors.Is(err, rows.ErrNoPositions) {
		return fmt.Errorf("reading the input: %w", err)
	}
	return nil
}

func write(dir atomicfile.Dir, src Source, st *journal.State, o Options) (Counts, error) {
	r, err := src.Open()
	if err != nil {
		return Counts{}, fmt.Errorf("opening the input: %w", err)
	}
	defer r.Close()
	if err := dir.Sweep(); err != nil {
		return Counts{}, err
	}
	files := make([]*atomicfile.File, 2)
	for i, name := range []string{resultsName, inDoubtName} {
		if files[i], err = dir.Create(name); err != nil {
			return Counts{}, err
		}
		defer files[i].Discard()
	}
	failures, err := createHashed(dir, failuresName)
	if err != nil {
		return Counts{}, err
	}
	defer failures.Discard()
	v, err := valuesOf(r.Header(), src)
	if err != nil {
		return Counts{}, err
	}
	p, err := newProjection(r, v, st.Header().Run, o, files[0], failures, files[1])
	if err != nil {
		return Counts{}, err
	}
	c := st.Counts()
	if c.Refused+c.InDoubt+c.Warned > 0 {
		p.filler = rows.NewFiller(p.values.mapper, p.header)
	}
	if p.values.numbered() && c.Refused+c.InDoubt > 0 {
		if err := p.findPositions(src); err != nil {
			return Counts{}, err
		}
	}
	n, incomplete := p.project(st)
	if incomplete != nil && !errors.Is(incomplete, ErrIncomplete) {
		return Counts{}, incomplete
	}
	defer dir.Lock()()
	if n.InDoubt > 0 {
		err = publish(dir, st.Size(), o, failures, files...)
	} else if err = publish(dir, st.Size(), o, failures, files[0]); err == nil {
		err = dir.Remove(inDoubtName)
	}
	if err != nil {
		return Counts{}, err
	}
	return n, incomplete
}
