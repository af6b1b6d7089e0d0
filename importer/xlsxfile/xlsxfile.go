// Excel workbooks, read as the CSV that their sheet would become.

// Package xlsxfile reads a sheet of an Excel workbook (.xlsx, .xlsm) as a table.
//
// # What a cell becomes
//
//   - Text stays as it is: a number that was entered as text keeps its zeros.
//   - A number is what the file holds, and not what its format shows: 0.15 for 15 %,
//     1234.5 for 1.234,50 €. It is rounded to 15 digits, as Excel does itself.
//   - A number whose format is that of a date or a time is 2026-03-15,
//     2026-03-15T09:30:00 or 09:30:00. Durations ([h]:mm) stay numbers of days.
//   - A formula is its value when the workbook was saved.
//   - A boolean is true or false.
//   - An error such as #N/A makes a row unusable if its column is in Options.Columns.
//
// Rows and columns that are hidden, by a filter or by hand, are read too and counted. Of
// merged cells the first one has the value.
//
// # Limits
//
// The workbook is read in one pass and never held in memory; many texts are kept in a
// temporary file that has no name where the system allows it. Parts that are packed
// more than 200 to 1, rows beyond Excel's 1,048,576 and more than 16,384 columns are refused.
//
// # Why no library
//
// Of a row, excelize (v2.11.1) gives out texts without their type and format, so that dates
// can't be told from numbers nor errors from texts. Where the XML is damaged its Rows end
// without an error, and the rows that follow are lost without a word.
package xlsxfile

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
)

// CodeCellError is the code of the problem of a row that holds one of Excel's errors.
const CodeCellError = "CELL_ERROR"

// Options are those of package csvfile, and which sheet to read.
type Options struct {
	csvfile.Options

	// Sheet is its name. "" is the only visible sheet that holds anything.
	Sheet string

	// Empty are texts that stand for nothing, so that errors such as #N/A may be among them.
	Empty []string
}

// Is reports whether a file that starts so may be a workbook: it is a ZIP archive.
func Is(start []byte) bool { return strings.HasPrefix(string(start), "PK\x03\x04") }

// Open opens a workbook and reads up to the end of the header. An error is a
// [*csvfile.FileError]; where there are several sheets it names them. What Read finds at
// the end is checked against the file's size and modification time at the start.
func Open(path string, o Options) (*csvfile.Reader, error) {
	s := &sheet{path: path, empty: o.Empty}
	if err := s.open(o.Sheet); err != nil {
		s.Close()
		return nil, s.explain(err)
	}
	r, err := csvfile.NewConverted(path, s, 1, o.Options)
	if err != nil {
		return nil, err
	}
	s.used = usedColumns(r.Header(), o.Columns)
	return r, nil
}

func usedColumns(header, columns []string) map[int]string {
	used := map[int]string{}
	for i, name := range header {
		for _, c := range columns {
			if strings.TrimSpace(name) == strings.TrimSpace(c) {
				used[i] = name
			}
		}
	}
	return used
}

// open opens the parts of the workbook that are needed.
func (s *sheet) open(name string) (err error) {
	if s.file, err = os.Open(s.path); err != nil {
		return err
	}
	if s.opened, err = s.file.Stat(); err != nil {
		return err
	}
	dir := &limitedAt{r: s.file, left: maxDirectory}
	archive, err := zip.NewReader(dir, s.opened.Size())
	if err != nil {
		return err
	}
	dir.left = -1
	w := &workbook{parts: map[string]*zip.File{}, dir: dir}
	for _, f := range archive.File {
		w.parts[partName(f.Name)] = f
	}
	if err := w.read(); err != nil {
		return err
	}
	chosen, note, err := w.choose(name)
	if err != nil {
		return err
	}
	s.name, s.w = chosen.name, w
	s.notes = append(s.notes, note...)
	if s.styles, err = w.styles(); err != nil {
		return err
	}
	if s.texts, err = w.texts(); err != nil {
		return err
	}
	return s.begin(chosen)
}

// explain makes a [*csvfile.FileError] of an error.
func (s *sheet) explain(err error) error {
	switch e := err.(type) {
	case *csvfile.FileError:
		e.Path = s.path
		return e
	case *os.PathError:
		return &csvfile.FileError{Path: s.path, Message: "the file can't be opened", Err: e.Err}
	}
	return &csvfile.FileError{Path: s.path, Message: "the workbook is damaged", Hint: "Open it in Excel and save it again, or save the sheet as CSV UTF-8.", Err: err}
}

func refuse(hint, format string, args ...any) error {
	return &csvfile.FileError{Message: fmt.Sprintf(format, args...), Hint: hint}
}

var errCut = fmt.Errorf("it ends too early: %w", io.ErrUnexpectedEOF)
