// Does a value fit the type of its property?

package mapping

// A kind is how the values of a property are checked.
type kind uint8

const (
	anything kind = iota // not at all
	aNumber
	aPrice // a number that isn't negative
	aDate
	aDatetime
	aBoolean
	anOption
	someOptions
	aDuration
	anID // of a record; only proposals know it
)

// A valueType is what a property takes.
type valueType struct {
	kind kind
	*options
}

// typeOf returns the type of a property of an object type.
func typeOf(object string, d *PropertyDefinition) valueType {
	switch d.Type {
	case "number":
		switch object {
		case "line_items", "0-8", "products", "0-7":
			if d.Name == "price" {
				return valueType{kind: aPrice}
			}
		}
		return valueType{kind: aNumber}
	case "date":
		return valueType{kind: aDate}
	case "datetime":
		return valueType{kind: aDatetime}
	case "bool":
		return valueType{kind: aBoolean}
	case "enumeration":
		if d.ExternalOptions || len(d.Options) == 0 {
			break
		}
		if d.FieldType == "checkbox" {
			return valueType{someOptions, newOptions(d.Options)}
		}
		return valueType{anOption, newOptions(d.Options)}
	default:
		// The one text of line items whose form is documented.
		if d.Name == "hs_recurring_billing_period" {
			return valueType{kind: aDuration}
		}
	}
	return valueType{}
}

// check returns what HubSpot is sent for a value, or the code of what is wrong
// with it.
func (t *valueType) check(value string) (sent, code string) {
	switch t.kind {
	case aNumber:
		if !isNumber(value) {
			return "", CodeInvalidNumber
		}
	case aPrice:
		if !isNumber(value) {
			return "", CodeInvalidNumber
		}
		if isNegative(value) {
			return "", CodeNegativePrice
		}
	case aDate:
		if !isDate(value) && !(isMillis(value) && isMidnight(value)) {
			return "", CodeInvalidDate
		}
	case aDatetime:
		if !isDatetime(value) && !isMillis(value) {
			return "", CodeInvalidDatetime
		}
	case aBoolean:
		if value != "true" && value != "false" {
			return "", CodeInvalidBoolean
		}
	case anOption:
		option, ok := t.sent[value]
		if !ok {
			return "", CodeInvalidOption
		}
		return option, ""
	case someOptions:
		if sent, bad := t.several(value); bad == 0 {
			return sent, ""
		}
		return "", CodeInvalidOption
	case aDuration:
		if !isDuration(value) {
			return "", CodeInvalidDuration
		}
	}
	return value, ""
}

// example is a value of the type for messages.
func (t *valueType) example() string {
	switch t.kind {
	case aNumber, aPrice:
		return "a number such as 1234.56"
	case aDate:
		return "a day such as 2026-01-31"
	case aDatetime:
		return "a time such as 2026-01-31T09:30:00+01:00"
	case aBoolean:
		return "true or false"
	case anOption, someOptions:
		return "one of " + t.list
	case aDuration:
		return "a duration such as P12M or P1Y6M"
	}
	return "a text"
}
