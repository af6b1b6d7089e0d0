// The format in which some cells are written.

package format

import (
	"slices"
	"strings"
	"time"
)

// maxDistinct is how many different cells a sample holds.
const maxDistinct = 2000

// A Sample is the cells of a column that aren't empty, each once. The zero value is
// empty.
type Sample struct {
	Cells  []string // in the order of the file
	Total  int      // with those that came again
	counts map[string]int
}

// NewSample returns a sample of cells.
func NewSample(cells ...string) *Sample {
	s := &Sample{counts: make(map[string]int)}
	for _, cell := range cells {
		s.Add(cell)
	}
	return s
}

// Add adds a cell, unless it is empty or there are 2,000 different cells already.
func (s *Sample) Add(cell string) {
	if cell == "" {
		return
	}
	if s.counts[cell] == 0 {
		if len(s.Cells) == maxDistinct {
			return
		}
		s.Cells = append(s.Cells, cell)
	}
	s.counts[cell]++
	s.Total++
}

// First is the first cell, "" if there is none.
func (s *Sample) First() string {
	if len(s.Cells) == 0 {
		return ""
	}
	return s.Cells[0]
}

// Count counts the cells for which fits is true.
func (s *Sample) Count(fits func(cell string) bool) (n int) {
	for _, cell := range s.Cells {
		if fits(cell) {
			n += s.counts[cell]
		}
	}
	return n
}

// Most reports whether n are nearly all of the cells: files have mistakes.
func (s *Sample) Most(n int) bool { return s.Total > 0 && n*10 >= s.Total*9 }

// Numbers returns the formats in which most of the cells are numbers, the simplest
// first. Of formats that read the same numbers only the first is returned.
func (s *Sample) Numbers() []Number {
	symbol := s.symbol()
	c := candidates[Number]{sample: s}
	for _, f := range []Number{
		{Decimal: '.'},
		{Decimal: ','},
		{Decimal: '.', Group: ','},
		{Decimal: ',', Group: '.'},
		{Decimal: '.', Group: ' '},
		{Decimal: ',', Group: ' '},
		{Decimal: '.', Group: '\''},
		{Decimal: ',', Group: '\''},
	} {
		f.Symbol = symbol
		c.try(f, func(cell string) (string, bool) {
			number, why := f.Read(cell)
			return number, why == 0
		})
	}
	return c.found
}

// symbol is the text beside most of the numbers, "" if there is none.
func (s *Sample) symbol() string {
	counts := make(map[string]int)
	best := ""
	for _, cell := range s.Cells {
		if symbol := symbolOf(cell); symbol != "" {
			if counts[symbol] += s.counts[cell]; best == "" || counts[symbol] > counts[best] {
				best = symbol
			}
		}
	}
	if counts[best]*2 < s.Total {
		return ""
	}
	return best
}

// symbolOf returns the text beside a number, "" if there is none.
func symbolOf(cell string) string {
	const signs = "+-()" + string(minus)
	cell = strings.Trim(Narrow(cell), numberEnds+signs)
	isNumeral := func(c rune) bool { return '0' <= c && c <= '9' }
	first, last := strings.IndexFunc(cell, isNumeral), strings.LastIndexFunc(cell, isNumeral)
	if first < 0 {
		return ""
	}
	symbol := strings.TrimRight(cell[:first], numberEnds+signs+".,")
	if symbol == "" {
		symbol = strings.TrimLeft(cell[last+1:], numberEnds+signs)
	}
	if CheckSymbol(symbol) != "" {
		return ""
	}
	return symbol
}

// Layouts returns the common layouts under which most of the cells are dates, the
// likelier first. Of layouts that read the same dates only the first is returned. It
// is "" for dates that need no layout, for which asIs is true.
func (s *Sample) Layouts(asIs func(cell string) bool) []string {
	c := candidates[string]{sample: s}
	c.try("", func(cell string) (string, bool) { return cell, asIs(cell) })
	if c.most == s.Total {
		return c.found
	}
	for _, clock := range s.clocks() {
		sent := time.RFC3339Nano
		if clock == "" {
			sent = time.DateOnly // what asIs may have read
		}
		for _, day := range []string{
			"2006-01-02", "02/01/2006", "01/02/2006", "2/1/2006", "1/2/2006", "02.01.2006", "2.1.2006", "02-01-2006", "01-02-2006",
			"2006/01/02", "2006/1/2", "2006.01.02", "2006-1-2", "20060102", "02/01/06", "01/02/06", "02.01.06", "2006年1月2日",
			"2 Jan 2006", "2-Jan-2006", "2-Jan-06", "Jan 2, 2006", "Jan 2 2006", "2 January 2006", "January 2, 2006",
			"2. January 2006", "2. Jan 2006", "2 de January de 2006", "1/2/06", "2/1/06", "2.1.06",
		} {
			layout := day + clock
			c.try(layout, func(cell string) (string, bool) {
				f := Time{layout: layout, zone: time.UTC}
				t, why := f.parse(Trim(cell))
				return t.Format(sent), why == 0
			})
		}
	}
	return c.found
}

// clocks returns the layouts of the times of day in the cells, "" for cells without.
func (s *Sample) clocks() []string {
	if !strings.Contains(s.First(), ":") {
		return []string{""}
	}
	var clocks []string
	for _, clock := range []string{
		"15:04", "15:04:05", "3:04 PM", "3:04:05 PM", "3:04PM", "3:04:05PM", "15:04Z07:00", "15:04:05Z07:00", "15:04:05 -0700", "15:04:05Z0700",
	} {
		for _, between := range []string{" ", "T"} {
			if s.Count(func(cell string) bool { return isClock(clock, between, cell) }) > 0 {
				clocks = append(clocks, between+clock)
			}
		}
	}
	return clocks
}

func isClock(layout, between, cell string) bool {
	i := strings.LastIndexAny(cell[:max(strings.IndexByte(cell, ':'), 0)], " T")
	if i < 0 || cell[i:i+1] != between {
		return false
	}
	_, err := time.Parse(layout, strings.TrimSpace(cell[i+1:]))
	return err == nil
}

// candidates are the formats under which most cells of a sample can be read; of
// formats that read the same from every cell, the one that was tried first.
type candidates[F any] struct {
	sample   *Sample
	most     int // cells that each of found reads
	found    []F
	readings [][]string // of all cells, by each of found
}

// try looks at one more format.
func (c *candidates[F]) try(format F, read func(cell string) (string, bool)) {
	n := 0
	var reading []string
	for _, cell := range c.sample.Cells {
		text, ok := read(cell)
		if ok {
			n += c.sample.counts[cell]
		} else {
			text = ""
		}
		reading = append(reading, text)
	}
	switch {
	case n == 0 || n < c.most:
		return
	case n > c.most:
		c.most, c.found, c.readings = n, nil, nil
	}
	if !slices.ContainsFunc(c.readings, func(other []string) bool { return slices.Equal(other, reading) }) {
		c.found, c.readings = append(c.found, format), append(c.readings, reading)
	}
}
