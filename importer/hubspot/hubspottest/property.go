// Property definitions: what they say, and how tests add them.

package hubspottest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// maxUnique is how many properties of one object type an account may make unique (properties guide).
const maxUnique = 10

// A Property is the definition of one.
type Property struct {
	Name, Label, Description string
	Group                    string   // "" means the type's own, such as lineiteminformation
	Type                     string   // string (the meaning of ""), number, enumeration, bool, date, datetime, phone_number
	FieldType                string   // "" means the usual one of the type; checkbox with enumeration takes several values, a;b
	Options                  []Option // of enumeration; bool has true and false by itself
	External                 bool     // options are kept elsewhere: any value will do
	Unique                   bool     // hasUniqueValue: no two records hold the same value
	ReadOnly                 bool     // cannot be written
	Calculated               bool     // cannot be written either
	Hidden                   bool
	NotNegative              bool   // of number
	Sensitivity              string // "" means non_sensitive; sensitive and highly_sensitive ones are listed only for who asks

	Required     bool      // by the administrators; enforced from 2026-09 on
	RequiredWhen Condition // required while another property has a value; enforced from 2026-09 on
	Rules        []Rule    // of the administrators; listed, and enforced from 2026-09 on

	standard bool // defined by HubSpot
	key      bool // records are found by it and hold different values, though it is not Unique: a contact's email
	settable bool // calculated, but for the quirk SettableBilling
}

// An Option is an allowed value of an enumeration.
type Option struct{ Label, Value string }

// definitions are those of one type. They are never changed, only replaced.
type definitions struct {
	byName map[string]*Property
	open   bool // a name without a definition is a string
}

func (d *definitions) with(p *Property) *definitions {
	next := &definitions{byName: maps.Clone(d.byName), open: d.open}
	next.byName[p.Name] = p
	return next
}

// identifies reports whether no two records hold the same value of the property.
func (p *Property) identifies() bool { return p.Unique || p.key }

var (
	errExists   = errors.New("a property of that name exists")
	errNoUnique = errors.New("objects of this type have no unique properties")
	errTooMany  = fmt.Errorf("there are %d unique properties already", maxUnique)
)

// fieldTypes are the types of properties, each with its usual field type.
var fieldTypes = map[string]string{
	"string": "text", "number": "number", "enumeration": "select", "bool": "booleancheckbox",
	"date": "date", "datetime": "date", "phone_number": "phonenumber",
}

// complete fills in what a definition leaves to its type.
func (p *Property) complete(objectType string) {
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	fill(&p.Type, "string")
	fill(&p.FieldType, fieldTypes[p.Type])
	fill(&p.Label, p.Name)
	fill(&p.Group, defaultGroup(objectType))
	fill(&p.Sensitivity, "non_sensitive")
	if p.Type == "bool" && len(p.Options) == 0 {
		p.Options = []Option{{"Yes", "true"}, {"No", "false"}}
	}
}

// AddProperty defines a property, or replaces its definition. It is an error when the object type or the type of values
// does not exist, when there are ten unique ones already or the type has none, as products, and when a property would
// become unique or cease to be it.
func (a *Account) AddProperty(objectType string, p Property) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	t, err := a.knownTable(objectType)
	if err != nil {
		return err
	}
	return t.define(p, true)
}

func (t *table) define(p Property, replace bool) error {
	p.Options, p.Rules = slices.Clone(p.Options), slices.Clone(p.Rules)
	p.complete(t.objectType)
	if fieldTypes[p.Type] == "" || p.Name == "" {
		return fmt.Errorf("defining property %q of %s: there is no type %q", p.Name, t.objectType, p.Type)
	}
	unique := 0
	for _, d := range t.defs.byName {
		if d.Unique && !d.standard {
			unique++
		}
	}
	var err error
	switch old := t.defs.byName[p.Name]; {
	case old != nil && (!replace || old.Unique != p.Unique):
		err = errExists
	case old != nil:
		p.standard = old.standard
	case p.Unique && t.objectType == "products":
		err = errNoUnique
	case p.Unique && unique >= maxUnique:
		err = errTooMany
	}
	if err != nil {
		return fmt.Errorf("defining property %q of %s: %w", p.Name, t.objectType, err)
	}
	t.defs = t.defs.with(&p)
	return nil
}
