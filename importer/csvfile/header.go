// The start of the text: line ends, a sep= line, the header and its delimiter.

package csvfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// delimiters are tried in this order, the first wins a tie.
const delimiters = ",;\t|"

func isDelimiter(c rune) bool {
	return c == '\t' || ' ' <= c && c <= '~' && c != '"'
}

// readHeader reads up to the end of the header.
func (r *Reader) readHeader(o Options) error {
	r.buf = make([]byte, 4*sampleSize)
	for r.end < sampleSize && r.readErr == nil {
		if err := r.fill(); err != nil {
			return err
		}
	}
	sample, last := r.window()
	sample = sample[:min(len(sample), sampleSize)]
	if !last {
		sample = bytes.TrimSuffix(sample, []byte("\r")) // its LF may come next
	}
	cr := r.converter == nil && bytes.IndexByte(sample, '\r') >= 0 && bytes.IndexByte(sample, '\n') < 0
	if cr {
		r.notes = append(r.notes, "The lines end with CR, as on old Macs.")
	}
	r.syntax = newSyntax(r.charset, ',', cr)
	delim := byte(o.Delimiter)
	if sep, next := r.syntax.sepLine(sample, last); next > 0 && r.converter == nil {
		r.advance(next, 1)
		if delim == 0 {
			delim = sep
		}
		r.notes = append(r.notes, fmt.Sprintf("The first line is Excel's sep=%s and not part of the table.", delimiterName(sep)))
	}
	if o.HeaderLine == 0 {
		if err := r.skip(); err != nil {
			return err
		}
	}
	if o.Delimiter = rune(delim); r.pos < r.end {
		if err := r.skipTitles(o); err != nil {
			return err
		}
	}
	if r.pos == r.end {
		return r.fail(0, "the file has no header", "Its first line has to hold the names of the columns.")
	}
	if err := r.refuseWrapped(o.Columns, delim != 0); err != nil {
		return err
	}
	if delim != 0 {
		return r.takeHeader(delim, o.Columns)
	}
	return r.findDelimiter(o.Columns)
}

// sepLine recognises a first line such as sep=; and returns where the next
// line starts, 0 when it isn't one.
func (s *syntax) sepLine(text []byte, last bool) (delim byte, next int) {
	n, next, ok := s.line(text, last)
	if !ok || n != 5 || !strings.EqualFold(string(text[:4]), "sep=") || !isDelimiter(rune(text[4])) {
		return 0, 0
	}
	return text[4], next
}

// findDelimiter takes the header under the delimiter that suits it best.
func (r *Reader) findDelimiter(columns []string) error {
	var best byte
	var bestFound, bestCells int
	var firstErr error
	for _, delim := range []byte(delimiters) {
		if _, err := r.parseHeader(delim); err != nil {
			if firstErr == nil {
				firstErr = err
			}
			continue
		}
		found := countFound(r.header, columns)
		if best == 0 || found > bestFound || found == bestFound && len(r.header) > bestCells {
			best, bestFound, bestCells = delim, found, len(r.header)
		}
	}
	switch {
	case best == 0, firstErr != nil && bestFound == 0 && bestCells == 1:
		return firstErr
	case len(columns) > 0 && bestFound == 0 && bestCells == 1:
		return r.fail(r.line, fmt.Sprintf("the header is one column, %.80q, under each of the delimiters , ; TAB |, and none of the %s asked for", r.header[0], count(len(columns), "column")),
			"Name the file's delimiter with --delimiter, or the file's columns in the mapping.")
	}
	if best != ',' {
		r.notes = append(r.notes, fmt.Sprintf("The delimiter is %s, found from the header.", delimiterName(best)))
	}
	return r.takeHeader(best, columns)
}

// countFound returns how many of the columns the header holds, as mappings
// match names: Unicode's forms and surrounding white space don't matter.
func countFound(header, columns []string) int {
	plain := func(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }
	names := make(map[string]bool, len(header))
	for _, name := range header {
		names[plain(name)] = true
	}
	n := 0
	for _, c := range columns {
		if names[plain(c)] {
			n++
		}
	}
	return n
}

// takeHeader parses the header and passes it.
func (r *Reader) takeHeader(delim byte, columns []string) error {
	sp, err := r.parseHeader(delim)
	if err != nil {
		return err
	}
	text, _ := r.window()
	raw := bytes.Clone(text[:sp.n])
	start := 0
	for _, end := range r.rec.ends {
		r.cells = append(r.cells, raw[start:end:end])
		start = end + 1
	}
	if err := r.noteShape(columns); err != nil {
		return err
	}
	r.headerLine = r.line
	r.dialect.Delimiter = rune(delim)
	r.dialect.LineEnd = string(text[sp.n:sp.next])
	if r.dialect.LineEnd == "\r\r\n" {
		r.dialect.LineEnd = "\r\n"
	}
	if r.dialect.LineEnd == "" {
		r.dialect.LineEnd = "\n"
		if r.syntax.cr {
			r.dialect.LineEnd = "\r"
		}
	}
	r.advance(sp.next, sp.lines)
	r.rec.syntax = &r.syntax
	return nil
}

// parseHeader sets syntax, header and rec.ends to what the header is under a
// delimiter. The header's bytes stay unread.
func (r *Reader) parseHeader(delim byte) (span, error) {
	text, _ := r.window()
	r.syntax = r.syntaxOf(text, delim)
	r.header = nil
	sp, err := r.scan()
	if err != nil {
		return sp, err
	}
	switch {
	case sp.state == fault && sp.lines == sp.cellLines:
		return sp, r.headerError(r.quoteProblem(sp))
	case sp.inQuotes:
		return sp, r.fail(r.line+int64(sp.cellLines), "a quote in the header isn't closed", "Close it, and double the quotes inside of a quoted name.")
	case sp.state == short:
		return sp, r.fail(r.line, "the header has no end within 1 MiB", "A CSV file starts with one line that holds the names of the columns.")
	case sp.cells > maxColumns:
		return sp, r.fail(r.line, fmt.Sprintf("the header has %d columns, but at most 2,000 are allowed", sp.cells), "Remove the columns that you don't need.")
	}
	text, _ = r.window()
	r.rec.Raw = text[:sp.n]
	r.header = make([]string, sp.cells)
	names, p := r.fields(sp)
	if p != nil {
		return sp, r.headerError(p)
	}
	r.header = slices.Clone(names)
	return sp, nil
}

// headerError makes the error for the file of a problem with its header.
func (r *Reader) headerError(p *Problem) error {
	r.header = nil
	return r.fail(p.Line, "the header can't be read", p.Message)
}
