// How a column is written: what its rule needs to be told, and the formats of its numbers.

package mapping

import (
	"fmt"
	"strings"

	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// readFormats completes the rules by how their cells are written. Columns that leave
// no doubt come first: the file is likely to write the others in the same way.
func (p *proposer) readFormats() {
	for _, c := range p.columns {
		p.learn(c)
	}
	for _, c := range p.columns {
		if c.Property == nil || c.cells.total == 0 {
			if c.Property != nil {
				c.Notes = append(c.Notes, "all cells that were looked at are empty: how the column is written isn't known")
			}
			continue
		}
		switch c.kind {
		case schema.TypeNumber, schema.TypePrice:
			p.numbers(c)
		case schema.TypeDate, schema.TypeDatetime:
			p.dates(c)
		case schema.TypeEnum, schema.TypeEnums:
			p.options(c)
		case schema.TypeBool:
			c.words("are neither true nor false", func(cell string) (string, bool) {
				if cell == "true" || cell == "false" {
					return cell, true
				}
				value, ok := booleanWords()[plain(cell)]
				return value, ok
			})
		case schema.TypeDuration:
			c.words("are no durations", func(cell string) (string, bool) {
				value := durationOf(cell)
				return value, value != ""
			})
		case schema.TypeID:
			c.require(c.cells.fitting(schema.ValidID), "are no record ids")
		default:
			if c.Property.Name == "hs_line_item_currency_code" {
				p.currencies(c)
			}
		}
	}
}

// learn takes from a column what it shows of the file's way of writing.
func (p *proposer) learn(c *candidate) {
	if c.Property == nil {
		return
	}
	switch c.kind {
	case schema.TypeNumber, schema.TypePrice:
		if ways := numberWays(c.cells); len(ways) == 1 && (ways[0].group != 0 || ways[0].decimal == ',') {
			p.decimal = ways[0].decimal
		} else if len(ways) == 1 && p.decimal == 0 && c.cells.fitting(func(cell string) bool { return strings.Contains(cell, ".") }) > 0 {
			p.decimal = '.'
		}
	case schema.TypeDate, schema.TypeDatetime:
		if ways := dateWays(c.cells); len(ways) == 1 {
			if first := isDayFirst(ways[0]); first != nil {
				p.dayFirst = first
			}
		}
	}
}

// require demands that most cells fit, or else takes the proposal back.
func (c *candidate) require(fitting int, what string) bool {
	rest := c.cells.total - fitting
	switch {
	case rest == 0:
	case c.cells.most(fitting):
		c.Notes = append(c.Notes, fmt.Sprintf("%d of %d cells that were looked at %s", rest, c.cells.total, what))
	case fitting*2 >= c.cells.total:
		c.Confidence = min(c.Confidence, Medium)
		c.Notes = append(c.Notes, fmt.Sprintf("%d of %d cells that were looked at %s", rest, c.cells.total, what))
	default:
		c.Confidence = Low
		c.Notes = append(c.Notes, fmt.Sprintf("%d of %d cells that were looked at %s", rest, c.cells.total, what))
		return false
	}
	return true
}

// numberWays are the formats under which most cells are numbers, those that read the
// same number from every cell but once. HubSpot's own, which needs no format, comes
// first.
func numberWays(s *sample) []numberFormat {
	sign := commonSign(s)
	w := ways[numberFormat]{cells: s}
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
		w.try(f, f.read)
	}
	return w.found
}

// commonSign is the text beside most of the numbers, "" if there is none.
func commonSign(s *sample) string {
	counts := make(map[string]int)
	best := ""
	for _, cell := range s.cells {
		if sign, _ := signOf(cell); sign != "" {
			if counts[sign] += s.counts[cell]; best == "" || counts[sign] > counts[best] {
				best = sign
			}
		}
	}
	if counts[best]*2 < s.total {
		return ""
	}
	return best
}

// numbers finds the format of a column of numbers.
func (p *proposer) numbers(c *candidate) {
	ways := numberWays(c.cells)
	if len(ways) == 0 {
		c.require(0, "are no numbers")
		return
	}
	way, sure := p.chooseNumber(ways)
	if !sure {
		c.Confidence = Low
		c.Notes = append(c.Notes, fmt.Sprintf("the cells can be read in two ways: %s is %s, or %s; take one of",
			wording.Quote(c.telling(ways)), readingOf(ways[0], c.telling(ways)), readingOf(ways[1], c.telling(ways))))
		for _, w := range ways {
			rule := *c.Property
			w.put(&rule)
			c.Notes = append(c.Notes, "  "+scalar(rule.Name)+": "+rule.encode())
		}
		return
	}
	fits := c.cells.fitting(func(cell string) bool { _, why := way.read(cell); return why == 0 })
	if !c.require(fits, "are no numbers") {
		return
	}
	way.put(c.Property)
	if way.sign == `\` {
		c.Notes = append(c.Notes, "the backslash is the yen sign: in Shift_JIS both are one")
	}
	if c.kind == schema.TypePrice {
		below := c.cells.fitting(func(cell string) bool { n, why := way.read(cell); return why == 0 && schema.IsNegative(n) })
		if below > 0 {
			c.Notes = append(c.Notes, fmt.Sprintf("%d cells that were looked at are negative, and HubSpot takes no negative price", below))
		}
	}
}

// telling is the first cell that two formats read differently.
func (c *candidate) telling(ways []numberFormat) string {
	for _, cell := range c.cells.cells {
		if readingOf(ways[0], cell) != readingOf(ways[1], cell) {
			return cell
		}
	}
	return c.Example
}

func readingOf(f numberFormat, cell string) string {
	number, why := f.read(cell)
	if why != 0 {
		return "no number"
	}
	return number
}

// chooseNumber chooses among formats that read different numbers: by how the file's
// other columns are written, or by a currency that has no decimals.
func (p *proposer) chooseNumber(ways []numberFormat) (numberFormat, bool) {
	if len(ways) == 1 {
		return ways[0], true
	}
	decimal := p.decimal
	switch sign := ways[0].sign; {
	case sign == "¥" || sign == "￥" || sign == `\` || sign == "円" || sign == "₩" || sign == "JPY" || p.japanese && decimal == 0:
		// A comma or point in such amounts is between groups.
		for _, w := range ways {
			if w.group == ',' {
				return w, true
			}
		}
	}
	if decimal == 0 {
		return ways[0], false
	}
	for _, w := range ways {
		if w.decimal == decimal && (decimal == ',' || w.group != 0 || w == ways[0]) {
			return w, true
		}
	}
	return ways[0], false
}

// put writes the format into a rule, as short as it can be said.
func (f numberFormat) put(rule *PropertyRule) {
	rule.Group, rule.Sign = f.group, f.sign
	if f.decimal != '.' {
		rule.Decimal = f.decimal
	}
}
