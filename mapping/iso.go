// Dates, times and durations in the forms that HubSpot takes.

package mapping

import "strconv"

const dayMillis = 24 * 60 * 60 * 1000

// isDate reports whether s is a day of the calendar, as YYYY-MM-DD.
func isDate(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	year, month, day := number4(s), number2(s[5:]), number2(s[8:])
	return year >= 0 && 1 <= month && month <= 12 && 1 <= day && day <= daysIn(year, month)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// isDatetime reports whether s is a date, or a date and a time with its zone:
// YYYY-MM-DDThh:mm:ss, up to 9 decimals, then Z, +hh:mm or +hhmm.
func isDatetime(s string) bool {
	if len(s) == 10 {
		return isDate(s)
	}
	if len(s) < 20 || s[10] != 'T' || s[13] != ':' || s[16] != ':' || !isDate(s[:10]) ||
		!within(number2(s[11:]), 23) || !within(number2(s[14:]), 59) || !within(number2(s[17:]), 59) {
		return false
	}
	s = s[19:]
	if s[0] == '.' {
		n := 1
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		if n == 1 || n > 10 {
			return false
		}
		s = s[n:]
	}
	return isZone(s)
}

func isZone(s string) bool {
	if s == "Z" {
		return true
	}
	if len(s) == 6 && s[3] == ':' {
		return (s[0] == '+' || s[0] == '-') && within(number2(s[1:]), 18) && within(number2(s[4:]), 59)
	}
	return len(s) == 5 && (s[0] == '+' || s[0] == '-') && within(number2(s[1:]), 18) && within(number2(s[3:]), 59)
}

func within(n, most int) bool { return 0 <= n && n <= most }

// number2 returns the number of the first two digits of s, and a negative one
// when they aren't digits.
func number2(s string) int {
	if !isDigit(s[0]) || !isDigit(s[1]) {
		return -1000
	}
	return int(s[0]-'0')*10 + int(s[1]-'0')
}

func number4(s string) int { return number2(s)*100 + number2(s[2:]) }

// isMillis reports whether s counts milliseconds since 1970 and can be meant to.
// Numbers below 100,000,000,000 (March 1973) would be days of 1970 for
// everybody who has counted seconds, and those from 100,000,000,000,000 on
// (year 5138) count something smaller.
func isMillis(s string) bool {
	n, ok := epoch(s)
	return ok && (1e11 <= n && n < 1e14 || -1e14 < n && n <= -1e11)
}

// isMidnight reports whether s, for which isMillis is true, is the first moment
// of a day in UTC.
func isMidnight(s string) bool {
	n, _ := epoch(s)
	return n%dayMillis == 0
}

// isSeconds reports whether s can be meant to count seconds since 1970: those of
// the years 1973 to 5138.
func isSeconds(s string) bool {
	n, ok := epoch(s)
	return ok && 1e8 <= n && n < 1e11
}

// isDayNumber reports whether s can be the number by which spreadsheets know a
// day or a time: those from 1954 to 2119.
func isDayNumber(s string) bool {
	n, err := strconv.ParseFloat(s, 64)
	return err == nil && isNumber(s) && 20_000 <= n && n < 80_000
}

func epoch(s string) (n int64, ok bool) {
	digits := s
	if s != "" && s[0] == '-' {
		digits = s[1:]
	}
	if !isDigits(digits) || len(digits) > 18 {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// isDuration reports whether s is an ISO 8601 duration in days or more: PnYnMnD,
// of which two may be missing, or PnW.
func isDuration(s string) bool {
	if len(s) < 3 || s[0] != 'P' {
		return false
	}
	units := "YMD"
	if s[len(s)-1] == 'W' {
		units = "W"
	}
	s = s[1:]
	for s != "" {
		n := 0
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		if n == 0 || n == len(s) {
			return false
		}
		for units != "" && units[0] != s[n] {
			units = units[1:]
		}
		if units == "" {
			return false
		}
		units, s = units[1:], s[n+1:]
	}
	return true
}
