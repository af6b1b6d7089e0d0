// A report as a table: cells of the input on the left, hubload's columns on the right.

package report

import (
	"io"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
)

var (
	resultColumns  = []string{"hubload_row", "hubload_line", "hubload_status", "hubload_id", "hubload_warning"}
	failureColumns = []string{
		"hubload_row", "hubload_line", "hubload_code", "hubload_property", "hubload_message",
		"hubload_retryable", "hubload_attempts", "hubload_correlation_id", "hubload_run",
	}
)

// A table writes a report.
type table struct {
	out  *csvfile.Writer
	mark *marked // nil where no byte order mark is added
	bare bool    // the input has no columns of its own
}

// newTable begins a report with its header: the cells of the input's, joined by the
// delimiter, and hubload's columns.
func newTable(w io.Writer, d csvfile.Dialect, header []byte, bare bool, columns []string) (*table, error) {
	t := &table{out: csvfile.NewWriter(w, d), bare: bare}
	t.mark, _ = w.(*marked)
	return t, t.add(header, columns...)
}

// flush writes what is buffered.
func (t *table) flush() error {
	err := t.out.Flush()
	if err == nil && t.mark != nil {
		err = t.mark.flush()
	}
	return err
}

// add writes a row. All text of hubload's columns comes through here.
//
// Joining the columns of results.csv by hand would save 0.1 of the 0.6 us that a row of it
// takes (2026-11), of an import's 2 us at least.
func (t *table) add(cells []byte, own ...string) error {
	for i, text := range own {
		if !isHarmless(text) {
			own[i] = Neutralise(oneLine(text))
		}
	}
	if t.bare {
		return t.out.Write(nil, own)
	}
	return t.out.WriteRaw(cells, own)
}

// isHarmless reports at little cost of most texts that Neutralise and oneLine leave
// them as they are.
func isHarmless(text string) bool {
	if len(text) > maxText || strings.HasPrefix(text, "'") || formula(text, nil) {
		return false
	}
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}
