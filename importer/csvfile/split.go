// Splitting the bytes of one record into cells.

package csvfile

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// syntax is what the bytes of a file mean.
type syntax struct {
	charset *charset
	delim   byte
	cr      bool // lines end with CR; else with LF, CRLF or CRCRLF
	spaced  bool // a blank behind a delimiter belongs to it
	kinds   [256]kind
}

// A kind is what a byte may be.
type kind uint8

const (
	kindText kind = iota
	kindDelim
	kindQuote
	kindLF
	kindCR
	kindControl
	kindLead // of a character whose second byte may look like another kind
)

func newSyntax(cs *charset, delim byte, cr bool) syntax {
	s := syntax{charset: cs, delim: delim, cr: cr}
	for c := range 256 {
		if c < 0x20 && c != '\t' || c == 0x7F {
			s.kinds[c] = kindControl
		}
		if cs.lead(byte(c)) && trail(delim) {
			s.kinds[c] = kindLead
		}
	}
	s.kinds['\n'], s.kinds['\r'], s.kinds['"'] = kindLF, kindCR, kindQuote
	s.kinds[delim] = kindDelim
	return s
}

// A state is how splitting ended.
type state uint8

const (
	whole state = iota // the record is complete
	short              // the text ends, and more of it could follow
	fault              // a quote stands where none may, at span.at
	long               // the record has too many lines
)

// A span is what was found of a record.
type span struct {
	state state
	n     int // length of the record without its line end
	next  int // where the next line starts
	lines int // line ends passed, the record's own included
	cells int // complete cells

	cell      int // where the last cell starts
	cellLines int // line ends before it
	at        int // place of a fault

	inQuotes bool // the text ends, or the fault is, in or right after quotes
	open     bool // the record has no line end: the input ends with it
	doubled  bool // there are doubled quotes
	high     bool // there are bytes beyond ASCII
	control  int  // place of the first control character, -1 when there is none
}

// split splits the record at the start of text, which goes on unless last. It
// appends the end of each cell to ends, of the first maxColumns at most.
func (s *syntax) split(text []byte, last bool, ends []int) (span, []int) {
	sp := span{control: -1}
	var seen byte
	i := 0
	for ; ; i++ { // a cell; i steps over the delimiter in the end
		sp.cell, sp.cellLines = i, sp.lines
		if s.spaced && sp.cells > 0 && i < len(text) && text[i] == ' ' {
			i++ // behind the delimiter
		}
		sp.inQuotes = i < len(text) && text[i] == '"'
		switch {
		case sp.inQuotes:
			i = s.quoted(text, last, i+1, &sp, &seen)
			if sp.state != whole {
				return sp, ends
			}
		case i < len(text) && text[i] == '=':
			if i, seen = s.guarded(text, last, i, &sp, seen); sp.state != whole {
				return sp, ends
			}
		}
		ended := false // by the end of the record, not by a delimiter
	rest:
		for {
			if !sp.inQuotes {
				i, seen = s.plain(text, i, seen)
			}
			if i == len(text) {
				if !last {
					sp.state = short
					return sp, ends
				}
				sp.next, ended, sp.open = i, true, true
				break
			}
			switch s.kinds[text[i]] {
			case kindDelim:
				break rest
			case kindLF, kindCR:
				if sp.next, ended = s.lineEnd(text, last, i); ended {
					sp.lines++
					break rest
				}
				if !last && isPartOfLineEnd(text[i:]) {
					sp.state = short
					return sp, ends
				}
			}
			if sp.inQuotes || text[i] == '"' {
				sp.state, sp.at = fault, i
				return sp, ends
			}
			i = s.step(text, i, &sp, &seen)
		}
		if sp.cells < maxColumns {
			ends = append(ends, i)
		}
		sp.cells++
		if ended {
			sp.n, sp.high, sp.inQuotes = i, seen >= 0x80, false
			return sp, ends
		}
	}
}

// guarded returns the place after a cell such as ="00012", by which programs keep Excel from
// taking a text for a number: Excel reads it as a formula that gives the text. Of one that
// holds a quote or a delimiter or isn't closed the quote is a fault as in any cell.
func (s *syntax) guarded(text []byte, last bool, i int, sp *span, seen byte) (int, byte) {
	if i+1 >= len(text) || text[i+1] != '"' {
		return i, seen
	}
	end, bits := s.plain(text, i+2, seen)
	if end < len(text) && text[end] == '"' {
		end++
	} else if end < len(text) || last {
		return i, seen
	}
	switch {
	case end == len(text) && !last:
		sp.state = short
	case end < len(text) && s.kinds[text[end]] != kindDelim && text[end] != '\r' && text[end] != '\n':
		return i, seen
	}
	return end, bits
}

