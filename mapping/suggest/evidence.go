// What the cells say for or against a candidate.

package suggest

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/schema"
)

// maxSums is how many rows and columns of numbers are looked at for sums.
const (
	maxSumRows    = 500
	maxSumColumns = 40
)

// weigh lowers the score of a candidate that the cells don't fit.
func (p *proposer) weigh(g *guess, c *candidate) {
	switch {
	case g.cells.Total == 0:
		c.score -= 20
		return
	case c.association:
		p.weighIDs(g, c)
		return
	}
	fit := p.fit(g, c.target)
	switch {
	case fit < 0.5:
		c.score = min(c.score, mistaken)
	case fit < 1:
		c.score -= int(20 * (1 - fit))
	}
	if !p.isLineItem() || c.score >= accountLabel {
		return
	}
	switch c.target {
	case "name":
		if looksLikeCodes(g.cells) {
			c.score = min(c.score, mistaken)
			c.reason = "a possible name of it, but the cells look like codes"
		}
	case "recurringbillingfrequency":
		if c.score > likely && g.frequencies() {
			c.score = max(c.score, usualName)
		}
	case "hs_sku":
		switch {
		case c.score > vagueName || looksLikeCodes(g.cells):
		case g.may("name") != nil:
			c.score = 0
		default:
			c.score = min(c.score, doubtfulName)
		}
	case "hs_product_id":
		c.score = min(c.score, vagueName)
		c.reason = "ids, which must be those of the products in HubSpot"
		// HubSpot's ids have at least six digits.
		if g.cells.Count(func(cell string) bool { return len(strings.TrimSpace(cell)) >= 6 }) < g.cells.Total {
			c.score = mistaken
		}
	case "price", "quantity", "hs_cost_of_goods_sold":
		if g.percentages() {
			c.score = 0
		}
	case "discount":
		if g.percentages() {
			c.target, c.score, c.reason = "hs_discount_percentage", usualName, "a discount, and the cells are percentages"
		} else if c.score < usualName && c.score > mistaken {
			c.score, c.reason = doubtfulName, "a discount, of which the file doesn't show whether it is for one piece, for the line, or a percentage"
		}
	}
}

// weighIDs does the same for ids of records.
func (p *proposer) weighIDs(g *guess, c *candidate) {
	ids := g.cells.Count(func(cell string) bool { return schema.ValidID(strings.TrimPrefix(cell, guard)) })
	several := g.cells.Count(severalIDs)
	if separator := g.separator(); several > 0 && separator != "" && !p.isLineItem() {
		c.split, ids = separator, ids+several
	}
	switch {
	case g.cells.Most(ids):
		c.reason = "a usual name, and the cells are record ids"
		if c.score == vagueName {
			c.score = usualName
		}
	case 2*ids >= g.cells.Total:
		c.score = min(c.score, vagueName)
	case 2*(ids+several) >= g.cells.Total:
		c.score, c.reason = mistaken, "a usual name, but most cells hold several ids"
	default:
		c.score, c.reason = mistaken, "a usual name, but the cells are not record ids"
	}
	if several > 0 && p.isLineItem() {
		g.note("cells with several ids: %d. A line item belongs to one record: write the row once for each", several)
	}
}

// guard is what people write before a number so that a spreadsheet leaves it alone.
const guard = "'"

// severalIDs reports whether a cell holds more than one id.
func severalIDs(cell string) bool {
	ids := strings.FieldsFunc(cell, func(c rune) bool { return strings.ContainsRune(",;| \n", c) })
	return len(ids) > 1 && !slices.ContainsFunc(ids, func(id string) bool { return !schema.ValidID(id) || len(id) < 6 })
}

// separator returns what stands between the ids of all cells that hold several, "" if it
// differs.
func (g *guess) separator() string {
	for _, separator := range []string{";", ",", "|", "\n", " "} {
		splits := func(cell string) bool {
			return !severalIDs(cell) || !slices.ContainsFunc(strings.Split(cell, separator), func(id string) bool { return !schema.ValidID(format.Trim(id)) })
		}
		if g.cells.Count(splits) == g.cells.Total {
			return separator
		}
	}
	return ""
}

// strip takes the guards before ids and codes away.
func (g *guess) strip() {
	guarded := g.cells.Count(func(cell string) bool { return strings.HasPrefix(cell, guard) })
	switch {
	case guarded == 0:
	case g.Association != nil:
		g.Association.Strip = guard
	case g.Property != nil && (g.Property.Name == "hs_sku" || g.kind == schema.TypeID):
		g.Property.Strip = guard
	}
}

// fit returns the share of the cells that a property may take, however they are written.
func (p *proposer) fit(g *guess, property string) float64 {
	fits := g.cells.Total
	switch kind, _ := p.kindOf(property); kind {
	case schema.TypeNumber, schema.TypePrice:
		fits = 0
		if found := g.cells.Numbers(); len(found) > 0 {
			fits = g.cells.Count(func(cell string) bool { _, why := found[0].Read(cell); return why == 0 })
		}
	case schema.TypeDate, schema.TypeDatetime:
		if len(g.cells.Layouts(isHubSpotDate)) == 0 {
			fits = 0
		}
	case schema.TypeID:
		if schema.Ways(property) == nil { // what people write is looked up
			fits = g.cells.Count(schema.ValidID)
		}
	}
	return float64(fits) / float64(g.cells.Total)
}

// kindOf returns what a property takes, and its definition, if that is known.
func (p *proposer) kindOf(property string) (kind schema.Kind, definition *schema.Property) {
	if p.isLineItem() {
		for _, a := range aliases() {
			if a.property == property {
				kind = a.kind
			}
		}
	}
	if p.schema != nil {
		if definition = p.schema.Property(property); definition != nil {
			if t := schema.TypeOf(p.object, definition); kind != schema.TypeID || t.Kind != schema.TypeNumber {
				kind = t.Kind
			}
		}
	}
	return kind, definition
}

// percentages reports whether most cells have a percent sign.
func (g *guess) percentages() bool {
	return g.cells.Total > 0 && 2*g.cells.Count(func(cell string) bool { return strings.ContainsAny(cell, "%％") }) >= g.cells.Total
}

// may returns the candidate for a property, nil if the column isn't one.
func (g *guess) may(property string) *candidate {
	for i := range g.candidates {
		if c := &g.candidates[i]; c.target == property && !c.association && c.score > 0 {
			return c
		}
	}
	return nil
}

// numbersOf reads the numbers of a column row by row, nil if most cells aren't numbers.
func (p *proposer) numbersOf(g *guess, at int) []float64 {
	found := g.cells.Numbers()
	if len(found) == 0 || g.percentages() {
		return nil
	}
	numbers := make([]float64, min(len(p.rows), maxSumRows))
	known := 0
	for i := range numbers {
		numbers[i] = math.NaN()
		if at >= len(p.rows[i]) {
			continue
		}
		if text, why := found[0].Read(p.rows[i][at]); why == 0 {
			if n, err := strconv.ParseFloat(text, 64); err == nil {
				numbers[i] = n
				known++
			}
		}
	}
	if 2*known < g.filled {
		return nil
	}
	return numbers
}

// sums looks for columns of which one is the product of others: they show what a price
// is, what a total, and what a discount means.
func (p *proposer) sums() {
	var columns []*guess
	for _, g := range p.guesses {
		if g.rows != nil && len(columns) < maxSumColumns {
			columns = append(columns, g)
		}
	}
	for _, quantity := range columns {
		if quantity.may("quantity") == nil {
			continue
		}
		for _, price := range columns {
			for _, total := range columns {
				if price == quantity || total == quantity || total == price {
					continue
				}
				if holds(quantity, price, total, nil, func(q, u, _ float64) float64 { return q * u }) {
					price.isPrice(quantity, total)
					total.isTotal(quantity, price)
					continue
				}
				if price.may("price") != nil {
					discounts(columns, quantity, price, total)
				}
			}
		}
	}
}

// holds reports whether a sum is right in nearly all rows of which it says something.
func holds(quantity, price, total, discount *guess, sum func(q, u, d float64) float64) bool {
	const atLeast = 3
	right, all := 0, 0
	for i, q := range quantity.rows {
		u, t, d := price.rows[i], total.rows[i], 0.0
		if discount != nil {
			if d = discount.rows[i]; d == 0 || math.IsNaN(d) {
				continue
			}
		}
		if math.IsNaN(q+u+t) || u == 0 || q == 0 || q == 1 {
			continue // it would hold for too many columns
		}
		all++
		if math.Abs(sum(q, u, d)-t) <= max(0.011, 0.0002*math.Abs(t)) {
			right++
		}
	}
	return all >= atLeast && right*20 >= all*19
}

// isPrice notes that a column multiplied by the quantity is another one.
func (g *guess) isPrice(quantity, total *guess) {
	reason := quantity.Name + " × " + g.Name + " is " + total.Name
	if c := g.may("price"); c != nil {
		c.score, c.reason = max(c.score, usualName), reason
	} else if len(g.candidates) == 0 && g.Reason == "" {
		g.add("price", likely, reason)
	}
}

// isTotal takes back that a column of totals may be a price.
func (g *guess) isTotal(quantity, price *guess) {
	for i := range g.candidates {
		if c := &g.candidates[i]; c.score < accountLabel {
			c.score = 0
		}
	}
	g.Reason = "it is " + quantity.Name + " × " + price.Name + ", which HubSpot calculates"
}

// discounts finds what a column of discounts means, by a total after it.
func discounts(columns []*guess, quantity, price, total *guess) {
	for _, g := range columns {
		c := g.may("discount")
		if c == nil {
			c = g.may("hs_discount_percentage")
		}
		if c == nil || g == total || g == price || g == quantity {
			continue
		}
		switch {
		case holds(quantity, price, total, g, func(q, u, d float64) float64 { return q * (u - d) }):
			c.target, c.score, c.reason = "discount", usualName, "a discount for one piece: the sums show it"
		case holds(quantity, price, total, g, func(q, u, d float64) float64 { return q * u * (1 - d/100) }):
			c.target, c.score, c.reason = "hs_discount_percentage", usualName, "a percentage: the sums show it"
			g.scale = "1"
		case holds(quantity, price, total, g, func(q, u, d float64) float64 { return q * u * (1 - d) }):
			c.target, c.score, c.reason = "hs_discount_percentage", usualName, "a percentage, of which 1 is all: the sums show it"
			g.scale = "100"
		case holds(quantity, price, total, g, func(q, u, d float64) float64 { return q*u - d }):
			c.score = 0
			g.Reason = "a discount for the whole line, and HubSpot's is for one piece: divide it by the quantity in a spreadsheet"
			continue
		default:
			continue
		}
		price.isPrice(quantity, total)
		total.isTotal(quantity, price)
	}
}
