// Why a row can't become a record: codes and messages.

package mapping

import "strings"

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

	// CodeKeyEmpty: a column of the key is empty.
	CodeKeyEmpty = "KEY_EMPTY"
)

// problem returns the problem of a row with its cell.
func (p *propertyCell) problem(code, cell string) Problem {
	problem := Problem{Code: code, Column: p.Column, Property: p.Name}
	switch code {
	case CodeRequiredEmpty:
		problem.Message = "the cell is empty and the property is required. Fill it in, or add default: to the rule."
	case CodeValueNotMapped:
		problem.Message = "the rule has no value for {value}. Add it under values, or fix the cell."
	case CodeMatchNotFound:
		problem.Message = blankMatchMessage
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
	case CodeMatchNotFound:
		problem.Message = blankMatchMessage
	case CodeValueTooLong:
		problem.Message = longMatchMessage
	case CodeAssociationIDInvalid:
		problem.Message = "{value} is not a record id" + idHint(id) + ". Fix the cell: an id is a whole number greater than 0, in digits only."
	}
	return problem
}

func (k *keyCells) problem(code, column, key string) Problem {
	problem := Problem{Code: code, Column: column, Property: k.property}
	switch code {
	case CodeKeyEmpty:
		problem.Message = "the cell is empty and belongs to the key. Fill it in: every row needs its own key."
	case CodeValueTooLong:
		problem.Message = tooLongMessage
	default:
		what, _ := k.takes.Explain(code, key)
		problem.Message = "{value} " + what + ". The key's property takes " + k.takes.Example() + "."
	}
	return problem
}

const tooLongMessage = "the value has more than 65,536 characters, the most that HubSpot takes. Shorten it."

// idHint explains how a spreadsheet or a person may have spoilt an id.
func idHint(id string) string {
	switch {
	case strings.Contains(strings.ToUpper(id), "E+"):
		return ": a spreadsheet has rounded it, so export the column again as text"
	case strings.TrimSpace(id) != id:
		return ": there is white space around it"
	}
	return ""
}
