// Groups whose rows don't follow each other in the file.

package rows

import (
	"hash/fnv"
	"math/bits"
)

// A groupTracker finds groups that come back: those whose rows have rows of other
// groups, or without one, between them. Its memory is that of its filter, whatever
// the input: it misses no such group, and names a few too many.
type groupTracker struct {
	seen filter
	last string
}

// add takes the group of the next row of the file, "" for none, and reports whether
// it came back with this row.
func (t *groupTracker) add(group string) bool {
	if group == t.last {
		return false
	}
	t.last = group
	return group != "" && t.seen.add(hashGroup(group))
}

// hashGroup is a number for a group.
func hashGroup(group string) uint64 {
	f := fnv.New64a()
	f.Write([]byte(group))
	// FNV leaves the high bits of short texts much alike: stir them.
	h := f.Sum64()
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// A filter is a Bloom filter of 16 MiB with eight bits a hash. It takes a new hash
// for an old one with a chance of less than 1 in 1,000,000,000 among a million, and
// of 1 in 600 among ten million.
type filter struct{ words []uint64 }

const filterWords = 1 << 21

// add reports whether the hash was there already, or seems so.
func (f *filter) add(h uint64) bool {
	if f.words == nil {
		f.words = make([]uint64, filterWords)
	}
	seen := true
	step := bits.RotateLeft64(h, 32) | 1
	for range 8 {
		word, bit := h%(filterWords*64)/64, uint64(1)<<(h%64)
		if f.words[word]&bit == 0 {
			seen = false
			f.words[word] |= bit
		}
		h += step
	}
	return seen
}
