// Which cells of the input the reports hold, where a row comes from, and whether its
// cells are a guess that nobody has corrected.

package report

import (
	"bytes"
	"fmt"
	"hash/crc32"
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

	// Where an earlier report says which row of the source file this is;
	// -1 when the input is not a report.
	row, line int

	// Where an earlier report says why a row was refused; -1 when there is none.
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

// of returns a record's own cells, raw, in the memory of buf, and the
// numbers of its row and line in the source file.
func (c *columns) of(rec *csvfile.Record, buf [][]byte) (cells [][]byte, row, line int64) {
	if !aligned(rec) {
		switch own := len(c.own); {
		case own == c.width:
			// What stands beyond the last column is in the message: a cell of all that
			// would be one that nobody wrote.
			cells = rec.AppendCells(buf[:0], max(own, rec.Cells()))[:own]
		case own > 0: // it is unclear where hubload's columns begin: all is kept
			cells = rec.AppendCells(buf[:0], own)
		}
		return cells, rec.Row, rec.Line
	}
	cells = rec.AppendCells(buf[:0], c.width)
	row, line = carried(cells, c.row, rec.Row), carried(cells, c.line, rec.Line)
	return c.header(cells), row, line
}

// mark returns the mark that a refused row gets or keeps, "" for most; cells are
// what of returned.
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

// decimals is decimal of two numbers, as parts of one text: nearly every row has two.
func decimals(a, b int64) (string, string) {
	var buf [40]byte
	text := strconv.AppendInt(buf[:0], a, 10)
	n := len(text)
	all := string(strconv.AppendInt(text, b, 10))
	return all[:n], all[n:]
}

// mark begins the hubload_correlation_id of a row that couldn't be split into cells. Its
// report puts the text into some columns. Imported like that, the row would look good and
// have values in the wrong places.
const mark = "uncorrected-"

// Uncorrected returns a function that reports whether a record under a header is one
// that couldn't be split into cells when a failures file was written, and
// still is as it was written. It returns the code that the row was refused
// with. The function must not be called concurrently.
func Uncorrected(header []string) func(*csvfile.Record) (code string, ok bool) {
	c := columnsOf(header)
	if c.correlation < 0 || c.code < 0 {
		return func(*csvfile.Record) (string, bool) { return "", false }
	}
	return func(rec *csvfile.Record) (string, bool) {
		if rec.Problem != nil || !strings.HasPrefix(rec.Fields[c.correlation], mark) {
			return "", false
		}
		cells, _, _ := c.of(rec, nil)
		return rec.Fields[c.code], rec.Fields[c.correlation] == markOf(cells)
	}
}

// markOf is the mark of cells. It is that of their text and not of their quotes,
// which a spreadsheet may put or leave out as it likes.
func markOf(cells [][]byte) string {
	h := crc32.NewIEEE()
	for _, c := range cells {
		if len(c) > 1 && c[0] == '"' {
			c = bytes.ReplaceAll(c[1:len(c)-1], []byte(`""`), []byte(`"`))
		}
		h.Write(c)
		h.Write([]byte{0})
	}
	return fmt.Sprintf("%s%08x", mark, h.Sum32())
}
