// The sentences of problems. None of them holds anything out of a cell.

package csvfile

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// problem makes a Problem about the cell number cell (from 0) of the record.
func (r *Reader) problem(code string, line int64, cell int, format string, args ...any) *Problem {
	p := &Problem{Code: code, Line: line, Message: fmt.Sprintf(format, args...)}
	if 0 <= cell && cell < len(r.header) {
		p.Column = r.header[cell]
	}
	return p
}

// countProblem is about a record that has more or fewer cells than the header, nil where
// that does no harm.
func (r *Reader) countProblem(sp span) *Problem {
	line := r.rec.Line
	switch want := len(r.header); {
	case r.converter != nil:
		return nil // a cell without a name above it
	case sp.cells > want && !r.emptyFrom(want):
		p := r.problem(CodeFieldCount, line, -1,
			"The record has %s and the header %d: put cells that hold the delimiter (%s) into double quotes.",
			count(sp.cells, "cell"), want, r.delimiterName())
		p.Beyond = r.beyond()
		return p
	case r.gapped && r.inGap():
		return r.problem(CodeFieldCount, line, -1,
			"Two %s delimit the columns, and between two of them a cell isn't empty: put cells that hold the delimiter into double quotes, and write the record with all of its delimiters.", r.delimiterName())
	case sp.cells > want:
		return nil
	case sp.open:
		return r.problem(CodeFieldCount, line, -1,
			"The record has %s and the header %d, and no line end follows: the file looks cut off, so get the whole file.",
			count(sp.cells, "cell"), want)
	case sp.cells == 1 && r.isWrapped(r.rec.Raw):
		return r.problem(CodeQuote, line, -1,
			"The whole line stands in quotes, which makes one cell of it: remove the quotes around it, and write those that are doubled inside of it once.")
	}
	// A name such as "Bolt M8" has blanks, but no row has only that.
	for _, delim := range []byte(delimiters + " ") {
		if delim == ' ' && (len(r.header) < 3 || sp.cells > 1) || bytes.IndexByte(r.rec.Raw, '"') >= 0 {
			continue
		}
		if delim != r.syntax.delim && bytes.Count(r.rec.Raw, []byte{delim}) == len(r.header)-1 {
			return r.problem(CodeFieldCount, line, -1,
				"The record has %s, and as many as the header with the delimiter %s: write all lines with the same delimiter, which is %s in the header.",
				count(sp.cells, "cell"), delimiterName(delim), r.delimiterName())
		}
	}
	return nil
}

// beyond returns the start of what stands beyond the last column, as far as it can be decoded.
func (r *Reader) beyond() string {
	const most = 1000 // bytes
	rest := r.rec.Raw[r.rec.ends[len(r.header)-1]+1:]
	text, bad := r.decoder.append(nil, rest[:min(len(rest), most)])
	if bad >= 0 {
		text = text[:bytes.Index(text, []byte("\uFFFD"))]
	}
	return strings.ToValidUTF8(string(text), "")
}

// emptyFrom reports whether all cells of the record from number n on (from 0) are empty.
func (r *Reader) emptyFrom(n int) bool {
	rest := r.rec.Raw[r.rec.ends[n-1]+1:]
	for cell := range bytes.SplitSeq(rest, []byte{r.syntax.delim}) {
		if text := bytes.TrimFunc(cell, func(c rune) bool { return c == ' ' || c == '\t' || invisible(c) }); len(text) > 0 && string(text) != `""` {
			return false
		}
	}
	return true
}

// isWrapped reports whether text is one quoted cell that holds a line of several.
func (r *Reader) isWrapped(text []byte) bool {
	if len(text) < 2 || text[0] != '"' {
		return false
	}
	inner := bytes.Clone(text[1 : len(text)-1])
	sp, _ := r.syntax.split(inner[:undouble(inner)], true, nil)
	return sp.state == whole && sp.cells == len(r.header)
}

