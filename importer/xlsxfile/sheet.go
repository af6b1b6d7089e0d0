// The sheet: its rows as lines of a CSV.

package xlsxfile

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"

	"github.com/hubload/hubload/importer/csvfile"
)

// Excel's own limits.
const (
	maxRows    = 1_048_576
	maxColumns = 16_384
)

// A sheet is a [csvfile.Converter].
type sheet struct {
	path   string
	file   *os.File
	opened os.FileInfo
	w      *workbook
	name   string
	notes  []string
	styles []bool
	texts  *texts
	x      *xmlReader

	out    bytes.Buffer // lines that weren't read yet
	row    int64        // that was read last, from 1
	hidden int64        // rows that are hidden
	cells  []byte       // of the row at hand
	width  int          // of it
	value  []byte
	errors []cellError // of rows that weren't asked for yet
	used   map[int]string
	empty  []string
	done   error
}

// A cellError is one of Excel's errors, or another reason not to use a row.
type cellError struct {
	row    int64
	column int // -1: the whole row
	text   string
}

// begin goes to the sheet's first row.
func (s *sheet) begin(ref sheetRef) (err error) {
	if s.x, err = s.w.open(ref.part); err != nil {
		return err
	}
	for {
		e, err := s.x.next()
		if err == io.EOF {
			err = errCut
		}
		if err != nil {
			return err
		}
		if e.start && e.name == "sheetData" {
			return nil
		}
	}
}

// Read yields the sheet's rows as a CSV.
func (s *sheet) Read(p []byte) (int, error) {
	for s.out.Len() == 0 {
		if s.done != nil {
			return 0, s.done
		}
		if s.done = s.next(); s.done != nil && s.done != io.EOF {
			s.done = s.explain(s.done)
		}
	}
	return s.out.Read(p)
}

// next reads on to the end of a row.
func (s *sheet) next() error {
	for {
		e, err := s.x.next()
		switch {
		case err == io.EOF:
			return errCut
		case err != nil:
			return err
		case e.name == "sheetData":
			return s.end()
		case e.start && e.name == "row":
			return s.readRow(e)
		}
	}
}

// end is what is left to check after the last row.
func (s *sheet) end() error {
	now, err := s.file.Stat()
	if err != nil || now.Size() != s.opened.Size() || !now.ModTime().Equal(s.opened.ModTime()) {
		return &csvfile.FileError{Message: csvfile.ErrChanged.Error(), Hint: "Wait until it is complete, and start again.", Err: csvfile.ErrChanged}
	}
	for { // the archive's checksum is that of the whole part
		if _, err := s.x.next(); err != nil {
			return err
		}
	}
}

func (s *sheet) readRow(row element) error {
	number := s.row + 1
	if r := row.attr("r"); r != "" {
		n, err := strconv.ParseInt(r, 10, 64)
		if err != nil || n < number {
			return fmt.Errorf("row %.20q follows row %d", r, s.row)
		}
		number = n
	}
	if number > maxRows {
		return refuse("Save the sheet as CSV UTF-8.", "the sheet has more than %d rows", maxRows)
	}
	for ; s.row < number-1; s.row++ {
		s.out.WriteByte('\n') // a row that the file leaves out is empty
	}
	s.row = number
	s.cells, s.width = s.cells[:0], 0
	at := -1
	for n := 0; ; n++ {
		e, err := s.x.next()
		if err == io.EOF {
			err = errCut
		}
		if err != nil {
			return err
		}
		if e.name == "row" {
			break
		}
		if !e.start || e.name != "c" {
			continue
		}
		if at++; e.attr("r") != "" {
			c := column(e.attr("r"))
			if c < at {
				return fmt.Errorf("row %d: cell %.20q is out of order", number, e.attr("r"))
			}
			at = c
		}
		if at >= maxColumns {
			return refuse("Save the sheet as CSV UTF-8.", "row %d has more than %d columns", number, maxColumns)
		}
		if err := s.readCell(e, at); err != nil {
			return err
		}
	}
	if isTrue(row.attr("hidden")) && s.width > 0 {
		s.hidden++
	}
	if len(s.cells) >= csvfile.MaxRecord {
		s.errors = append(s.errors, cellError{s.row, -1, ""})
		s.cells = append(s.cells[:0], "(more than 1 MiB)"...)
	}
	s.out.Write(s.cells)
	return s.out.WriteByte('\n')
}

