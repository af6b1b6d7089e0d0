package schema_test

import (
	"testing"

	"github.com/hubload/hubload/mapping/schema"
)

// Every object type that a built-in association names has its id in the table, but those
// whose id isn't published: else an account would be taken for two by the way it is named.
func TestObjectTypeKnowsWhatAssociationsName(t *testing.T) {
	byID := map[string]string{
		"contacts": "0-1", "companies": "0-2", "deals": "0-3", "tickets": "0-5", "products": "0-7", "line_items": "0-8", "quotes": "0-14",
		"invoices": "0-53", "subscriptions": "0-69", "discounts": "0-84", "commerce_payments": "0-101", "orders": "0-123", "carts": "0-142", "projects": "0-970",
	}
	for name, id := range byID {
		if got := schema.ObjectType(id); got != name || schema.ObjectType(name) != name {
			t.Errorf("%s is %q, want %s", id, got, name)
		}
	}
	for _, object := range []string{"line_items", "deals", "contacts", "companies", "tickets", "orders"} {
		targets := schema.AssociationTargets(object)
		if len(targets) == 0 {
			t.Errorf("nothing is known of %s", object)
		}
		for _, to := range targets {
			if id := byID[to]; id == "" && to != "abandoned_carts" && to != "payment_links" {
				t.Errorf("the id of %s isn't known", to)
			}
		}
	}
	for _, s := range []string{"2-12345", "p_machines", "", "Deals"} {
		if got := schema.ObjectType(s); got != s {
			t.Errorf("%q is %q", s, got)
		}
	}
}
