// What is overlooked in a file, and counted.

package csvfile

import "fmt"

// Stats count what a [Reader] overlooks because it costs nobody anything.
type Stats struct {
	BlankLines int64 `json:"blank_lines"` // empty lines, also of white space
	EmptyRows  int64 `json:"empty_rows"`  // lines of nothing but delimiters and white space
	ShortRows  int64 `json:"short_rows"`  // records without their last cells, which are taken for empty ones
	LongRows   int64 `json:"long_rows"`   // records with more cells than the header, all of them empty, or without a name in a sheet

	// HiddenRows were hidden in their sheet, by a filter or by hand. They are read.
	HiddenRows int64 `json:"hidden_rows,omitempty"`

	// FirstShort and FirstLong are the physical lines of the first of each, 0 without any.
	FirstShort int64 `json:"-"`
	FirstLong  int64 `json:"-"`

	// Unended says that the input ended without a line end. It may have been cut off, or
	// still be on its way.
	Unended bool `json:"unended,omitempty"`
}

// Notes returns a sentence for each thing that was overlooked.
func (s Stats) Notes() (notes []string) {
	add := func(n int64, format string, args ...any) {
		if n > 0 {
			notes = append(notes, fmt.Sprintf(format, args...))
		}
	}
	add(s.BlankLines, "blank lines that were skipped: %d", s.BlankLines)
	add(s.EmptyRows, "rows without anything in a cell that were skipped: %d", s.EmptyRows)
	add(s.ShortRows, "rows with fewer cells than the header: %d, first on line %d; the cells that are missing at their end are taken for empty", s.ShortRows, s.FirstShort)
	add(s.LongRows, "rows with more cells than the header: %d, first on line %d; the cells that are too many are left out", s.LongRows, s.FirstLong)
	add(s.HiddenRows, "rows that are hidden in the sheet, by a filter or by hand: %d; they are not left out", s.HiddenRows)
	if s.Unended {
		notes = append(notes, "the file doesn't end with a line end; if it was still being written or copied, its last row is cut off, so compare the two")
	}
	return notes
}
