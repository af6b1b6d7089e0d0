// How a column is written: what its rule has to say about numbers, dates and words.

package suggest

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// formats completes the rules by how their cells are written. Columns that leave no
// doubt come first: the file is likely to write the others in the same way.
func (p *proposer) formats() {
	for _, g := range p.guesses {
		p.learn(g)
	}
	for _, g := range p.guesses {
		g.strip()
		switch {
		case g.Property == nil:
		case g.cells.Total == 0:
			g.note("all cells of the sample are empty, so it is not known how the column is written")
		default:
			p.format(g)
		}
	}
}

func (p *proposer) format(g *guess) {
	if g.Property.By = g.way(); g.Property.By != "" {
		return
	}
	switch g.kind {
	case schema.TypeNumber, schema.TypePrice:
		p.numbers(g)
	case schema.TypeDate, schema.TypeDatetime:
		p.dates(g)
	case schema.TypeEnum, schema.TypeEnums:
		p.options(g)
	case schema.TypeBool:
		g.words("are neither true nor false", func(cell string) (string, bool) {
			if cell == "true" || cell == "false" {
				return cell, true
			}
			value, ok := booleanWords()[normalizeName(cell)]
			return value, ok
		})
	case schema.TypeDuration:
		if g.term() {
			return
		}
		g.words("are not durations", func(cell string) (string, bool) {
			value := durationOf(cell)
			return value, value != ""
		})
	case schema.TypeID:
		g.require(g.cells.Count(schema.ValidID), "are not record ids")
	default:
		if g.Property.Name == "hs_line_item_currency_code" {
			g.currencies()
		}
	}
}

// way says what the cells hold instead of the ids of owners, stages, pipelines or tax
// rates, "" where they hold ids or nothing is known.
func (g *guess) way() string {
	isID := func(cell string) bool { return schema.ValidID(cell) && len(cell) >= 5 }
	isRate := func(cell string) bool { return rateForm.MatchString(cell) && !isID(cell) }
	isEmail := func(cell string) bool { return strings.Count(cell, "@") == 1 && !strings.ContainsAny(cell, " ,;") }
	for _, way := range schema.Ways(g.Property.Name) {
		switch {
		case way == "email" && g.cells.Most(g.cells.Count(isEmail)):
			return way
		case way == "rate" && g.cells.Most(g.cells.Count(isRate)):
			return way
		case way == "name" && g.cells.Count(isID)+g.cells.Count(isRate) == 0:
			return way
		case way == "label" && len(schema.Ways(g.Property.Name)) == 1 && !g.cells.Most(g.cells.Count(g.isInternal)):
			return way
		}
	}
	return ""
}

// isInternal reports whether a cell is the internal value of an option, or an id.
func (g *guess) isInternal(cell string) bool {
	return schema.ValidID(cell) || g.property != nil && slices.ContainsFunc(g.property.Options, func(o schema.Option) bool { return o.Value == cell })
}

// rateForm is how people write the rate of a tax.
var rateForm = regexp.MustCompile(`^[0-9]+([.,][0-9]+)? ?[%％]?$`)

// learn takes from a column what it shows of the file's way of writing.
func (p *proposer) learn(g *guess) {
	if g.Property == nil {
		return
	}
	switch g.kind {
	case schema.TypeNumber, schema.TypePrice:
		found := g.cells.Numbers()
		if len(found) != 1 {
			return
		}
		hasPoint := func(cell string) bool { return strings.Contains(cell, ".") }
		if found[0].Group != 0 || found[0].Decimal == ',' {
			p.decimal = found[0].Decimal
		} else if p.decimal == 0 && g.cells.Count(hasPoint) > 0 {
			p.decimal = '.'
		}
	case schema.TypeDate, schema.TypeDatetime:
		if found := g.cells.Layouts(isHubSpotDate); len(found) == 1 {
			if dayFirst := isDayFirst(found[0]); dayFirst != nil {
				p.dayFirst = dayFirst
			}
		}
	}
}

