// The names of object types.

package schema

import "strings"

// objectTypes are the names of HubSpot's object types by their ids (guide "Object type
// IDs"), and by what else they are called.
var objectTypes = map[string]string{
	"0-1": "contacts", "0-2": "companies", "0-3": "deals", "0-5": "tickets", "0-7": "products", "0-8": "line_items",
	"0-14": "quotes", "0-53": "invoices", "0-69": "subscriptions", "0-84": "discounts", "0-85": "fees", "0-86": "taxes",
	"0-101": "commerce_payments", "0-123": "orders", "0-136": "leads", "0-142": "carts", "0-162": "services",
	"0-410": "courses", "0-420": "listings", "0-421": "appointments", "0-970": "projects",
	"0-27": "tasks", "0-46": "notes", "0-47": "meetings", "0-48": "calls", "0-49": "emails",
	"payments": "commerce_payments",
}

// ObjectType returns the one name of an object type, by which two ways to write it can be
// compared: 0-8 is line_items. A name that isn't known, such as that of a custom object,
// is returned as it is.
func ObjectType(s string) string {
	if name, ok := objectTypes[strings.ToLower(s)]; ok {
		return name
	}
	return s
}

// IsLineItem reports whether an object type is that of line items.
func IsLineItem(object string) bool { return ObjectType(object) == "line_items" }
