// How a spreadsheet writes numbers, dates and booleans that it has read from a file.

package rundir

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// rewritten reports whether is may be what a spreadsheet makes of a cell that was: the
// same day in the form of some country, the same number without its zeros or with so
// many digits as the column is wide, the same boolean in some language.
func rewritten(was, is string) bool {
	was, is = strings.TrimSpace(was), strings.TrimSpace(is)
	if was == is || was == "" || is == "" {
		return was == is
	}
	if day, clock, ok := isoTime(was); ok {
		return sameDay(day, clock, is)
	}
	if n, ok := plainNumber(was); ok {
		return sameNumber(n, is)
	}
	switch strings.ToLower(was) {
	case "true":
		return strings.Contains("|true|wahr|vrai|verdadero|verdadeiro|vero|waar|prawda|", "|"+strings.ToLower(is)+"|")
	case "false":
		return strings.Contains("|false|falsch|faux|falso|onwaar|fałsz|", "|"+strings.ToLower(is)+"|")
	}
	return false
}

// isoTime reads a day, with a time or without, as spreadsheets take it in every country.
func isoTime(cell string) (day time.Time, clock, ok bool) {
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, cell); err == nil {
			return t, layout != time.DateOnly, true
		}
	}
	return time.Time{}, false, false
}

// dayForms are how countries write days, as spreadsheets show them by default.
var dayForms = []string{
	"2.1.2006", "2.1.06", "2/1/2006", "2/1/06", "1/2/2006", "1/2/06", "2-1-2006", "2-1-06", "2. 1. 2006", "2.1.2006.", "2006. 1. 2", "2006. 1. 2.", "2006.1.2", "2006/1/2", "2006-1-2", "2-Jan-06", "2-Jan-2006",
}

// sameDay reports whether is can mean nothing but t: 4/3/2026 is two days, and may be
// what somebody wrote on purpose.
func sameDay(t time.Time, clock bool, is string) (same bool) {
	suffixes := []string{""}
	if clock {
		suffixes = []string{" 15:04", " 15:04:05", " 3:04 PM", " 3:04:05 PM"}
	}
	for _, form := range dayForms {
		for _, suffix := range suffixes {
			parsed, err := time.Parse(form+suffix, is)
			if err != nil {
				continue
			}
			if !parsed.Equal(t) && (strings.Contains(suffix, "05") || !parsed.Equal(t.Truncate(time.Minute))) {
				return false
			}
			same = true
		}
	}
	return same
}

// plainNumber reads a number with a point and without groups.
func plainNumber(cell string) (float64, bool) {
	if strings.Trim(cell, "+-.0123456789eE") != "" || !strings.ContainsAny(cell, "0123456789") {
		return 0, false
	}
	n, err := strconv.ParseFloat(cell, 64)
	return n, err == nil && !math.IsInf(n, 0)
}

// sameNumber reads what is shown with a point or a comma, and compares as many digits as
// it has: 15 at most are kept in a spreadsheet, and 1.23E+11 is what a column of normal
// width shows. No spreadsheet shows zeros at the end, so 1,000 is a thousand that somebody
// wrote.
func sameNumber(n float64, is string) bool {
	is = strings.Replace(is, ",", ".", 1)
	if strings.Contains(is, ".") && strings.HasSuffix(is, "0") && !strings.ContainsAny(is, "eE") {
		return false
	}
	shown, ok := plainNumber(is)
	if !ok {
		return false
	}
	if shown == n {
		return true
	}
	mantissa, _, scientific := strings.Cut(strings.ToUpper(is), "E")
	digits := len(strings.Trim(strings.ReplaceAll(mantissa, ".", ""), "+-"))
	if !scientific && digits < 15 {
		return false
	}
	if digits >= 15 {
		return math.Abs(shown-n) <= 1e-14*math.Abs(n) // the other digits are zeros
	}
	round := func(f float64) string { return strconv.FormatFloat(f, 'e', digits-1, 64) }
	return round(shown) == round(n)
}
