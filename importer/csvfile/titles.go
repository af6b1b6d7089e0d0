// Where the table begins: title lines above the header.

package csvfile

import (
	"bytes"
	"fmt"
	"strings"
)

// titleLines is within how many lines the header is looked for.
const titleLines = 20

// A candidate is a line that may be the header, under one delimiter.
type candidate struct {
	at    int   // in the window
	line  int64 // physical
	delim byte
	cells int
	names []string // decoded
}

// skipTitles goes to the line of the header.
func (r *Reader) skipTitles(o Options) error {
	first := r.line
	switch {
	case o.HeaderLine > 0:
		if err := r.goTo(o.HeaderLine); err != nil {
			return err
		}
	case len(o.Columns) > 0:
		if c := byColumns(r.candidates(o.Delimiter), o.Columns); c != nil {
			r.pos, r.line = r.pos+c.at, c.line
		}
	case o.SkipTitles:
		if c := byWidth(r.candidates(o.Delimiter)); c != nil {
			r.pos, r.line = r.pos+c.at, c.line
		}
	}
	if r.line > first {
		r.notes = append(r.notes, fmt.Sprintf("The header is on line %d; what stands above it is not part of the table.", r.line))
	}
	return nil
}

// goTo goes to a physical line.
func (r *Reader) goTo(line int64) error {
	for r.line < line {
		text, last := r.window()
		if n, next, ok := r.nextLine(text, last); ok && next > 0 {
			if len(bytes.TrimSpace(text[:n])) == 0 {
				r.stats.BlankLines++
			}
			r.advance(next, 1)
			continue
		}
		if last || r.base+int64(r.pos) > MaxRecord || len(text) == MaxRecord {
			return r.fail(0, fmt.Sprintf("the header should be on line %d, and the file ends or its first MiB is over before it", line), "Correct header_line under csv in the mapping, or leave it out.")
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
	return nil
}

// candidates are the lines within the first that parse, in their order, under the
// delimiter, or under each of the usual ones when it is 0. Only what is buffered is
// looked at.
func (r *Reader) candidates(delim rune) (list []candidate) {
	tried := []byte(delimiters)
	if delim != 0 {
		tried = []byte{byte(delim)}
	}
	text, last := r.window()
	before := r.syntax
	for at, line := 0, r.line; at < len(text) && line <= titleLines; line++ {
		for _, delim := range tried {
			r.syntax = r.syntaxOf(text[at:], delim)
			if blank, _, _ := r.syntax.blank(text[at:], last); blank > 0 {
				continue
			}
			sp, ends := r.syntax.split(text[at:], last, r.rec.ends[:0])
			if sp.state != whole || sp.cells > maxColumns {
				continue
			}
			r.rec.Raw, r.rec.ends, r.header = text[at:at+sp.n], ends, make([]string, sp.cells)
			if names, p := r.fields(sp); p == nil {
				list = append(list, candidate{at, line, delim, sp.cells, append([]string(nil), names...)})
			}
		}
		_, next, ok := r.nextLine(text[at:], last)
		if !ok {
			break
		}
		at += next
	}
	r.syntax, r.header = before, nil
	return list
}

// byColumns returns the first candidate that holds most of the columns, nil when none
// holds any.
func byColumns(list []candidate, columns []string) (best *candidate) {
	most := 0
	for i := range list {
		if n := countFound(list[i].names, columns); n > most {
			best, most = &list[i], n
		}
	}
	return best
}

// byWidth returns the first candidate of the table's full width, where the first line is
// one cell at most and most of the lines that follow are as wide; else nil.
func byWidth(list []candidate) *candidate {
	var best *candidate
	widest := 1
	for i := range list {
		n := filled(list[i].names)
		if list[i].line == list[0].line && n > 1 {
			return nil
		}
		if n > widest {
			best, widest = &list[i], n
		}
	}
	if best == nil {
		return nil
	}
	same, others := 0, 0
	for _, c := range list {
		switch {
		case c.line <= best.line || c.delim != best.delim:
		case c.cells == best.cells:
			same++
		default:
			others++
		}
	}
	if others > same {
		return nil
	}
	return best
}

func filled(cells []string) (n int) {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}
