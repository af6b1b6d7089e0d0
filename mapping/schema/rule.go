// Rules of an account's administrators about the values of a property.

package schema

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// BreaksRule reports whether a value certainly breaks a validation rule, by its kind and
// arguments as HubSpot's property validations API lists them. It knows MIN_NUMBER,
// MAX_NUMBER, MIN_LENGTH, MAX_LENGTH (in characters) and REGEX; no value breaks another
// rule, or one whose argument can't be read.
func BreaksRule(value, kind string, arguments []string) bool {
	if value == "" || len(arguments) != 1 {
		return false
	}
	limit := strings.TrimSpace(arguments[0])
	switch kind {
	case "MIN_NUMBER", "MAX_NUMBER":
		n, ok := ruleNumber(value)
		bound, known := ruleNumber(limit)
		return ok && known && (kind == "MIN_NUMBER" && n.Cmp(bound) < 0 || kind == "MAX_NUMBER" && n.Cmp(bound) > 0)
	case "MIN_LENGTH", "MAX_LENGTH":
		bound, err := strconv.Atoi(limit)
		n := utf8.RuneCountInString(value)
		return err == nil && (kind == "MIN_LENGTH" && n < bound || kind == "MAX_LENGTH" && n > bound)
	case "REGEX": // of Java, so that not all of them are known here
		re, err := regexp.Compile("^(?:" + arguments[0] + ")$")
		return err == nil && !re.MatchString(value)
	}
	return false
}

// ruleNumber reads a number of reasonable length: a large exponent could take all memory.
func ruleNumber(s string) (*big.Rat, bool) {
	s = strings.TrimSpace(s)
	if !IsNumber(s) || len(s) > 40 || strings.ContainsAny(s, "eE") {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}
