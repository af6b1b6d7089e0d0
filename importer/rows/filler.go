// Cells that are written only where they change: the value stands in a row further up.

package rows

import (
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/mapping"
)

// FilledColumn is the column of a failures file that names the columns, with "; " between
// them, in which its row holds what was filled down.
const FilledColumn = reportPrefix + "filled"

// CodeUnfilled: a cell is empty, and which value is to be filled down isn't known.
const CodeUnfilled = "UNFILLED"

// A Filler fills cells down while an input is read from its first row on; see
// [mapping.RowRules]. The methods of a nil Filler do nothing.
//
// A row that can't be read may hold a value for the rows below it, or begin a group. After
// it a column isn't filled, and its empty cells are missing, until a row holds a value for
// it or a new group begins for certain. A header that is repeated begins a new input.
//
// # Failures files
//
// The rows of a report don't stand below those that they take values from. A failures
// file holds the filled cells itself, and nothing is filled down in a report: an empty
// cell is missing there, unless [FilledColumn] names its column.
type Filler struct {
	columns []mapping.FillColumn
	above   []carried
	report  bool
	marks   int // the column FilledColumn of a report, -1 without one

	changes []change
	missing []string // names of columns
}

// carried is the value of a column in the rows above.
type carried struct {
	text  string // as it was read
	value string // as groups are compared by it
	lost  bool   // a row that can't be read may have another one
}

// A change is a cell of the row at hand that was filled.
type change struct {
	index int
	was   string
}

// NewFiller returns a Filler for an input with the header for which m was compiled, nil if
// the mapping fills nothing down.
func NewFiller(m *mapping.Mapper, header []string) *Filler {
	if m == nil || len(m.FillDown()) == 0 {
		return nil
	}
	f := &Filler{columns: m.FillDown(), report: slices.Contains(header, rowColumn), marks: slices.Index(header, FilledColumn)}
	f.above = make([]carried, len(f.columns))
	return f
}

// Fill fills the cells of the next row in Fields, and leaves Raw as it is. For a record with
// a Problem it only takes notice.
func (f *Filler) Fill(rec *csvfile.Record) {
	if f == nil {
		return
	}
	f.changes, f.missing = f.changes[:0], f.missing[:0]
	switch {
	case rec.Fields == nil:
		header := rec.Problem != nil && rec.Problem.Code == CodeRepeatedHeader
		for i := range f.above {
			f.above[i] = carried{lost: !header}
			f.missing = append(f.missing, f.columns[i].Name) // for whoever fixes the row
		}
	case f.report:
		f.read(rec.Fields)
	default:
		f.fill(rec.Fields)
	}
}

func (f *Filler) fill(fields []string) {
	group := f.columns[0].Value(fields)
	if begins := group != "" && !f.above[0].lost && group != f.above[0].value; begins {
		clear(f.above)
	}
	for i := range f.columns {
		c, above := &f.columns[i], &f.above[i]
		switch value := c.Value(fields); {
		case value != "":
			*above = carried{text: fields[c.Index], value: value}
		case above.lost:
			f.missing = append(f.missing, c.Name)
		case above.value != "":
			f.changes = append(f.changes, change{c.Index, fields[c.Index]})
			fields[c.Index] = above.text
		}
	}
}

// read takes a row of a report.
func (f *Filler) read(fields []string) {
	filled := ""
	if f.marks >= 0 {
		filled = fields[f.marks]
	}
	for i := range f.columns {
		c := &f.columns[i]
		if c.Value(fields) == "" && !strings.Contains(separator+filled+separator, separator+c.Name+separator) {
			f.missing = append(f.missing, c.Name)
		}
	}
}

// separator stands between the names in a FilledColumn.
const separator = "; "

// Filled returns the indexes of the cells of the row at hand that were filled. It is valid
// until the next row.
func (f *Filler) Filled() (indexes []int) {
	if f == nil {
		return nil
	}
	for _, c := range f.changes {
		indexes = append(indexes, c.index)
	}
	return indexes
}

// Mark returns what stands in [FilledColumn] of a failures file for the row at hand.
func (f *Filler) Mark() string {
	if f == nil {
		return ""
	}
	var names []string
	for i := range f.columns {
		if name := f.columns[i].Name; !slices.Contains(f.missing, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, separator)
}

// refuse refuses a row of which a rule reads a cell whose value isn't known.
func (f *Filler) refuse() *Refusal {
	if f == nil {
		return nil
	}
	var names []string
	for i := range f.columns {
		if c := &f.columns[i]; c.Used && slices.Contains(f.missing, c.Name) {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	message := "empty, and to be filled from a row above: " + strings.Join(names, ", ")
	if f.report {
		message += ". That row is in the source file. Fill in what is missing; if a cell is meant to be empty, add the name of its column to " + FilledColumn + "."
	} else {
		message += ". A row in between can't be read and may hold another value. Fill in what is missing; in the source file it is enough to fix that row."
	}
	return &Refusal{Code: CodeUnfilled, Message: message}
}

// associates reports whether the record that the row belongs to was filled down.
func (f *Filler) associates() bool {
	return f != nil && slices.ContainsFunc(f.columns, func(c mapping.FillColumn) bool {
		return c.Associates && slices.ContainsFunc(f.changes, func(ch change) bool { return ch.index == c.Index })
	})
}

// asRead returns the cells of the row at hand without what was filled.
func (f *Filler) asRead(fields []string) []string {
	if f == nil || len(f.changes) == 0 {
		return fields
	}
	fields = slices.Clone(fields)
	for _, c := range f.changes {
		fields[c.index] = c.was
	}
	return fields
}
