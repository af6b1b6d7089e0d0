// How a column is written: the formats of its numbers and dates, and what its words become.

package mapping

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// maxWords is how many different cells a column of words may have.
const maxWords = 60

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
		case aNumber, aPrice:
			p.numbers(c)
		case aDate, aDatetime:
			p.dates(c)
		case anOption, someOptions:
			p.options(c)
		case aBoolean:
			c.words("are neither true nor false", func(cell string) (string, bool) {
				if cell == "true" || cell == "false" {
					return cell, true
				}
				value, ok := booleanWords()[plain(cell)]
				return value, ok
			})
		case aDuration:
			c.words("are no durations", func(cell string) (string, bool) {
				value := durationOf(cell)
				return value, value != ""
			})
		case anID:
			c.require(c.cells.fitting(ValidID), "are no record ids")
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
	case aNumber, aPrice:
		if ways := numberWays(c.cells); len(ways) == 1 && (ways[0].group != 0 || ways[0].decimal == ',') {
			p.decimal = ways[0].decimal
		} else if len(ways) == 1 && p.decimal == 0 && c.cells.fitting(func(cell string) bool { return strings.Contains(cell, ".") }) > 0 {
			p.decimal = '.'
		}
	case aDate, aDatetime:
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
	var ways []numberFormat
	var readings [][]string
	best := 0
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
		n := 0
		var reading []string
		for _, cell := range s.cells {
			number, why := f.read(cell)
			if why == 0 {
				n += s.counts[cell]
			}
			reading = append(reading, number)
		}
		switch {
		case n == 0 || n < best:
			continue
		case n > best:
			best, ways, readings = n, nil, nil
		}
		if !contains(readings, reading) {
			ways, readings = append(ways, f), append(readings, reading)
		}
	}
	return ways
}

