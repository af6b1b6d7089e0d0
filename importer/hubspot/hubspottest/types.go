// Object types: their names, numbers and scopes, and the association types that HubSpot defines between them.

package hubspottest

import (
	"regexp"
	"strings"
)

// custom is a custom object type, by its number or its fully qualified name.
var custom = regexp.MustCompile(`^(2-\d+|p\d+_\w+)$`)

// typeIDs are HubSpot's numbers for its standard object types (guide "Object type IDs"). Types whose number is not
// published are named by their name alone.
var typeIDs = map[string]string{
	"contacts": "0-1", "companies": "0-2", "deals": "0-3", "tickets": "0-5", "products": "0-7", "line_items": "0-8",
	"quotes": "0-14", "invoices": "0-53", "subscriptions": "0-69", "discounts": "0-84", "fees": "0-85", "taxes": "0-86",
	"commerce_payments": "0-101", "orders": "0-123", "leads": "0-136", "carts": "0-142", "services": "0-162",
	"courses": "0-410", "listings": "0-420", "appointments": "0-421", "projects": "0-970",
	"calls": "0-48", "emails": "0-49", "meetings": "0-47", "notes": "0-46", "tasks": "0-27",
	"abandoned_carts": "abandoned_carts", "payment_links": "payment_links",
}

// canonicalType turns what stands in a path into the type's name. "" means that there is no such type.
func canonicalType(s string) string {
	if _, ok := typeIDs[s]; ok || custom.MatchString(s) {
		return s
	}
	for name, id := range typeIDs {
		if id == s {
			return name
		}
	}
	return ""
}

// typeID is the part of a record's address that says its type.
func typeID(name string) string {
	if id, ok := typeIDs[name]; ok {
		return id
	}
	return name
}

// constantName is how HubSpot's messages call one record of a type, such as LINE_ITEM.
func constantName(objectType string) string {
	s := strings.ToUpper(objectType)
	if stem, ok := strings.CutSuffix(s, "IES"); ok {
		return stem + "Y"
	}
	return strings.TrimSuffix(s, "S")
}

// defaultGroup is the group that a type's own properties are in, such as lineiteminformation.
func defaultGroup(objectType string) string {
	return strings.ReplaceAll(strings.ToLower(constantName(objectType)), "_", "") + "information"
}

// objectScopes open the records of a type for reading or writing.
func objectScopes(objectType, access string) []string {
	return withCommerce(objectType, "crm.objects."+scopeName(objectType)+"."+access)
}

// readSchemaScopes open the definitions of a type's properties.
func readSchemaScopes(objectType string) []string {
	name := scopeName(objectType)
	return withCommerce(objectType, "crm.objects."+name+".read", "crm.objects."+name+".write", "crm.schemas."+name+".read")
}

// writeSchemaScopes open the creation of properties. For line items and products the specification lists e-commerce alone.
func writeSchemaScopes(objectType string) []string {
	if s := withCommerce(objectType); s != nil {
		return s
	}
	return []string{"crm.schemas." + scopeName(objectType) + ".write"}
}

// withCommerce adds the old scope that still opens line items and products as a whole.
func withCommerce(objectType string, scopes ...string) []string {
	if objectType == "line_items" || objectType == "products" {
		return append(scopes, "e-commerce")
	}
	return scopes
}

func scopeName(objectType string) string {
	switch {
	case custom.MatchString(objectType):
		return "custom"
	case objectType == "commerce_payments":
		return "commercepayments"
	}
	return objectType
}

// lineItemParents are the types whose records take their line items with them when they are archived (line items guide).
var lineItemParents = map[string]bool{
	"deals": true, "quotes": true, "invoices": true, "orders": true, "subscriptions": true, "carts": true,
	"commerce_payments": true, "payment_links": true,
}
