// What a bad value probably is, and which key of the mapping reads it.

package mapping

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// fault says what is wrong with a cell, and what to do about it. Both are parts
// of a sentence that begins with the cell, and hold nothing of it but signs of
// currencies and percent.
func (p *propertyCell) fault(code, cell string) (what, fix string) {
	if p.format == nil {
		what, fix = p.takes.Explain(code, cell)
		if len(cell) > maxHint {
			return what, "Fix the cell"
		}
		switch code {
		case schema.CodeInvalidNumber:
			fix = p.advice(numberKeys(cell))
		case schema.CodeInvalidDate, schema.CodeInvalidDatetime:
			if schema.IsSeconds(cell) || code == schema.CodeInvalidDate && schema.IsMillis(cell) {
				break
			}
			if keys := layoutKeys(cell, code == schema.CodeInvalidDatetime); keys != nil {
				fix = p.advice(keys)
			}
		}
		return what, fix
	}
	sent, why := p.format.read(cell)
	if why == 0 {
		return p.takes.Explain(code, sent)
	}
	switch f := p.format.(type) {
	case *numberFormat:
		return "is not a number as the rule says, with " + f.keys(wording.Quote(f.sign)), "Fix the cell"
	case *timeFormat:
		return f.fault(why)
	}
	return "can't be read", "Fix the cell"
}

// maxHint is how long a cell may be that is looked at for hints.
const maxHint = 50

// advice joins keys of the mapping of which one is right.
func (p *propertyCell) advice(keys []string) string {
	if len(keys) == 0 {
		return "Fix the cell"
	}
	return "If the whole column is written this way, add " + strings.Join(keys, " or ") + " to the " + p.Name + " rule; otherwise fix the cell"
}

// numberKeys returns the keys with which a cell is a number, at most two ways.
// They are found by trying: nothing is advised that doesn't work.
func numberKeys(cell string) []string {
	sign, shown := signOf(cell)
	var keys []string
	var numbers [2]string
	for _, f := range []numberFormat{
		{decimal: '.'},
		{decimal: ','},
		{decimal: '.', group: ','},
		{decimal: ',', group: '.'},
		{decimal: '.', group: ' '},
		{decimal: ',', group: ' '},
		{decimal: '.', group: '\''},
		{decimal: ',', group: '\''},
	} {
		f.sign = sign
		number, why := f.read(cell)
		if why != 0 || len(keys) > 0 && number == numbers[0] {
			continue
		}
		numbers[len(keys)] = number
		if keys = append(keys, f.keys(shown)); len(keys) == len(numbers) {
			break
		}
	}
	return keys
}

// signOf returns the text beside a number, and how a message tells it: words
// aren't shown, they may be anybody's.
func signOf(cell string) (sign, shown string) {
	cell = strings.Trim(cell, numberEnds+"+-"+string(minus))
	isNumeral := func(c rune) bool { return '0' <= c && c <= '9' }
	first, last := strings.IndexFunc(cell, isNumeral), strings.LastIndexFunc(cell, isNumeral)
	if first < 0 {
		return "", ""
	}
	sign = strings.TrimRight(cell[:first], numberEnds+"+-.,"+string(minus))
	if sign == "" {
		sign = strings.TrimLeft(cell[last+1:], numberEnds)
	}
	if signFault(sign) != "" {
		return "", ""
	}
	if c, size := utf8.DecodeRuneInString(sign); size == len(sign) && isSign(c) {
		return sign, wording.Quote(sign)
	}
	return sign, "with the text beside the number"
}

// keys returns the format as it stands in a mapping, with what is shown for its
// sign.
func (f *numberFormat) keys(sign string) string {
	var keys []string
	if f.decimal != '.' || f.group == 0 && f.sign == "" {
		keys = append(keys, "decimal: "+wording.Quote(string(f.decimal)))
	}
	if f.group != 0 {
		keys = append(keys, "group: "+wording.Quote(string(f.group)))
	}
	if f.sign != "" {
		keys = append(keys, "sign: "+sign)
	}
	return strings.Join(keys, " and ")
}

// layoutKeys returns the keys with which a cell is a date or a time, at most two
// ways, by trying layouts that are common.
func layoutKeys(cell string, datetime bool) []string {
	cell = strings.TrimSpace(cell)
	day, clock := cell, ""
	if colon := strings.IndexByte(cell, ':'); colon >= 0 {
		i := strings.LastIndexAny(cell[:colon], " T")
		if i < 0 {
			return nil
		}
		day = cell[:i]
		for _, layout := range clockLayouts() {
			if _, err := time.Parse(layout, cell[i+1:]); err == nil {
				clock = cell[i:i+1] + layout
				break
			}
		}
		if clock == "" {
			return nil
		}
	}
	zone := ""
	if datetime && !partsOf(clock).offset {
		zone = " and a timezone"
	}
	var keys []string
	var first time.Time
	for _, layout := range dayLayouts() {
		t, err := time.Parse(layout, day)
		if err != nil || len(keys) > 0 && t.Equal(first) {
			continue
		}
		if len(keys) == 0 {
			first = t
		}
		if layout += clock; strings.Contains(layout, ",") {
			layout = wording.Quote(layout) // between braces a comma ends the text
		}
		if keys = append(keys, "layout: "+layout+zone); len(keys) == 2 {
			break
		}
	}
	return keys
}

// dayLayouts are those that are common, the likelier first.
func dayLayouts() []string {
	return []string{
		"2006-01-02", "02/01/2006", "01/02/2006", "2/1/2006", "1/2/2006", "02.01.2006", "2.1.2006", "02-01-2006", "01-02-2006",
		"2006/01/02", "2006/1/2", "2006.01.02", "2006-1-2", "20060102", "02/01/06", "01/02/06", "02.01.06", "2006年1月2日",
		"2 Jan 2006", "2-Jan-2006", "2-Jan-06", "Jan 2, 2006", "Jan 2 2006", "2 January 2006", "January 2, 2006",
	}
}

func clockLayouts() []string {
	return []string{"15:04", "15:04:05", "3:04 PM", "3:04:05 PM", "3:04PM", "3:04:05PM", "15:04Z07:00", "15:04:05Z07:00", "15:04:05 -0700", "15:04:05Z0700"}
}

// fault says why a cell can't be read.
func (f *timeFormat) fault(why reason) (what, fix string) {
	switch why {
	case noSuchTime:
		return "is not a day of the calendar, or not a time", "Fix the cell"
	case skipped:
		return "did not exist in " + f.zone.String() + ", where the clocks were set forward over it", "Fix the cell or the timezone of the rule"
	case repeated:
		return "happened twice in " + f.zone.String() + ", where the clocks were set back", "Write the times with their offset from UTC, and add -0700 to the layout"
	}
	return "is not written as the rule's layout says, " + wording.Quote(f.layout), "Fix the cell or the layout"
}
