// Reading the file: exactly what was written, up to a torn end.

package before

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// A DamageError says that a file isn't as it was written, and not only at its end.
type DamageError struct {
	Line   int64 // number of the record, from 1 for the header
	Reason string
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("record %d is damaged: %s", e.Line, e.Reason)
}

// scan calls yield for each value, and returns how many bytes are whole lines. Package
// encoding/csv would turn a CRLF within a value into LF.
func scan(r io.Reader, yield func(Value) bool) (whole int64, err error) {
	s := &scanner{in: bufio.NewReaderSize(r, 64<<10)}
	for line := int64(1); ; line++ {
		fields, err := s.line()
		if errors.Is(err, io.EOF) {
			return whole, nil
		}
		if err != nil {
			if d := new(DamageError); errors.As(err, &d) {
				d.Line = line
			}
			return whole, err
		}
		if line == 1 {
			if string(appendLine(nil, fields...)) != header {
				return whole, &DamageError{line, "it is not the header of such a file"}
			}
			whole = s.read
			continue
		}
		row, err := strconv.ParseInt(fields[0], 10, 64)
		if err != nil || row < 1 {
			return whole, &DamageError{line, "it has no number of a row"}
		}
		whole = s.read
		if !yield(Value{Row: row, ID: fields[1], Property: fields[2], Old: fields[3], New: fields[4]}) {
			return whole, nil
		}
	}
}

const columns = 5

type scanner struct {
	in   *bufio.Reader
	read int64
}

// line returns the fields of the next line, or [io.EOF] when no whole line is left.
func (s *scanner) line() ([]string, error) {
	fields := make([]string, 0, columns)
	for {
		if c, err := s.next(); err != nil {
			return nil, err
		} else if c != '"' {
			return nil, &DamageError{Reason: "a field has no quotes"}
		}
		field, after, err := s.field()
		if err != nil {
			return nil, err
		}
		fields = append(fields, field)
		switch {
		case after == ',' && len(fields) < columns:
		case after == '\n' && len(fields) == columns:
			return fields, nil
		default:
			return nil, &DamageError{Reason: fmt.Sprintf("it doesn't have %d fields", columns)}
		}
	}
}

// field returns the rest of a field that has begun, and the byte behind it.
func (s *scanner) field() (field string, after byte, err error) {
	var text []byte
	for {
		c, err := s.next()
		if err != nil {
			return "", 0, err
		}
		if c == '"' {
			if c, err = s.next(); err != nil {
				return "", 0, err
			}
			if c != '"' {
				return string(text), c, nil
			}
		}
		text = append(text, c)
	}
}

func (s *scanner) next() (byte, error) {
	c, err := s.in.ReadByte()
	if err == nil {
		s.read++
	}
	return c, err
}
