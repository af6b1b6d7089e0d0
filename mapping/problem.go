// Why a row can't become a record: codes and messages.

package mapping

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/schema"
)

// Codes of problems.
const (
	// CodeRequiredEmpty: a required cell is empty.
	CodeRequiredEmpty = "REQUIRED_EMPTY"

	// CodeValueNotMapped: the rule lists the cells it knows, and not this one.
	CodeValueNotMapped = "VALUE_NOT_MAPPED"

	// CodeValueTooLong: the value has more than 65,536 characters.
	CodeValueTooLong = "VALUE_TOO_LONG"

	// CodeAssociationIDInvalid: the cell is not a record id; see [schema.ValidID].
	CodeAssociationIDInvalid = "ASSOCIATION_ID_INVALID"

	// CodeRecordIDInvalid: the cell that names the record to change holds no record id.
	CodeRecordIDInvalid = "RECORD_ID_INVALID"

	// CodeKeyEmpty: a column of the key, or that of the record's id, is empty.
	CodeKeyEmpty = "KEY_EMPTY"

	// CodeUnassociated: all association cells of a line item are empty. No page of
	// HubSpot lists a line item that belongs to nothing.
	CodeUnassociated = "UNASSOCIATED"

	// CodeEmptyLineItem: a line item gets neither a name nor a product.
	CodeEmptyLineItem = "EMPTY_LINE_ITEM"
)

// problem returns the problem of a row with its cell.
func (p *propertyCell) problem(code, cell string) Problem {
	problem := Problem{Code: code, Column: p.Column, Property: p.Name}
	switch code {
	case CodeRequiredEmpty:
		problem.Message = "the cell is empty and the property is required. Fill it in, or add default: to the rule."
	case CodeValueNotMapped:
		problem.Message = "the rule has no value for {value}. Add it under values, or fix the cell."
	case CodeMatchNotFound, CodeMatchAmbiguous:
		problem.Message = p.nameProblem(code, cell)
	case CodeValueTooLong:
		problem.Message = tooLongMessage
		if p.Match != "" {
			problem.Message = longMatchMessage
		}
	default:
		what, fix := p.explain(code, cell)
		problem.Message = "{value} " + what + ". " + fix + "."
	}
	return problem
}

func (a *associationCell) problem(code, id string) Problem {
	problem := Problem{Code: code, Column: a.Column, Property: a.To}
	switch code {
	case CodeRequiredEmpty:
		problem.Message = "the cell is empty and the association is required. Fill in the id of the record."
		if a.Match != "" {
			problem.Message = "the cell is empty and the association is required. Fill in the record's " + a.Match + "."
		}
	case CodeUnassociated:
		problem.Message = "the row names no " + singular(a.To) + ", and HubSpot shows a line item without one nowhere. Fill in the cell, or add optional: true to the association if such line items are meant."
	case CodeValueTooLong:
		problem.Message = longMatchMessage
	case CodeAssociationIDInvalid:
		problem.Message = "{value} is not a record id" + idHint(id) + ". Fix the cell: an id is a whole number greater than 0, in digits only."
		if n := countIDs(id); n > 1 {
			problem.Message = a.severalIDs(n)
		}
	}
	return problem
}

const tooLongMessage = "the value has more than 65,536 characters, the most that HubSpot takes. Shorten it."

// hasProblem reports whether a cell, or a part of it, has a problem.
func (a *associationCell) hasProblem(cell string) bool {
	if a.Split == "" || cell == "" {
		return a.check(cell) != ""
	}
	return slices.ContainsFunc(splitCell(cell, a.Split), func(part string) bool { return a.check(part) != "" })
}

// countIDs returns how many ids a cell holds with something between them.
func countIDs(cell string) int {
	parts := strings.FieldsFunc(cell, func(c rune) bool { return strings.ContainsRune(";,|/\n\t ", c) })
	if groupedID.MatchString(cell) || len(cell) > maxMatch || slices.ContainsFunc(parts, func(part string) bool { return !schema.ValidID(part) }) {
		return 0
	}
	return len(parts)
}

var groupedID = regexp.MustCompile(`^[0-9]{1,3}([,. ][0-9]{3})+$`)

// severalIDs is the message for a cell with several ids. HubSpot's guide says that a
// line item belongs to one parent.
func (a *associationCell) severalIDs(n int) string {
	message := "{value} holds " + strconv.Itoa(n) + " ids, and "
	if a.lineItem {
		return message + "a line item belongs to one " + singular(a.To) + ". Keep one of them; if each " + singular(a.To) + " is to have the item, write the row once for each."
	}
	return message + "the rule reads one. If the record belongs to all of them, add split: to the rule with what stands between them, such as split: \";\"; otherwise keep one."
}

// idHint explains how a spreadsheet or a person may have spoilt an id.
func idHint(id string) string {
	switch {
	case format.IsPlaceholder(id):
		return ": if it means that there is none, add csv: { empty: [{value}] } to the mapping"
	case strings.Contains(strings.ToUpper(id), "E+"):
		return ": a spreadsheet has rounded it, so export the column again as text"
	case strings.HasSuffix(id, ".0"), groupedID.MatchString(id):
		return ": a spreadsheet has written it as a number, so export the column again as text"
	case strings.HasPrefix(id, "http"):
		return " but a link: keep the number at its end"
	case schema.ValidID(strings.TrimLeft(id, "'`#")):
		return ": if the whole column has this character in front, add strip: with it to the rule"
	}
	return ""
}

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
		if cell := a.read(fields); a.hasProblem(cell) {
			return a.Column, fields[a.index]
		}
		lookedUp := func(a *associationCell) bool { return a.isLookup() && a.read(fields) != "" }
		if found == nil || lookedUp(a) && !lookedUp(found) {
			found = a
		}
	}
	if found == nil {
		return "", ""
	}
	return found.Column, fields[found.index]
}
