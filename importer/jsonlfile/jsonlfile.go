// JSON lines, read as the CSV that they would become.

// Package jsonlfile reads files of JSON lines (.jsonl, .ndjson): one object a line.
//
// The columns are the keys of all objects, in the order in which they are seen first, so a
// file is read once for them before its first row. A key that an object lacks, null and ""
// are empty cells. Numbers, true and false are what is written, to the last digit.
//
// A row can't be used where its line isn't an object, a key stands twice in it, or a value
// is an object or a list. It costs that row.
//
// Files are UTF-8, with or without a byte order mark; gzip and zstd are recognised. A line
// has at most 1 MiB, and all lines together at most 2,000 keys.
package jsonlfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hubload/hubload/importer/csvfile"
)

// The codes of problems.
const (
	CodeJSON   = "JSON_INVALID" // the line isn't one object
	CodeNested = "JSON_NESTED"  // a value is an object or a list
)

const maxColumns = 2_000

// Is reports whether a file that starts so holds JSON lines: its first line is an object.
func Is(start []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimSpace(bytes.TrimPrefix(start, bom)), []byte("\n"))
	value := jsontext.Value(line)
	return len(line) > 0 && line[0] == '{' && value.IsValid()
}

var bom = []byte("\uFEFF")

// Open opens a file and finds its columns. The header is line 0 of the result. An error is a [*csvfile.FileError]. What Read finds at
// the end is checked against the file's size and modification time at the start.
func Open(path string) (*csvfile.Reader, error) {
	keys, err := findKeys(path)
	if err != nil {
		return nil, explain(path, err)
	}
	l := &lines{keys: keys}
	if err := l.open(path); err != nil {
		l.Close()
		return nil, explain(path, err)
	}
	l.index = make(map[string]int, len(keys))
	for i, key := range keys {
		l.index[key] = i
		if i > 0 {
			l.out.WriteByte(',')
		}
		l.out.Write(quoted([]byte(key)))
	}
	l.out.WriteByte('\n')
	l.cells = make([][]byte, len(keys))
	return csvfile.NewConverted(path, l, 0, csvfile.Options{})
}

func explain(path string, err error) error {
	if e, ok := errors.AsType[*csvfile.FileError](err); ok {
		e.Path = path
		return e
	}
	if e, ok := errors.AsType[*os.PathError](err); ok {
		err = e.Err
	}
	return &csvfile.FileError{Path: path, Message: "the file can't be read", Err: err}
}

// findKeys returns the keys of all objects, in the order in which they are seen first.
func findKeys(path string) (keys []string, err error) {
	l := &lines{}
	defer l.Close()
	if err := l.open(path); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	known := func(key []byte) error {
		if seen[string(key)] {
			return nil
		}
		if len(keys) == maxColumns {
			return &csvfile.FileError{Message: fmt.Sprintf("line %d has the key number %d, but at most 2,000 are allowed", l.line, maxColumns+1), Hint: "Remove the keys that you don't need."}
		}
		seen[string(key)] = true
		keys = append(keys, string(key))
		return nil
	}
	for {
		text, whole, err := l.read()
		if err == io.EOF && len(keys) == 0 {
			return nil, &csvfile.FileError{Message: "no line of the file is a JSON object with a key", Hint: `Each line has to be one, such as {"name": "Bolt", "quantity": 2}.`}
		}
		if err == io.EOF {
			return keys, nil
		}
		if err != nil {
			return nil, err
		}
		if !whole || len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if l.line == 1 && text[0] == '[' {
			return nil, &csvfile.FileError{Message: "the file is a JSON list, not JSON lines", Hint: "Write each of its objects on a line of its own, as jq -c '.[]' does."}
		}
		var full error
		_, bad := object(text, func(key []byte, _ jsontext.Value) bool {
			full = known(key)
			return full == nil
		})
		if full != nil {
			return nil, full
		}
		if bad != nil && l.line == 1 && len(keys) == 0 {
			return nil, &csvfile.FileError{Line: 1, Message: "the first line is not a JSON object", Hint: "Each line has to be one, as jq -c writes them.", Err: bad}
		}
	}
}

