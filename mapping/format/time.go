// Dates and times as people write them: Go's layouts, read strictly.

package format

import (
	"errors"
	"strings"
	"time"

	"github.com/hubload/hubload/mapping/internal/wording"
)

// CheckZone returns why a text is not a time zone, "" if it is. Local is not: a format
// means the same on every machine.
func CheckZone(name string) string {
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return wording.Quote(name) + " is not a time zone of the IANA database; use one such as Europe/Berlin or America/New_York"
	}
	return ""
}

// layoutParts is what a layout holds of a date and time.
type layoutParts struct {
	year, month, day, hour, half, minute, second, offset, zoneName bool
}

// partsOf finds what a layout holds by looking which differences it shows. The
// dates that differ in one part are all Saturdays, so a day of the week is not a part.
func partsOf(layout string) layoutParts {
	at := func(year int, month time.Month, day, hour, minute, second int, zone *time.Location) string {
		return time.Date(year, month, day, hour, minute, second, 0, zone).Format(layout)
	}
	zone := func(name string, offset int) string { return at(2001, 2, 3, 4, 5, 6, time.FixedZone(name, offset)) }
	base := at(2001, 2, 3, 4, 5, 6, time.UTC)
	return layoutParts{
		year:     at(2007, 2, 3, 4, 5, 6, time.UTC) != base,
		month:    at(2001, 3, 3, 4, 5, 6, time.UTC) != base,
		day:      at(2001, 2, 10, 4, 5, 6, time.UTC) != base,
		hour:     at(2001, 2, 3, 5, 5, 6, time.UTC) != base,
		half:     at(2001, 2, 3, 16, 5, 6, time.UTC) != base,
		minute:   at(2001, 2, 3, 4, 6, 6, time.UTC) != base,
		second:   at(2001, 2, 3, 4, 5, 7, time.UTC) != base,
		offset:   zone("A", 0) != zone("A", 3600),
		zoneName: zone("A", 0) != zone("B", 0),
	}
}

// LayoutHas reports whether a layout has a time of day, and an offset from UTC.
func LayoutHas(layout string) (clock, offset bool) {
	p := partsOf(layout)
	return p.hour, p.offset
}

// CheckLayout returns why a layout, as in package time, can't be read, "" if it can. It needs a
// day, a month and a year, and a time of day that is unambiguous.
func CheckLayout(layout string) string {
	if layout == Excel {
		return ""
	}
	const advice = "; a layout is how the column would write 2 January 2006, 15:04:05, such as 02/01/2006 or 2006-01-02 15:04:05"
	p := partsOf(layout)
	switch {
	case !p.year || !p.month || !p.day:
		message := "the layout " + wording.Quote(layout) + " lacks " + p.missing()
		if goLayout := translated(layout); goLayout != "" {
			return message + "; did you mean " + wording.Quote(goLayout) + "?"
		}
		return message + advice
	case p.zoneName:
		return "the layout " + wording.Quote(layout) + " has an abbreviated time zone, which can mean several; write -0700 for an offset, or leave it out and give the rule a timezone"
	case p.hour && !p.half:
		return "the layout " + wording.Quote(layout) + " has an hour of 12 without PM; write 15 for an hour of 24, or add PM"
	case !p.hour && (p.half || p.minute || p.second):
		return "the layout " + wording.Quote(layout) + " has a time without an hour" + advice
	}
	// What two dates become must be read as those dates: digits that run into
	// each other can't.
	for _, t := range []time.Time{
		time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC),
		time.Date(2011, 12, 23, 16, 45, 56, 0, time.UTC),
	} {
		read, err := time.ParseInLocation(layout, t.Format(layout), time.UTC)
		if err != nil || read.Format(time.DateOnly) != t.Format(time.DateOnly) || p.hour && read.Hour() != t.Hour() {
			return "the layout " + wording.Quote(layout) + " can't be read back, because its parts run into each other or say different things" + advice
		}
	}
	return ""
}

func (p *layoutParts) missing() string {
	var lacking []string
	if !p.day {
		lacking = append(lacking, "the day (02)")
	}
	if !p.month {
		lacking = append(lacking, "the month (01)")
	}
	if !p.year {
		lacking = append(lacking, "the year (2006)")
	}
	return strings.Join(lacking, " and ")
}

