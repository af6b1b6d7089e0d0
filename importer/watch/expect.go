// Files that are expected, and haven't come.

package watch

import (
	"fmt"
	"strings"
	"time"
)

// An Expect says by when a file has to be there on which days.
type Expect struct {
	By       string `yaml:"by"`       // time of day, such as 03:00
	Timezone string `yaml:"timezone"` // such as Europe/Berlin; "" is that of the machine
	Days     string `yaml:"days"`     // such as mon-fri or sat,sun; "" is every day
}

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// parse returns the parts of e in a form that can be counted with.
func (e *Expect) parse() (hour, minute int, zone *time.Location, on [7]bool, err error) {
	at, err := time.Parse("15:04", e.By)
	if err != nil {
		return 0, 0, nil, on, fmt.Errorf("expect: by: %q is not a time of day such as 03:00", e.By)
	}
	zone = time.Local
	if e.Timezone != "" {
		if zone, err = time.LoadLocation(e.Timezone); err != nil {
			return 0, 0, nil, on, fmt.Errorf("expect: timezone: %q is not known; write it as in Europe/Berlin", e.Timezone)
		}
	}
	on, err = parseDays(e.Days)
	return at.Hour(), at.Minute(), zone, on, err
}

func parseDays(text string) (on [7]bool, err error) {
	if text == "" {
		return [7]bool{true, true, true, true, true, true, true}, nil
	}
	for part := range strings.SplitSeq(strings.ToLower(text), ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			last = first
		}
		from, to := weekday(first), weekday(last)
		if from < 0 || to < 0 {
			return on, fmt.Errorf("expect: days: %q is not a list such as mon-fri or sat,sun", text)
		}
		for day := from; ; day = (day + 1) % 7 {
			on[day] = true
			if day == to {
				break
			}
		}
	}
	return on, nil
}

func weekday(name string) int {
	for i, w := range weekdays {
		if strings.TrimSpace(name) == w {
			return i
		}
	}
	return -1
}

func (e *Expect) check() []error {
	if _, _, _, _, err := e.parse(); err != nil {
		return []error{err}
	}
	return nil
}

// deadlines returns the last deadline at or before a time, and the one before that. A
// time of day that a change of clocks leaves out is moved by that change.
func (e *Expect) deadlines(now time.Time) (last, before time.Time) {
	hour, minute, zone, on, err := e.parse()
	if err != nil {
		return last, before
	}
	local := now.In(zone)
	for back := range 15 {
		day := local.AddDate(0, 0, -back)
		at := time.Date(local.Year(), local.Month(), local.Day()-back, hour, minute, 0, 0, zone)
		if !on[time.Date(day.Year(), day.Month(), day.Day(), 12, 0, 0, 0, zone).Weekday()] || at.After(now) {
			continue
		}
		if last.IsZero() {
			last = at
			continue
		}
		return last, at
	}
	return last, before
}

// expect looks whether the file of the last deadline has come, late or not. Duplicates
// and rejected files don't count, and neither do deadlines before the first look.
func (t *turn) expect(now time.Time) error {
	if t.drop.Expect == nil {
		return nil
	}
	last, before := t.drop.Expect.deadlines(now)
	if last.IsZero() || !last.After(t.note.Started) {
		return nil
	}
	for _, f := range t.files {
		if f.Claimed.After(before) && f.Of == "" && f.State != Duplicate && f.State != Rejected && f.State != Dropped && f.State != void {
			return nil
		}
	}
	t.look.add(codeMissing)
	t.look.overdue[t.drop.Name] = true
	if !t.note.Missing.Before(last) {
		return nil // it was reported
	}
	t.note.Missing = last
	if err := t.saveNote(); err != nil {
		return err
	}
	t.look.events.add(Event{
		Event: eventMissing, Drop: t.drop.Name, Account: t.drop.Account, Code: codeMissing,
		Why: "no file came by " + last.Format("2006-01-02 15:04 MST"), Next: "see that " + t.drop.Dir + " gets its file; nothing else has to be done",
	})
	return nil
}
