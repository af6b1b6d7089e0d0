// Does a value fit the type of its property, and if not, why?

package schema

import (
	"strconv"
	"strings"
)

// Codes of values that a property does not take.
const (
	// CodeInvalidNumber: the value is not a number as HubSpot takes it.
	CodeInvalidNumber = "INVALID_NUMBER"

	// CodeNegativePrice: the price of a line item or product is below 0.
	CodeNegativePrice = "NEGATIVE_PRICE"

	// CodeInvalidDate: the value is not a day as HubSpot takes it.
	CodeInvalidDate = "INVALID_DATE"

	// CodeInvalidDatetime: the value is not a day with a time as HubSpot takes it.
	CodeInvalidDatetime = "INVALID_DATETIME"

	// CodeInvalidBoolean: the value is neither true nor false.
	CodeInvalidBoolean = "INVALID_BOOLEAN"

	// CodeInvalidOption: the value is not one of the property's options.
	CodeInvalidOption = "INVALID_OPTION"

	// CodeInvalidDuration: the value is not an ISO 8601 duration.
	CodeInvalidDuration = "INVALID_DURATION"

	// CodeInvalidID: the value is not an id.
	CodeInvalidID = "INVALID_ID"
)

// A Kind is how the values of a property are checked.
type Kind uint8

const (
	TypeAny    Kind = iota // every text
	TypeNumber             // see IsNumber
	TypePrice              // a number that isn't negative
	TypeDate
	TypeDatetime
	TypeBool
	TypeEnum  // one option
	TypeEnums // options with ";" between them
	TypeDuration
	TypeID // an id, such as that of an owner
)

// A Type is what a property takes. The zero value takes every text.
type Type struct {
	Kind    Kind
	Options *Options // of TypeEnum and TypeEnums
}

// TypeOf returns the type of a property of an object type.
func TypeOf(object string, p *Property) Type {
	switch p.Type {
	case "number":
		if object = ObjectType(object); p.Name == "price" && (object == "line_items" || object == "products") {
			return Type{Kind: TypePrice}
		}
		return Type{Kind: TypeNumber}
	case "date":
		return Type{Kind: TypeDate}
	case "datetime":
		return Type{Kind: TypeDatetime}
	case "bool":
		return Type{Kind: TypeBool}
	case "enumeration":
		if Ways(p.Name) != nil && p.ExternalOptions && len(p.Options) == 0 {
			return Type{Kind: TypeID}
		}
		if p.ExternalOptions || len(p.Options) == 0 {
			break
		}
		if p.FieldType == "checkbox" {
			return Type{TypeEnums, NewOptions(p.Options)}
		}
		return Type{TypeEnum, NewOptions(p.Options)}
	default:
		// The one text of line items whose form is documented.
		if p.Name == "hs_recurring_billing_period" {
			return Type{Kind: TypeDuration}
		}
	}
	return Type{}
}

// Check returns what HubSpot is sent for a value, or the code of what is wrong with
// it. Only labels of options are sent in another form, as internal values.
func (t *Type) Check(value string) (sent, code string) {
	switch t.Kind {
	case TypeNumber:
		if !IsNumber(value) {
			return "", CodeInvalidNumber
		}
	case TypePrice:
		if !IsNumber(value) {
			return "", CodeInvalidNumber
		}
		if IsNegative(value) {
			return "", CodeNegativePrice
		}
	case TypeDate:
		if !IsDate(value) && !(IsMillis(value) && isMidnight(value)) {
			return "", CodeInvalidDate
		}
	case TypeDatetime:
		if !IsDatetime(value) && !IsMillis(value) {
			return "", CodeInvalidDatetime
		}
	case TypeBool:
		if value != "true" && value != "false" {
			return "", CodeInvalidBoolean
		}
	case TypeEnum:
		option, ok := t.Options.values[value]
		if !ok {
			return "", CodeInvalidOption
		}
		return option, ""
	case TypeEnums:
		if sent, bad := t.Options.Values(value); bad == 0 {
			return sent, ""
		}
		return "", CodeInvalidOption
	case TypeDuration:
		if !IsDuration(value) {
			return "", CodeInvalidDuration
		}
	case TypeID:
		if !ValidID(value) {
			return "", CodeInvalidID
		}
	}
	return value, ""
}

// TakesNumbers reports whether the property takes whole numbers, such as ids.
func (t *Type) TakesNumbers() bool { return t.Kind <= TypePrice }

// Example describes what the property takes, for messages.
func (t *Type) Example() string {
	switch t.Kind {
	case TypeNumber, TypePrice:
		return "a number such as 1234.56"
	case TypeDate:
		return "a day such as 2026-01-31"
	case TypeDatetime:
		return "a time such as 2026-01-31T09:30:00+01:00"
	case TypeBool:
		return "true or false"
	case TypeEnum, TypeEnums:
		return "one of " + t.Options.firstEight
	case TypeDuration:
		return "a duration such as P12M or P1Y6M"
	case TypeID:
		return "an id, in digits"
	}
	return "a text"
}

// Explain says what is wrong with a value for which Check gave the code, and how to
// fix it: the rest of a sentence about the value, and a sentence without its full
// stop. Neither holds the value.
func (t *Type) Explain(code, value string) (what, fix string) {
	fix = "Write " + t.Example()
	switch code {
	case CodeInvalidNumber:
		return "is not a number", fix
	case CodeNegativePrice:
		return "is negative, and HubSpot takes no negative prices", "Put a discount into its own property, as a positive number"
	case CodeInvalidDate, CodeInvalidDatetime:
		return explainTime(code, value), fix
	case CodeInvalidBoolean:
		return "is neither true nor false", "Add values: to the rule to say what the cells mean, such as values: { yes: true, no: false }"
	case CodeInvalidOption:
		if t.Kind == TypeEnums {
			if _, part := t.Options.Values(value); part > 1 || strings.Contains(value, ";") {
				parts := strings.Split(strings.TrimPrefix(value, ";"), ";")
				what, fix = t.Options.explain(strings.TrimSpace(parts[part-1]))
				return "can't be used: its part " + strconv.Itoa(part) + " " + what, fix
			}
		}
		return t.Options.explain(value)
	case CodeInvalidID:
		return "is not an id", "Write the id, in digits"
	case CodeInvalidDuration:
		return "is not a duration", "Write one such as P12M (12 months), P1Y6M or P2W, or add values: to the rule to say what this cell becomes"
	}
	return "can't be used", fix
}

func explainTime(code, value string) string {
	day, clock, _ := strings.Cut(value, "T")
	switch {
	case IsSeconds(value):
		return "looks like a timestamp in seconds, and HubSpot takes milliseconds"
	case code == CodeInvalidDate && IsMillis(value):
		return "is a millisecond timestamp that is not midnight UTC"
	case code == CodeInvalidDate && clock != "" && IsDatetime(value):
		return "has a time, and the property takes a day"
	case IsDayNumber(value):
		return "looks like a spreadsheet's internal number of a day"
	case clock == "" && dayShape.MatchString(day):
		return "is not a day of the calendar"
	case code == CodeInvalidDatetime && IsDatetime(value+"Z"):
		return "has no time zone"
	case code == CodeInvalidDate:
		return "is not a date"
	}
	return "is not a date with a time"
}
