// Numbers that mean something else than they say: multiplied, or counting months.

package format

import (
	"math/big"
	"regexp"
	"strings"
)

// maxScaled is how long a number may be that is multiplied; an exponent makes few
// characters very many.
const maxScaled = 40

var (
	scale    = regexp.MustCompile(`^-?[0-9]{1,9}(\.[0-9]{1,9})?$`)
	integral = regexp.MustCompile(`^\+?0*([0-9]{1,6})(\.0*)?$`)
	term     = regexp.MustCompile(`^P(\d+W|(\d+Y)?(\d+M)?(\d+D)?)$`)
)

// CheckScale returns what is wrong with a scale, "" if nothing is.
func CheckScale(s string) string {
	if !scale.MatchString(s) || strings.Trim(s, "-0.") == "" {
		return "scale must be a number such as 100 or 0.01, by which the cells are multiplied"
	}
	return ""
}

// scaled multiplies a number that HubSpot takes, without rounding.
func (f *Number) scaled(number string) (string, Reason) {
	if f.Scale == "" {
		return number, 0
	}
	if len(number) > maxScaled || strings.ContainsAny(number, "eE") {
		return "", TooLong
	}
	product, ok := new(big.Rat).SetString(number)
	factor, _ := new(big.Rat).SetString(f.Scale)
	if !ok || factor == nil {
		return "", TooLong
	}
	text := product.Mul(product, factor).FloatString(decimals(number) + decimals(f.Scale))
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return text, 0
}

func decimals(number string) int {
	_, after, _ := strings.Cut(number, ".")
	return len(after)
}

// A Term reads how long something lasts, as a whole number of years, months, weeks or
// days, and gives it as an ISO 8601 duration: P24M for 24 months. A cell that is one
// already stays as it is.
type Term struct {
	Number Number
	Unit   string // a key of Units
}

// Units returns the units of a Term.
func Units() []string { return []string{"years", "months", "weeks", "days"} }

// Read is that of [Format].
func (f *Term) Read(cell string) (string, Reason) {
	if s := Trim(cell); s != "P" && term.MatchString(s) {
		return s, 0
	}
	number, why := f.Number.Read(cell)
	if why != 0 {
		return "", why
	}
	m := integral.FindStringSubmatch(number)
	if m == nil {
		return "", Unreadable
	}
	return "P" + m[1] + strings.ToUpper(f.Unit[:1]), 0
}

// Explain is that of [Format].
func (f *Term) Explain(Reason) (what, fix string) {
	return "is not a whole number of " + f.Unit, "Write one such as 12, or a duration such as P12M"
}
