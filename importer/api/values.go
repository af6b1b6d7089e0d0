// Values as a CRM gives them back.

package api

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Normalized is equal for values that mean the same: 10.50 is stored as 10.5, a day
// comes back as milliseconds or with a time of day, and white space around a value is
// dropped. Letters are never folded: rows that differ in them are different rows.
func Normalized(value string) string {
	value = strings.TrimSpace(value)
	if n, ok := decimal(value); ok {
		return "=" + n.RatString() // no other value is written so: "1/2" is text
	}
	if at, ok := Instant(value); ok {
		return "=" + strconv.FormatInt(at.UnixMilli(), 10)
	}
	return "'" + value
}

// A number of reasonable length: with a larger exponent a value of ten characters could
// take all memory.
var plainDecimal = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$`)

const longestDecimal = 126

func decimal(s string) (*big.Rat, bool) {
	if len(s) == 0 || s[0] > '9' { // most values are words
		return nil, false
	}
	if len(s) > longestDecimal || !plainDecimal.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

var plainMilliseconds = regexp.MustCompile(`^-?\d+$`)

// Instant reads a day (midnight UTC), a time, or milliseconds since 1970.
func Instant(s string) (time.Time, bool) {
	if len(s) <= 15 && strings.LastIndexByte(s, '-') <= 0 && plainMilliseconds.MatchString(s) {
		ms, err := strconv.ParseInt(s, 10, 64)
		return time.UnixMilli(ms), err == nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05.999999999Z0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
