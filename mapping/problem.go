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

	// CodeAssociationIDInvalid: the cell is no record id; see [ValidID].
	CodeAssociationIDInvalid = "ASSOCIATION_ID_INVALID"

	// CodeKeyEmpty: a column of the key is empty.
	CodeKeyEmpty = "KEY_EMPTY"
)

func (p *propertyCell) problem(code string) Problem {
	problem := Problem{Code: code, Column: p.Column, Property: p.Name}
	switch code {
	case CodeRequiredEmpty:
		problem.Message = "the cell is empty and the property is required; fill it in, or give the rule a default"
	case CodeValueNotMapped:
		problem.Message = "the rule has no value for {value}; add it under values, or correct the cell"
	case CodeValueTooLong:
		problem.Message = tooLongMessage
	}
	return problem
}

func (a *associationCell) problem(code, id string) Problem {
	problem := Problem{Code: code, Column: a.Column, Property: a.To}
	switch code {
	case CodeRequiredEmpty:
		problem.Message = "the cell is empty and the association is required; write the id of the record"
	case CodeAssociationIDInvalid:
		problem.Message = "{value} is no record id; write a whole number greater than 0, in digits only" + idHint(id)
	}
	return problem
}

func (k *keyCells) problem(code, column string) Problem {
	problem := Problem{Code: code, Column: column, Property: k.property}
	switch code {
	case CodeKeyEmpty:
		problem.Message = "the cell is empty and belongs to the key; fill it in, every row needs a key of its own"
	case CodeValueTooLong:
		problem.Message = tooLongMessage
	}
	return problem
}

const tooLongMessage = "the value has more than 65,536 characters, and HubSpot takes no more; shorten it"

// idHint explains the two ways in which spreadsheets spoil ids.
func idHint(id string) string {
	switch {
	case strings.Contains(strings.ToUpper(id), "E+"):
		return "; a spreadsheet has rounded it, so export the column again as text"
	case strings.TrimSpace(id) != id:
		return "; there is white space around it"
	}
	return ""
}
