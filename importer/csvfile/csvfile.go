// What people call a CSV, read so that every byte of it is accounted for.

// Package csvfile reads what people call a CSV and says of every record
// either what its fields are or what is wrong with it, and writes records back
// in the dialect of the file that they came from.
//
// # Terms
//
// A record is one row of data: one physical line, or several when a quoted cell
// holds line ends. A cell is the text between two delimiters as the file has it,
// with its quotes; a field is the value that the cell stands for. A physical
// line ends with LF or CRLF, or with CR in a file whose first 64 KiB hold CR
// and no LF. CRCRLF is one line end too: what becomes of CRLF where a program writes CRLF
// for LF.
//
// # What it guarantees over encoding/csv
//
//   - Fields keep their bytes. encoding/csv turns CRLF inside quotes into LF.
//   - Each record comes with its bytes as the file has them
//     ([Record.Raw], [Record.AppendCells]), so that a row can be written back
//     unchanged.
//   - A bad record costs that record. encoding/csv ends at the first one, and
//     an unclosed quote makes it read the rest of the file into memory. Here it
//     costs one [Problem] at the line of the quote, and reading goes on at the
//     next physical line that parses to the header's number of fields.
//   - Memory is bounded whatever the input holds: a record has at most 1 MiB,
//     its line end included, and 10,000 physical lines; a header has at most
//     2,000 columns, and begins within the first MiB of text. So a file that
//     is refused is refused soon, however large it is, compressed or not.
//   - Row and line numbers are exact, after quoted line ends and bad records too.
//   - Encodings, byte order marks, gzip and zstd, the delimiter, an Excel
//     "sep=;" line and CR line ends are recognised, and [Reader.Notes] says what
//     was done. Text that doesn't decode is an error and never U+FFFD.
//
// # What is accepted
//
// Quoting is that of RFC 4180: a cell that holds the delimiter, a quote or a
// line end is in double quotes, and a quote inside is doubled. Quotes elsewhere,
// control characters other than TAB (and line ends inside quotes) and Unicode
// noncharacters are problems. Comments don't exist: # is data. Three things are read beyond
// the RFC, where nothing else can be meant:
//
//   - a cell ="00012" without quotes around it, as programs write for Excel;
//   - a blank behind each delimiter, where the header has one behind each of its own; it
//     is no part of the cell;
//   - two delimiters in place of one, where each second column of the header has no name.
//
// A record has as many cells as the header. What spreadsheets leave out or add at the end
// of a line changes nothing in it: cells that are missing are empty, and cells that are
// empty may be too many. Lines of white space are skipped, and so are lines of
// delimiters and white space, which Excel writes for deleted rows. [Reader.Stats] counts
// all of these.
package csvfile

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"
)

// MaxRecord is how many bytes a record may have, with its line end.
const MaxRecord = 1 << 20

// The other limits that keep memory constant.
const (
	maxLines   = 10_000   // physical lines of a record
	maxColumns = 2_000    // of a header
	sampleSize = 64 << 10 // bytes from which encoding and line ends are found
)

// Options say what is known of a file beforehand. The zero value recognises
// everything.
type Options struct {
	// Encoding is one of utf-8, utf-16, utf-16le, utf-16be, windows-1250, -1251, -1252 and
	// -1254, iso-8859-1, -2 and -15, shift_jis, euc-jp, iso-2022-jp, euc-kr, gb18030, big5,
	// macintosh, cp850, or a usual alias of one such as cp949 or gbk; case, - and _ don't
	// matter. "" recognises UTF-8, and UTF-16 with a byte order mark; other input is a
	// [FileError] that names the encoding or shows some cells in the likeliest ones.
	Encoding string

	// Delimiter is TAB or a printable ASCII character other than the quote.
	// 0 finds the one of , ; TAB | under which the header holds most of
	// Columns, or gives the most columns when that doesn't decide. A line
	// such as sep=; at the start of the file rules over a 0, not over a value.
	Delimiter rune

	// Columns are names that the header is expected to hold. They serve to
	// find the delimiter and the header only.
	Columns []string

	// HeaderLine is the physical line of the header, from 1. 0 takes the first of the
	// first 20 lines that holds most of Columns, and the first line that isn't blank
	// where none holds any or there are no Columns.
	HeaderLine int64

	// CutAt are lengths that the file had before, when it was cut off inside of a record:
	// such a record is read as it was then, up to there, and [Record.Cut] says so. Files
	// that are compressed, UTF-16 or no CSV are read as they are now.
	CutAt []int64

	// SkipTitles finds the header where neither HeaderLine nor Columns say it: where the
	// first line has one cell only, it is the first of 20 lines with as many as the
	// lines after it.
	SkipTitles bool
}

