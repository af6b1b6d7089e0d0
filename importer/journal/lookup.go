// The whole fate of a row, read back from the file.

package journal

import (
	"fmt"
	"io"
)

// A cache holds what was last read of the file, so that rows asked in order
// cost one read per 64 kB and one decoding per record, also where the records
// of several workers interleave.
type cache struct {
	window  []byte // bytes of the file
	start   int64  // offset of window
	records [16]cached
	next    int // the record to be replaced

	entry  indexEntry // of the row that was asked for last; the zero one holds none
	record *cached    // of that entry
}

type cached struct {
	offset int64 // 0 is the header, which has no fates: an empty entry
	groups []group
}

const (
	windowSize = 64 << 10
	windowBack = 16 << 10 // bytes before the record that are kept too
)

// Fate returns the whole fate of a row; false when it has none. It is read from
// the file: rows in ascending order come fast.
//
// The error is a [*DamageError] when the file has changed since it was loaded.
func (s *State) Fate(row int64) (Fate, bool, error) {
	if _, ok := s.Kind(row); !ok {
		return Fate{}, false, nil
	}
	c := &s.cache
	if !c.entry.holds(row) {
		at := s.index.at(row)
		rec, err := s.record(at.offset)
		if err != nil {
			return Fate{}, false, err
		}
		c.entry, c.record = at, rec
	}
	for i := range c.record.groups {
		g := &c.record.groups[i]
		n, ok := g.Rows.rank(row)
		if !ok {
			continue
		}
		f := g.Fate
		f.Row = row
		if g.ids != nil {
			f.ID = g.ids[n]
		}
		return f, true, nil
	}
	return Fate{}, false, s.changed(fmt.Sprintf("row %d is gone", row))
}

func (s *State) record(offset int64) (*cached, error) {
	c := &s.cache
	for i := range c.records {
		if c.records[i].offset == offset {
			return &c.records[i], nil
		}
	}
	line, err := s.lineAt(offset)
	if err != nil {
		return nil, err
	}
	if len(line) == 0 {
		return nil, s.changed(fmt.Sprintf("the record at byte %d is gone", offset))
	}
	rec, err := decode(line)
	if err != nil {
		return nil, s.changed(err.Error())
	}
	next := cached{offset, rec.Fates}
	for i := range next.groups {
		g := &next.groups[i]
		if g.hasID() && (g.Kind != Existing || g.IDs != nil) {
			if g.ids, err = decodeIDs(g.IDs, g.Rows.len()); err != nil {
				return nil, s.changed(err.Error())
			}
		}
	}
	into := &c.records[c.next]
	c.next = (c.next + 1) % len(c.records)
	*into = next
	return into, nil
}

// lineAt returns the line of the record at offset, empty when there is none. It is valid
// until the next call.
func (s *State) lineAt(offset int64) ([]byte, error) {
	c := &s.cache
	for size := windowSize; ; size *= 4 {
		if i := offset - c.start; i >= 0 && i < int64(len(c.window)) {
			if n := recordLength(c.window[i:]); n > 0 {
				return c.window[i:][:n], nil
			}
		}
		if size > 8*maxLine {
			return nil, nil
		}
		if cap(c.window) < size {
			c.window = make([]byte, size)
		}
		c.start = max(0, offset-windowBack)
		n, err := s.file.ReadAt(c.window[:size], c.start)
		c.window = c.window[:n]
		if err == io.EOF {
			size = 8 * maxLine // this is all: look once more
		} else if err != nil {
			return nil, fmt.Errorf("reading the journal: %w", err)
		}
	}
}

func (s *State) changed(reason string) error {
	return &DamageError{Path: s.path, Reason: reason + " since the journal was loaded"}
}
