// The lines of the file: one JSON object each, sealed with a checksum.

package journal

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"slices"
	"strconv"
	"time"
)

const (
	version = 1
	maxLine = 16 << 20 // bytes; a longer line is not written, and is damage when read
)

// A record is one line. Exactly one of Journal, Begin, End, Return, Settle and
// Complete is there and tells what it is.
type record struct {
	Journal int       `json:"journal,omitempty"` // version of the format
	Run     string    `json:"run,omitempty"`
	Started time.Time `json:"started,omitzero"`

	Begin    *int64 `json:"begin,omitempty"`  // number of the intent, 0 when nothing is to be sent
	End      int64  `json:"end,omitempty"`    // number of an intent
	Return   int64  `json:"return,omitempty"` // number of an intent
	Settle   int64  `json:"settle,omitempty"` // how many rows
	Complete *int64 `json:"complete,omitempty"`

	Slices  []sliceText `json:"slices,omitempty"`
	Rows    spans       `json:"rows,omitempty"`
	Attempt int         `json:"attempt,omitempty"` // absent: 1
	Reason  string      `json:"reason,omitempty"`

	Created  []idGroup `json:"created,omitempty"`
	Existing []idGroup `json:"existing,omitempty"`
	Refused  []group   `json:"refused,omitempty"`
	InDoubt  []group   `json:"in_doubt,omitempty"`
}

// A group is rows that share a fate, but for their ids.
type group struct {
	Rows          spans  `json:"rows"`
	Code          string `json:"code,omitempty"`
	Property      string `json:"property,omitempty"`
	Message       string `json:"message,omitempty"`
	CorrelationID string `json:"correlation_id,omitempty"`
	Retryable     bool   `json:"retryable,omitempty"`
	Attempts      int    `json:"attempts"`

	ids []byte // text of the ids, in the order of Rows
}

// groups yields all that the record says about fates.
func (r *record) groups() iter.Seq2[Kind, *group] {
	return func(yield func(Kind, *group) bool) {
		for i := range r.Created {
			if !yield(Created, (*group)(&r.Created[i])) {
				return
			}
		}
		for i := range r.Existing {
			if !yield(Existing, (*group)(&r.Existing[i])) {
				return
			}
		}
		for i := range r.Refused {
			if !yield(Refused, &r.Refused[i]) {
				return
			}
		}
		for i := range r.InDoubt {
			if !yield(InDoubt, &r.InDoubt[i]) {
				return
			}
		}
	}
}

// addFates puts fates into the record, those alike together.
func (r *record) addFates(fates []Fate) error {
	for i := range len(fates) - 1 { // slices.IsSortedFunc copies two fates a step
		if fates[i].Row > fates[i+1].Row {
			fates = slices.Clone(fates)
			slices.SortFunc(fates, func(a, b Fate) int { return cmp.Compare(a.Row, b.Row) })
			break
		}
	}
	type building struct {
		like Fate // all that the rows share
		rows spans
		ids  idWriter
	}
	var all []*building
	known := map[Fate]*building{}
	var b *building // of the row before, which mostly shares its fate
	for i := range fates {
		f := &fates[i]
		if err := f.check(); err != nil {
			return err
		}
		if b == nil || !f.isLike(&b.like) {
			like := f.shared()
			if b = known[like]; b == nil {
				b = &building{like: like}
				known[like] = b
				all = append(all, b)
			}
		}
		var err error
		if b.rows, err = b.rows.add(f.Row); err != nil {
			return err
		}
		if b.like.ID != "" {
			b.ids.add(f.ID)
		}
	}
	for _, b := range all {
		f := b.like
		g := group{b.rows, f.Code, f.Property, f.Message, f.CorrelationID, f.Retryable, f.Attempts, b.ids.end()}
		switch f.Kind {
		case Created:
			r.Created = append(r.Created, idGroup(g))
		case Existing:
			r.Existing = append(r.Existing, idGroup(g))
		case Refused:
			r.Refused = append(r.Refused, g)
		case InDoubt:
			r.InDoubt = append(r.InDoubt, g)
		}
	}
	return nil
}

