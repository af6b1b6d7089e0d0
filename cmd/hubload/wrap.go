// Text in the 80 columns of a terminal that nobody has made wider.

package main

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"
	"golang.org/x/text/width"
)

// lineWidth is how many cells a line of the program's own words has.
const lineWidth = 80

// wrapped prints head and text on lines of at most 80 cells, those after the first one
// indented as far as head goes. Words, such as paths, are never cut.
func (u *ui) wrapped(head, text string) {
	u.printf("%s\n", wrap(head, text))
}

func wrap(head, text string) string {
	var b strings.Builder
	b.WriteString(head)
	indent := cellWidth(head)
	used := indent
	for i, word := range strings.Fields(visible(text)) {
		n := cellWidth(word)
		switch {
		case i == 0:
		case used+1+n > lineWidth:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			used = indent
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	return b.String()
}

// roomOf is how many cells a line of w has; a file has room for all.
func roomOf(w io.Writer) int {
	if f, ok := w.(*os.File); ok && isTerminal(w) {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return 1 << 20
}

// cellWidth is how many cells of a terminal a text takes: the characters of Chinese,
// Japanese and Korean take two.
func cellWidth(s string) (n int) {
	for _, c := range s {
		n += runeWidth(c)
	}
	return n
}

func runeWidth(c rune) int {
	switch width.LookupRune(c).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// fitted cuts a text to a number of cells.
func fitted(s string, most int) string {
	if cellWidth(s) <= most {
		return s
	}
	n := 0
	for i, c := range s {
		if n += runeWidth(c); n > most-1 {
			return s[:i] + "…"
		}
	}
	return s
}
