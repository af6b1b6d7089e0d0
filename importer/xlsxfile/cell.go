// Cells: what the file holds, as text.

package xlsxfile

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// number is a number as Excel shows it in a cell that is wide enough: to 15 digits.
// 1234.1 is often stored as 1234.0999999999999.
func number(stored string) string {
	if len(stored) <= 15 && strings.Trim(stored, "0123456789") == "" {
		return stored
	}
	f, err := strconv.ParseFloat(stored, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return stored
	}
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'e', 14, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// date is the date and the time that a number of days means, as ISO 8601 has it, or the
// number where it means none. Day 60 of the calendar that begins in 1900 is a 29th of
// February that there wasn't.
func date(stored string, date1904 bool) string {
	days, err := strconv.ParseFloat(stored, 64)
	if err != nil || days < 0 || days >= 2958466 { // 9999-12-31
		return number(stored)
	}
	millis := math.Round(days * 86_400_000)
	clock := time.UnixMilli(int64(math.Mod(millis, 86_400_000))).UTC()
	layout := "15:04:05"
	if clock.Nanosecond() != 0 {
		layout = "15:04:05.000"
	}
	day := int(millis / 86_400_000)
	switch {
	case day == 0 && !date1904:
		return clock.Format(layout)
	case date1904:
		day += 1462
	case day < 60:
		day++
	case day == 60:
		return number(stored)
	}
	on := time.Date(1899, time.December, 30+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	if clock.UnixMilli() == 0 {
		return on
	}
	return on + "T" + clock.Format(layout)
}

// column is the number of the column that a cell's reference names, from 0: 27 for AB7;
// -1 for none.
func column(ref string) int {
	n := 0
	for i := range len(ref) {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		if n = 26*n + int(c-'A') + 1; n > maxColumns {
			return n
		}
	}
	return n - 1
}

// reference is the opposite: AB for 27.
func reference(column int) string {
	name := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}
