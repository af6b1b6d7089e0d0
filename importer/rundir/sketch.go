// A sketch of rows: enough to say how many rows two inputs share.

package rundir

import (
	"container/heap"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

// sketchSize is how many hashes a sketch holds: 32 kB. An input of fewer distinct rows is
// held whole. Of larger ones a share of 1 % is seen in about 40 hashes.
const sketchSize = 4096

// A sketch holds the smallest hashes of rows. Two sketches hold the same rows of all
// rows below the smaller of their largest hashes, so that their shares can be compared.
type sketch struct {
	hashes []uint64 // ascending, distinct
	whole  bool     // these are all
}

// rowHash is a hash of what a row sends, whatever the order of its columns and the form
// of its file. Positions are left out: they change with the rows above.
func rowHash(rec *mapping.Record) uint64 {
	var parts []string
	for _, p := range rec.Properties {
		parts = append(parts, "p\x00"+p.Name+"\x00"+p.Value)
	}
	for _, a := range rec.Associations {
		parts = append(parts, "a\x00"+a.To+"\x00"+a.ID)
	}
	for _, l := range rec.Lookups {
		parts = append(parts, "l\x00"+l.To+"\x00"+l.Property+"\x00"+l.IDProperty+"\x00"+api.Folded(l.Value))
	}
	slices.Sort(parts)
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x01")))
	return binary.BigEndian.Uint64(sum[:])
}

// A sketcher makes a sketch of the rows that it is given.
type sketcher struct {
	largest hashHeap // the largest first
	held    map[uint64]bool
	dropped bool
}

func newSketcher() *sketcher { return &sketcher{held: map[uint64]bool{}} }

func (s *sketcher) add(h uint64) {
	if s.held[h] {
		return
	}
	if len(s.largest) == sketchSize {
		s.dropped = true
		if h > s.largest[0] {
			return
		}
		delete(s.held, s.largest[0])
		s.largest[0] = h
		heap.Fix(&s.largest, 0)
	} else {
		heap.Push(&s.largest, h)
	}
	s.held[h] = true
}

func (s *sketcher) sketch() sketch {
	return sketch{slices.Sorted(slices.Values(s.largest)), !s.dropped}
}

// shared returns the hashes below the common bound that both sketches hold, and how many
// of s's own there are.
func (s sketch) shared(other sketch) (both map[uint64]bool, own int) {
	bound := ^uint64(0)
	for _, k := range []sketch{s, other} {
		if !k.whole && len(k.hashes) > 0 {
			bound = min(bound, k.hashes[len(k.hashes)-1])
		}
	}
	both = map[uint64]bool{}
	for _, h := range s.hashes {
		if h > bound {
			break
		}
		own++
		if _, ok := slices.BinarySearch(other.hashes, h); ok {
			both[h] = true
		}
	}
	return both, own
}

type sketchJSON struct {
	Hashes []byte `json:"hashes"` // 8 bytes each, little-endian
	Whole  bool   `json:"whole"`
}

func (s sketch) MarshalJSON() ([]byte, error) {
	b := make([]byte, 0, 8*len(s.hashes))
	for _, h := range s.hashes {
		b = binary.LittleEndian.AppendUint64(b, h)
	}
	return json.Marshal(sketchJSON{b, s.whole})
}

func (s *sketch) UnmarshalJSON(data []byte) error {
	var v sketchJSON
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*s = sketch{whole: v.Whole}
	for b := v.Hashes; len(b) >= 8; b = b[8:] {
		s.hashes = append(s.hashes, binary.LittleEndian.Uint64(b))
	}
	return nil
}

type hashHeap []uint64

func (h hashHeap) Len() int           { return len(h) }
func (h hashHeap) Less(i, j int) bool { return h[i] > h[j] }
func (h hashHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *hashHeap) Push(x any)        { *h = append(*h, x.(uint64)) }
func (h *hashHeap) Pop() any          { panic("a hash is never taken out") }
