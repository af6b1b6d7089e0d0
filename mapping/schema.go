// What the account says about its properties.

package mapping

import "slices"

// A PropertyDefinition is what a HubSpot account says about a property: the
// parts of it that decide which values the property takes.
type PropertyDefinition struct {
	Name, Label string // internal name, and what HubSpot shows for it

	// Type is number, date, datetime, bool, enumeration, or another one,
	// whose values are not checked. An enumeration with the FieldType checkbox
	// takes several values with ";" between them.
	Type, FieldType string

	Options         []PropertyOption
	ExternalOptions bool // the options are kept elsewhere: values are not checked

	ReadOnly bool // nobody can set it: calculated, or HubSpot's own
	Unique   bool // no two records have the same value
}

// A PropertyOption is one of the values of an enumeration. A hidden one is taken
// by its value, and neither by its label nor suggested.
type PropertyOption struct {
	Value, Label string
	Hidden       bool
}

// A Schema is the properties of one object type in one account. It never changes:
// any number of goroutines may use it.
type Schema struct {
	definitions []PropertyDefinition
	byName      map[string]*PropertyDefinition
}

// NewSchema returns the schema of these properties. Of several with one name the
// last counts. Their options must not change as long as the schema is in use.
func NewSchema(definitions []PropertyDefinition) *Schema {
	s := &Schema{definitions: slices.Clone(definitions), byName: make(map[string]*PropertyDefinition, len(definitions))}
	for i := range s.definitions {
		s.byName[s.definitions[i].Name] = &s.definitions[i]
	}
	return s
}

// Writable reports whether the account has a property of this name that can be
// set. It is what [ForHeader] asks for.
func (s *Schema) Writable(name string) bool {
	d := s.byName[name]
	return d != nil && !d.ReadOnly
}

// suggest returns the end of a message about a property that doesn't exist.
func (s *Schema) suggest(name string) string {
	var names, labels []string
	owner := make(map[string]string) // label -> name
	for i := range s.definitions {
		d := &s.definitions[i]
		if !s.Writable(d.Name) {
			continue
		}
		names = append(names, d.Name)
		if d.Label != "" {
			labels = append(labels, d.Label)
			owner[d.Label] = d.Name
		}
	}
	near, label := nearest(name, names), nearest(name, labels)
	if label != "" && (near == "" || fold(label) == fold(name)) && owner[label] != near {
		return "did you mean " + quote(owner[label]) + ", which HubSpot shows as " + quote(label) + "?"
	}
	if near != "" {
		return "did you mean " + quote(near) + "?"
	}
	return "write its internal name, as HubSpot shows it in the property's settings, or create it there"
}
