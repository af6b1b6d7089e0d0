// Writing records back in the dialect of a file.

package csvfile

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A Writer writes records in the dialect of a file: its encoding, byte order
// mark, delimiter and line end. It must not be used concurrently. What it
// writes reaches the destination with Flush at the latest; the first error of
// the destination is returned by all later calls.
type Writer struct {
	w       *bufio.Writer
	dialect Dialect
	charset *charset // nil when the dialect's encoding isn't known
	started bool
	line    []byte // the record being made
	utf16   []byte // the same in UTF-16
}

// NewWriter returns a Writer to w. Where d doesn't say, it writes UTF-8,
// commas and LF.
func NewWriter(w io.Writer, d Dialect) *Writer {
	if d.Encoding == "" {
		d.Encoding = utf8Set.name
	}
	if d.Delimiter == 0 {
		d.Delimiter = ','
	}
	if d.LineEnd == "" {
		d.LineEnd = "\n"
	}
	cs, ok := charsetNamed(d.Encoding)
	if ok && cs == nil {
		cs = utf16LE
	}
	return &Writer{w: bufio.NewWriterSize(w, sampleSize), dialect: d, charset: cs}
}

// Write writes one record: the cells verbatim, as [Record.AppendCells] and
// [Reader.HeaderCells] give them, and after them the extra ones, which are
// text: quoted where needed and encoded, with ? for what the encoding lacks.
func (w *Writer) Write(cells [][]byte, extra []string) error {
	if err := w.begin(); err != nil {
		return err
	}
	for _, cell := range cells {
		w.line = append(append(w.line, cell...), byte(w.dialect.Delimiter))
	}
	for _, text := range extra {
		w.text(text)
	}
	return w.end()
}

// WriteRaw is Write for cells that stand together as they do in [Record.Raw], with
// the delimiter between them.
func (w *Writer) WriteRaw(cells []byte, extra []string) error {
	if err := w.begin(); err != nil {
		return err
	}
	w.line = append(append(w.line, cells...), byte(w.dialect.Delimiter))
	for _, text := range extra {
		w.text(text)
	}
	return w.end()
}

// Cell returns text as a cell for [Writer.Write]: quoted where needed and encoded, with ? for
// what the encoding lacks.
func (w *Writer) Cell(text string) []byte {
	line := w.line
	w.line = nil
	w.text(text)
	cell := w.line[:len(w.line)-1]
	w.line = line
	return cell
}

// WriteText writes one record of text, quoted where needed and encoded. When
// the encoding lacks a character it writes nothing and returns an error that
// names the character.
func (w *Writer) WriteText(cells []string) error {
	if err := w.begin(); err != nil {
		return err
	}
	for i, text := range cells {
		if c := w.text(text); c >= 0 {
			return fmt.Errorf("cell %d holds %q (U+%04X), which %s lacks", i+1, c, c, w.charset.name)
		}
	}
	return w.end()
}

// Flush writes what is buffered to the destination.
func (w *Writer) Flush() error { return w.w.Flush() }

func (w *Writer) begin() error {
	w.line = w.line[:0]
	if w.charset == nil {
		return fmt.Errorf("the encoding %q isn't known: use one of %s", w.dialect.Encoding, knownNames)
	}
	if !isDelimiter(w.dialect.Delimiter) {
		return fmt.Errorf("the delimiter %q can't be written", w.dialect.Delimiter)
	}
	return nil
}

// text appends a cell and a delimiter to the record. It returns the first
// character that the encoding lacks, -1 when it has all.
func (w *Writer) text(s string) (lacking rune) {
	if w.isPlain(s) {
		w.line = append(append(w.line, s...), byte(w.dialect.Delimiter))
		return -1
	}
	lacking = -1
	// A ? that stands for another character must not delimit either.
	quoted := w.dialect.Delimiter == '?' || strings.ContainsAny(s, "\"\r\n") || strings.ContainsRune(s, w.dialect.Delimiter) ||
		strings.Trim(s, " \t") != s
	if quoted {
		w.line = append(w.line, '"')
	}
	for i, c := range s {
		ok := c != utf8.RuneError || strings.HasPrefix(s[i:], string(utf8.RuneError))
		if ok {
			w.line, ok = w.charset.encode(w.line, c)
		}
		if !ok {
			w.line = append(w.line, '?')
			if lacking < 0 {
				lacking = c
			}
		}
		if c == '"' {
			w.line = append(w.line, '"')
		}
	}
	if quoted {
		w.line = append(w.line, '"')
	}
	w.line = append(w.line, byte(w.dialect.Delimiter))
	return lacking
}

// isPlain reports whether s is written as it is, in every charset: most cells of a
// report are numbers.
func (w *Writer) isPlain(s string) bool {
	delim := byte(w.dialect.Delimiter)
	for i := range len(s) {
		if c := s[i]; c <= ' ' && (c != ' ' || i == 0 || i == len(s)-1) || c > '~' || c == '"' || c == delim {
			return false
		}
	}
	return delim != '?'
}

// end ends the record, whose last cell has a delimiter too many.
func (w *Writer) end() error {
	if len(w.line) > 0 {
		w.line = w.line[:len(w.line)-1]
	}
	if len(w.line) == 0 {
		w.line = append(w.line, `""`...) // an empty line would be no record
	}
	w.line = append(w.line, w.dialect.LineEnd...)
	if !w.started && w.dialect.BOM {
		w.w.WriteString(w.charset.bom) // bufio keeps the error for the next call
	}
	w.started = true
	line := w.line
	if w.charset.utf16 {
		w.utf16 = appendUTF16(w.utf16[:0], line, w.charset.big)
		line = w.utf16
	}
	if w.charset.stream {
		var err error
		if line, err = w.charset.table.NewEncoder().Bytes(bytes.ReplaceAll(line, []byte("\uFFFD"), []byte("?"))); err != nil {
			return err
		}
	}
	_, err := w.w.Write(line)
	return err
}