// lines are a [csvfile.Converter].
type lines struct {
	file   *os.File
	opened os.FileInfo
	count  atomic.Int64
	done   func()
	src    *bufio.Reader
	line   int64
	text   []byte

	keys     []string
	index    map[string]int
	cells    [][]byte
	out      bytes.Buffer
	problems []lineProblem
	failed   error
}

type lineProblem struct {
	line    int64
	problem *csvfile.Problem
}

func (l *lines) open(path string) (err error) {
	if l.file, err = os.Open(path); err != nil {
		return err
	}
	if l.opened, err = l.file.Stat(); err != nil {
		return err
	}
	src, done, err := csvfile.Decompress(&counter{l})
	if err != nil {
		return err
	}
	l.done = done
	l.src = bufio.NewReaderSize(src, 64<<10)
	if start, _ := l.src.Peek(len(bom)); bytes.Equal(start, bom) {
		l.src.Discard(len(bom))
	}
	return nil
}

// A counter reads the file and counts its bytes.
type counter struct{ l *lines }

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.l.file.Read(p)
	c.l.count.Add(int64(n))
	return n, err
}

// read returns the next line, or as much of it as the limit lets through.
func (l *lines) read() (text []byte, whole bool, err error) {
	l.text, whole = l.text[:0], true
	for {
		part, err := l.src.ReadSlice('\n')
		if len(l.text)+len(part) > csvfile.MaxRecord/2 {
			whole = false
			part = part[:min(len(part), max(0, 1000-len(l.text)))]
		}
		l.text = append(l.text, part...)
		switch {
		case err == bufio.ErrBufferFull:
		case err == io.EOF && len(l.text) == 0 && whole:
			return nil, false, io.EOF
		case err == nil || err == io.EOF:
			l.line++
			return bytes.TrimRight(l.text, "\r\n"), whole, nil
		default:
			return nil, false, err
		}
	}
}

// Read yields the objects as a CSV.
func (l *lines) Read(p []byte) (int, error) {
	for l.out.Len() == 0 {
		if l.failed != nil {
			return 0, l.failed
		}
		l.failed = l.next()
	}
	return l.out.Read(p)
}

func (l *lines) next() error {
	text, whole, err := l.read()
	if err == io.EOF {
		now, err := l.file.Stat()
		if err != nil || now.Size() != l.opened.Size() || !now.ModTime().Equal(l.opened.ModTime()) {
			return &csvfile.FileError{Message: csvfile.ErrChanged.Error(), Hint: "Wait until it is complete, and start again.", Err: csvfile.ErrChanged}
		}
		return io.EOF
	}
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return l.out.WriteByte('\n')
	}
	clear(l.cells)
	var p *csvfile.Problem
	if !whole {
		p = &csvfile.Problem{Code: csvfile.CodeTooLarge, Line: l.line, Message: "The line is larger than 512 KiB, and what goes beyond isn't kept: shorten its values."}
	} else {
		p, err = object(text, func(key []byte, value jsontext.Value) bool {
			l.cells[l.index[string(key)]] = cell(value)
			return true
		})
		if p == nil && err != nil {
			p = &csvfile.Problem{Code: CodeJSON, Message: fmt.Sprintf("The line is not one JSON object: %v.", reason(err))}
		}
	}
	if p != nil {
		p.Line = l.line
		l.problems = append(l.problems, lineProblem{l.line, p})
		if p.Code != CodeNested {
			clear(l.cells)
			l.cells[0] = quoted(text) // in a report it stands somewhere at least
		}
	}
	for i, c := range l.cells {
		if i > 0 {
			l.out.WriteByte(',')
		}
		l.out.Write(c)
	}
	return l.out.WriteByte('\n')
}

// Notes, Hidden and Offset are those of a [csvfile.Converter].
func (l *lines) Notes() []string { return nil }

// Hidden returns 0.
func (l *lines) Hidden() int64 { return 0 }

// Offset returns how many bytes of the file were read.
func (l *lines) Offset() int64 { return l.count.Load() }

// Problem says what is wrong with a line.
func (l *lines) Problem(line int64, _ []string) *csvfile.Problem {
	for len(l.problems) > 0 && l.problems[0].line <= line {
		p := l.problems[0]
		if l.problems = l.problems[1:]; p.line == line {
			return p.problem
		}
	}
	return nil
}

// Close closes the file.
func (l *lines) Close() error {
	if l.done != nil {
		l.done()
	}
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}
