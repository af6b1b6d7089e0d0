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

	// CodeInvalidNumber: the value is no number as HubSpot takes it, or the cell
	// is none as the rule's format says.
	CodeInvalidNumber = "INVALID_NUMBER"

	// CodeNegativePrice: the price of a line item or product is below 0.
	CodeNegativePrice = "NEGATIVE_PRICE"

	// CodeInvalidDate: the value is no day as HubSpot takes it, or the cell is
	// none in the rule's layout.
	CodeInvalidDate = "INVALID_DATE"

	// CodeInvalidDatetime: likewise for a day with its time.
	CodeInvalidDatetime = "INVALID_DATETIME"

	// CodeInvalidBoolean: the value is neither true nor false.
	CodeInvalidBoolean = "INVALID_BOOLEAN"

	// CodeInvalidOption: the value is none of the property's options.
	CodeInvalidOption = "INVALID_OPTION"

	// CodeInvalidDuration: the value is no ISO 8601 duration.
	CodeInvalidDuration = "INVALID_DURATION"

	// CodeAssociationIDInvalid: the cell is no record id; see [ValidID].
	CodeAssociationIDInvalid = "ASSOCIATION_ID_INVALID"

	// CodeKeyEmpty: a column of the key is empty.
	CodeKeyEmpty = "KEY_EMPTY"
)

// problem returns the problem of a row with its cell.
func (p *propertyCell) problem(code, cell string) Problem {
	problem := Problem{Code: code, Column: p.Column, Property: p.Name}
	switch code {
	case CodeRequiredEmpty:
		problem.Message = "the cell is empty and the property is required; fill it in, or give the rule a default"
	case CodeValueNotMapped:
		problem.Message = "the rule has no value for {value}; add it under values, or correct the cell"
	case CodeMatchNotFound:
		problem.Message = blankMatchMessage
	case CodeValueTooLong:
		problem.Message = tooLongMessage
		if p.Match != "" {
			problem.Message = longMatchMessage
		}
	default:
		what, fix := p.fault(code, cell)
		problem.Message = "{value} " + what + "; " + fix
	}
	return problem
}

func (a *associationCell) problem(code, id string) Problem {
	problem := Problem{Code: code, Column: a.Column, Property: a.To}
	switch code {
	case CodeRequiredEmpty:
		problem.Message = "the cell is empty and the association is required; write the id of the record"
		if a.Match != "" {
			problem.Message = "the cell is empty and the association is required; write the record's " + a.Match
		}
	case CodeMatchNotFound:
		problem.Message = blankMatchMessage
	case CodeValueTooLong:
		problem.Message = longMatchMessage
	case CodeAssociationIDInvalid:
		problem.Message = "{value} is no record id; write a whole number greater than 0, in digits only" + idHint(id)
	}
	return problem
}

func (k *keyCells) problem(code, column, key string) Problem {
	problem := Problem{Code: code, Column: column, Property: k.property}
	switch code {
	case CodeKeyEmpty:
		problem.Message = "the cell is empty and belongs to the key; fill it in, every row needs a key of its own"
	case CodeValueTooLong:
		problem.Message = tooLongMessage
	default:
		what, _ := k.fault(code, key)
		problem.Message = "{value} " + what + "; the key's property takes " + k.example()
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
