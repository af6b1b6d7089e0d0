// A byte for every row, at the price of a byte for every 1,024 rows that agree.

package journal

import (
	"bytes"
	"iter"
)

const pageRows = 1024

// A table holds one byte per row, 0 at first. Rows are grouped in pages; a page
// whose rows are all equal is one byte, so that a finished run of 10 million
// rows takes about 160 kB, and a run in which no two neighbours agree 10 MB. A
// set of intervals would be as small at best and four times as large at worst.
type table struct{ pages []page }

type page struct {
	all  byte            // of every row, when each is nil
	each *[pageRows]byte // nil when the rows are all equal
}

func (t *table) at(row int64) byte {
	v, _ := t.stretch(row)
	return v
}

// stretch returns the byte of row, and a later row up to which (exclusively) it
// is known to be the same.
func (t *table) stretch(row int64) (v byte, end int64) {
	i := (row - 1) / pageRows
	switch {
	case row < 1 || i >= int64(len(t.pages)):
		return 0, maxRow + 1
	case t.pages[i].each == nil:
		return t.pages[i].all, (i+1)*pageRows + 1
	}
	return t.pages[i].each[(row-1)%pageRows], row + 1
}

// runs yields the rows of sp in order, as the longest spans with equal bytes.
func (t *table) runs(sp Span) iter.Seq2[Span, byte] {
	return func(yield func(Span, byte) bool) {
		from, v := sp.From, t.at(sp.From)
		for row := sp.From; row <= sp.To; {
			w, end := t.stretch(row)
			if w != v {
				if !yield(Span{from, row - 1}, v) {
					return
				}
				from, v = row, w
			}
			row = end
		}
		yield(Span{from, sp.To}, v)
	}
}

// set clears the bits of each row of sp that are not in keep, and sets those in
// add.
func (t *table) set(sp Span, keep, add byte) {
	last := (sp.To - 1) / pageRows
	if missing := last + 1 - int64(len(t.pages)); missing > 0 {
		t.pages = append(t.pages, make([]page, missing)...)
	}
	for i := (sp.From - 1) / pageRows; i <= last; i++ {
		lo := max(sp.From-1-i*pageRows, 0)
		hi := min(sp.To-i*pageRows, pageRows)
		t.pages[i].set(int(lo), int(hi), keep, add)
	}
}

func (p *page) set(lo, hi int, keep, add byte) {
	if p.each == nil {
		v := p.all&keep | add
		if v == p.all {
			return
		}
		if lo == 0 && hi == pageRows {
			p.all = v
			return
		}
		p.each = new([pageRows]byte)
		for i := range p.each {
			p.each[i] = p.all
		}
	}
	for i := lo; i < hi; i++ {
		p.each[i] = p.each[i]&keep | add
	}
	if bytes.Count(p.each[:], p.each[lo:lo+1]) == pageRows {
		p.all, p.each = p.each[lo], nil
	}
}

func (t *table) clone() table {
	c := table{pages: make([]page, len(t.pages))}
	for i, p := range t.pages {
		if p.each != nil {
			each := *p.each
			p.each = &each
		}
		c.pages[i] = p
	}
	return c
}
