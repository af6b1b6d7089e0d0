// Automatic keys: made of what a row sends, and of its number among equal rows.

package rows

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

// A Content is a hash of what a row sends: its properties and its associations, in any
// order. Records that the row names by a value count by that value, [api.Folded]. Equal
// rows have one Content, whatever file, order, encoding or run they come from.
type Content [16]byte

// ContentOf returns the content of a record as [mapping.Mapper.Map] fills it, before it
// has positions, looked-up ids or an automatic key.
func ContentOf(rec *mapping.Record) Content {
	// Each part says its length, so that different parts can't look the same together.
	b := contentBuffers.Get().(*contentBuffer)
	defer contentBuffers.Put(b)
	b.text, b.parts = b.text[:0], b.parts[:0]
	for _, p := range rec.Properties {
		if p.Value != "" { // a new record has nothing to clear
			b.add("property", p.Name, p.Value)
		}
	}
	for _, a := range rec.Associations {
		b.add("association", a.Category, strconv.Itoa(a.TypeID), strings.TrimLeft(a.ID, "0"))
	}
	for _, l := range rec.Lookups {
		a := l.Association
		b.add("lookup", l.IDProperty, a.Category, strconv.Itoa(a.TypeID), l.To, l.Property, api.Folded(l.Value))
	}
	slices.SortFunc(b.parts, bytes.Compare)
	b.sorted = b.sorted[:0]
	for _, p := range slices.CompactFunc(b.parts, bytes.Equal) {
		b.sorted = append(b.sorted, p...)
	}
	h := sha256.Sum256(b.sorted)
	return Content(h[:16])
}

// A contentBuffer is the memory in which a content is put together. With new memory for
// each row this was a third of all that an import allocates (2026-11).
type contentBuffer struct {
	text, sorted []byte
	parts        [][]byte
}

var contentBuffers = sync.Pool{New: func() any { return new(contentBuffer) }}

func (b *contentBuffer) add(fields ...string) {
	start := len(b.text)
	for _, f := range fields {
		if n := len(f); n < 10 {
			b.text = append(b.text, byte('0'+n), ':') // AppendInt was a tenth of the ledger's pass
		} else {
			b.text = append(strconv.AppendInt(b.text, int64(n), 10), ':')
		}
		b.text = append(b.text, f...)
	}
	b.parts = append(b.parts, b.text[start:len(b.text):len(b.text)])
}

// MarshalText writes the content in hex.
func (c Content) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, c[:]), nil }

// UnmarshalText reads what MarshalText writes.
func (c *Content) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(c)) {
		return fmt.Errorf("a content has %d hex digits, not %d", hex.EncodedLen(len(c)), len(text))
	}
	_, err := hex.Decode(c[:], text)
	return err
}

// Key is the automatic key of the n-th row with the content, from 1 on: 26 letters and
// digits, the same on any machine and at any time.
func (c Content) Key(n int64) string {
	h := sha256.Sum256(binary.BigEndian.AppendUint64(c[:], uint64(n)))
	return strings.ToLower(base32.StdEncoding.EncodeToString(h[:]))[:26]
}

// Ordinals are the numbers of rows among rows of equal content, from 1 on. A row that
// isn't there has the number 1.
type Ordinals map[int64]int64

// Of is the number of a row.
func (o Ordinals) Of(row int64) int64 { return max(o[row], 1) }

// FindOrdinals numbers the rows of an input among those of equal content, in the order
// of the input. Rows that can't be mapped don't count. It reads the input once or twice,
// and needs 16 MiB and about 100 bytes for each row that has an equal one before it.
//
// A failures file isn't numbered by itself: see [FindCorrected].
func FindOrdinals(ctx context.Context, open func() (Source, error), m *mapping.Mapper) (Ordinals, error) {
	var seen filter
	equal := map[Content]int64{}
	err := eachRecord(ctx, open, m, func(_ *Row, rec *mapping.Record) {
		c := ContentOf(rec)
		if seen.add(binary.BigEndian.Uint64(c[:])) {
			equal[c] = 0
		}
	})
	out := Ordinals{}
	if err != nil || len(equal) == 0 {
		return out, err
	}
	err = eachRecord(ctx, open, m, func(row *Row, rec *mapping.Record) {
		c := ContentOf(rec)
		n, ok := equal[c]
		if !ok {
			return
		}
		equal[c] = n + 1
		if n > 0 {
			out[row.Row] = n + 1
		}
	})
	return out, err
}