func contains(list [][]string, one []string) bool {
	for _, other := range list {
		same := true
		for i := range one {
			same = same && one[i] == other[i]
		}
		if same {
			return true
		}
	}
	return false
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
			quote(c.telling(ways)), readingOf(ways[0], c.telling(ways)), readingOf(ways[1], c.telling(ways))))
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
	if c.kind == aPrice {
		below := c.cells.fitting(func(cell string) bool { n, why := way.read(cell); return why == 0 && isNegative(n) })
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

// dateWays are the layouts under which most cells are dates, "" for what HubSpot takes
// as it is; those that read the same day from every cell but once.
func dateWays(s *sample) []string {
	isOwn := func(cell string) bool { return isDatetime(cell) || isMillis(cell) }
	var ways []string
	var readings [][]string
	best := s.fitting(isOwn)
	if best > 0 {
		ways, readings = []string{""}, [][]string{nil}
		for _, cell := range s.cells {
			if !isOwn(cell) {
				cell = ""
			}
			readings[0] = append(readings[0], cell)
		}
		if best == s.total {
			return ways
		}
	}
	clocks := []string{""}
	if strings.Contains(s.example(), ":") {
		clocks = nil
		for _, clock := range clockLayouts() {
			clocks = append(clocks, " "+clock, "T"+clock)
		}
	}
	for _, clock := range clocks {
		for _, day := range dayLayouts() {
			f := newTimeFormat(day+clock, "", nil)
			n := 0
			var reading []string
			for _, cell := range s.cells {
				t, why := f.read(cell)
				if why == 0 {
					n += s.counts[cell]
				}
				reading = append(reading, t)
			}
			switch {
			case n == 0 || n < best:
				continue
			case n > best:
				best, ways, readings = n, nil, nil
			}
			if !contains(readings, reading) {
				ways, readings = append(ways, day+clock), append(readings, reading)
			}
		}
	}
	return ways
}

// isDayFirst reports whether a layout has the day before the month, nil when nobody
// takes one for the other in it.
func isDayFirst(layout string) *bool {
	for _, sign := range []string{"/", "-"} {
		day, month := strings.Index(layout, "2"+sign), strings.Index(layout, "1"+sign)
		if day >= 0 && month >= 0 && max(day, month) < strings.Index(layout, "06") {
			return new(day < month)
		}
	}
	return nil
}

// dates finds the layout of a column of dates.
func (p *proposer) dates(c *candidate) {
	ways := dateWays(c.cells)
	switch {
	case len(ways) == 0:
		c.require(0, "are no dates")
		return
	case len(ways) > 1 && p.dayFirst != nil:
		for _, way := range ways {
			if first := isDayFirst(way); first != nil && *first == *p.dayFirst {
				ways = []string{way}
				break
			}
		}
	}
	if len(ways) > 1 {
		c.Confidence = Low
		c.Notes = append(c.Notes, fmt.Sprintf("%s can be read in two ways, and no cell tells day from month; take one of", quote(c.Example)))
		for _, way := range ways {
			rule := *c.Property
			rule.Layout = way
			c.Notes = append(c.Notes, "  "+scalar(rule.Name)+": "+rule.encode())
		}
		return
	}
	way := ways[0]
	fits := c.cells.fitting(func(cell string) bool {
		if way == "" {
			return isDatetime(cell) || isMillis(cell)
		}
		_, err := time.Parse(way, strings.TrimSpace(cell))
		return err == nil
	})
	if c.require(fits, "are no dates") {
		c.Property.Layout = way
		if parts := partsOf(way); way != "" && c.kind == aDatetime && parts.hour && !parts.offset {
			c.Notes = append(c.Notes, "the times are taken for UTC; if they are meant elsewhere, give the rule a timezone such as Europe/Berlin or Asia/Tokyo")
		}
	}
}

// options finds what the cells of an enumeration become.
func (p *proposer) options(c *candidate) {
	list := frequencies()
	if c.definition != nil {
		if c.definition.ExternalOptions || len(c.definition.Options) == 0 {
			return
		}
		list = c.definition.Options
	} else if c.Property.Name != "recurringbillingfrequency" {
		return
	}
	o := newOptions(list)
	words := map[string]string{}
	switch c.Property.Name {
	case "recurringbillingfrequency":
		words = frequencyWords()
	case "hs_line_item_currency_code":
		words = currencyWords()
	}
	folded := make(map[string]string)
	for text, value := range o.sent {
		folded[fold(text)] = value
	}
	c.words("are none of the property's options", func(cell string) (string, bool) {
		if _, ok := o.sent[cell]; ok {
			return cell, true
		}
		if c.kind == someOptions {
			if _, bad := o.several(cell); bad == 0 {
				return cell, true
			}
		}
		if value, ok := folded[fold(cell)]; ok {
			return value, true
		}
		for _, word := range []string{strings.TrimSpace(cell), plain(cell)} {
			if value, ok := words[word]; ok {
				if _, has := o.sent[value]; has || value == "" {
					return value, true
				}
			}
		}
		return "", false
	})
}

// currencies does the same where the account's property is a text, or isn't known.
func (p *proposer) currencies(c *candidate) {
	c.words("are no currency codes", func(cell string) (string, bool) {
		if len(cell) == 3 && strings.Trim(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			return cell, true
		}
		value, ok := currencyWords()[strings.TrimSpace(cell)]
		return value, ok
	})
}

// words gives the rule values for cells that aren't sent as they are.
func (c *candidate) words(fault string, sent func(cell string) (string, bool)) {
	fits := c.cells.fitting(func(cell string) bool { _, ok := sent(cell); return ok })
	if !c.require(fits, fault) {
		return
	}
	values := make(map[string]string)
	changed := false
	var unknown []string
	for _, cell := range c.cells.sortedCells() {
		value, ok := sent(cell)
		if !ok || utf8.RuneCountInString(cell) > 100 {
			unknown = append(unknown, cell)
			continue
		}
		values[cell] = value
		changed = changed || value != cell
	}
	switch {
	case !changed:
		return
	case len(values) > maxWords:
		c.Confidence = Low
		c.Notes = append(c.Notes, fmt.Sprintf("%d different cells would need a value each", len(values)))
		return
	}
	c.Property.Values = values
	if len(unknown) > 0 {
		c.Notes = append(c.Notes, "no value is known for "+quoteAll(unknown)+": add what they become")
	}
}
