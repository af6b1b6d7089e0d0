// Numbers: as HubSpot takes them, and as people write them.

package mapping

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	minus       = '\u2212'                    // the typographic one
	spaces      = " \u00a0\u2009\u202f"       // those that stand between digits
	apostrophes = "'\u2019"                   // likewise
	numberEnds  = spaces + "\t\r\n\v\f\u3000" // what may stand around a number
)

// A numberFormat reads numbers with a decimal sign, digits in groups, or text
// beside them.
type numberFormat struct {
	decimal, group rune // group 0 = none
	sign           string
}

// read takes plus or minus, sign, digits, in this order or with the first two
// swapped or the sign at the end, and white space around each.
func (f *numberFormat) read(cell string) (string, reason) {
	whole := strings.Trim(cell, numberEnds)
	sign, s := cutPlusMinus(whole)
	if f.sign != "" {
		if rest, found := strings.CutPrefix(s, f.sign); found {
			s = strings.TrimLeft(rest, numberEnds)
			if sign == 0 {
				whole = s
				sign, s = cutPlusMinus(whole)
			} else {
				whole = "" // the minus stands apart from the digits
			}
		} else if rest, found := strings.CutSuffix(s, f.sign); found {
			s = strings.TrimRight(rest, numberEnds)
		}
	}
	asIs, ok := f.scan(s)
	if !ok {
		return "", unreadable
	}
	if asIs {
		switch {
		case sign == 0:
			return s, 0
		case strings.HasPrefix(whole, string(sign)+s):
			return whole[:1+len(s)], 0
		}
	}
	var b strings.Builder
	b.Grow(1 + len(s))
	if sign != 0 {
		b.WriteByte(sign)
	}
	for _, c := range s {
		switch {
		case c == f.decimal:
			b.WriteByte('.')
		case !f.isGroup(c):
			b.WriteByte(byte(c)) // scan saw nothing but ASCII besides
		}
	}
	return b.String(), 0
}

// scan reports whether s is digits as the format says, and whether HubSpot takes
// them as they are.
//
// Groups are three digits, but for the first, which doesn't begin with 0: so
// 0.001 isn't taken for 1 where the point is said to be the sign of groups.
func (f *numberFormat) scan(s string) (asIs, ok bool) {
	digits, run, grouped, point := 0, 0, false, false
	for i, c := range s {
		switch {
		case '0' <= c && c <= '9':
			digits++
			run++
		case c == f.decimal && !point && (!grouped || run == 3):
			point = true
		case f.isGroup(c) && !point && s[0] != '0' && (run == 3 || !grouped && (run == 1 || run == 2)):
			grouped, run = true, 0
		case (c == 'e' || c == 'E') && digits > 0 && !grouped:
			return !point || f.decimal == '.', isExponent(s[i+1:])
		default:
			return false, false
		}
	}
	if grouped && !point && run != 3 {
		return false, false
	}
	return !grouped && (!point || f.decimal == '.'), digits > 0
}

// isGroup takes for one what nobody can tell apart on a screen: the kinds of
// space, and the two apostrophes.
func (f *numberFormat) isGroup(c rune) bool {
	switch {
	case c == f.group:
		return c != 0
	case strings.ContainsRune(spaces, f.group):
		return strings.ContainsRune(spaces, c)
	case strings.ContainsRune(apostrophes, f.group):
		return strings.ContainsRune(apostrophes, c)
	}
	return false
}

// cutPlusMinus returns the sign in front of s, 0 without one, and what is behind
// it.
func cutPlusMinus(s string) (sign byte, rest string) {
	c, size := utf8.DecodeRuneInString(s)
	switch c {
	case '+':
		sign = '+'
	case '-', minus:
		sign = '-'
	default:
		return 0, s
	}
	return sign, strings.TrimLeft(s[size:], numberEnds)
}

var exponent = regexp.MustCompile(`^[+-]?[0-9]+$`)

func isExponent(s string) bool {
	return exponent.MatchString(s)
}