// quoteProblem finds out which of the usual mistakes was made.
func (r *Reader) quoteProblem(sp span) *Problem {
	text, _ := r.window()
	line, cell := r.line+int64(sp.cellLines), text[sp.cell:sp.at]
	if !sp.inQuotes {
		switch {
		case len(bytes.Trim(cell, " \t")) == 0:
			return r.problem(CodeQuote, line, sp.cells, `There is white space before the opening quote: remove it.`)
		case r.endsInBackslash(cell):
			return r.problem(CodeQuote, line, sp.cells, `A backslash doesn't escape a quote in CSV: put the cell into double quotes and write \" as "".`)
		}
		return r.problem(CodeQuote, line, sp.cells, `A cell without quotes around it holds a quote: put the cell into double quotes and double the quote, as in "5"" pipe".`)
	}
	switch after := text[sp.at]; {
	case r.endsInBackslash(cell[:len(cell)-1]):
		return r.problem(CodeQuote, line, sp.cells, `A backslash doesn't escape a quote in CSV: write \" as "".`)
	case after == ' ' || after == '\t':
		return r.problem(CodeQuote, line, sp.cells, `White space follows a closing quote: remove it, or double the quote if it belongs to the text.`)
	}
	return r.problem(CodeQuote, line, sp.cells, `Text follows a closing quote: double every quote inside a quoted cell, as in "5"" pipe".`)
}

// endsInBackslash looks at whole characters, as a backslash is also the second
// byte of some.
func (r *Reader) endsInBackslash(text []byte) bool {
	for i := 0; i < len(text); i++ {
		if r.charset.lead(text[i]) && i+1 < len(text) && trail(text[i+1]) {
			i++
		} else if i == len(text)-1 {
			return text[i] == '\\'
		}
	}
	return false
}

func (r *Reader) unclosedProblem(sp span, end int) *Problem {
	line := r.line + int64(sp.cellLines)
	if text, last := r.window(); last && end == len(text) && sp.state == short {
		return r.problem(CodeCutOff, line, sp.cells,
			"The file ends inside the quoted cell that starts here: the file looks cut off, so get the whole file, or close the quote.")
	}
	return r.problem(CodeUnclosedQuote, line, sp.cells,
		"The quote that opens here isn't closed where the cell ends: close it, and double the quotes inside of the cell; the record was taken to end before the next line with %s.",
		count(len(r.header), "cell"))
}

func (r *Reader) tooLargeProblem(sp span, line int64) *Problem {
	return r.problem(CodeTooLarge, line, sp.cells,
		"The record is larger than 1 MiB, and what goes beyond isn't kept: look for a missing line end, or shorten the cell.")
}

// textProblem is about place at of the record, where UTF-8 goes wrong or c stands.
func (r *Reader) textProblem(at int, c rune) *Problem {
	if c == utf8.RuneError {
		return r.encodingProblem(at)
	}
	return r.characterProblem(r.lineOf(at), r.cellOf(at), c)
}

func (r *Reader) controlProblem(sp span) *Problem {
	at := sp.control
	return r.characterProblem(r.lineOf(at), r.cellOf(at), rune(r.rec.Raw[at]))
}

func (r *Reader) characterProblem(line int64, cell int, c rune) *Problem {
	switch {
	case c == '\r' || c == '\n':
		return r.problem(CodeControlCharacter, line, cell, "A %s that ends no line here stands outside of quotes: remove it, or put the cell into double quotes.",
			map[rune]string{'\r': "carriage return (CR)", '\n': "line feed (LF)"}[c])
	case isNoncharacter(c):
		return r.problem(CodeEncoding, line, cell, "The cell holds the noncharacter U+%04X, which is not text: remove it.", c)
	}
	return r.problem(CodeControlCharacter, line, cell, "The cell holds the control character U+%04X: remove it.", c)
}

// encodingProblem is about place at of the record.
func (r *Reader) encodingProblem(at int) *Problem {
	if r.charset.transcoded() {
		return r.problem(CodeEncoding, r.lineOf(at), r.cellOf(at),
			"The cell holds what is no character of %s: write it again.", r.charset.name)
	}
	return r.problem(CodeEncoding, r.lineOf(at), r.cellOf(at),
		"The byte 0x%02X at offset %d of the text is not %s: write the character again, or name the file's encoding with --encoding.",
		r.rec.Raw[at], r.base+int64(r.pos+at), r.charset.name)
}

// lineOf and cellOf tell the physical line and the number of the cell (from 0)
// of place at of the record.
func (r *Reader) lineOf(at int) int64 { return r.line + int64(r.countLines(r.rec.Raw[:at])) }

func (r *Reader) cellOf(at int) int {
	for i, end := range r.rec.ends {
		if at < end {
			return i
		}
	}
	return len(r.rec.ends) - 1
}

func (r *Reader) delimiterName() string {
	return delimiterName(r.syntax.delim)
}

func delimiterName(delim byte) string {
	switch delim {
	case '\t':
		return "TAB"
	case ' ':
		return "space"
	}
	return string(rune(delim))
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
