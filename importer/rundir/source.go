// Inputs that are reports of an earlier run: what they are refused for, and what they mean.

package rundir

import (
	"cmp"
	"errors"
	"io"
	"path/filepath"
	"slices"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// A source is the input, without what ExcelSafe had added to it, and without the rows
// of a failures file that nobody has fixed.
type source struct {
	*csvfile.Reader
	restore     bool
	uncorrected func(*csvfile.Record) (code string, ok bool)
	original    *sourceFile // of a failures file, nil without
	notices     *notices    // may be nil
	first       int64       // rows that are asked for, 0 for all
	read        int64       // rows
}

// newSource reads the file at path; restore says that ExcelSafe was added to it.
func newSource(r *csvfile.Reader, path string, restore bool) *source {
	s := &source{Reader: r, restore: restore, uncorrected: report.Uncorrected(r.Header())}
	s.original = besideFailures(path, s.Header())
	return s
}

// Close closes the file, and the one that it is of.
func (s *source) Close() error {
	s.original.close()
	return s.Reader.Close()
}

// Header returns the names of the columns, as they are meant.
func (s *source) Header() []string {
	header := s.Reader.Header()
	if s.restore {
		restoreAll(header)
	}
	return header
}

func (s *source) Read() (*csvfile.Record, error) {
	if s.first > 0 && s.read == s.first {
		return nil, io.EOF
	}
	rec, err := s.Reader.Read()
	if err != nil {
		return nil, err
	}
	s.read++
	if code, ok := s.uncorrected(rec); ok {
		rec.Problem = &csvfile.Problem{
			Code: code, Line: rec.Line,
			Message: "the row is still as the report shows it, and which cell belongs to which column isn't clear; fix its cells, or empty hubload_correlation_id if they are right",
		}
		rec.Fields = nil
		return rec, nil
	}
	if s.restore {
		restoreAll(rec.Fields)
	}
	s.original.undo(rec)
	s.notices.see(rec)
	return rec, nil
}

// formOf is how an input is written, by a mapping that says it.
func formOf(m *mapping.Mapping) csvfile.Options {
	return csvfile.Options{Encoding: m.CSV.Encoding, Delimiter: m.CSV.Delimiter, HeaderLine: m.CSV.HeaderLine, Columns: m.Columns()}
}

// refuseReport refuses reports whose rows must not be sent (again).
func (in *Input) refuseReport() error {
	has := func(column string) bool { return slices.Contains(in.Header, column) }
	switch {
	case has("hubload_id") && has("hubload_status"):
		return &Error{Reason: InputIsResult, Path: in.Path, Err: errors.New("this is a results file: its rows are in HubSpot already")}
	case has("hubload_code") && filepath.Base(in.Path) == doubtName:
		return &Error{Reason: InputInDoubt, Path: filepath.Dir(in.Path), Err: errors.New("this is a file of rows in doubt: they may be in HubSpot already, and importing them could create them twice")}
	}
	return nil
}

// checkPositions refuses a failures file whose rows can't be numbered, before there is
// a run.
func (in *Input) checkPositions(m *mapping.Mapper) error {
	if len(m.PositionRules()) > 0 && slices.Contains(in.Header, rowColumn) && !slices.Contains(in.Header, rows.PositionColumn) {
		return badInput(rows.ErrNoPositions)
	}
	return nil
}

const rowColumn = "hubload_row" // by which a failures file is known

// findOrigin finds the run that wrote a failures file, which is in folder or else lies
// beside it, and takes the header back to what it means.
func (in *Input) findOrigin(folder string) {
	if in.Spooled || !slices.Contains(in.Header, rowColumn) {
		return
	}
	if d, err := open(cmp.Or(folder, filepath.Dir(in.Path))); err == nil {
		in.origin = d
	}
	if in.restored() {
		restoreAll(in.Header)
	}
}

// restored reports whether the input's cells stand for what report.Restore makes of
// them.
func (in *Input) restored() bool {
	return in.origin != nil && (in.origin.ExcelSafe || in.origin.Restore)
}

// restoreAll undoes --excel-safe, in place.
func restoreAll(cells []string) {
	for i, c := range cells {
		cells[i] = report.Restore(c)
	}
}
