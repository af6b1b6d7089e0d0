// The byte order mark of failures.csv, without which Excel takes UTF-8 for something else
// and saves the names of customers wrongly.

package report

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// maxUnmarked is how much is held back to see whether it is all ASCII.
const maxUnmarked = 1 << 20

// A marked writer puts a byte order mark before UTF-8, unless all of it is ASCII and short
// enough to know that before anything is written.
type marked struct {
	w    io.Writer
	held bytes.Buffer
	done bool // the beginning is written
}

func (m *marked) Write(p []byte) (int, error) {
	if m.done {
		return m.w.Write(p)
	}
	m.held.Write(p)
	if ascii(p) && m.held.Len() <= maxUnmarked {
		return len(p), nil
	}
	rest := m.held.Bytes()
	m.held = *bytes.NewBuffer(append([]byte("\uFEFF"), rest...))
	return len(p), m.flush()
}

// flush writes what is held back.
func (m *marked) flush() error {
	m.done = true
	_, err := m.held.WriteTo(m.w)
	return err
}

func ascii(p []byte) bool {
	for _, c := range p {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