// translated returns the layout for a pattern in the way of other programs, such
// as DD.MM.YYYY or %d.%m.%Y, and "" when it is none.
func translated(pattern string) string {
	replace := []string{"%Y", "2006", "%m", "01", "%d", "02", "%H", "15", "%M", "04", "%S", "05"}
	if !strings.Contains(pattern, "%") {
		date, clock := pattern, ""
		if i := strings.IndexAny(pattern, "hH"); i >= 0 {
			date, clock = pattern[:i], pattern[i:]
		}
		clock = strings.NewReplacer("HH", "15", "hh", "15", "MM", "04", "mm", "04", "SS", "05", "ss", "05").Replace(clock)
		pattern = strings.ToUpper(date) + clock
		replace = []string{"YYYY", "2006", "YY", "06", "MMMM", "January", "MMM", "Jan", "MM", "01", "M", "1", "DD", "02", "D", "2"}
	}
	layout := strings.NewReplacer(replace...).Replace(pattern)
	if p := partsOf(layout); !p.year || !p.month || !p.day || CheckLayout(layout) != "" {
		return ""
	}
	return layout
}

// A Time reads dates and times in a layout.
type Time struct {
	layout string
	zone   *time.Location
	pinned bool // the rule has a timezone
	offset bool // the layout has an offset from UTC
	Dates  bool // only the date is sent
}

func NewTime(layout, timezone string, dates *bool) *Time {
	p := partsOf(layout)
	f := &Time{layout: layout, zone: time.UTC, pinned: timezone != "", offset: p.offset, Dates: !p.hour}
	if zone, err := time.LoadLocation(timezone); err == nil {
		f.zone = zone
	}
	if dates != nil {
		f.Dates = *dates
	}
	return f
}

// Read is that of [Format].
func (f *Time) Read(cell string) (string, Reason) {
	t, why := f.parse(Trim(cell))
	if why != 0 {
		return "", why
	}
	switch {
	case f.offset && f.pinned:
		t = t.In(f.zone)
	case !f.offset && !f.Dates:
		var why Reason
		if t, why = inZone(t, f.zone); why != 0 {
			return "", why
		}
	}
	layout := time.RFC3339Nano
	if f.Dates {
		layout = time.DateOnly
	} else if _, offset := t.Zone(); offset%60 != 0 {
		t = t.UTC() // a time of the 19th century, which RFC 3339 can't tell in its zone
	}
	var b [40]byte
	sent := t.AppendFormat(b[:0], layout)
	if string(sent) == cell {
		return cell, 0
	}
	return string(sent), 0
}

// parse reads the date and time as the cell says them. Names of months may be in any
// language that months has.
func (f *Time) parse(cell string) (time.Time, Reason) {
	if f.layout == Excel {
		t, ok := serial(cell)
		if !ok {
			return t, Unreadable
		}
		return t, 0
	}
	t, err := time.ParseInLocation(f.layout, cell, time.UTC)
	if err != nil {
		if own := f.english(cell); own != cell {
			t, err = time.ParseInLocation(f.layout, own, time.UTC)
		}
	}
	switch {
	case err == nil:
		return t, 0
	case outOfRange(err):
		return t, NoSuchTime
	}
	return t, Unreadable
}

func (f *Time) english(cell string) string {
	if strings.Contains(f.layout, "年") {
		return gregorian(Narrow(cell))
	}
	if strings.Contains(f.layout, "Jan") {
		return englishMonths(cell, strings.Contains(f.layout, "January"))
	}
	return cell
}

// outOfRange reports whether a text has the form of its layout and means no day
// or time, such as 30 February. Package time says so only in its message.
func outOfRange(err error) bool {
	var e *time.ParseError
	return errors.As(err, &e) && strings.HasSuffix(e.Message, "out of range")
}

// inZone returns the moment at which the clocks of a zone show what t shows in
// UTC, unless they never do, or do twice.
func inZone(t time.Time, zone *time.Location) (time.Time, Reason) {
	if zone == time.UTC {
		return t, 0
	}
	shown := t.Unix()
	t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
	if _, offset := t.Zone(); t.Unix()+int64(offset) != shown {
		return t, Skipped
	}
	start, end := t.ZoneBounds()
	if !start.IsZero() {
		_, before := start.Add(-1).Zone()
		if shown-int64(before) < start.Unix() {
			return t, Repeated
		}
	}
	if !end.IsZero() {
		_, after := end.Zone()
		if shown-int64(after) >= end.Unix() {
			return t, Repeated
		}
	}
	return t, 0
}

// Explain is that of [Format].
func (f *Time) Explain(why Reason) (what, fix string) {
	switch why {
	case NoSuchTime:
		return "is not a day of the calendar, or not a time", "Fix the cell"
	case Skipped:
		return "did not exist in " + f.zone.String() + ", where the clocks were set forward over it", "Fix the cell or the timezone of the rule"
	case Repeated:
		return "happened twice in " + f.zone.String() + ", where the clocks were set back", "Write the times with their offset from UTC, and add -0700 to the layout"
	}
	if f.layout == Excel {
		return "is not a spreadsheet's number of a day", "Fix the cell or the layout"
	}
	return "is not written as the rule's layout says, " + wording.Quote(f.layout), "Fix the cell or the layout"
}
