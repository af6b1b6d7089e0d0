// How a column writes its numbers or dates: the keys of a rule, and what they contradict.

package mapping

import (
	"slices"

	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/internal/wording"
)

// formatKeys returns the keys of a rule that say how a column is written.
func formatKeys() []string {
	return []string{"decimal", "group", "symbol", "scale", "unit", "layout", "timezone"}
}

func (p *PropertyRule) isNumberFormat() bool {
	return p.Decimal != 0 || p.Group != 0 || p.Symbol != "" || p.Scale != "" || p.Unit != ""
}

func (p *PropertyRule) isTimeFormat() bool { return p.Layout != "" || p.Timezone != "" }

// A formatFault is what is wrong with one of formatKeys.
type formatFault struct{ key, message string }

// formatFaults returns what is wrong with the formats of a rule, in the order of
// formatKeys.
func (p *PropertyRule) formatFaults() []formatFault {
	var faults []formatFault
	add := func(key, message string) { faults = append(faults, formatFault{key, message}) }
	written := map[string]bool{
		"decimal": p.Decimal != 0, "group": p.Group != 0, "symbol": p.Symbol != "",
		"scale": p.Scale != "", "unit": p.Unit != "", "layout": p.Layout != "", "timezone": p.Timezone != "",
	}
	for _, key := range formatKeys() {
		number := key != "layout" && key != "timezone"
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
		case !format.IsGroup(p.Group):
			return `group must be ".", ",", " " or "'"`
		case p.Group == p.decimal() && p.Decimal == 0:
			return `group "." needs decimal: "," beside it; without decimal, the point begins the decimals`
		case p.Group == p.decimal():
			return "group and decimal are the same character; change one of the two"
		}
	case "symbol":
		return format.CheckSymbol(p.Symbol)
	case "scale":
		return format.CheckScale(p.Scale)
	case "unit":
		if !slices.Contains(format.Units(), p.Unit) {
			return "unit must be years, months, weeks or days; " + wording.DidYouMean(p.Unit, format.Units(), "a cell with 24 and unit: months is sent as P24M")
		}
	case "layout":
		return format.CheckLayout(p.Layout)
	case "timezone":
		if p.Layout == "" {
			return "timezone needs a layout beside it, which says how the times are written, such as layout: 2006-01-02 15:04:05"
		}
		return format.CheckZone(p.Timezone)
	}
	return ""
}

func (p *PropertyRule) decimal() rune {
	if p.Decimal == 0 {
		return '.'
	}
	return p.Decimal
}

// newFormat returns the reader of a rule that is without faults, nil for cells that
// are sent as they are. Dates is whether only the date is sent; nil = what the
// layout has.
func (p *PropertyRule) newFormat(dates *bool) format.Format {
	switch {
	case p.Layout != "":
		return format.NewTime(p.Layout, p.Timezone, dates)
	case p.Unit != "":
		return &format.Term{Number: p.number(), Unit: p.Unit}
	case p.isNumberFormat():
		number := p.number()
		return &number
	}
	return nil
}

func (p *PropertyRule) number() format.Number {
	return format.Number{Decimal: p.decimal(), Group: p.Group, Symbol: p.Symbol, Scale: p.Scale}
}