// require demands that most cells fit, and otherwise takes the proposal back.
func (g *guess) require(fitting int, fault string) bool {
	rest := g.cells.Total - fitting
	if rest == 0 {
		return true
	}
	g.note("%d of the %d cells of the sample %s", rest, g.cells.Total, fault)
	switch {
	case g.cells.Most(fitting):
	case fitting*2 >= g.cells.Total:
		g.Confidence = min(g.Confidence, Medium)
	default:
		g.Confidence = Low
		return false
	}
	return true
}

func (g *guess) note(format string, args ...any) {
	g.Notes = append(g.Notes, fmt.Sprintf(format, args...))
}

// offer lists rules of which the user has to choose one.
func (g *guess) offer(rules ...mapping.PropertyRule) {
	g.Confidence = Low
	for i := range rules {
		g.note("  %s", rules[i].YAML())
	}
}

// numbers finds the format of a column of numbers.
func (p *proposer) numbers(g *guess) {
	found := g.cells.Numbers()
	if len(found) == 0 {
		g.require(0, "are not numbers")
		return
	}
	f, sure := p.chooseNumber(found)
	if !sure {
		cell := g.Example
		for _, other := range g.cells.Cells {
			if readingOf(found[0], other) != readingOf(found[1], other) {
				cell = other
				break
			}
		}
		g.note("the cells can be read in two ways: %s is %s, or %s. Use one of",
			wording.Quote(cell), readingOf(found[0], cell), readingOf(found[1], cell))
		for _, f := range found {
			g.offer(withNumber(*g.Property, f))
		}
		return
	}
	fits := g.cells.Count(func(cell string) bool { _, why := f.Read(cell); return why == 0 })
	if !g.require(fits, "are not numbers") {
		return
	}
	*g.Property = withNumber(*g.Property, f)
	if f.Symbol == `\` {
		g.note("the backslash is the yen sign: in Shift_JIS both are one")
	}
	if g.Property.Name == "hs_discount_percentage" && p.isLineItem() {
		g.percentage(f)
	}
	if g.kind == schema.TypePrice {
		below := g.cells.Count(func(cell string) bool { n, why := f.Read(cell); return why == 0 && schema.IsNegative(n) })
		if below > 0 {
			g.note("%d cells of the sample are negative, and HubSpot takes no negative prices", below)
		}
	}
}

// percentage finds out whether 15 percent are written as 15 or as 0.15.
func (g *guess) percentage(f format.Number) {
	fractions, wholes := 0, 0
	for _, cell := range g.cells.Cells {
		switch n, err := strconv.ParseFloat(readingOf(f, cell), 64); {
		case err != nil || n == 0 || strings.ContainsAny(cell, "%％"):
		case math.Abs(n) <= 1:
			fractions++
		default:
			wholes++
		}
	}
	plain, scaled := *g.Property, *g.Property
	scaled.Scale = "100"
	switch {
	case g.scale == "100":
		*g.Property = scaled
	case g.scale != "" || fractions == 0:
	case wholes > 0:
		g.Confidence = Low
		g.note("some cells are at most 1, and some are not: is 0.15 a percentage of 15, or of 0.15? HubSpot takes 15 for 15 %%. Write them in one way, and use one of")
		g.offer(scaled, plain)
	default:
		g.note("is %s a part of 1, or a percentage? HubSpot takes 15 for 15 %%. Use one of", wording.Quote(g.Example))
		g.offer(scaled, plain)
	}
}

// term finds what a number of a term counts, and reports whether it did. Cells may be
// durations such as P12M, too.
func (g *guess) term() bool {
	number := regexp.MustCompile(`^[0-9]{1,3}(\.0)?$`)
	count := g.cells.Count(number.MatchString)
	if count == 0 || count+g.cells.Count(schema.IsDuration) < g.cells.Total {
		return false
	}
	for _, unit := range []struct{ unit, words, parts string }{
		{"months", " month months mo monat monate mois mes meses ", "ヶ月 か月 カ月 ヵ月 月数"},
		{"years", " year years yrs jahr jahre an ans ano anos año años ", "年"},
	} {
		inName := func(part string) bool { return strings.Contains(g.Name, part) }
		isWord := func(word string) bool { return strings.Contains(unit.words, " "+word+" ") }
		if slices.ContainsFunc(words(g.Name), isWord) || slices.ContainsFunc(strings.Fields(unit.parts), inName) {
			g.Property.Unit = unit.unit
			return true
		}
	}
	months, years := *g.Property, *g.Property
	months.Unit, years.Unit = "months", "years"
	g.note("does %s count months or years? Use one of", wording.Quote(g.Example))
	g.offer(months, years)
	return true
}

func readingOf(f format.Number, cell string) string {
	number, why := f.Read(cell)
	if why != 0 {
		return "not a number"
	}
	return number
}

// chooseNumber chooses among formats that read different numbers: by how the file's
// other columns are written, or by a currency that has no decimals.
func (p *proposer) chooseNumber(found []format.Number) (f format.Number, sure bool) {
	if len(found) == 1 {
		return found[0], true
	}
	switch symbol := found[0].Symbol; {
	case strings.Contains(" ¥ ￥ \\ 円 ₩ JPY ", " "+symbol+" "), p.japanese && p.decimal == 0:
		// A comma or point in such amounts is between groups.
		for _, f := range found {
			if f.Group == ',' {
				return f, true
			}
		}
	}
	if p.decimal == 0 {
		return found[0], false
	}
	for _, f := range found {
		if f.Decimal == p.decimal && (p.decimal == ',' || f.Group != 0 || f == found[0]) {
			return f, true
		}
	}
	return found[0], false
}

// withNumber returns the rule with the format, as short as it can be said.
func withNumber(rule mapping.PropertyRule, f format.Number) mapping.PropertyRule {
	rule.Group, rule.Symbol = f.Group, f.Symbol
	if f.Decimal != '.' {
		rule.Decimal = f.Decimal
	}
	return rule
}

func isHubSpotDate(cell string) bool { return schema.IsDatetime(cell) || schema.IsMillis(cell) }

// dates finds the layout of a column of dates.
func (p *proposer) dates(g *guess) {
	found := g.cells.Layouts(isHubSpotDate)
	switch {
	case len(found) == 0:
		g.require(0, "are not dates")
		return
	case len(found) > 1 && p.dayFirst != nil:
		for _, layout := range found {
			if dayFirst := isDayFirst(layout); dayFirst != nil && *dayFirst == *p.dayFirst {
				found = []string{layout}
				break
			}
		}
	}
	if len(found) > 1 {
		g.note("%s can be read in two ways, and no cell tells day from month. Use one of", wording.Quote(g.Example))
		for _, layout := range found {
			rule := *g.Property
			rule.Layout = layout
			g.offer(rule)
		}
		return
	}
	layout := found[0]
	fits := g.cells.Count(isHubSpotDate)
	if layout != "" {
		f := format.NewTime(layout, "", nil)
		fits = g.cells.Count(func(cell string) bool { _, why := f.Read(cell); return why == 0 })
	}
	if !g.require(fits, "are not dates") {
		return
	}
	g.Property.Layout = layout
	if clock, offset := format.LayoutHas(layout); g.kind == schema.TypeDatetime && clock && !offset {
		g.note("the times are taken for UTC. If they are meant elsewhere, add a timezone to the rule, such as Europe/Berlin or Asia/Tokyo")
	}
}

// isDayFirst reports whether a layout has the day before the month, nil when nobody
// mistakes one for the other in it.
func isDayFirst(layout string) *bool {
	for _, sign := range []string{"/", "-"} {
		day, month := strings.Index(layout, "2"+sign), strings.Index(layout, "1"+sign)
		if day >= 0 && month >= 0 && max(day, month) < strings.Index(layout, "06") {
			return new(day < month)
		}
	}
	return nil
}

func hasJapanese(header []string) bool {
	for _, name := range header {
		for _, c := range name {
			if unicode.In(c, unicode.Hiragana, unicode.Katakana, unicode.Han) {
				return true
			}
		}
	}
	return false
}
