// A mapping meets the account's properties: what can be said before the first row.

package mapping

import (
	"fmt"
	"maps"
	"slices"
)

// fit completes a rule by its format and by the type of its property, and
// replaces the texts of the mapping by what is sent for them.
func (f *finder) fit(p *propertyCell) {
	faults := p.formatFaults()
	for _, fault := range faults {
		f.fail("property %s: %s", quote(p.Name), fault.message)
	}
	p.constant, p.sent = p.Default, p.Values
	if p.Value != nil {
		p.constant = *p.Value
	}
	if d := f.definition(p.Name, "property "+quote(p.Name)); d != nil {
		p.valueType = typeOf(f.object, d)
		if p.Match != "" {
			f.fitLink(p)
			return
		}
		f.fitTexts(p)
	}
	if len(faults) == 0 {
		f.fitFormat(p)
	}
}

// definition returns the definition of a property, nil when it isn't known or
// can't be set.
func (f *finder) definition(name, what string) *PropertyDefinition {
	if f.schema == nil {
		return nil
	}
	d := f.schema.byName[name]
	switch {
	case d == nil && len(f.errs) > 100:
		f.fail("%s doesn't exist in the account", what) // as for columns, suggestions take their time
	case d == nil:
		f.fail("%s doesn't exist in the account; %s", what, f.schema.suggest(name))
	case d.ReadOnly:
		f.fail("%s can't be set, because HubSpot keeps or calculates it; remove the rule", what)
		return nil
	}
	return d
}

// fitFormat makes the reader of the rule's cells, and refuses one that reads
// something else than the property takes.
func (f *finder) fitFormat(p *propertyCell) {
	var dates *bool
	takes := ""
	switch p.kind {
	case aDate, aDatetime:
		dates = new(p.kind == aDate)
		if p.isNumberFormat() {
			takes = "dates"
		}
	case aBoolean:
		takes = "true and false"
	case aNumber, aPrice:
		if p.isTimeFormat() {
			takes = "numbers"
		}
	case anOption, someOptions:
		if p.isTimeFormat() {
			takes = "options"
		}
	}
	if p.format = p.newFormat(dates); p.format == nil {
		return
	}
	p.unread = CodeInvalidNumber
	if t, ok := p.format.(*timeFormat); ok {
		p.unread = CodeInvalidDatetime
		if t.dates {
			p.unread = CodeInvalidDate
		}
	}
	if takes != "" {
		f.fail("property %s takes %s, and its rule has a format for something else; remove it", quote(p.Name), takes)
	}
}

// fitTexts checks the texts of a rule that are sent.
func (f *finder) fitTexts(p *propertyCell) {
	fit := func(value, format string, args ...any) string {
		if value == "" {
			return "" // it clears the property
		}
		sent, code := p.check(value)
		if code != "" {
			what, _ := p.valueType.fault(code, value)
			f.fail("property %s: %s %s %s; write %s", quote(p.Name), fmt.Sprintf(format, args...), quote(value), what, p.example())
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
			p.sent[cell] = fit(p.Values[cell], "the value for %s,", quote(cell))
		}
	}
}

// fitLink refuses a property that can't hold the id of a record.
func (f *finder) fitLink(p *propertyCell) {
	switch p.kind {
	case anything, aNumber, aPrice:
	default:
		f.fail("property %s takes %s, and match gives the id of a record; remove it", quote(p.Name), p.example())
	}
}

// keyType returns the type of the key's property.
func (f *finder) keyType(key *KeyRule) valueType {
	what := "the key's property " + quote(key.Property)
	d := f.definition(key.Property, what)
	if d == nil {
		return valueType{}
	}
	t := typeOf(f.object, d)
	switch {
	case !d.Unique:
		f.fail("%s isn't unique in the account, which can only be chosen when a property is created; make a new one that requires unique values", what)
	case key.Auto && t.kind != anything:
		f.fail("%s takes %s, and an automatic key is a text; name a property of single-line text", what, t.example())
	}
	return t
}