// readCell reads a cell that was begun, the one at column at of the row.
func (s *sheet) readCell(c element, at int) error {
	kind, style := c.attr("t"), c.attr("s")
	s.value = s.value[:0]
	for {
		e, err := s.x.next()
		if err == io.EOF {
			err = errCut
		}
		if err != nil {
			return err
		}
		if !e.start {
			if e.name == "c" {
				break
			}
			continue
		}
		switch e.name {
		case "v", "is":
			if s.value, err = s.x.text(s.value, e.name); err != nil {
				return err
			}
		}
	}
	if len(s.value) == 0 {
		return nil
	}
	text := s.value
	switch kind {
	case "s":
		var err error
		if text, err = s.texts.at(string(s.value)); err != nil {
			return err
		}
	case "inlineStr", "str":
		text = unescape(s.value)
	case "b":
		text = strconv.AppendBool(nil, isTrue(string(s.value)))
	case "e":
		if len(s.cells) < csvfile.MaxRecord {
			s.errors = append(s.errors, cellError{s.row, at, string(s.value)})
		}
	case "", "n":
		if i, err := strconv.Atoi(style); err == nil && i >= 0 && i < len(s.styles) && s.styles[i] {
			text = []byte(date(string(s.value), s.w.date1904))
		} else {
			text = []byte(number(string(s.value)))
		}
	}
	s.put(at, text)
	return nil
}

// put writes a cell at a column that the row doesn't have yet.
func (s *sheet) put(at int, text []byte) {
	if len(text) == 0 || len(s.cells) >= csvfile.MaxRecord {
		return
	}
	for ; s.width < at; s.width++ {
		s.cells = append(s.cells, ',')
	}
	if bytes.ContainsAny(text, ",\"\r\n") {
		s.cells = append(s.cells, '"')
		s.cells = append(s.cells, bytes.ReplaceAll(text, []byte(`"`), []byte(`""`))...)
		s.cells = append(s.cells, '"')
		return
	}
	s.cells = append(s.cells, text...)
}

// Notes says which sheet is read.
func (s *sheet) Notes() []string { return s.notes }

// Hidden returns how many rows were hidden so far.
func (s *sheet) Hidden() int64 { return s.hidden }

// Offset returns how far the archive was read.
func (s *sheet) Offset() int64 { return s.w.dir.at }

// Problem says of a row whether it holds an error in a column that is used.
func (s *sheet) Problem(line int64, _ []string) *csvfile.Problem {
	var p *csvfile.Problem
	for len(s.errors) > 0 && s.errors[0].row <= line {
		e := s.errors[0]
		s.errors = s.errors[1:]
		name, used := s.used[e.column]
		switch {
		case e.row < line || p != nil:
		case e.column < 0:
			p = &csvfile.Problem{Code: csvfile.CodeTooLarge, Line: line, Message: "The row is larger than 1 MiB, and isn't kept: shorten its cells."}
		case used && !slices.Contains(s.empty, e.text):
			p = &csvfile.Problem{
				Code: CodeCellError, Line: line, Column: name,
				Message: fmt.Sprintf("Cell %s%d of the sheet holds the error %.20s: repair its formula, and save the workbook.", reference(e.column), e.row, e.text),
			}
		}
	}
	return p
}

// Close closes the file.
func (s *sheet) Close() error {
	if s.x != nil {
		s.x.close()
	}
	s.texts.close()
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
