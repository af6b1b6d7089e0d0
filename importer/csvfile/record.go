// Records, and their cells as the file has them.

package csvfile

import "bytes"

// A Record is one row of data. The Reader uses it again for the next one.
type Record struct {
	Row  int64 // 1-based number among the data records, good or bad
	Line int64 // physical line on which it starts, 1-based

	// Fields are the decoded values, one per column of the header; nil after
	// [Reader.SkipFields], and when there is a Problem. The slice is valid until the next
	// Read; its texts may be kept.
	Fields []string

	// Raw is the record as the file has it, without its line end; of a
	// UTF-16 file, as UTF-8. With CodeTooLarge it is the first MiB. It is
	// valid until the next Read.
	Raw []byte

	Problem *Problem // nil for a good record

	// Cut says that the record is read as it was when the file was shorter, and goes on
	// now: see [Options].CutAt.
	Cut bool

	syntax *syntax
	ends   []int // of a good record's cells in Raw; empty until it is split
	span   span  // of a good record that is split
	ragged bool  // a good record has more or fewer cells than the header
}

// IsRagged reports whether a good record has more or fewer cells in Raw than there are
// columns. [Record.AppendCells] gives one for each column.
func (rec *Record) IsRagged() bool { return rec.ragged }

// Cells returns how many cells a record with CodeFieldCount has, 2,000 for more; else 0.
func (rec *Record) Cells() int {
	if rec.Problem == nil || rec.Problem.Code != CodeFieldCount {
		return 0
	}
	return len(rec.ends)
}

// AppendCells appends the record's cells as raw CSV text, quotes included, and
// returns the extended slice. There are as many as columns says, which is at
// least 1: empty ones are added, or the last one takes all that is left, with
// the delimiters, as text in quotes.
//
// The cells of a good record are exactly those of the file if columns is the
// header's number, but for empty ones at its end. The cells of one with a Problem are those that can be found
// apart, and a cell that isn't well-formed is put into quotes, so that each can
// be written back and no byte of Raw is lost. They are valid until the next
// Read.
func (rec *Record) AppendCells(dst [][]byte, columns int) [][]byte {
	rec.split()
	if rec.Problem == nil && (columns == len(rec.ends) || rec.ragged && columns > len(rec.ends)) {
		start := 0
		for _, end := range rec.ends {
			dst = append(dst, rec.Raw[start:end:end])
			start = end + 1
		}
		for range columns - len(rec.ends) {
			dst = append(dst, nil)
		}
		return dst
	}
	l := lenient{syntax: rec.syntax, rest: rec.Raw}
	for i := range columns {
		if i < columns-1 || l.rest == nil {
			dst = append(dst, l.cell())
			continue
		}
		all := l.rest
		last := l.cell()
		if l.rest != nil {
			last = quote(all)
		}
		dst = append(dst, last)
	}
	return dst
}

// split finds the cells of a record that SkipFields has only looked for its end.
func (rec *Record) split() {
	if rec.Problem == nil && len(rec.ends) == 0 {
		rec.span, rec.ends = rec.syntax.split(rec.Raw, true, rec.ends)
	}
}

// lenient tells cells apart in text that needn't be well-formed.
type lenient struct {
	syntax *syntax
	rest   []byte // nil after the last cell
	behind bool   // a delimiter

	// unclosed says that a search for a closing quote went to the end in
	// vain. Another one isn't tried, which keeps the whole linear.
	unclosed bool
}

// cell returns the next cell, well-formed, or an empty one after the last.
func (l *lenient) cell() []byte {
	if l.rest == nil {
		return nil
	}
	text := l.rest
	blank := 0 // behind a delimiter it belongs to that
	if l.syntax.spaced && l.behind && len(text) > 0 && text[0] == ' ' {
		blank = 1
	}
	if len(text) > blank && text[blank] == '"' && !l.unclosed {
		if end, plain := closing(text[blank:], l.syntax.delim); end > 0 {
			end += blank
			l.cut(end)
			if plain {
				return text[:end:end]
			}
			return append(text[:blank:blank], quoteStray(text[blank+1:end-1])...)
		}
		l.unclosed = true
	}
	plain := true
	i := 0
	for i < len(text) && text[i] != l.syntax.delim {
		switch c := text[i]; {
		case c == '"' || c == '\r' || c == '\n':
			plain = false
		case l.syntax.kinds[c] == kindLead && i+1 < len(text) && trail(text[i+1]):
			i++
		case l.syntax.kinds[c] == kindLead:
			plain = false // it would take a delimiter for its second byte
		}
		i++
	}
	l.cut(i)
	if plain {
		return text[:i:i]
	}
	return quote(text[:i])
}

// cut takes a cell of n bytes and its delimiter off the rest.
func (l *lenient) cut(n int) {
	l.behind = true
	if n == len(l.rest) {
		l.rest = nil
	} else {
		l.rest = l.rest[n+1:]
	}
}

// closing returns the end of the quoted cell at the start of a text, 0 when
// it has none. plain says that it is well-formed.
func closing(text []byte, delim byte) (end int, plain bool) {
	plain = true
	for i := 1; i < len(text); i++ {
		if text[i] != '"' {
			continue
		}
		switch {
		case i+1 == len(text) || text[i+1] == delim:
			return i + 1, plain
		case text[i+1] == '"':
			i++
		default:
			plain = false
		}
	}
	return 0, false
}

// quote puts text into quotes and doubles those inside.
func quote(text []byte) []byte {
	cell := make([]byte, 0, len(text)+2+bytes.Count(text, []byte{'"'}))
	return append(appendDoubled(append(cell, '"'), text), '"')
}

// quoteStray is quote for text whose doubled quotes are doubled already.
func quoteStray(text []byte) []byte {
	cell := append(make([]byte, 0, len(text)+8), '"')
	for i := 0; i < len(text); i++ {
		cell = append(cell, text[i])
		if text[i] == '"' {
			cell = append(cell, '"')
			if i+1 < len(text) && text[i+1] == '"' {
				i++
			}
		}
	}
	return append(cell, '"')
}

func appendDoubled[T string | []byte](dst []byte, text T) []byte {
	for i := range len(text) {
		if text[i] == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, text[i])
	}
	return dst
}
