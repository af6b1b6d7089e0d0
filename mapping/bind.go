// A mapping meets the account's properties: what can be said before the first row.

package mapping

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// bind completes a rule by its format and by the type of its property, and
// replaces the texts of the mapping by what is sent for them.
func (c *compiler) bind(p *propertyCell) {
	faults := p.formatFaults()
	for _, fault := range faults {
		c.fail("property %s: %s", wording.Quote(p.Name), fault.message)
	}
	c.bindNames(p)
	p.constant, p.sent = p.Default, p.Values
	if p.Value != nil {
		p.constant = *p.Value
	}
	if d := c.definition(p.Name, "property "+wording.Quote(p.Name)); d != nil {
		p.takes = schema.TypeOf(c.object, d)
		switch p.takes.Kind {
		case schema.TypeAny, schema.TypeEnums:
		default:
			if p.Split != "" {
				c.fail("property %s takes one value, and split gives several; remove it", wording.Quote(p.Name))
			}
		}
		if p.By != "" && p.names == nil && p.takes.Kind == schema.TypeID {
			p.takes = schema.Type{} // the account isn't known, and nothing is sent
		}
		if p.Match != "" {
			c.bindLookup(p)
			return
		}
		c.bindTexts(p)
	}
	if len(faults) == 0 {
		c.bindFormat(p)
	}
}

// definition returns the definition of a property, nil when it isn't known or
// can't be set.
func (c *compiler) definition(name, what string) *schema.Property {
	if c.schema == nil {
		return nil
	}
	d := c.schema.Property(name)
	switch {
	case d == nil && len(c.errs) > 100:
		c.fail("%s doesn't exist in the account", what) // as for columns, suggestions take their time
	case d == nil:
		c.fail("%s doesn't exist in the account; %s", what, c.schema.Suggest(name))
	case d.ReadOnly:
		c.fail("%s can't be set, because HubSpot keeps or calculates it; remove the rule", what)
		return nil
	}
	return d
}

// bindFormat makes the reader of the rule's cells, and refuses one that reads
// something else than the property takes.
func (c *compiler) bindFormat(p *propertyCell) {
	var dates *bool
	takes := ""
	switch p.takes.Kind {
	case schema.TypeDate, schema.TypeDatetime:
		dates = new(p.takes.Kind == schema.TypeDate)
		if p.isNumberFormat() {
			takes = "dates"
		}
	case schema.TypeBool:
		takes = "true and false"
	case schema.TypeNumber, schema.TypePrice:
		if p.isTimeFormat() || p.Unit != "" {
			takes = "numbers"
		}
	case schema.TypeDuration:
		if p.isTimeFormat() || p.isNumberFormat() && p.Unit == "" {
			takes = "durations, and unit: months makes one of a number"
		}
	case schema.TypeEnum, schema.TypeEnums:
		if p.isTimeFormat() {
			takes = "options"
		}
	}
	if p.format = p.newFormat(dates); p.format == nil {
		return
	}
	switch f := p.format.(type) {
	case *format.Time:
		p.unread = schema.CodeInvalidDatetime
		if f.Dates {
			p.unread = schema.CodeInvalidDate
		}
		if _, offset := format.LayoutHas(p.Layout); f.Dates && offset && p.Timezone == "" {
			c.fail("property %s takes a day, and the layout has an offset from UTC, with which a time is one day here and another there; add timezone: with the place whose days are meant, such as timezone: Europe/Berlin", wording.Quote(p.Name))
		}
	case *format.Term:
		p.unread = schema.CodeInvalidDuration
	default:
		p.unread = schema.CodeInvalidNumber
	}
	if takes != "" {
		c.fail("property %s takes %s, and its rule has a format for something else; remove it", wording.Quote(p.Name), takes)
	}
}

// bindTexts checks the texts of a rule that are sent.
func (c *compiler) bindTexts(p *propertyCell) {
	fit := func(value, format string, args ...any) string {
		if value == "" {
			return "" // it clears the property
		}
		sent, code := p.takes.Check(value)
		if code != "" {
			what, _ := p.takes.Explain(code, value)
			c.fail("property %s: %s %s %s; write %s", wording.Quote(p.Name), fmt.Sprintf(format, args...), wording.Quote(value), what, p.takes.Example())
		}
		return sent
	}
	if p.Value != nil {
		p.constant = fit(*p.Value, "the value")
	} else {
		p.constant = fit(p.Default, "the default")
	}
	if p.Values != nil {
		p.sent = make(map[string]string, len(p.Values))
		for _, cell := range slices.Sorted(maps.Keys(p.Values)) {
			p.sent[cell] = fit(p.Values[cell], "the value for %s,", wording.Quote(cell))
		}
	}
}

// bindLookup refuses a property that can't hold the id of a record.
func (c *compiler) bindLookup(p *propertyCell) {
	switch p.takes.Kind {
	case schema.TypeID:
		if p.Object == "owners" || p.Object == "owner" {
			c.fail("property %s: owners are found by: email, not by match", wording.Quote(p.Name))
		}
	case schema.TypeAny, schema.TypeNumber, schema.TypePrice:
	default:
		c.fail("property %s takes %s, and match gives the id of a record; remove it", wording.Quote(p.Name), p.takes.Example())
	}
}
