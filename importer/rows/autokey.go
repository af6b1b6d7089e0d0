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

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

// A Content is a hash of what a row sends: its properties and its associations, in any
// order. Records that the row names by a value count by that value, [api.Folded]. Equal
// rows have one Content, whatever file, order, encoding or run they come from.
type Content [16]byte

// ContentOf returns the content of a record as [mapping.Mapper.Map] fills it, before it
// has positions, looked-up ids or an automatic key. Of many records a [Hasher] makes it
// faster.
func ContentOf(rec *mapping.Record) Content { return new(Hasher).ContentOf(rec) }

// A Hasher makes contents in memory that it uses again. With new memory for each row they
// were a third of all that an import allocates (2026-11). The zero value is ready to use;
// it belongs to one goroutine.
type Hasher struct {
	text, sorted []byte
	parts        [][]byte
}

// ContentOf is like [ContentOf].
func (h *Hasher) ContentOf(rec *mapping.Record) Content {
	h.text, h.parts = h.text[:0], h.parts[:0]
	for _, p := range rec.Properties {
		if p.Value != "" { // a new record has nothing to clear
			h.add("property", p.Name, p.Value)
		}
	}
	for _, a := range rec.Associations {
		h.add("association", a.Category, strconv.Itoa(a.TypeID), strings.TrimLeft(a.ID, "0"))
	}
	for _, l := range rec.Lookups {
		a := l.Association
		h.add("lookup", l.IDProperty, a.Category, strconv.Itoa(a.TypeID), l.To, l.Property, api.Folded(l.Value))
	}
	slices.SortFunc(h.parts, bytes.Compare)
	h.sorted = h.sorted[:0]
	for _, p := range slices.CompactFunc(h.parts, bytes.Equal) {
		h.sorted = append(h.sorted, p...)
	}
	sum := sha256.Sum256(h.sorted)
	return Content(sum[:16])
}

// add adds a part. Each field says its length, so that different parts can't look the same
// together.
func (h *Hasher) add(fields ...string) {
	start := len(h.text)
	for _, f := range fields {
		if n := len(f); n < 10 {
			h.text = append(h.text, byte('0'+n), ':') // AppendInt was a tenth of the ledger's pass
		} else {
			h.text = append(strconv.AppendInt(h.text, int64(n), 10), ':')
		}
		h.text = append(h.text, f...)
	}
	h.parts = append(h.parts, h.text[start:len(h.text):len(h.text)])
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
	var hasher Hasher
	equal := map[Content]int64{}
	err := eachRecord(ctx, open, m, func(_ *Row, rec *mapping.Record) {
		c := hasher.ContentOf(rec)
		if seen.add(binary.BigEndian.Uint64(c[:])) {
			equal[c] = 0
		}
	})
	out := Ordinals{}
	if err != nil || len(equal) == 0 {
		return out, err
	}
	err = eachRecord(ctx, open, m, func(row *Row, rec *mapping.Record) {
		c := hasher.ContentOf(rec)
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
