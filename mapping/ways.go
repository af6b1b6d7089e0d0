// Which of several ways a column may be written in.

package mapping

import "slices"

// ways are those under which most cells of a sample can be read; of ways that read the
// same from every cell, the one that was tried first.
type ways[W any] struct {
	cells    *sample
	best     int // cells that each of them reads
	found    []W
	readings [][]string // of all cells, by each of found
}

// try looks at one more way.
func (w *ways[W]) try(way W, read func(cell string) (string, reason)) {
	n := 0
	var reading []string
	for _, cell := range w.cells.cells {
		text, why := read(cell)
		if why == 0 {
			n += w.cells.counts[cell]
		}
		reading = append(reading, text)
	}
	switch {
	case n == 0 || n < w.best:
		return
	case n > w.best:
		w.best, w.found, w.readings = n, nil, nil
	}
	if !slices.ContainsFunc(w.readings, func(other []string) bool { return slices.Equal(other, reading) }) {
		w.found, w.readings = append(w.found, way), append(w.readings, reading)
	}
}
