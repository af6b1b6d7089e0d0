// Reading a journal from its start: what is whole, what is torn, what is damaged.

package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// tail is what follows the last line end of a file.
type tail struct {
	end     int64 // offset behind the last whole record, with its line end if it has one
	torn    int64 // bytes behind that
	unended bool  // the last whole record lacks its line end
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
		whole := sealed(line)
		if err == nil && (whole == 0 || int64(whole) != size-1) {
			return t, damaged("the checksum doesn't match")
		}
		if whole > 0 {
			rec, err := parse(line[:whole])
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
		t.unended = whole > 0
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
