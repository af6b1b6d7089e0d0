// Days as spreadsheets count them.

package format

import (
	"math"
	"strconv"
	"time"
)

// Excel is the layout of a column that holds a spreadsheet's internal numbers of days,
// with the time of day as a fraction: 46096 is 15 March 2026.
const Excel = "excel"

// serial returns the day and time that a spreadsheet's number means. Numbers before
// March 1900 are not taken: Excel counts a 29 February 1900, and other programs don't.
func serial(cell string) (t time.Time, ok bool) {
	const first, last = 61, 2_958_466 // 1 March 1900, and the day after 31 December 9999
	n, err := strconv.ParseFloat(cell, 64)
	if err != nil || n < first || n >= last {
		return t, false
	}
	day, fraction := math.Modf(n)
	seconds := math.Round(fraction * 24 * 60 * 60)
	return time.Date(1899, 12, 30, 0, 0, int(seconds), 0, time.UTC).AddDate(0, 0, int(day)), true
}

// Day returns the day of a date with a time, such as 2026-03-15 00:00:00, where it is
// the same wherever the time is meant: without an offset from UTC, or at midnight of
// UTC, by which HubSpot means days.
func Day(cell string) (day string, ok bool) {
	const n = len(time.DateOnly)
	if len(cell) <= n+1 || cell[n] != ' ' && cell[n] != 'T' {
		return "", false
	}
	if _, err := time.Parse(time.DateOnly, cell[:n]); err != nil {
		return "", false
	}
	clock := cell[n+1:]
	for _, layout := range []string{"15:04:05", "15:04"} {
		if _, err := time.Parse(layout, clock); err == nil {
			return cell[:n], true
		}
		if t, err := time.Parse(layout+"Z07:00", clock); err == nil {
			_, offset := t.Zone()
			return cell[:n], offset == 0 && t.Hour()+t.Minute()+t.Second()+t.Nanosecond() == 0
		}
	}
	return "", false
}
