// Numbers as people write them.

package format

import (
	"regexp"
	"strconv"
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
	Scale   string // what the number is multiplied by, such as 100; "" = 1
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

// Read takes digits with a plus or minus, or a minus behind them, or brackets around
// them, as bookkeepers write negative numbers; and with the symbol on one side. White
// space may stand between these, and digits may be full-width.
func (f *Number) Read(cell string) (string, Reason) {
	whole := Narrow(Trim(cell))
	s, sign, symbol := f.cutAround(whole)
	asIs, ok := f.scan(s)
	if !ok {
		return "", Unreadable
	}
	number := s
	switch {
	case !asIs || sign != 0 && whole[1:] != s:
		number = f.plain(sign, s)
	case sign != 0:
		number = whole
	}
	if f.Symbol == percent && !symbol && f.Scale == "" && isFraction(number) {
		return "", Mixed
	}
	return f.scaled(number)
}

const percent = "%"

// cutAround returns the digits, the sign, 0 without one, and whether the symbol was there.
func (f *Number) cutAround(s string) (digits string, sign byte, symbol bool) {
	for {
		c, size := utf8.DecodeRuneInString(s)
		last, lastSize := utf8.DecodeLastRuneInString(s)
		switch {
		case sign == 0 && c == '+':
			sign, s = '+', s[size:]
		case sign == 0 && (c == '-' || c == minus):
			sign, s = '-', s[size:]
		case sign == 0 && c == '(' && last == ')':
			sign, s = '-', s[size:len(s)-lastSize]
		case sign == 0 && (last == '-' || last == minus) && size < len(s):
			sign, s = '-', s[:len(s)-lastSize]
		case f.Symbol != "" && !symbol && strings.HasPrefix(s, f.Symbol):
			symbol, s = true, s[len(f.Symbol):]
		case f.Symbol != "" && !symbol && strings.HasSuffix(s, f.Symbol):
			symbol, s = true, s[:len(s)-len(f.Symbol)]
		default:
			return s, sign, symbol
		}
		s = strings.Trim(s, numberEnds)
	}
}

// plain writes digits that scan has seen as HubSpot takes them.
func (f *Number) plain(sign byte, s string) string {
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
	return b.String()
}

// Narrow returns a text whose full-width digits and signs, as Japanese keyboards type
// them, are ASCII. Such characters begin with the byte EF.
func Narrow(s string) string {
	if strings.IndexByte(s, 0xef) < 0 {
		return s
	}
	return strings.Map(func(c rune) rune {
		switch {
		case '０' <= c && c <= '９':
			return c - '０' + '0'
		case strings.ContainsRune("（）＋，－．％", c):
			return c - '（' + '('
		}
		return c
	}, s)
}

// isFraction reports whether a number that HubSpot takes lies between -1 and 1 and is
// not 0.
func isFraction(number string) bool {
	x, err := strconv.ParseFloat(number, 64)
	return err == nil && -1 < x && x < 1 && x != 0
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

// Explain is that of [Format].
func (f *Number) Explain(why Reason) (what, fix string) {
	switch why {
	case Mixed:
		return "has no % sign and is less than 1, so that the number itself or a hundred times as much may be meant",
			"Write the % sign into the cell; or, if the whole column is written as fractions, give the rule scale: 100 instead of symbol"
	case TooLong:
		return "is too long to be multiplied by the rule's scale", "Fix the cell"
	}
	return "is not a number as the rule says, with " + f.Keys(f.Symbol), "Fix the cell"
}

// Keys returns the format as the keys of a rule, such as decimal: "," and symbol:
// "€", with a text that is shown for the symbol.
func (f *Number) Keys(symbol string) string {
	var keys []string
	if f.Decimal != '.' || f.Group == 0 && f.Symbol == "" && f.Scale == "" {
		keys = append(keys, "decimal: "+wording.Quote(string(f.Decimal)))
	}
	if f.Group != 0 {
		keys = append(keys, "group: "+wording.Quote(string(f.Group)))
	}
	if f.Symbol != "" {
		keys = append(keys, "symbol: "+wording.Quote(symbol))
	}
	if f.Scale != "" {
		keys = append(keys, "scale: "+f.Scale)
	}
	return strings.Join(keys, " and ")
}
