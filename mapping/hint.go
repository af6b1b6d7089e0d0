// What a bad value probably is, and which key of the mapping reads it.

package mapping

import (
	"strings"
	"time"
	"unicode/utf8"
)

// fault says what is wrong with a cell, and what to do about it. Both are parts
// of a sentence that begins with the cell, and hold nothing of it but signs of
// currencies and percent.
func (p *propertyCell) fault(code, cell string) (what, fix string) {
	if p.format == nil {
		what, fix = p.valueType.fault(code, cell)
		if len(cell) > maxHint {
			return what, "correct the cell"
		}
		switch code {
		case CodeInvalidNumber:
			fix = advice(numberKeys(cell))
		case CodeInvalidDate, CodeInvalidDatetime:
			if isSeconds(cell) || code == CodeInvalidDate && isMillis(cell) {
				break
			}
			if keys := layoutKeys(cell, code == CodeInvalidDatetime); keys != nil {
				fix = advice(keys)
			}
		}
		return what, fix
	}
	sent, why := p.format.read(cell)
	if why == 0 {
		return p.valueType.fault(code, sent)
	}
	switch f := p.format.(type) {
	case *numberFormat:
		return "is no number as the rule says, with " + f.keys(quote(f.sign)), "correct the cell"
	case *timeFormat:
		return f.fault(why)
	}
	return "can't be read", "correct the cell"
}

// maxHint is how long a cell may be that is looked at for hints.
const maxHint = 50

// fault says what is wrong with a value, and what to write instead.
func (t *valueType) fault(code, value string) (what, fix string) {
	fix = "write " + t.example()
	switch code {
	case CodeInvalidNumber:
		return "is no number", fix
	case CodeNegativePrice:
		return "is negative, and HubSpot takes no negative price", "write a discount as a positive number in a property of its own"
	case CodeInvalidDate, CodeInvalidDatetime:
		return timeFault(code, value), fix
	case CodeInvalidBoolean:
		return "is neither true nor false", "say under values what the cells mean, such as values: { yes: true, no: false }"
	case CodeInvalidOption:
		if t.kind == someOptions {
			if _, part := t.several(value); part > 1 || strings.Contains(value, ";") {
				parts := strings.Split(strings.TrimPrefix(value, ";"), ";")
				what, fix = t.options.fault(parts[part-1])
				return "doesn't fit: its part " + itoa(part) + " " + what, fix
			}
		}
		return t.options.fault(value)
	case CodeInvalidDuration:
		return "is no duration", "write one such as P12M (12 months), P1Y6M or P2W, or say under values what it becomes"
	}
	return "doesn't fit", fix
}

func timeFault(code, value string) string {
	day, clock, _ := strings.Cut(value, "T")
	switch {
	case isSeconds(value):
		return "seems to count seconds, and HubSpot counts milliseconds"
	case code == CodeInvalidDate && isMillis(value):
		return "counts milliseconds and is no midnight in UTC"
	case code == CodeInvalidDate && clock != "" && isDatetime(value):
		return "has a time, and the property takes a day"
	case isDayNumber(value):
		return "seems to be a spreadsheet's number for a day, so export the column again as text"
	case clock == "" && isShaped(day):
		return "is no day of the calendar"
	case code == CodeInvalidDatetime && isDatetime(value+"Z"):
		return "has no time zone"
	case code == CodeInvalidDate:
		return "is no date"
	}
	return "is no date with a time"
}

// isShaped reports whether s looks like YYYY-MM-DD.
func isShaped(s string) bool {
	return len(s) == 10 && s[4] == '-' && s[7] == '-' && number4(s) >= 0 && number2(s[5:]) >= 0 && number2(s[8:]) >= 0
}

// advice joins keys of the mapping of which one is right.
func advice(keys []string) string {
	if len(keys) == 0 {
		return "correct the cell"
	}
	return "give the rule " + strings.Join(keys, " or ") + " if the column is written so, or correct the cell"
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
		return sign, quote(sign)
	}
	return sign, "with the text beside the number"
}

// keys returns the format as it stands in a mapping, with what is shown for its
// sign.
func (f *numberFormat) keys(sign string) string {
	var keys []string
	if f.decimal != '.' || f.group == 0 && f.sign == "" {
		keys = append(keys, "decimal: "+quote(string(f.decimal)))
	}
	if f.group != 0 {
		keys = append(keys, "group: "+quote(string(f.group)))
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
			layout = quote(layout) // between braces a comma ends the text
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
		return "is no day of the calendar, or no time", "correct the cell"
	case skipped:
		return "never was in " + f.zone.String() + ", where the clocks were set forward over it", "correct the cell, or its timezone"
	case repeated:
		return "was twice in " + f.zone.String() + ", where the clocks were set back", "write the times with their offset, and -0700 in the layout"
	}
	return "isn't written as the rule's layout says, " + quote(f.layout), "correct the cell, or the layout"
}
