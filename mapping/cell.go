// The way back: from what a message is about to the cell behind it.

package mapping

import "cmp"

// Cell returns what {value} stands for in messages about a property of the
// record, or about its associations to an object type, and the name of the
// column it comes from:
//
//   - the cell, also where the rule sends something else for it;
//   - the rule's default for an empty cell;
//   - the constant, whose column is "";
//   - the key itself, when it is made of several columns, and then the column is
//     the names of all of them with "|" between them;
//   - of several associations to one object type the first that has a problem,
//     or else the first whose record is looked up, or else the first.
//
// For a property that no rule names both are "". Fields are as for [Mapper.Map],
// or nil for a row that couldn't be read: then only constants and defaults are
// known.
func (m *Mapper) Cell(fields []string, property string) (column, value string) {
	if fields == nil {
		fields = make([]string, m.width)
	}
	for i := range m.properties {
		if p := &m.properties[i]; p.Name == property {
			if p.Value != nil {
				return "", *p.Value
			}
			return p.Column, cmp.Or(fields[p.index], p.Default)
		}
	}
	if k := m.key; k != nil && k.property == property {
		return k.names(), k.value(fields)
	}
	var found *associationCell
	for i := range m.associations {
		a := &m.associations[i]
		if a.To != property {
			continue
		}
		if a.check(fields[a.index]) != "" {
			return a.Column, fields[a.index]
		}
		lookedUp := func(a *associationCell) bool { return a.links() && fields[a.index] != "" }
		if found == nil || lookedUp(a) && !lookedUp(found) {
			found = a
		}
	}
	if found == nil {
		return "", ""
	}
	return found.Column, fields[found.index]
}
