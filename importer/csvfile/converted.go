// Files of another kind, read as the CSV that they become.

package csvfile

import "io"

// A Converter makes CSV of a file of another kind. It yields UTF-8 with commas and LF: the
// row with the header, and then each row of the file as one record, or as a blank line.
// An error of Read that is a [*FileError] is the error of the [Reader].
type Converter interface {
	io.ReadCloser

	// Notes are those of [Reader.Notes].
	Notes() []string

	// Problem says why a row that was read can't be used, nil when it can. It is called
	// at most once for a row, and in their order, before the next row is read.
	Problem(line int64, fields []string) *Problem

	// Hidden returns how many rows were hidden so far.
	Hidden() int64

	// Offset returns how many bytes of the file were read.
	Offset() int64
}

// NewConverted is [NewReader] for what a Converter yields; path is its file's. The lines
// of the result are the file's rows: line is the first one's, and each record is one line,
// whatever its cells hold. Its Dialect is the one of reports for spreadsheets: with a byte
// order mark. Short rows don't count, for there is no cell that could be missing. Of
// Options, Encoding and Delimiter have no use. The Reader's Close closes the Converter,
// which an error does too.
func NewConverted(path string, c Converter, line int64, o Options) (*Reader, error) {
	o.Encoding, o.Delimiter = "", ','
	r := &Reader{path: path, converter: c, line: line, charset: utf8Set, notes: c.Notes()}
	r.dialect = Dialect{Encoding: utf8Set.name, BOM: true}
	r.src.text = c
	if err := r.readHeader(o); err != nil {
		c.Close()
		return nil, err
	}
	return r, nil
}

// judge asks the Converter about a record that has fields.
func (r *Reader) judge() {
	if r.converter == nil || r.rec.Fields == nil {
		return
	}
	if p := r.converter.Problem(r.rec.Line, r.rec.Fields); p != nil {
		r.rec.Fields, r.rec.Problem = nil, p
	}
}

// nextLine returns where the line after the one at the start of text begins: after a
// record, where one record is one line.
func (r *Reader) nextLine(text []byte, last bool) (n, next int, ok bool) {
	if r.converter == nil {
		return r.syntax.line(text, last)
	}
	sp, _ := r.syntax.split(text, last, nil)
	return sp.n, sp.next, sp.state == whole
}
