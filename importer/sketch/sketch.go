// Package sketch remembers which rows exist, in 32 kB for each run, and estimates how many
// rows of another file are among them.
//
// A sketch is the 4,096 smallest hashes of the rows that a run knows to exist. A hash
// below the largest of these is in the sketch if and only if its row exists. So of
// another file the rows with such hashes are a random sample, and every one of them is
// known or new for certain, but for two rows that share 64 bits.
//
// Of a run with fewer than 4,096 different rows the sample is the whole file, and the
// answer is exact. Of a larger run the sample is 4,096 / (rows of the run) of the file.
// A small file has few rows in the sample of a large run, or none: 100 rows of 10 million
// are missed 24 times of 25. An [Overlap] says how large its sample was, and one without
// a sample says nothing; it does not say that the rows are new.
package sketch

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
)

// Size is how many hashes a sketch keeps.
const Size = 4096

// Hash returns the hash of a row with a content, which has to be uniformly distributed,
// as the first bytes of a SHA-256 are.
func Hash(content [16]byte) uint64 { return binary.BigEndian.Uint64(content[:8]) }

// A Sketch is a sketch of rows that exist. The zero value is one of no rows. It must not
// be used concurrently.
type Sketch struct {
	hashes []uint64 // the smallest Size of them are sorted and different; others follow
	sorted int
}

// Add adds a row. Equal rows count once.
func (s *Sketch) Add(hash uint64) {
	if s.sorted == Size && hash >= s.hashes[Size-1] {
		return
	}
	if s.hashes = append(s.hashes, hash); len(s.hashes) >= 2*Size {
		s.sort()
	}
}

func (s *Sketch) sort() {
	if s.sorted < len(s.hashes) {
		slices.Sort(s.hashes)
		s.hashes = slices.Compact(s.hashes)
		s.hashes = s.hashes[:min(len(s.hashes), Size)]
		s.sorted = len(s.hashes)
	}
}

// limit returns the highest hash of which the sketch says whether its row exists.
func (s *Sketch) limit() uint64 {
	s.sort()
	if s.sorted < Size {
		return math.MaxUint64
	}
	return s.hashes[Size-1]
}

// MarshalBinary returns at most 32,768 bytes: the hashes in ascending order, big-endian.
func (s *Sketch) MarshalBinary() ([]byte, error) {
	s.sort()
	data := make([]byte, 0, 8*s.sorted)
	for _, h := range s.hashes {
		data = binary.BigEndian.AppendUint64(data, h)
	}
	return data, nil
}

// UnmarshalBinary reads what MarshalBinary returned. It refuses what no sketch looks like,
// but not every damage: keep a checksum beside the bytes.
func (s *Sketch) UnmarshalBinary(data []byte) error {
	if len(data)%8 != 0 || len(data) > 8*Size {
		return errors.New("a sketch of rows has a wrong length")
	}
	hashes := make([]uint64, 0, len(data)/8)
	for ; len(data) > 0; data = data[8:] {
		h := binary.BigEndian.Uint64(data)
		if n := len(hashes); n > 0 && h <= hashes[n-1] {
			return errors.New("the hashes of a sketch of rows are not in order")
		}
		hashes = append(hashes, h)
	}
	*s = Sketch{hashes, len(hashes)}
	return nil
}
