// Sets of rows as ranges, and their text: "1-37,39-100".

package journal

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// maxRow bounds what one journal can speak of, so that the tables that replay
// builds are bounded too, whatever a file says.
const maxRow = 1<<32 - 1

// A Span is the rows From to To, both included. Rows count from 1 and end at
// 4,294,967,295.
type Span struct{ From, To int64 }

func (sp Span) check() error {
	if sp.From < 1 || sp.To < sp.From || sp.To > maxRow {
		return fmt.Errorf("%d-%d is no range of rows", sp.From, sp.To)
	}
	return nil
}

// spans is a set of rows: ascending and disjoint.
type spans []Span

// add puts a row behind the last one.
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

// join unites spans that may stand in any order, and changes their order. A row
// that comes twice is an error.
func join(s spans) (spans, error) {
	slices.SortFunc(s, func(a, b Span) int { return cmp.Compare(a.From, b.From) })
	all := s[:0]
	for _, sp := range s {
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

func (s spans) MarshalText() ([]byte, error) { return s.appendText(nil), nil }

func (s spans) appendText(dst []byte) []byte {
	for i, sp := range s {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, sp.From, 10)
		if sp.To > sp.From {
			dst = append(dst, '-')
			dst = strconv.AppendInt(dst, sp.To, 10)
		}
	}
	return dst
}

func (s *spans) UnmarshalText(text []byte) error {
	list, rest, err := cutSpans(text)
	if err == nil && len(rest) > 0 {
		err = errRows
	}
	*s = list
	return err
}

var errRows = errors.New("a list of rows is malformed")

// cutSpans reads the list of rows that text starts with, and returns what
// follows it.
func cutSpans(text []byte) (s spans, rest []byte, err error) {
	last := int64(0)
	for {
		var sp Span
		sp.From, text = cutInt(text)
		sp.To = sp.From
		if len(text) > 0 && text[0] == '-' {
			sp.To, text = cutInt(text[1:])
		}
		if sp.From <= last || sp.check() != nil {
			return nil, nil, errRows
		}
		s, last = append(s, sp), sp.To
		if len(text) == 0 || text[0] != ',' {
			return s, text, nil
		}
		text = text[1:]
	}
}

// cutInt reads the decimal number that text starts with, -1 when there is none
// or one beyond 63 bits.
func cutInt(text []byte) (n int64, rest []byte) {
	i := digits(text)
	if i > 0 && i <= 18 {
		for _, c := range text[:i] {
			n = 10*n + int64(c-'0')
		}
		return n, text[i:]
	}
	n, err := strconv.ParseInt(string(text[:i]), 10, 64)
	if err != nil {
		return -1, text
	}
	return n, text[i:]
}

// digits returns how many decimal digits text starts with.
func digits(text []byte) int {
	i := 0
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	return i
}
