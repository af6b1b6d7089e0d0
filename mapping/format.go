// How a column writes its numbers or dates: the keys of a rule, and what they contradict.

package mapping

import (
	"strings"
	"time"
	_ "time/tzdata" // Windows has no time zones of its own
	"unicode"
	"unicode/utf8"

	"github.com/hubload/hubload/mapping/internal/wording"
)

// formatKeys returns the keys of a rule that say how a column is written.
func formatKeys() []string { return []string{"decimal", "group", "sign", "layout", "timezone"} }

func (p *PropertyRule) isNumberFormat() bool { return p.Decimal != 0 || p.Group != 0 || p.Sign != "" }

func (p *PropertyRule) isTimeFormat() bool { return p.Layout != "" || p.Timezone != "" }

// A formatFault is what is wrong with one of formatKeys.
type formatFault struct{ key, message string }

// formatFaults returns what is wrong with the formats of a rule, in the order of
// formatKeys.
func (p *PropertyRule) formatFaults() []formatFault {
	var faults []formatFault
	add := func(key, message string) { faults = append(faults, formatFault{key, message}) }
	written := map[string]bool{
		"decimal": p.Decimal != 0, "group": p.Group != 0, "sign": p.Sign != "",
		"layout": p.Layout != "", "timezone": p.Timezone != "",
	}
	for _, key := range formatKeys() {
		number := key == "decimal" || key == "group" || key == "sign"
		switch {
		case !written[key]:
		case p.Value != nil:
			add(key, key+" has no use beside value, which is the same for all rows; keep one of the two")
		case p.Values != nil:
			add(key, key+" has no use beside values, which says for each cell what is sent; keep one of the two")
		case number && p.isTimeFormat():
			add(key, key+" is for numbers, and contradicts layout and timezone, which are for dates; keep one of the two")
		default:
			if message := p.formatFault(key); message != "" {
				add(key, message)
			}
		}
	}
	return faults
}

func (p *PropertyRule) formatFault(key string) string {
	switch key {
	case "decimal":
		if p.Decimal != '.' && p.Decimal != ',' {
			return `decimal must be "." or ","`
		}
	case "group":
		switch {
		case !strings.ContainsRune(".,"+spaces+apostrophes, p.Group):
			return `group must be ".", ",", " " or "'"`
		case p.Group == p.decimal() && p.Decimal == 0:
			return `group "." needs decimal: "," beside it; without decimal, the point begins the decimals`
		case p.Group == p.decimal():
			return "group and decimal are the same character, so that nobody could tell them apart; correct one of the two"
		}
	case "sign":
		return signFault(p.Sign)
	case "layout":
		return layoutFault(p.Layout)
	case "timezone":
		if p.Layout == "" {
			return "timezone needs a layout beside it, which says how the times are written, such as layout: 2006-01-02 15:04:05"
		}
		return zoneFault(p.Timezone)
	}
	return ""
}

func (p *PropertyRule) decimal() rune {
	if p.Decimal == 0 {
		return '.'
	}
	return p.Decimal
}

// signFault refuses signs that could be a part of the number.
func signFault(sign string) string {
	const advice = `sign must be a text such as "€", "%" or "USD", without digits, plus or minus, and without white space around it`
	first, _ := utf8.DecodeRuneInString(sign)
	last, _ := utf8.DecodeLastRuneInString(sign)
	bad := unicode.IsSpace(first) || unicode.IsSpace(last)
	meaning := false // points and apostrophes alone belong to the number
	for _, c := range sign {
		bad = bad || unicode.IsDigit(c) || c == '+' || c == '-' || c == minus
		meaning = meaning || unicode.IsLetter(c) || isSign(c)
	}
	if bad || !meaning {
		return advice
	}
	return ""
}

// isSign reports whether c stands beside numbers and in no word. The backslash is what
// becomes of the yen sign of Shift_JIS, where both have one code.
func isSign(c rune) bool { return unicode.Is(unicode.Sc, c) || c == '%' || c == '‰' || c == '\\' }

// zoneFault refuses Local too: a mapping means the same on every machine.
func zoneFault(name string) string {
	if _, err := time.LoadLocation(name); err != nil || name == "Local" {
		return wording.Quote(name) + " is no time zone of the IANA database; write one such as Europe/Berlin or America/New_York"
	}
	return ""
}

// A format reads the cells of a column.
type format interface {
	// read returns the text that HubSpot takes for a cell, or why the cell
	// can't be read.
	read(cell string) (string, reason)
}

// A reason says why a cell can't be read, 0 that it can.
type reason uint8

const (
	unreadable reason = iota + 1 // it isn't written as the rule says
	noSuchTime                   // it is, and means a day or time that doesn't exist
	skipped                      // the clocks were set forward over it
	repeated                     // the clocks were set back, and it came twice
)

// newFormat returns the reader of a rule that is without faults, nil for cells that
// are sent as they are. Dates is whether only the date is sent; nil = what the
// layout has.
func (p *PropertyRule) newFormat(dates *bool) format {
	switch {
	case p.Layout != "":
		return newTimeFormat(p.Layout, p.Timezone, dates)
	case p.isNumberFormat():
		return &numberFormat{p.decimal(), p.Group, p.Sign}
	}
	return nil
}
