// Cells as rules read them: without what stands around a value and is no part of it.

package mapping

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/hubload/hubload/mapping/format"
)

// A cellReader reads the cell of one column.
type cellReader struct {
	index int
	text  bool     // the white space around the cell belongs to it
	id    bool     // full-width digits are digits
	strip string   // what stands in front of the value
	words []string // cells that mean an empty one
}

// newCellReader reads a column by the words of its rule and of the whole file.
func (c *compiler) newCellReader(index int, strip string, words []string) cellReader {
	return cellReader{index: index, strip: strip, words: append(slices.Clip(words), c.words...)}
}

// read returns the value of the row's cell, "" for a cell that is empty, blank, or one
// of the words for nothing.
func (r *cellReader) read(fields []string) string {
	cell := fields[r.index]
	if cell == "" {
		return ""
	}
	cell = format.Unguard(cell)
	trimmed := format.Trim(cell)
	if r.strip != "" {
		if rest, found := strings.CutPrefix(trimmed, r.strip); found {
			trimmed = format.Trim(rest)
			cell = rest
		}
	}
	if trimmed == "" || len(r.words) > 0 && slices.Contains(r.words, trimmed) {
		return ""
	}
	switch {
	case r.text:
		return cell
	case r.id:
		return format.Narrow(trimmed)
	}
	return trimmed
}

// splitCell returns the parts of a cell, without the white space around them and without
// empty ones. A list in JSON is split whatever the separator is.
func splitCell(cell, separator string) []string {
	var list []string
	if cell[0] != '[' || json.Unmarshal([]byte(cell), &list) != nil {
		list = strings.Split(cell, separator)
	}
	for i := range list {
		list[i] = format.Trim(list[i])
	}
	return slices.DeleteFunc(list, func(part string) bool { return part == "" })
}
