// The lines of the file: one JSON object each, with a checksum at its end.

package journal

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"slices"
	"time"
)

const (
	version = 2
	maxLine = 16 << 20 // bytes; a longer line is not written, and is damage when read
)

// A record is one line. Exactly one of Journal, Begin, End, Return, Settle and
// Complete is there and says what it is.
type record struct {
	Journal int       `json:"journal,omitempty"` // version of the format
	Run     string    `json:"run,omitempty"`
	Started time.Time `json:"started,omitzero"`

	Begin    *int64 `json:"begin,omitempty"`  // number of the intent, 0 when nothing is to be sent
	End      int64  `json:"end,omitempty"`    // number of an intent
	Return   int64  `json:"return,omitempty"` // number of an intent
	Settle   int64  `json:"settle,omitempty"` // how many rows
	Complete *int64 `json:"complete,omitempty"`

	Slices  []Slice `json:"slices,omitempty"`
	Rows    spans   `json:"rows,omitempty"`
	Attempt int     `json:"attempt,omitempty"` // absent: 1
	Reason  string  `json:"reason,omitempty"`
	Fates   []group `json:"fates,omitempty"`
}

// A group is rows that share a fate, but for their ids.
type group struct {
	Rows spans           `json:"rows"`
	IDs  json.RawMessage `json:"ids,omitempty"` // in the order of Rows
	Fate                 // of all rows, but for Row and ID
	ids  []string        // what IDs are, while a group is built and once they were asked for
}

// groupFates puts like fates together.
func groupFates(fates []Fate) (groups []group, err error) {
	byRow := func(a, b Fate) int { return cmp.Compare(a.Row, b.Row) }
	if !slices.IsSortedFunc(fates, byRow) {
		fates = slices.SortedFunc(slices.Values(fates), byRow)
	}
	known := map[Fate]int{} // index of a group
	at := -1                // of the row before, which mostly shares its fate
	for i := range fates {
		f := &fates[i]
		if err := f.check(); err != nil {
			return nil, err
		}
		like := f.shared()
		if at < 0 || groups[at].Fate != like {
			var ok bool
			if at, ok = known[like]; !ok {
				at = len(groups)
				known[like] = at
				groups = append(groups, group{Fate: like})
			}
		}
		g := &groups[at]
		if g.Rows, err = g.Rows.add(f.Row); err != nil {
			return nil, err
		}
		if like.ID != "" {
			g.ids = append(slices.Grow(g.ids, len(fates)-i), f.ID)
		}
	}
	for i := range groups {
		if g := &groups[i]; g.ids != nil {
			g.IDs = encodeIDs(g.ids)
		}
	}
	return groups, nil
}

// trailer precedes the checksum of a line. It can't occur in a JSON text before the
// line's own: within a string the quotes would be escaped.
const trailer = `,"crc":"`

// encode returns the record as a line, with its checksum and line end.
func (r *record) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, err
	}
	line := bytes.TrimSuffix(b.Bytes(), []byte("}\n"))
	line = append(appendTrailer(line, line), '\n')
	if len(line) > maxLine {
		return nil, fmt.Errorf("a record of %d bytes is too large: split it", len(line))
	}
	return line, nil
}

// appendTrailer appends the trailer of a record's other bytes.
func appendTrailer(dst, record []byte) []byte {
	return fmt.Appendf(dst, `%s%08x"}`, trailer, crc32.Checksum(record, castagnoli))
}

// recordLength returns the length of the valid record that b starts with, without a
// line end; 0 when it starts with none.
func recordLength(b []byte) int {
	i := bytes.Index(b, []byte(trailer))
	if i < 0 {
		return 0
	}
	// Comparing text rather than numbers leaves one spelling only: a flipped
	// bit can turn a into A.
	if want := appendTrailer(nil, b[:i]); bytes.HasPrefix(b[i:], want) {
		return i + len(want)
	}
	return 0
}

func decode(line []byte) (*record, error) {
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return nil, err
	}
	r.Attempt = max(r.Attempt, 1)
	return &r, nil
}
