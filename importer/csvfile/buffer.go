// The buffer between the source and the records.

package csvfile

import (
	"bytes"
	"io"
)

// skip passes what is left of a line that was too long, and blank lines. When
// it returns nil, either a record starts at pos or the input is at its end.
func (r *Reader) skip() error {
	for {
		text, last := r.window()
		if r.skipLine {
			_, next, ok := r.syntax.line(text, last)
			if ok {
				r.advance(next, 1)
				r.skipLine = false
				continue
			}
			if next = len(bytes.TrimSuffix(text, []byte("\r"))); next > 0 {
				r.advance(next, 0)
				continue
			}
		} else if next, delimited, ok := r.syntax.blank(text, last); ok {
			if next == 0 || delimited && r.header == nil {
				return nil
			}
			r.advance(next, 1)
			if delimited {
				r.stats.EmptyRows++
			} else {
				r.stats.BlankLines++
			}
			if r.header == nil && r.base+int64(r.pos) > MaxRecord {
				return r.fail(0, "the file has no header within its first MiB", "Its first line has to hold the names of the columns.")
			}
			continue
		} else if len(text) == MaxRecord {
			return nil // nothing but white space: a record that is too large
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
}

// scan splits the record at pos, with as much of the input as that takes and
// the limit allows.
func (r *Reader) scan() (span, error) {
	for {
		text, last := r.window()
		sp, ends := r.syntax.split(text, last, r.rec.ends[:0])
		r.rec.ends = ends
		if sp.state != short || last || len(text) == MaxRecord {
			return sp, nil
		}
		if err := r.fill(); err != nil {
			return sp, err
		}
	}
}

// window returns what is buffered from pos on. last says that the input ends
// there; a full buffer is never the last, so that the limit is the same
// whatever pieces the source comes in.
func (r *Reader) window() (text []byte, last bool) {
	text = r.buf[r.pos:r.end]
	return text, r.readErr == io.EOF && len(text) < MaxRecord
}

func (r *Reader) advance(n, lines int) {
	r.pos += n
	if r.converter != nil {
		lines = min(lines, 1)
	}
	r.line += int64(lines)
}

// fill reads on, or returns a [*FileError] when that fails; at the end of the
// input readErr is io.EOF afterwards. It makes the unread text at least twice
// as long if it can, so that splitting it from its start again costs constant
// time a byte, however little the source gives at a time.
func (r *Reader) fill() error {
	if r.readErr != nil && r.readErr != io.EOF {
		return r.sourceError(r.readErr, r.line)
	}
	r.base += int64(r.pos)
	unread := copy(r.buf, r.buf[r.pos:r.end])
	r.pos, r.end = 0, unread
	if unread > len(r.buf)/2 && len(r.buf) < MaxRecord {
		r.buf = append(make([]byte, 0, 2*len(r.buf)), r.buf...)
		r.buf = r.buf[:cap(r.buf)]
	}
	for idle := 0; r.readErr == nil && r.end < len(r.buf) && r.end <= 2*unread; {
		var n int
		n, r.readErr = r.src.text.Read(r.buf[r.end:])
		r.end += n
		if idle++; n > 0 {
			idle = 0
		}
		if idle == 100 {
			r.readErr = io.ErrNoProgress
		}
	}
	return nil
}
