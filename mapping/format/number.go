// Numbers as people write them.

package format

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hubload/hubload/mapping/internal/wording"
)

const (
	minus       = '\u2212'                    // the typographic one
	spaces      = " \u00a0\u2009\u202f"       // those that stand between digits
	apostrophes = "'\u2019"                   // and the apostrophes that do
	numberEnds  = spaces + "\t\r\n\v\f\u3000" // what may stand around a number
)

// A Number reads numbers with a decimal sign, digits in groups of three, or a symbol
// beside them. The number stays what it is: 5 % is read as 5.
type Number struct {
	Decimal rune // '.' or ','
	Group   rune // '.', ',', '\'', ' ' or what looks like the last two; 0 = none
	Symbol  string
}

// CheckSymbol returns what is wrong with a symbol, "" if nothing is. It could be taken
// for a part of the number otherwise.
func CheckSymbol(symbol string) string {
	first, _ := utf8.DecodeRuneInString(symbol)
	last, _ := utf8.DecodeLastRuneInString(symbol)
	bad := unicode.IsSpace(first) || unicode.IsSpace(last)
	meaning := false // points and apostrophes alone belong to the number
	for _, c := range symbol {
		bad = bad || unicode.IsDigit(c) || c == '+' || c == '-' || c == minus
		meaning = meaning || unicode.IsLetter(c) || isSymbol(c)
	}
	if bad || !meaning {
		return `symbol must be a text such as "€", "%" or "USD", without digits, plus or minus, and without white space around it`
	}
	return ""
}

// isSymbol reports whether c stands beside numbers and in no word. The backslash is
// what becomes of the yen sign of Shift_JIS, where both have one code.
func isSymbol(c rune) bool { return unicode.Is(unicode.Sc, c) || c == '%' || c == '‰' || c == '\\' }

// IsGroup reports whether c can separate groups of digits.
func IsGroup(c rune) bool { return strings.ContainsRune(".,"+spaces+apostrophes, c) }

// Read takes plus or minus, symbol, digits, in this order or with the first two
// swapped or the symbol at the end, and white space around each.
func (f *Number) Read(cell string) (string, Reason) {
	whole := strings.Trim(cell, numberEnds)
	sign, s := cutSign(whole)
	if f.Symbol != "" {
		if rest, found := strings.CutPrefix(s, f.Symbol); found {
			s = strings.TrimLeft(rest, numberEnds)
			if sign == 0 {
				whole = s
				sign, s = cutSign(whole)
			} else {
				whole = "" // the minus stands apart from the digits
			}
		} else if rest, found := strings.CutSuffix(s, f.Symbol); found {
			s = strings.TrimRight(rest, numberEnds)
		}
	}
	asIs, ok := f.scan(s)
	if !ok {
		return "", Unreadable
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
		case c == f.Decimal:
			b.WriteByte('.')
		case !f.isGroup(c):
			b.WriteByte(byte(c)) // scan saw nothing but ASCII besides
		}
	}
	return b.String(), 0
}

// scan reports whether s is digits in this format, and whether HubSpot takes them as
// they are.
//
// Groups are three digits, but for the first, which doesn't begin with 0: so 0.001
// isn't taken for 1 where the point separates groups.
func (f *Number) scan(s string) (asIs, ok bool) {
	digits, run, grouped, point := 0, 0, false, false
	for i, c := range s {
		switch {
		case '0' <= c && c <= '9':
			digits++
			run++
		case c == f.Decimal && !point && (!grouped || run == 3):
			point = true
		case f.isGroup(c) && !point && s[0] != '0' && (run == 3 || !grouped && (run == 1 || run == 2)):
			grouped, run = true, 0
		case (c == 'e' || c == 'E') && digits > 0 && !grouped:
			return !point || f.Decimal == '.', exponent.MatchString(s[i+1:])
		default:
			return false, false
		}
	}
	if grouped && !point && run != 3 {
		return false, false
	}
	return !grouped && (!point || f.Decimal == '.'), digits > 0
}

var exponent = regexp.MustCompile(`^[+-]?[0-9]+$`)

// isGroup takes what looks the same on a screen for the same: the kinds of space, and
// the two apostrophes.
func (f *Number) isGroup(c rune) bool {
	switch {
	case c == f.Group:
		return c != 0
	case strings.ContainsRune(spaces, f.Group):
		return strings.ContainsRune(spaces, c)
	case strings.ContainsRune(apostrophes, f.Group):
		return strings.ContainsRune(apostrophes, c)
	}
	return false
}

// cutSign returns the plus or minus in front of s, 0 without one, and what follows.
func cutSign(s string) (sign byte, rest string) {
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

// Explain is that of [Format].
func (f *Number) Explain(Reason) (what, fix string) {
	return "is not a number as the rule says, with " + f.Keys(f.Symbol), "Fix the cell"
}

// Keys returns the format as the keys of a rule, such as decimal: "," and symbol:
// "€", with a text that is shown for the symbol.
func (f *Number) Keys(symbol string) string {
	var keys []string
	if f.Decimal != '.' || f.Group == 0 && f.Symbol == "" {
		keys = append(keys, "decimal: "+wording.Quote(string(f.Decimal)))
	}
	if f.Group != 0 {
		keys = append(keys, "group: "+wording.Quote(string(f.Group)))
	}
	if f.Symbol != "" {
		keys = append(keys, "symbol: "+wording.Quote(symbol))
	}
	return strings.Join(keys, " and ")
}