// A Dialect is how a file writes its records.
type Dialect struct {
	Encoding  string // as in Options, with the byte order of UTF-16
	BOM       bool   // the file starts with a byte order mark
	Delimiter rune
	LineEnd   string // of the header's line: "\n", "\r\n" or "\r"
}

// A Reader reads the records of one file. Except for Offset its methods must
// not be called concurrently.
type Reader struct {
	path    string
	file    *os.File    // nil for NewReader
	opened  os.FileInfo // of file when it was opened
	src     source
	dialect Dialect
	charset *charset
	decoder decoder
	syntax  syntax
	notes   []string

	converter Converter // nil for a CSV

	header     []string
	cells      [][]byte // of the header, raw
	headerLine int64    // physical line
	cutAt      []int64  // see Options
	gapped     bool     // each second column has no name: two characters delimit

	buf      []byte
	pos, end int   // buf[pos:end] is unread
	base     int64 // offset of buf[0] in the text
	line     int64 // physical line that starts at pos, 1-based
	skipLine bool  // the rest of a line that was too long is still to be skipped
	readErr  error // what the source said after buf[:end]
	failed   error // what Read keeps returning
	row      int64
	stats    Stats
	rec      Record
	fieldBuf []string
	scratch  []byte
	offset   atomic.Int64 // see Offset
}

// NewReader reads the start of src up to the end of the header. gzip and zstd
// are recognised by their first bytes and decompressed. An error is a
// [*FileError], also for unusable Options. The caller closes src after
// closing the Reader.
func NewReader(src io.Reader, o Options) (*Reader, error) {
	r := &Reader{line: 1}
	if err := r.start(src, o); err != nil {
		r.src.close()
		return nil, err
	}
	return r, nil
}

// start finds the dialect and reads the header.
func (r *Reader) start(src io.Reader, o Options) error {
	if o.Delimiter != 0 && !isDelimiter(o.Delimiter) {
		return r.fail(0, fmt.Sprintf("the delimiter %q can't be used", o.Delimiter), "Use TAB or one printable ASCII character other than the quote.")
	}
	if err := r.src.open(src); err != nil {
		return r.sourceError(err, 0)
	}
	if err := r.recognise(o.Encoding); err != nil {
		return err
	}
	if r.src.kind == "" && !r.charset.transcoded() {
		r.cutAt = o.CutAt
	}
	return r.readHeader(o)
}

// Close releases what Open and the decompression hold.
func (r *Reader) Close() error {
	r.failed = &FileError{Path: r.path, Message: "the file was closed", Err: os.ErrClosed}
	r.src.close()
	switch {
	case r.converter != nil:
		return r.converter.Close()
	case r.file != nil:
		return r.file.Close()
	}
	return nil
}

// Header returns the names of the columns, decoded, as they stand: names may
// be empty or occur twice.
func (r *Reader) Header() []string { return slices.Clone(r.header) }

// HeaderLine returns the physical line on which the header starts.
func (r *Reader) HeaderLine() int64 { return r.headerLine }

// HeaderCells returns the header's cells as raw CSV text including their
// quotes, for [Writer.Write].
func (r *Reader) HeaderCells() [][]byte { return slices.Clone(r.cells) }

// Dialect returns what was found or pinned.
func (r *Reader) Dialect() Dialect { return r.dialect }

// Notes returns what was found and done that a user should know, one sentence
// each.
func (r *Reader) Notes() []string { return slices.Clone(r.notes) }

// Stats returns what was overlooked so far.
func (r *Reader) Stats() Stats {
	s := r.stats
	if r.converter != nil {
		s.HiddenRows = r.converter.Hidden()
	}
	return s
}

// Offset returns how many bytes of the source, compressed as it may be, were
// taken by the header and what Read has returned. For compressed files and UTF-16
// it is an estimate: the share of what is buffered. It may be called from any
// goroutine.
func (r *Reader) Offset() int64 { return r.offset.Load() }

func (r *Reader) noteOffset() {
	at, ahead := r.base+int64(r.pos), r.base+int64(r.end)
	if ahead > 0 && r.converter != nil {
		at = int64(float64(r.converter.Offset()) * float64(at) / float64(ahead))
	} else if ahead > 0 && (r.src.kind != "" || r.charset.transcoded()) {
		at = int64(float64(r.src.count.n.Load()) * float64(at) / float64(ahead))
	}
	r.offset.Store(at)
}
