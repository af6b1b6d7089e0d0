// Do the rows of each parent follow each other?

package mapping

import (
	"hash/fnv"
	"math/bits"
)

// Returns finds parents that come back: those whose rows don't follow each other in
// the file. Rows of such a parent are numbered on, but a file in which they lie
// apart is often one in the wrong order. The zero value is ready to use. It isn't
// safe for concurrent use.
//
// Its memory is 16 MiB whatever the input, and so it remembers parents by bits:
// it never misses one that comes back, and takes one for such that doesn't with a
// chance of less than 1 in 1,000,000,000 among a million parents, and of 1 in 600
// among ten million.
type Returns struct {
	words []uint64
	last  string

	// Row and Line are those of the first row of a parent that came back, 0
	// without one, and Count is how often one did.
	Row, Line int64
	Count     int64
}

const (
	returnsWords = 1 << 21
	returnsBits  = 8 // of each parent
)

// Add takes the next row of the file, by its number, the line it begins on, and
// its parent as [Numbered.Parent] gives it. It reports whether rows of other
// parents, or without one, stand between this row and an earlier one of its parent. A row
// without a parent ("") never comes back.
func (r *Returns) Add(row, line int64, parent string) (returned bool) {
	if parent == r.last {
		return false
	}
	r.last = parent
	if parent == "" || !r.mark(HashParent(parent)) {
		return false
	}
	if r.Count++; r.Count == 1 {
		r.Row, r.Line = row, line
	}
	return true
}

// mark reports whether a parent was there already, or seems so.
func (r *Returns) mark(h uint64) bool {
	if r.words == nil {
		r.words = make([]uint64, returnsWords)
	}
	seen := true
	step := bits.RotateLeft64(h, 32) | 1
	for range returnsBits {
		word, bit := h%(returnsWords*64)/64, uint64(1)<<(h%64)
		if r.words[word]&bit == 0 {
			seen = false
			r.words[word] |= bit
		}
		h += step
	}
	return seen
}

// HashParent is a number for a parent, the same in every process.
func HashParent(parent string) uint64 {
	f := fnv.New64a()
	f.Write([]byte(parent))
	// FNV leaves the high bits of short texts much alike: stir them.
	h := f.Sum64()
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
