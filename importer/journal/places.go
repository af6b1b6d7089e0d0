// Where in the file the fate of a row stands.

package journal

import (
	"slices"
	"sort"
)

// places maps rows to the offset of the record that holds their fate, the last
// one when there are several: 16 bytes for every stretch of rows that share a
// record. It is cut into pages so that a change in the middle moves little.
type places struct{ pages [][]place }

type place struct {
	from, to uint32
	offset   int64
}

const placeRows = 1 << 16

func (p *places) set(sp Span, offset int64) {
	last := int(sp.To / placeRows)
	if missing := last + 1 - len(p.pages); missing > 0 {
		p.pages = append(p.pages, make([][]place, missing)...)
	}
	for i := int(sp.From / placeRows); i <= last; i++ {
		from := max(sp.From, int64(i)*placeRows)
		to := min(sp.To, int64(i+1)*placeRows-1)
		p.pages[i] = replace(p.pages[i], place{uint32(from), uint32(to), offset})
	}
}

// replace puts n into a list that is ascending and disjoint, over what stands
// there for its rows.
func replace(list []place, n place) []place {
	lo := sort.Search(len(list), func(i int) bool { return list[i].to >= n.from })
	hi := lo + sort.Search(len(list)-lo, func(i int) bool { return list[lo+i].from > n.to })
	with := make([]place, 0, 3)
	if lo < hi && list[lo].from < n.from {
		with = append(with, place{list[lo].from, n.from - 1, list[lo].offset})
	}
	with = append(with, n)
	if lo < hi && list[hi-1].to > n.to {
		with = append(with, place{n.to + 1, list[hi-1].to, list[hi-1].offset})
	}
	return slices.Replace(list, lo, hi, with...)
}

// at returns the place of a row that is known to have a fate.
func (p *places) at(row int64) place {
	list := p.pages[row/placeRows]
	i := sort.Search(len(list), func(i int) bool { return int64(list[i].to) >= row })
	return list[i]
}

func (p *place) holds(row int64) bool { return int64(p.from) <= row && row <= int64(p.to) }
