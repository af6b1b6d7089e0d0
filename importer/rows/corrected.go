// Failures files under an automatic key: corrected rows take numbers that are free.

package rows

import (
	"context"
	"slices"
	"strconv"

	"github.com/hubload/hubload/mapping"
)

// A Numbered is a row of a source file, or a row that was corrected in a failures file,
// with its number among rows of equal content.
type Numbered struct {
	Row     int64   `json:"row,omitempty"` // in the source file; 0: it isn't known
	Content Content `json:"content"`
	Number  int64   `json:"number"`
	Refused bool    `json:"-"` // no record has the row's key
}

// FindCorrected gives the rows of a failures file the numbers that they would have if
// they stood corrected in the source file, where all other rows that are equal count
// first. A row that isn't changed keeps its own number. Corrected are the rows that have
// got a number by this call; in a later one they belong to earlier.
//
// Earlier returns the rows of the source file, and those that were corrected before in
// whatever failures file of it, as far as wanted reports true. A number is free again
// when its row was refused and the failures file now holds something else in its place.
//
// It reads the failures file once, and needs about 200 bytes for each row of it.
func FindCorrected(ctx context.Context, open func() (Source, error), m *mapping.Mapper,
	earlier func(wanted func(Content) bool) ([]Numbered, error),
) (out Ordinals, corrected []Numbered, err error) {
	var list []Numbered
	var fileRows []int64
	now := map[int64][]Content{} // by the row of the source file
	wanted := map[Content]bool{}
	err = eachRecord(ctx, open, m, func(row *Row, rec *mapping.Record) {
		n := Numbered{Row: row.SourceRow(), Content: ContentOf(rec)}
		list, fileRows = append(list, n), append(fileRows, row.Row)
		now[n.Row] = append(now[n.Row], n.Content)
		wanted[n.Content] = true
	})
	if err != nil {
		return nil, nil, err
	}
	before, err := earlier(func(c Content) bool { return wanted[c] })
	if err != nil {
		return nil, nil, err
	}
	type place struct {
		Content
		n int64 // the row of the source file, or else the number
	}
	own := map[place][]int64{} // numbers that a row has already
	taken := map[place]bool{}
	for _, e := range before {
		if e.Refused && len(now[e.Row]) > 0 && !slices.Contains(now[e.Row], e.Content) {
			continue
		}
		at := place{e.Content, e.Row}
		own[at] = append(own[at], e.Number)
		taken[place{e.Content, e.Number}] = true
	}
	out = Ordinals{}
	last := map[Content]int64{}
	for i := range list {
		n := &list[i]
		if at := (place{n.Content, n.Row}); len(own[at]) > 0 {
			n.Number, own[at] = own[at][0], own[at][1:]
		} else {
			n.Number = last[n.Content] + 1
			for taken[place{n.Content, n.Number}] {
				n.Number++
			}
			last[n.Content] = n.Number
			corrected = append(corrected, *n)
		}
		if n.Number > 1 {
			out[fileRows[i]] = n.Number
		}
	}
	return out, corrected, nil
}

// SourceRow is the number of a row of a failures file in the source file, 0 where the
// input is none or doesn't say it.
func (row *Row) SourceRow() int64 {
	at := row.reader.rowAt
	if at < 0 || row.Fields == nil {
		return 0
	}
	n, err := strconv.ParseInt(row.Fields[at], 10, 64)
	if err != nil || n < 1 {
		return 0
	}
	return n
}
