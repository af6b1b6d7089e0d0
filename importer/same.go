// Whether a record has the values that a row sends, the way a CRM gives them back.

package importer

import (
	"math/big"
	"regexp"
	"strconv"
	"time"
)

// matches reports whether a record has all the values that a row sends, and
// whether it has them to the letter.
func matches(rw *row, record map[string]string) (match, exact bool) {
	exact = true
	for _, sent := range rw.rec.Properties {
		held := record[sent.Name]
		if held == sent.Value {
			continue
		}
		exact = false
		if !same(sent.Value, held) {
			return false, false
		}
	}
	return true, exact
}

// same reports whether two values mean the same: 10.50 is stored as 10.5, and a
// day comes back as milliseconds or with a time of day. Letters are never folded:
// rows that differ in them are different rows.
func same(sent, held string) bool {
	if sent == held {
		return true
	}
	if a, ok := decimal(sent); ok {
		if b, ok := decimal(held); ok {
			return a.Cmp(b) == 0
		}
	}
	a, okA := instant(sent)
	b, okB := instant(held)
	return okA && okB && a.Equal(b)
}

// A number of reasonable length. Without the limit on the exponent a value of ten
// characters could take all memory.
var plainDecimal = regexp.MustCompile(`^[+-]?(\d{1,60}\.?\d{0,60}|\.\d{1,60})([eE][+-]?\d{1,3})?$`)

func decimal(s string) (*big.Rat, bool) {
	if !plainDecimal.MatchString(s) {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

var plainMilliseconds = regexp.MustCompile(`^-?\d{1,15}$`)

// instant reads a day, which begins at midnight UTC, a time, or milliseconds since
// 1970.
func instant(s string) (time.Time, bool) {
	if plainMilliseconds.MatchString(s) {
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
