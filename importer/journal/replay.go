// Reading a journal from its start: what is whole, what is torn, what is damaged.

package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// ErrDamaged is what every [*DamageError] is, by [errors.Is].
var ErrDamaged = errors.New("the journal is damaged")

// A DamageError says that a journal isn't as it was written. Its run can't go on: put
// the file back from a copy, or start another run, with a unique key if rows may have
// been sent.
type DamageError struct {
	Path   string
	Line   int64 // counts from 1; 0 when the file has changed while it was in use
	Reason string
}

func (e *DamageError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("the journal %s is damaged: %s", e.Path, e.Reason)
	}
	return fmt.Sprintf("the journal %s is damaged at line %d: %s", e.Path, e.Line, e.Reason)
}

// Is reports whether target is [ErrDamaged].
func (e *DamageError) Is(target error) bool { return target == ErrDamaged }

var errVersion = errors.New("the journal was written by another version of hubload; finish its run with that version")

// tail is what follows the last line end of a file.
type tail struct {
	end       int64 // offset after the last whole record, with its line end if it has one
	torn      int64 // bytes after that
	noLineEnd bool  // the last whole record lacks its line end
}

// replay reads records into s up to the end of r. A line that has its line end
// was written whole, and may have been synced and acted on: when it isn't
// valid, the file is damaged. What follows the last line end is torn, because
// an append didn't come to its end, and counts as far as it is a whole record.
func replay(r io.Reader, path string, s *State) (tail, error) {
	br := bufio.NewReaderSize(r, 256<<10)
	var t tail
	for n := int64(1); ; n++ {
		line, size, err := readLine(br)
		if err != nil && err != io.EOF {
			return t, fmt.Errorf("reading the journal: %w", err)
		}
		damaged := func(reason string) error {
			return &DamageError{Path: path, Line: n, Reason: reason}
		}
		whole := recordLength(line)
		if err == nil && (whole == 0 || int64(whole) != size-1) {
			return t, damaged("the checksum doesn't match")
		}
		if whole > 0 {
			rec, err := decode(line[:whole])
			if err == nil {
				err = s.note(n, t.end, rec)
			}
			if errors.Is(err, errVersion) {
				return t, fmt.Errorf("%s: %w", path, err)
			}
			if err != nil {
				return t, damaged(err.Error())
			}
			t.end += int64(whole)
		}
		if err == nil {
			t.end++
			continue
		}
		t.torn = size - int64(whole)
		t.noLineEnd = whole > 0
		if t.end == 0 {
			return t, damaged("there is no complete header")
		}
		return t, nil
	}
}

// readLine returns the next line, with its line end if it has one, and its size;
// io.EOF comes with a line that has none. Of a line that is too long to be
// valid the start only is returned. The line is valid until the next call.
func readLine(br *bufio.Reader) (line []byte, size int64, err error) {
	line, err = br.ReadSlice('\n')
	size = int64(len(line))
	if err != bufio.ErrBufferFull {
		return line, size, err
	}
	long := append([]byte(nil), line...)
	for err == bufio.ErrBufferFull {
		line, err = br.ReadSlice('\n')
		size += int64(len(line))
		if len(long) < maxLine {
			long = append(long, line...)
		}
	}
	return long, size, err
}
