// A report as a table: cells of the input on the left, hubload's typed columns on the right.

package report

import (
	"strings"

	"github.com/gocarina/gocsv"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/rows"
)

// So much is gathered before it is marshalled.
const (
	groupRows  = 256
	groupBytes = 1 << 20 // of the input's cells
)

// A table writes a report. The struct T has hubload's columns; gocsv marshals a
// group of them at a time and hands each to [table.Write], which puts the input's
// cells before it.
//
// (gocsv's setters are not used: they change the package for everybody. Nor is
// MarshalChan, which writes no header when there are no rows and leaves its
// producer waiting after an error.)
type table[T any] struct {
	out  *csvfile.Writer
	bare bool // the input has no columns of its own
	rows []T

	numbered  bool     // the last column is hubload_position
	positions []string // of rows, the header's name at first
	raw       []byte   // the input's cells of rows
	ends      []int    // of each row in raw
	done      int      // rows that are written
}

var _ gocsv.CSVWriter = (*table[failure])(nil)

// newTable begins a report with its header: the input's cells, joined by the
// delimiter, which are none if it's bare.
func newTable[T any](out *csvfile.Writer, header []byte, bare, numbered bool) (*table[T], error) {
	t := &table[T]{out: out, bare: bare, numbered: numbered}
	t.keep(header, rows.PositionColumn)
	err := gocsv.MarshalCSV([]T{}, t)
	t.clear()
	return t, err
}

// add takes a row, with the input's cells as for newTable. They are copied.
func (t *table[T]) add(cells []byte, row T, position string) error {
	t.keep(cells, position)
	t.rows = append(t.rows, row)
	if len(t.rows) < groupRows && len(t.raw) < groupBytes {
		return nil
	}
	return t.write()
}

// end writes what is left.
func (t *table[T]) end() error {
	if err := t.write(); err != nil {
		return err
	}
	return t.out.Flush()
}

func (t *table[T]) write() error {
	err := gocsv.MarshalCSVWithoutHeaders(t.rows, t)
	t.clear()
	return err
}

func (t *table[T]) keep(cells []byte, position string) {
	t.positions = append(t.positions, position)
	t.raw = append(t.raw, cells...)
	t.ends = append(t.ends, len(t.raw))
}

func (t *table[T]) clear() {
	t.rows, t.positions, t.raw, t.ends, t.done = t.rows[:0], t.positions[:0], t.raw[:0], t.ends[:0], 0
}

// Write is called by gocsv for the header and for each row. All text of hubload's
// columns comes through here.
func (t *table[T]) Write(record []string) error {
	start := 0
	if t.done > 0 {
		start = t.ends[t.done-1]
	}
	cells := t.raw[start:t.ends[t.done]]
	if t.numbered {
		record = append(record, t.positions[t.done])
	}
	t.done++
	for i, text := range record {
		if !isHarmless(text) {
			record[i] = Neutralise(oneLine(text))
		}
	}
	if t.bare {
		return t.out.Write(nil, record)
	}
	return t.out.WriteRaw(cells, record)
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

// Flush does nothing: the end of a group is not the end of the report.
func (t *table[T]) Flush() {}

// Error returns nil: Write has returned every error.
func (t *table[T]) Error() error { return nil }
