// The input as rows to import: an earlier report is taken back to what it means.

package rundir

import (
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/report"
)

// A source is the input, without what ExcelSafe had added to it, and without the rows
// of a failures file that nobody has fixed.
type source struct {
	*csvfile.Reader
	restore     bool
	uncorrected func(*csvfile.Record) (code string, ok bool)
	notices     *notices // may be nil
}

func newSource(r *csvfile.Reader, restore bool) *source {
	return &source{Reader: r, restore: restore, uncorrected: report.Unmended(r.Header())}
}

func (s *source) Read() (*csvfile.Record, error) {
	rec, err := s.Reader.Read()
	if err != nil {
		return nil, err
	}
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
	s.notices.see(rec)
	return rec, nil
}
