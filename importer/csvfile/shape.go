// Delimiters of two characters, and names in apostrophes: what the header shows of them.

package csvfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// ownPrefix begins the names of the columns that reports add to those of a file. They are
// written in another way.
const ownPrefix = "hubload_"

// syntaxOf returns the syntax of a file whose header stands at the start of text.
func (r *Reader) syntaxOf(text []byte, delim byte) syntax {
	s := newSyntax(r.charset, delim, r.syntax.cr)
	n, _, _ := s.line(text, true)
	s.spaced = isSpaced(text[:n], delim)
	return s
}

// isSpaced reports whether a blank, and one only, follows each delimiter of a header, as in
// "Deal ID, Product, Price".
func isSpaced(line []byte, delim byte) bool {
	if delim == ' ' || delim == '\t' {
		return false
	}
	spaced := false
	for {
		at := bytes.IndexByte(line, delim)
		if at < 0 {
			return spaced
		}
		line = line[at+1:]
		switch {
		case bytes.HasPrefix(line, []byte(ownPrefix)):
		case len(line) < 2 || line[0] != ' ' || line[1] == ' ' || line[1] == delim:
			return false
		default:
			spaced = true
		}
	}
}

// ownNames are the names of the file's own columns.
func (r *Reader) ownNames() []string {
	if at := slices.IndexFunc(r.header, func(name string) bool { return strings.HasPrefix(name, ownPrefix) }); at >= 0 {
		return r.header[:at]
	}
	return r.header
}

// noteShape says what the header shows of the delimiter, and refuses names in apostrophes:
// the cells below would have them too.
func (r *Reader) noteShape(columns []string) error {
	names := r.ownNames()
	if r.gapped = isGapped(names); r.gapped {
		r.notes = append(r.notes, fmt.Sprintf("Each second column has no name, as where the delimiter is %[1]s%[1]s.", r.delimiterName()))
	}
	if r.syntax.spaced {
		r.notes = append(r.notes, fmt.Sprintf("The delimiter is %s and a blank.", r.delimiterName()))
	}
	inApostrophes := func(name string) bool { return len(name) > 2 && name[0] == '\'' && name[len(name)-1] == '\'' }
	if len(names) > 1 && countFound(names, columns) == 0 && !slices.ContainsFunc(names, func(name string) bool { return !inApostrophes(name) }) {
		return r.fail(r.line, "the names of the columns stand in apostrophes, which don't quote in CSV", "Export the table with double quotes, or write it so.")
	}
	return nil
}

// isGapped reports whether each second column has no name, and only these, as where two
// characters delimit: "Deal ID;;Product;;Price".
func isGapped(names []string) bool {
	for i, name := range names {
		if (strings.TrimSpace(name) == "") != (i%2 == 1) {
			return false
		}
	}
	return len(names) > 2 && len(names)%2 == 1
}

// inGap reports whether a cell between two delimiters holds something.
func (r *Reader) inGap() bool {
	start := 0
	for i, end := range r.rec.ends[:min(len(r.rec.ends), len(r.ownNames()))] {
		if i%2 == 1 && end > start {
			return true
		}
		start = end + 1
	}
	return false
}
