// The input as rows to import: an earlier report is taken back to what it means.

package main

import (
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/report"
)

// A source is the input, without what --excel-safe had added to it, and without
// the rows of a failures file that nobody has mended.
type source struct {
	*csvfile.Reader
	restore  bool
	unmended func(*csvfile.Record) (code string, ok bool)
	notices  *notices // may be nil
}

func (s *source) Read() (*csvfile.Record, error) {
	rec, err := s.Reader.Read()
	if err != nil {
		return nil, err
	}
	if code, ok := s.unmended(rec); ok {
		rec.Problem = &csvfile.Problem{
			Code: code, Line: rec.Line,
			Message: "the row is still as the report shows it, and which cell belongs to which column couldn't be told; put them right, or empty hubload_correlation_id if they are right",
		}
		rec.Fields = nil
		return rec, nil
	}
	if s.restore {
		restoreAll(rec.Fields)
	}
	s.notices.see(rec)
	return rec, nil
}

// restoreAll undoes --excel-safe, in place.
func restoreAll(cells []string) {
	for i, c := range cells {
		cells[i] = report.Restore(c)
	}
}
