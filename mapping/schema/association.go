// Association types and record ids.

package schema

import (
	"strconv"
	"strings"
)

// AssociationType returns the category and the type id of the association from a
// new record of one object type to a record of another, as far as HubSpot
// defines it for all accounts. It knows those from line items ("line_items" or
// "0-8"), as HubSpot's association guide lists them. Object types are written
// as in the API, in the plural, or as object type ids where they have one.
func AssociationType(object, to string) (category string, typeID int, ok bool) {
	if to == "" {
		return "", 0, false // an object type without an alias isn't called ""
	}
	for _, t := range associationTypes(object) {
		if to == t.to || to == t.objectID || to == t.alias {
			return "HUBSPOT_DEFINED", t.id, true
		}
	}
	return "", 0, false
}

type associationType struct {
	id                  int // from line item to target, never the reverse
	to, objectID, alias string
}

// IsLineItem reports whether an object type is that of line items.
func IsLineItem(object string) bool { return object == "line_items" || object == "0-8" }

func associationTypes(object string) []associationType {
	if !IsLineItem(object) {
		return nil
	}
	return []associationType{
		{20, "deals", "0-3", ""},
		{68, "quotes", "0-14", ""},
		{302, "subscriptions", "0-69", ""},
		{410, "invoices", "0-53", ""},
		{396, "commerce_payments", "0-101", "payments"},
		{514, "orders", "0-123", ""},
		{571, "abandoned_carts", "", ""},
		{591, "carts", "0-142", ""},
		{759, "payment_links", "", ""},
		{368, "discounts", "0-84", ""},
		{1345, "projects", "0-970", ""},
	}
}

// AssociationTargets returns the names that AssociationType knows, to suggest.
func AssociationTargets(object string) []string {
	var names []string
	for _, t := range associationTypes(object) {
		names = append(names, t.to)
	}
	return names
}

// ValidID reports whether s can be the id of a record: 1 to 20 ASCII digits, as
// a number from 1 to 9223372036854775807.
func ValidID(s string) bool {
	if len(s) > 20 {
		return false
	}
	n, err := strconv.ParseUint(s, 10, 63)
	return err == nil && n > 0
}

// SameID reports whether two valid ids are one: HubSpot's ids are numbers.
func SameID(a, b string) bool {
	return strings.TrimLeft(a, "0") == strings.TrimLeft(b, "0")
}