// quoted returns the place after the closing quote of a cell whose text starts
// at i.
func (s *syntax) quoted(text []byte, last bool, i int, sp *span, seen *byte) int {
	for {
		i, *seen = s.plain(text, i, *seen)
		if i == len(text) {
			sp.state = short
			return i
		}
		switch s.kinds[text[i]] {
		case kindDelim:
			i++
		case kindQuote:
			i++
			if i < len(text) && text[i] == '"' {
				sp.doubled = true
				i++
				continue
			}
			if i == len(text) && !last {
				sp.state = short
			}
			return i
		case kindLF, kindCR:
			if (text[i] == '\r') == s.cr {
				if sp.lines++; sp.lines >= maxLines {
					sp.state = long
					return i
				}
			}
			i++
		default:
			i = s.step(text, i, sp, seen)
		}
	}
}

// plain passes the bytes that are kindText. It returns seen with their bits.
func (s *syntax) plain(text []byte, i int, seen byte) (int, byte) {
	for ; i < len(text); i++ {
		c := text[i]
		if s.kinds[c] != kindText {
			break
		}
		seen |= c
	}
	return i, seen
}

// step passes a control character, or one that starts with a lead byte.
func (s *syntax) step(text []byte, i int, sp *span, seen *byte) int {
	*seen |= text[i]
	if s.kinds[text[i]] == kindLead {
		if i+1 < len(text) && trail(text[i+1]) {
			return i + 2
		}
		return i + 1
	}
	if sp.control < 0 {
		sp.control = i
	}
	return i + 1
}

// lineEnd reports whether a line ends at i, where LF or CR stands, and where
// the next line starts. It needs another byte to tell, unless last, when i is
// the last byte and CR.
func (s *syntax) lineEnd(text []byte, last bool, i int) (next int, ok bool) {
	switch {
	case text[i] == '\n':
		return i + 1, !s.cr
	case !s.cr && bytes.HasPrefix(text[i:], []byte("\r\r\n")):
		return i + 3, true // a program has made CRLF of the LF of CRLF
	case i+1 < len(text) && text[i+1] == '\n':
		return i + 2, true
	case i+1 < len(text):
		return i + 1, s.cr
	}
	return i + 1, last // a file may be cut off between CR and LF
}

// isPartOfLineEnd reports whether a text that goes on may be the start of a line end.
func isPartOfLineEnd(text []byte) bool { return string(text) == "\r" || string(text) == "\r\r" }

// line returns the length of the physical line at the start of text and where
// the next one starts. ok is false when the text ends before that is certain.
func (s *syntax) line(text []byte, last bool) (n, next int, ok bool) {
	end := byte('\n')
	if s.cr {
		end = '\r'
	}
	n = bytes.IndexByte(text, end)
	if n < 0 {
		n = len(text)
		if !last {
			return n, n, false
		}
		return len(bytes.TrimSuffix(text, []byte("\r"))), n, true
	}
	for range 2 {
		if !s.cr && n > 0 && text[n-1] == '\r' {
			n--
		}
	}
	next, ok = s.lineEnd(text, last, n)
	return n, next, ok
}

// blank returns where the next line starts when the text starts with a line of
// nothing but white space and delimiters, and whether there are delimiters. It returns 0
// when there is none, and false when the text ends before that is certain.
func (s *syntax) blank(text []byte, last bool) (next int, delimited, ok bool) {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == s.delim:
			delimited = true
			continue
		case c == ' ' || c == '\t':
			continue
		case c >= utf8.RuneSelf && (s.charset.table == nil || s.charset.stream):
			if !utf8.FullRune(text[i:]) && !last {
				return 0, false, false
			}
			r, size := utf8.DecodeRune(text[i:])
			if !invisible(r) {
				return 0, false, true
			}
			i += size - 1
			continue
		case c != '\n' && c != '\r':
			return 0, false, true
		}
		if next, ok = s.lineEnd(text, last, i); ok {
			return next, delimited, true
		}
		return 0, false, !isPartOfLineEnd(text[i:])
	}
	return len(text), delimited, last
}

// invisible reports whether a character beyond ASCII shows nothing: a no-break space, one
// of Japanese width, a zero-width space or a byte order mark.
func invisible(r rune) bool {
	return r != 0x85 && unicode.IsSpace(r) && r != 0x2028 && r != 0x2029 || r == 0x200B || r == 0xFEFF
}
