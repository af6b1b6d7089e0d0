// Which cells of the input stand in the reports, and where a row comes from.

package report

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
)

// prefix begins the names of the columns that are hubload's.
const prefix = "hubload_"

// columns are the places of an input's columns.
type columns struct {
	width int   // of the input
	own   []int // the columns of the input itself, ascending

	// Where an earlier report says which row of the original file this is;
	// -1 when the input is no report.
	row, line int

	// Where an earlier report says why a row was refused; -1 likewise.
	code, correlation int
}

func columnsOf(header []string) columns {
	c := columns{
		width: len(header),
		row:   slices.Index(header, prefix+"row"),
		line:  slices.Index(header, prefix+"line"),

		code:        slices.Index(header, prefix+"code"),
		correlation: slices.Index(header, prefix+"correlation_id"),
	}
	for i, name := range header {
		if !strings.HasPrefix(name, prefix) {
			c.own = append(c.own, i)
		}
	}
	return c
}

// header leaves hubload's columns out of the input's.
func (c *columns) header(cells [][]byte) [][]byte {
	for i, at := range c.own {
		cells[i] = cells[at]
	}
	return cells[:len(c.own)]
}

// of returns a record's own cells, raw, in the room of an earlier result, and the
// numbers of its row and line in the original file.
func (c *columns) of(rec *csvfile.Record, room [][]byte) (cells [][]byte, row, line int64) {
	if !aligned(rec) {
		// Where hubload's columns begin can't be told: all is kept.
		if len(c.own) > 0 {
			cells = rec.AppendCells(room[:0], len(c.own))
		}
		return cells, rec.Row, rec.Line
	}
	cells = rec.AppendCells(room[:0], c.width)
	row, line = carried(cells, c.row, rec.Row), carried(cells, c.line, rec.Line)
	return c.header(cells), row, line
}

// mark returns the mark that a refused row gets or keeps, "" for most; cells are
// those that of returned.
func (c *columns) mark(rec *csvfile.Record, cells [][]byte) string {
	if !aligned(rec) && len(cells) > 0 {
		return markOf(cells)
	}
	if rec.Problem == nil && c.correlation >= 0 && rec.Fields[c.correlation] == markOf(cells) {
		return rec.Fields[c.correlation]
	}
	return ""
}

// aligned reports whether each cell of a record stands under its column.
func aligned(rec *csvfile.Record) bool {
	if rec.Problem == nil {
		return true
	}
	code := rec.Problem.Code
	return code == csvfile.CodeEncoding || code == csvfile.CodeControlCharacter
}

// carried returns the number in a cell, or n when it holds none.
func carried(cells [][]byte, at int, n int64) int64 {
	if at >= 0 {
		text := string(bytes.Trim(cells[at], `"`))
		if m, err := strconv.ParseInt(text, 10, 64); err == nil && m > 0 && decimal(m) == text {
			return m
		}
	}
	return n
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
