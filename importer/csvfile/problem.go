// What can be wrong: with a record, and with a file.

package csvfile

import (
	"errors"
	"strconv"
	"strings"
)

// The codes of a [Problem].
const (
	CodeFieldCount       = "CSV_FIELD_COUNT"       // more or fewer cells than the header
	CodeQuote            = "CSV_QUOTE"             // a quote where none is allowed, or text after a closing one
	CodeUnclosedQuote    = "CSV_UNCLOSED_QUOTE"    // a quote that isn't closed on its line or where a later record begins
	CodeCutOff           = "CSV_CUT_OFF"           // the file ends inside a quoted cell
	CodeEncoding         = "CSV_ENCODING"          // bytes that are not text in the file's encoding
	CodeControlCharacter = "CSV_CONTROL_CHARACTER" // such as NUL, or CR outside quotes
	CodeTooLarge         = "CSV_TOO_LARGE"         // a line longer than 1 MiB
)

// A Problem says why a record has no fields.
type Problem struct {
	Code    string // one of the constants
	Line    int64  // physical line of the place, 1-based
	Column  string // header name of the column, "" when it is not known
	Message string // one sentence with the fix; holds no cell values

	// Beyond is, with CodeFieldCount, the start of what stands beyond the last column,
	// with its delimiters; "" when the record has too few cells.
	Beyond string
}

// ErrChanged is what a [FileError] wraps when a file opened with [Open] has
// another size or modification time at its end than it had at the start.
var ErrChanged = errors.New("the file changed while it was read")

// A FileError says why a file can't be read at all or can't be read on.
type FileError struct {
	Path    string // "" for NewReader
	Line    int64  // physical line, 0 when it is about the whole file
	Message string // what is wrong, a clause without a full stop
	Hint    string // what to do, a sentence; may be ""
	Err     error  // the cause, or nil
}

// Error returns all of it as one line.
func (e *FileError) Error() string {
	var b strings.Builder
	b.WriteString(e.Path)
	if e.Line > 0 {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString("line ")
		b.WriteString(strconv.FormatInt(e.Line, 10))
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	if e.Err != nil && !errors.Is(e.Err, ErrChanged) {
		b.WriteString(": ")
		b.WriteString(e.Err.Error())
	}
	if e.Hint != "" {
		b.WriteString(". ")
		b.WriteString(e.Hint)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }
