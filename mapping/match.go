// Which property is a column? By its name first, and by its cells where that says nothing.

package mapping

import (
	"strings"
	"unicode"

	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// A candidate is a column on its way to a proposal.
type candidate struct {
	ProposedColumn
	cells      *sample
	kind       schema.Kind
	definition *schema.Property // nil when the account's isn't known
}

// A proposer matches columns.
type proposer struct {
	object   string
	schema   *schema.Schema // may be nil
	columns  []*candidate
	japanese bool // the header is written so

	// What the columns that leave no doubt show of the file's way of writing.
	decimal  rune // 0 = nothing
	dayFirst *bool
}

// match proposes the property or association that a column is.
func (p *proposer) match(c *candidate) {
	name := form(2, c.Name)
	if p.writable(name) {
		p.take(c, name, High, "named as the property is")
		return
	}
	if p.readOnly(name) {
		c.Reason = "HubSpot keeps or calculates " + name + ", and it can't be set"
		return
	}
	if target, exact := named(parents(), c.Name); target != "" && p.hasAssociation(target) {
		p.associate(c, target, exact)
		return
	}
	if property := p.labelled(name, true); property != "" {
		p.take(c, property, High, "what HubSpot shows for the property")
		return
	}
	if property := p.labelled(name, false); property != "" {
		c.Reason = "HubSpot shows " + property + " so, which can't be set"
		return
	}
	property, exact := named(aliases(), c.Name)
	switch {
	case property == "" || !p.isLineItem():
		p.matchByCells(c)
	case p.readOnly(property) || property == "amount":
		c.Reason = "it seems to be " + property + ", which HubSpot calculates"
	case !p.writable(property):
		c.Reason = "it seems to be " + property + ", which the account doesn't have"
	case exact:
		p.take(c, property, High, "a usual name of it")
	default:
		p.take(c, property, Medium, "a usual name of it, but for what stands in brackets")
	}
}

func (p *proposer) isLineItem() bool { return p.object == "line_items" || p.object == "0-8" }

func (p *proposer) writable(name string) bool {
	if p.schema != nil {
		return p.schema.Writable(name)
	}
	return p.isLineItem() && schema.IsLineItemProperty(name)
}

func (p *proposer) readOnly(name string) bool {
	return p.schema != nil && p.schema.Property(name) != nil && !p.schema.Writable(name)
}

func (p *proposer) hasAssociation(to string) bool {
	_, _, ok := schema.AssociationType(p.object, to)
	return ok
}

// labelled returns the property that the account shows by a column's name, of those
// that can be set or of the others, "" unless it is the only one.
func (p *proposer) labelled(name string, writable bool) (property string) {
	if p.schema == nil || plain(name) == "" {
		return ""
	}
	names := p.schema.Labelled(writable, func(label string) bool { return plain(label) == plain(name) })
	if len(names) != 1 {
		return ""
	}
	return names[0]
}

// named returns what has a column's name among its aliases; exact says that the name
// is one as a whole.
func named(list []alias, column string) (target string, exact bool) {
	whole, core := plain(column), plainCore(column)
	for _, want := range []string{whole, core} {
		for _, a := range list {
			for _, name := range a.names {
				if want != "" && plain(name) == want {
					return a.property, want == whole
				}
			}
		}
	}
	return "", false
}

// take proposes a property for a column.
func (p *proposer) take(c *candidate, property string, sure Confidence, reason string) {
	c.Property = &PropertyRule{Name: property, Column: c.Name}
	c.Confidence, c.Reason = sure, reason
	for _, a := range aliases() {
		if a.property == property && p.isLineItem() {
			c.kind = a.kind
		}
	}
	if p.schema != nil {
		if c.definition = p.schema.Property(property); c.definition != nil {
			if t := schema.TypeOf(p.object, c.definition); c.kind != schema.TypeID || t.Kind != schema.TypeNumber {
				c.kind = t.Kind
			}
		}
	}
}

// associate proposes an association, if the cells are ids.
func (p *proposer) associate(c *candidate, to string, exact bool) {
	c.Association = &AssociationRule{To: to, Column: c.Name}
	c.Confidence, c.Reason = High, "a usual name, and the cells are record ids"
	ids := c.cells.fitting(schema.ValidID)
	switch {
	case c.cells.total == 0:
		c.Confidence, c.Reason = Medium, "a usual name"
	case !c.cells.most(ids):
		c.Confidence, c.Reason = Low, "a usual name, but the cells are no record ids"
		c.Notes = append(c.Notes, "where a property of the "+to+" that is unique holds these values, give the rule match: and the property's name")
	case !exact:
		c.Confidence = Medium
	}
}

// matchByCells recognises the two kinds of cells that leave little doubt.
func (p *proposer) matchByCells(c *candidate) {
	if !p.isLineItem() || c.cells.total < 3 {
		return
	}
	words := frequencyWords()
	isFrequency := func(cell string) bool {
		word := plain(cell)
		_, known := words[word]
		return known && len([]rune(word)) > 1
	}
	switch {
	case p.writable("recurringbillingfrequency") && c.cells.most(c.cells.fitting(isFrequency)):
		p.take(c, "recurringbillingfrequency", Medium, "the cells are billing frequencies")
	case p.writable("hs_line_item_currency_code") && c.cells.most(c.cells.fitting(isCurrency)):
		p.take(c, "hs_line_item_currency_code", Medium, "the cells are currency codes")
	}
}

func isCurrency(cell string) bool {
	return len(cell) == 3 && !strings.ContainsRune(cell, ' ') && strings.Contains(commonCurrencies, " "+cell+" ")
}

// arbitrate leaves each property to the column that is surest of it, the first of
// several.
func (p *proposer) arbitrate() {
	winner := make(map[string]*candidate)
	for _, c := range p.columns {
		if c.Property == nil {
			continue
		}
		if w := winner[c.Property.Name]; w == nil || c.Confidence > w.Confidence || c.Confidence == w.Confidence && w.cells.total == 0 && c.cells.total > 0 {
			winner[c.Property.Name] = c
		}
	}
	for _, c := range p.columns {
		if c.Property == nil {
			continue
		}
		if w := winner[c.Property.Name]; w != c {
			c.Reason = "it could be " + c.Property.Name + " too, which column " + wording.Quote(w.Name) + " is"
			c.Property, c.Confidence = nil, NoConfidence
		}
	}
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
