// Which property is a column? Its name decides, and its cells where the name says nothing.

package suggest

import (
	"strings"
	"unicode"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// A guess is a column on its way to a proposal.
type guess struct {
	Column
	cells    *format.Sample
	kind     schema.Kind
	property *schema.Property // nil when the account's isn't known
}

// A proposer matches columns.
type proposer struct {
	object   string
	schema   *schema.Schema // may be nil
	guesses  []*guess
	japanese bool // the header is written so

	// What the columns that leave no doubt show of the file's way of writing.
	decimal  rune // 0 = nothing
	dayFirst *bool
}

// match proposes the property or association that a column is.
func (p *proposer) match(g *guess) {
	name := mapping.Normalize(g.Name)
	if p.writable(name) {
		p.take(g, name, High, "named as the property is")
		return
	}
	if p.readOnly(name) {
		g.Reason = "HubSpot keeps or calculates " + name + ", and it can't be set"
		return
	}
	if target, exact := named(parents(), g.Name); target != "" && p.hasAssociation(target) {
		p.associate(g, target, exact)
		return
	}
	if property := p.labelled(name, true); property != "" {
		p.take(g, property, High, "what HubSpot shows for the property")
		return
	}
	if property := p.labelled(name, false); property != "" {
		g.Reason = "HubSpot shows " + property + " under this name, and it can't be set"
		return
	}
	property, exact := named(aliases(), g.Name)
	switch {
	case property == "" || !p.isLineItem():
		p.matchByCells(g)
	case p.readOnly(property) || property == "amount":
		g.Reason = "it seems to be " + property + ", which HubSpot calculates"
	case !p.writable(property):
		g.Reason = "it seems to be " + property + ", which the account doesn't have"
	case exact:
		p.take(g, property, High, "a usual name of it")
	default:
		p.take(g, property, Medium, "a usual name of it, except for the part in brackets")
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
	if p.schema == nil || normalizeName(name) == "" {
		return ""
	}
	names := p.schema.Labelled(writable, func(label string) bool { return normalizeName(label) == normalizeName(name) })
	if len(names) != 1 {
		return ""
	}
	return names[0]
}

// named returns what has a column's name among its aliases; exact says that the name
// is one as a whole.
func named(list []alias, column string) (target string, exact bool) {
	whole, core := normalizeName(column), normalizeCore(column)
	for _, want := range []string{whole, core} {
		for _, a := range list {
			for _, name := range a.names {
				if want != "" && normalizeName(name) == want {
					return a.property, want == whole
				}
			}
		}
	}
	return "", false
}

// take proposes a property for a column.
func (p *proposer) take(g *guess, property string, sure Confidence, reason string) {
	g.Property = &mapping.PropertyRule{Name: property, Column: g.Name}
	g.Confidence, g.Reason = sure, reason
	for _, a := range aliases() {
		if a.property == property && p.isLineItem() {
			g.kind = a.kind
		}
	}
	if p.schema != nil {
		if g.property = p.schema.Property(property); g.property != nil {
			if t := schema.TypeOf(p.object, g.property); g.kind != schema.TypeID || t.Kind != schema.TypeNumber {
				g.kind = t.Kind
			}
		}
	}
}

// associate proposes an association, if the cells are ids.
func (p *proposer) associate(g *guess, to string, exact bool) {
	g.Association = &mapping.AssociationRule{To: to, Column: g.Name}
	g.Confidence, g.Reason = High, "a usual name, and the cells are record ids"
	ids := g.cells.Count(schema.ValidID)
	switch {
	case g.cells.Total == 0:
		g.Confidence, g.Reason = Medium, "a usual name"
	case !g.cells.Most(ids):
		g.Confidence, g.Reason = Low, "a usual name, but the cells are not record ids"
		g.Notes = append(g.Notes, "if a unique property of the "+to+" holds these values, add match: and the property's name to the rule")
	case !exact:
		g.Confidence = Medium
	}
}

// matchByCells recognises the two kinds of cells that leave little doubt.
func (p *proposer) matchByCells(g *guess) {
	if !p.isLineItem() || g.cells.Total < 3 {
		return
	}
	words := frequencyWords()
	isFrequency := func(cell string) bool {
		word := normalizeName(cell)
		_, known := words[word]
		return known && len([]rune(word)) > 1
	}
	switch {
	case p.writable("recurringbillingfrequency") && g.cells.Most(g.cells.Count(isFrequency)):
		p.take(g, "recurringbillingfrequency", Medium, "the cells are billing frequencies")
	case p.writable("hs_line_item_currency_code") && g.cells.Most(g.cells.Count(isCurrency)):
		p.take(g, "hs_line_item_currency_code", Medium, "the cells are currency codes")
	}
}

func isCurrency(cell string) bool {
	return len(cell) == 3 && !strings.ContainsRune(cell, ' ') && strings.Contains(commonCurrencies, " "+cell+" ")
}

// arbitrate leaves each property to the column that is surest of it, the first of
// several.
func (p *proposer) arbitrate() {
	winner := make(map[string]*guess)
	for _, g := range p.guesses {
		if g.Property == nil {
			continue
		}
		if w := winner[g.Property.Name]; w == nil || g.Confidence > w.Confidence || g.Confidence == w.Confidence && w.cells.Total == 0 && g.cells.Total > 0 {
			winner[g.Property.Name] = g
		}
	}
	for _, g := range p.guesses {
		if g.Property == nil {
			continue
		}
		if w := winner[g.Property.Name]; w != g {
			g.Reason = "it could be " + g.Property.Name + " too, but column " + wording.Quote(w.Name) + " is that"
			g.Property, g.Confidence = nil, NoConfidence
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
