// Rows that share a key, found before the first of them is sent.

package importer

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"math/bits"

	"github.com/hubload/hubload/mapping"
)

// maxDuplicates is how many rows may share keys before the key is taken for none.
const maxDuplicates = 10_000

// A Duplicate is another row of the input that has the same key.
type Duplicate struct{ Row, Line int64 }

func (d Duplicate) message(line int64) string {
	return fmt.Sprintf("line %d and line %d (row %d) have the same key: give each row a key of its own", line, d.Line, d.Row)
}

// FindDuplicates reads the input twice and returns the rows whose key is another
// row's too. Rows that can't be mapped are left out: they are refused anyhow. Its
// memory doesn't grow with the input: the first pass sets bits, which name a few
// candidates too many, and the second compares their keys.
func FindDuplicates(open func() (Source, error), m *mapping.Mapper) (map[int64]Duplicate, error) {
	seed := maphash.MakeSeed()
	var once bitset
	suspects := map[uint64]bool{}
	err := eachKey(open, m, func(_, _ int64, key string) error {
		h := maphash.String(seed, key)
		if once.add(h) {
			suspects[h] = true
		}
		if len(suspects) > maxSuspects {
			return errTooMany
		}
		return nil
	})
	if err != nil || len(suspects) == 0 {
		return nil, err
	}
	first := map[string]Duplicate{}
	out := map[int64]Duplicate{}
	err = eachKey(open, m, func(row, line int64, key string) error {
		if !suspects[maphash.String(seed, key)] {
			return nil
		}
		f, ok := first[key]
		if !ok {
			first[key] = Duplicate{Row: row, Line: line}
			return nil
		}
		out[row] = f
		if _, ok := out[f.Row]; !ok {
			out[f.Row] = Duplicate{Row: row, Line: line}
		}
		if len(out) > maxDuplicates {
			return errTooMany
		}
		return nil
	})
	return out, err
}

// maxSuspects bounds the second pass. The bits below name about 4 in 1,000 rows
// wrongly at 10 million rows.
const maxSuspects = 1_000_000

var errTooMany = errors.New("more than 10,000 rows share their keys: the key's columns don't tell the rows apart")

func eachKey(open func() (Source, error), m *mapping.Mapper, f func(row, line int64, key string) error) error {
	src, err := open()
	if err != nil {
		return err
	}
	if c, ok := src.(io.Closer); ok {
		defer c.Close()
	}
	var rec mapping.Record
	for {
		r, err := src.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if r.Problem != nil || len(m.Map(r.Fields, &rec)) > 0 {
			continue
		}
		if err := f(r.Row, r.Line, rec.Key); err != nil {
			return err
		}
	}
}

// A bitset is a Bloom filter of 16 MiB with four bits a key.
type bitset struct{ words []uint64 }

const bitsetWords = 1 << 21

// add reports whether the key was there already, or seems so.
func (b *bitset) add(h uint64) bool {
	if b.words == nil {
		b.words = make([]uint64, bitsetWords)
	}
	seen := true
	step := bits.RotateLeft64(h, 32) | 1
	for range 4 {
		at := h % (bitsetWords * 64)
		word, bit := at/64, uint64(1)<<(at%64)
		if b.words[word]&bit == 0 {
			seen = false
			b.words[word] |= bit
		}
		h += step
	}
	return seen
}
