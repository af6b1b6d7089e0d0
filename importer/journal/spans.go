// Sets of rows as ranges, and their text: "1-37,39-100".

package journal

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxRow bounds what one journal can speak of, so that the tables that replay
// builds are bounded too, whatever a file says.
const maxRow = 1<<32 - 1

// A Span is the rows From to To, both included. Rows count from 1 and end at
// 4,294,967,295.
type Span struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

func (sp Span) check() error {
	if sp.From < 1 || sp.To < sp.From || sp.To > maxRow {
		return fmt.Errorf("%d-%d is not a range of rows", sp.From, sp.To)
	}
	return nil
}

// spans is a set of rows: ascending and disjoint.
type spans []Span

// add appends a row after the last one.
func (s spans) add(row int64) (spans, error) {
	if err := (Span{row, row}).check(); err != nil {
		return nil, err
	}
	if n := len(s); n > 0 {
		last := &s[n-1]
		if row <= last.To {
			return nil, fmt.Errorf("row %d is named twice", row)
		}
		if row == last.To+1 {
			last.To = row
			return s, nil
		}
	}
	return append(s, Span{row, row}), nil
}

// spansOf makes a set of rows in any order. A row that comes twice is an error.
func spansOf(rows []int64) (s spans, err error) {
	if !slices.IsSorted(rows) {
		rows = slices.Sorted(slices.Values(rows))
	}
	for _, row := range rows {
		if s, err = s.add(row); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// join unites spans in any order, and changes their order. A row that comes twice is
// an error.
func join(s spans) (spans, error) {
	slices.SortFunc(s, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	all := s[:0]
	for _, sp := range s {
		if err := sp.check(); err != nil {
			return nil, err
		}
		last := len(all) - 1
		switch {
		case last < 0 || all[last].To+1 < sp.From:
			all = append(all, sp)
		case all[last].To+1 == sp.From:
			all[last].To = sp.To
		default:
			return nil, fmt.Errorf("row %d is named twice", sp.From)
		}
	}
	return all, nil
}

func (s spans) len() (n int64) {
	for _, sp := range s {
		n += sp.To - sp.From + 1
	}
	return n
}

// minus returns the rows of s that are not in t.
func (s spans) minus(t spans) spans {
	var rest spans
	for _, sp := range s {
		for len(t) > 0 && t[0].To < sp.From {
			t = t[1:]
		}
		for _, cut := range t {
			if cut.From > sp.To {
				break
			}
			if cut.From > sp.From {
				rest = append(rest, Span{sp.From, cut.From - 1})
			}
			sp.From = cut.To + 1
		}
		if sp.From <= sp.To {
			rest = append(rest, sp)
		}
	}
	return rest
}

// rank returns how many rows of s come before row, and whether row is in s.
func (s spans) rank(row int64) (n int64, ok bool) {
	for _, sp := range s {
		if row <= sp.To {
			return n + row - sp.From, row >= sp.From
		}
		n += sp.To - sp.From + 1
	}
	return n, false
}

func (s spans) MarshalText() (text []byte, err error) {
	for i, sp := range s {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, sp.From, 10)
		if sp.To > sp.From {
			text = append(text, '-')
			text = strconv.AppendInt(text, sp.To, 10)
		}
	}
	return text, nil
}

var errRows = errors.New("a list of rows is malformed")

func (s *spans) UnmarshalText(text []byte) error {
	*s = nil
	last := int64(0)
	for part := range strings.SplitSeq(string(text), ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		var sp Span
		var errFrom, errTo error
		sp.From, errFrom = strconv.ParseInt(from, 10, 64)
		sp.To, errTo = strconv.ParseInt(to, 10, 64)
		if errFrom != nil || errTo != nil || from[0] == '+' || to[0] == '+' || sp.From <= last || sp.check() != nil {
			return errRows
		}
		*s, last = append(*s, sp), sp.To
	}
	return nil
}
