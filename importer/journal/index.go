// Where in the file the fate of each row is.

package journal

import (
	"slices"
	"sort"
)

// An offsetIndex maps rows to the offset of the record that holds their fate, the last
// one when there are several: 16 bytes for every stretch of rows that share a
// record. It is cut into pages so that a change in the middle moves little.
type offsetIndex struct{ pages [][]indexEntry }

type indexEntry struct {
	from, to uint32
	offset   int64
}

const indexRows = 1 << 16

func (p *offsetIndex) set(sp Span, offset int64) {
	last := int(sp.To / indexRows)
	if missing := last + 1 - len(p.pages); missing > 0 {
		p.pages = append(p.pages, make([][]indexEntry, missing)...)
	}
	for i := int(sp.From / indexRows); i <= last; i++ {
		from := max(sp.From, int64(i)*indexRows)
		to := min(sp.To, int64(i+1)*indexRows-1)
		p.pages[i] = replace(p.pages[i], indexEntry{uint32(from), uint32(to), offset})
	}
}

// replace puts n into an ascending and disjoint list, over what that has for its rows.
func replace(list []indexEntry, n indexEntry) []indexEntry {
	lo := sort.Search(len(list), func(i int) bool { return list[i].to >= n.from })
	hi := lo + sort.Search(len(list)-lo, func(i int) bool { return list[lo+i].from > n.to })
	with := make([]indexEntry, 0, 3)
	if lo < hi && list[lo].from < n.from {
		with = append(with, indexEntry{list[lo].from, n.from - 1, list[lo].offset})
	}
	with = append(with, n)
	if lo < hi && list[hi-1].to > n.to {
		with = append(with, indexEntry{n.to + 1, list[hi-1].to, list[hi-1].offset})
	}
	return slices.Replace(list, lo, hi, with...)
}

// at returns the entry of a row that is known to have a fate.
func (p *offsetIndex) at(row int64) indexEntry {
	list := p.pages[row/indexRows]
	i := sort.Search(len(list), func(i int) bool { return int64(list[i].to) >= row })
	return list[i]
}

func (p *indexEntry) holds(row int64) bool { return int64(p.from) <= row && row <= int64(p.to) }