// An idGroup is a group whose rows have ids. Its text is "rows=ids", and
// "@attempts" when that isn't 1: a batch takes half the bytes of the other form.
// Of existing rows whose ids nobody knows it is "rows" alone.
type idGroup group

func (g idGroup) MarshalText() ([]byte, error) { return g.appendText(nil), nil }

func (g *idGroup) appendText(dst []byte) []byte {
	dst = append(g.Rows.appendText(dst), g.ids...)
	if g.Attempts != 1 {
		dst = strconv.AppendInt(append(dst, '@'), int64(g.Attempts), 10)
	}
	return dst
}

func (g *idGroup) UnmarshalText(text []byte) (err error) {
	text, attempts, found := bytes.Cut(text, []byte("@"))
	g.Attempts = 1
	if found {
		if g.Attempts, err = strconv.Atoi(string(attempts)); err != nil || g.Attempts < 0 {
			return errors.New("a number of attempts is malformed")
		}
	}
	g.Rows, text, err = cutSpans(text)
	g.ids = bytes.Clone(text)
	return err
}

// A sliceText is a Slice whose text is "rows:crc".
type sliceText Slice

func (s sliceText) MarshalText() ([]byte, error) { return s.appendText(nil), nil }

func (s *sliceText) appendText(dst []byte) []byte {
	dst = append(spans{s.Span}.appendText(dst), ':')
	return appendCRC(dst, s.CRC)
}

// appendCRC appends a checksum as 8 hex digits.
func appendCRC(dst []byte, crc uint32) []byte {
	return hex.AppendEncode(dst, binary.BigEndian.AppendUint32(nil, crc))
}

func (s *sliceText) UnmarshalText(text []byte) error {
	list, rest, err := cutSpans(text)
	if err != nil || len(list) != 1 || len(rest) != 9 || rest[0] != ':' {
		return errors.New("a slice is malformed")
	}
	crc, err := strconv.ParseUint(string(rest[1:]), 16, 32)
	*s = sliceText{list[0], uint32(crc)}
	return err
}

// seal precedes the checksum of a line. It can't occur in a JSON text before
// the line's own: within a string the quotes would be escaped.
const (
	seal    = `,"crc":"`
	sealEnd = `"}`
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// line returns the record as a sealed line, with its line end.
func (r *record) line() ([]byte, error) {
	line, ok := r.appendCommon(make([]byte, 0, 256))
	if !ok {
		b := bytes.NewBuffer(line)
		enc := json.NewEncoder(b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(r); err != nil {
			return nil, err
		}
		line = bytes.TrimSuffix(b.Bytes(), []byte("}\n"))
	}
	crc := crc32.Checksum(line, castagnoli)
	line = append(appendCRC(append(line, seal...), crc), sealEnd+"\n"...)
	if len(line) > maxLine {
		return nil, fmt.Errorf("a record of %d bytes is too large: say it in several", len(line))
	}
	return line, nil
}

// sealed returns the length of the sealed record that b starts with, without a
// line end; 0 when it starts with none.
func sealed(b []byte) int {
	i := bytes.Index(b, []byte(seal))
	end := i + len(seal) + 8 + len(sealEnd)
	if i < 0 || len(b) < end {
		return 0
	}
	// Comparing text rather than numbers leaves one spelling only: a flipped
	// bit can turn a into A.
	var room [8 + len(sealEnd)]byte
	want := append(appendCRC(room[:0], crc32.Checksum(b[:i], castagnoli)), sealEnd...)
	if !bytes.Equal(b[i+len(seal):end], want) {
		return 0
	}
	return end
}

func parse(line []byte) (*record, error) {
	var r record
	if err := json.Unmarshal(line, &r); err != nil {
		return nil, err
	}
	r.Attempt = max(r.Attempt, 1)
	return &r, nil
}
