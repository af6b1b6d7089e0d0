// Association types and record ids.

package schema

import (
	"slices"
	"strconv"
	"strings"
)

// AssociationType returns the category and the type id of the association from a
// new record of one object type to a record of another, as far as HubSpot
// defines it for all accounts. It knows those from line items, as HubSpot's association
// guide lists them, and the usual ones between contacts, companies, deals, tickets and
// orders. Object types are written as in the API, in the plural, or as object type ids
// where they have one.
func AssociationType(object, to string) (category string, typeID int, ok bool) {
	t, ok := associationTypes[associated{ObjectType(object), ObjectType(to)}]
	if !ok {
		return "", 0, false
	}
	return "HUBSPOT_DEFINED", t, true
}

// associated is an object type and the one that its records are associated with.
type associated struct{ from, to string }

// associationTypes are from HubSpot's guide "Associate records" (line items) and
// association_type.py of HubSpot/hubspot-api-python (the others). Each is that of its
// direction, never the reverse, and without a label.
var associationTypes = map[associated]int{
	{"line_items", "deals"}:             20,
	{"line_items", "quotes"}:            68,
	{"line_items", "subscriptions"}:     302,
	{"line_items", "invoices"}:          410,
	{"line_items", "commerce_payments"}: 396,
	{"line_items", "orders"}:            514,
	{"line_items", "abandoned_carts"}:   571,
	{"line_items", "carts"}:             591,
	{"line_items", "payment_links"}:     759,
	{"line_items", "discounts"}:         368,
	{"line_items", "projects"}:          1345,

	{"deals", "contacts"}:     3,
	{"deals", "companies"}:    341,
	{"contacts", "companies"}: 279,
	{"contacts", "deals"}:     4,
	{"companies", "deals"}:    342,
	{"companies", "contacts"}: 280,
	{"tickets", "contacts"}:   16,
	{"tickets", "companies"}:  339,
	{"tickets", "deals"}:      28,
	{"orders", "contacts"}:    507,
	{"orders", "companies"}:   509,
	{"orders", "deals"}:       512,
}

// AssociationTargets returns the names that AssociationType knows, to suggest.
func AssociationTargets(object string) []string {
	var names []string
	for t := range associationTypes {
		if t.from == ObjectType(object) {
			names = append(names, t.to)
		}
	}
	slices.Sort(names)
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

// RecordID is the property that holds a record's own id.
const RecordID = "hs_object_id"

// SameID reports whether two valid ids are one: HubSpot's ids are numbers.
func SameID(a, b string) bool {
	return strings.TrimLeft(a, "0") == strings.TrimLeft(b, "0")
}
