// Numbers, dates and durations in the forms that HubSpot takes.

package schema

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// IsNumber reports whether HubSpot takes s as a number: an optional sign, digits
// with at most one point, an optional exponent. That is less than strconv takes.
func IsNumber(s string) bool {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	digits, point := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case '0' <= c && c <= '9':
			digits++
		case c == '.' && !point:
			point = true
		case (c == 'e' || c == 'E') && digits > 0:
			return integer.MatchString(s[i+1:])
		default:
			return false
		}
	}
	return digits > 0
}

var integer = regexp.MustCompile(`^[+-]?[0-9]+$`)

// IsNegative reports whether a number is less than 0. -0 and -0e5 aren't.
func IsNegative(number string) bool {
	digits, negative := strings.CutPrefix(number, "-")
	if !negative {
		return false
	}
	if i := strings.IndexAny(digits, "eE"); i >= 0 {
		digits = digits[:i]
	}
	return strings.ContainsAny(digits, "123456789")
}

// IsDate reports whether s is a day of the calendar, as YYYY-MM-DD. It doesn't use
// time.Parse, which took half of the time of mapping a row (200 ns a date, 2026-11).
func IsDate(s string) bool {
	if len(s) != len(time.DateOnly) || s[4] != '-' || s[7] != '-' {
		return false
	}
	year, month, day := digits(s[:4]), digits(s[5:7]), digits(s[8:])
	if year < 0 || month < 1 || month > 12 || day < 1 {
		return false
	}
	if month == 2 && day == 29 {
		return year%4 == 0 && (year%100 != 0 || year%400 == 0)
	}
	return day <= [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
}

// IsDatetime reports whether s is a date, or a date and a time with its zone:
// YYYY-MM-DDThh:mm:ss, up to 9 decimals, then Z, +hh:mm or +hhmm, where hh is at
// most 18.
func IsDatetime(s string) bool {
	const day, second = len("2006-01-02"), len("2006-01-02T15:04:05")
	if len(s) <= second {
		return IsDate(s)
	}
	hour, minute, sec := digits(s[11:13]), digits(s[14:16]), digits(s[17:second])
	return IsDate(s[:day]) && s[10] == 'T' && s[13] == ':' && s[16] == ':' &&
		0 <= hour && hour < 24 && 0 <= minute && minute < 60 && 0 <= sec && sec < 60 &&
		isZone(s[second:])
}

var dayShape = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)

// isZone takes decimals before the zone. An expression made reading a time in a time
// zone half as slow again (2026-11).
func isZone(s string) bool {
	if decimals, found := strings.CutPrefix(s, "."); found {
		s = strings.TrimLeft(decimals, "0123456789")
		if n := len(decimals) - len(s); n < 1 || n > 9 {
			return false
		}
	}
	if len(s) == len("+01:00") && s[3] == ':' {
		s = s[:3] + s[4:]
	}
	if len(s) != len("+0100") || s[0] != '+' && s[0] != '-' {
		return s == "Z"
	}
	hour, minute := digits(s[1:3]), digits(s[3:])
	return 0 <= hour && hour <= 18 && 0 <= minute && minute < 60
}

// digits returns the number that s is, -1 if not all of s is digits.
func digits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = 10*n + int(s[i]-'0')
	}
	return n
}

// IsMillis reports whether s can be meant as milliseconds since 1970. Numbers below
// 100,000,000,000 (March 1973) would be days of 1970 for everybody who has counted
// seconds, and those from 100,000,000,000,000 on (year 5138) count something smaller.
func IsMillis(s string) bool {
	n, ok := timestamp(s)
	return ok && (1e11 <= n && n < 1e14 || -1e14 < n && n <= -1e11)
}

// isMidnight reports whether s, for which IsMillis is true, is the first moment of a
// day in UTC.
func isMidnight(s string) bool {
	n, _ := timestamp(s)
	return n%(24*time.Hour).Milliseconds() == 0
}

// IsSeconds reports whether s can be meant as seconds since 1970: those of the years
// 1973 to 5138.
func IsSeconds(s string) bool {
	n, ok := timestamp(s)
	return ok && 1e8 <= n && n < 1e11
}

func timestamp(s string) (n int64, ok bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && s[0] != '+'
}

// IsDayNumber reports whether s can be the number by which spreadsheets know a day or
// a time: those from 1954 to 2119.
func IsDayNumber(s string) bool {
	n, err := strconv.ParseFloat(s, 64)
	return err == nil && IsNumber(s) && 20_000 <= n && n < 80_000
}

// IsDuration reports whether s is an ISO 8601 duration in days or more: PnYnMnD, of
// which two may be missing, or PnW.
func IsDuration(s string) bool { return s != "P" && duration.MatchString(s) }

var duration = regexp.MustCompile(`^P(\d+W|(\d+Y)?(\d+M)?(\d+D)?)$`)
