// A report as a table: cells of the input on the left, hubload's typed columns on the right.

package report

import (
	"github.com/gocarina/gocsv"

	"github.com/hubload/hubload/importer/csvfile"
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
	out   *csvfile.Writer
	width int // cells of the input in each row
	rows  []T
	raw   []byte // the cells of rows
	ends  []int  // of each cell in raw
	done  int    // cells that are written
	cells [][]byte
}

var _ gocsv.CSVWriter = (*table[result])(nil)

// newTable begins a report with its header.
func newTable[T any](out *csvfile.Writer, header [][]byte) (*table[T], error) {
	t := &table[T]{out: out, width: len(header)}
	t.keep(header)
	err := gocsv.MarshalCSV([]T{}, t)
	t.clear()
	return t, err
}

// add takes a row. The cells are copied.
func (t *table[T]) add(cells [][]byte, row T) error {
	t.keep(cells)
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

func (t *table[T]) keep(cells [][]byte) {
	for _, c := range cells {
		t.raw = append(t.raw, c...)
		t.ends = append(t.ends, len(t.raw))
	}
}

func (t *table[T]) clear() {
	t.rows, t.raw, t.ends, t.done = t.rows[:0], t.raw[:0], t.ends[:0], 0
}

// Write is called by gocsv for the header and for each row. All text of hubload's
// columns comes through here.
func (t *table[T]) Write(record []string) error {
	start := 0
	if t.done > 0 {
		start = t.ends[t.done-1]
	}
	t.cells = t.cells[:0]
	for _, end := range t.ends[t.done : t.done+t.width] {
		t.cells = append(t.cells, t.raw[start:end])
		start = end
	}
	t.done += t.width
	for i, text := range record {
		record[i] = Neutralise(oneLine(text))
	}
	return t.out.Write(t.cells, record)
}

// Flush does nothing: the end of a group is not the end of the report.
func (t *table[T]) Flush() {}

// Error returns nil: Write has returned every error.
func (t *table[T]) Error() error { return nil }
