// Lookups: records that a row names by one of their values.

package mapping

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Codes of rows whose records aren't found, for [Lookup.Problem].
const (
	// CodeMatchNotFound: no record holds the cell's value in the property of match.
	CodeMatchNotFound = "MATCH_NOT_FOUND"

	// CodeMatchAmbiguous: several records do.
	CodeMatchAmbiguous = "MATCH_AMBIGUOUS"

	// CodeAssociationNotFound: no record has the id in the cell.
	CodeAssociationNotFound = "ASSOCIATION_NOT_FOUND"
)

// maxMatch is how many characters a value may have by which a record is looked
// up. HubSpot takes no more than 3,000 in the body of a search, with everything
// around them.
const maxMatch = 1_000

// A Target is what records are looked up by: an object type and one of its
// properties, or "", which is the record's id.
type Target struct{ To, Property string }

// A Lookup is a record that has to be looked up before the row can be sent.
type Lookup struct {
	Target
	Value string // what the property holds

	IDProperty  string      // the property that gets the record's id; "" = Association gets it
	Association Association // without an ID
}

// Targets returns what the rules look records up by, each once.
func (m *Mapper) Targets() []Target {
	var targets []Target
	add := func(t Target) {
		if !slices.Contains(targets, t) {
			targets = append(targets, t)
		}
	}
	for i := range m.properties {
		if p := &m.properties[i]; p.Match != "" {
			add(Target{p.Object, p.Match})
		}
	}
	for i := range m.associations {
		if a := &m.associations[i]; a.isLookup() {
			add(Target{a.To, a.Match})
		}
	}
	return targets
}

// Resolve puts in place the ids of the records that were looked up, as many as Lookups
// and in the same order, and removes the Lookups. Of equal associations one is kept.
func (r *Record) Resolve(ids []string) {
	for i, l := range r.Lookups {
		if l.IDProperty != "" {
			r.Properties = append(r.Properties, Property{l.IDProperty, ids[i]})
			continue
		}
		a := l.Association
		a.ID = ids[i]
		r.associate(a)
	}
	r.Lookups = nil
}

// Problem says why the record isn't there, for one of the three codes above. It has no
// Column.
func (l *Lookup) Problem(code string) Problem {
	p := Problem{Code: code, Property: l.IDProperty}
	if l.IDProperty == "" {
		p.Property = l.To
	}
	switch code {
	case CodeMatchNotFound:
		p.Message = "no " + singular(l.To) + " has " + l.Property + " = {value}. Fix the cell or create the record, and import the row again."
	case CodeMatchAmbiguous:
		p.Message = "several " + l.To + " have " + l.Property + " = {value}, and hubload can't tell which one is meant. Change it in all but one."
	case CodeAssociationNotFound:
		p.Message = "no " + singular(l.To) + " has the id {value}. Fix the cell or create the record, and import the row again."
	}
	return p
}

// singular returns what a record of an object type is called: deal for deals.
func singular(object string) string {
	if name, plural := strings.CutSuffix(object, "s"); plural {
		return strings.ReplaceAll(name, "_", " ")
	}
	return "record of " + object
}

// isLookup reports whether the rule's records are looked up.
func (a *AssociationRule) isLookup() bool { return a.Match != "" || a.Check }

// lookup returns the association's record to look up, for a cell without problems.
func (a *associationCell) lookup(cell string) Lookup {
	if a.Match == "" {
		cell = strings.TrimLeft(cell, "0")
	}
	return Lookup{
		Target: Target{a.To, a.Match}, Value: cell,
		Association: Association{To: a.To, Category: a.Category, TypeID: a.Type},
	}
}

// lookup returns the record whose id is the property's value, or the code of the
// problem. Without both, the row has none.
func (p *propertyCell) lookup(cell string) (l Lookup, ok bool, code string) {
	if cell == "" {
		if p.Required {
			code = CodeRequiredEmpty
		}
		return l, false, code
	}
	return Lookup{Target: Target{p.Object, p.Match}, Value: cell, IDProperty: p.Name}, true, checkMatch(cell)
}

// checkMatch returns the code of what is wrong with a value to look up.
func checkMatch(cell string) (code string) {
	if len(cell) > maxMatch && utf8.RuneCountInString(cell) > maxMatch {
		return CodeValueTooLong
	}
	return ""
}

const longMatchMessage = "the value has more than 1,000 characters, too many to look a record up by. Fix the cell."
