// Package schema says what HubSpot takes: the properties of an object type in one
// account, the values that each of them takes, the standard properties of line
// items, and the association types that every account has.
//
// The package is pure: it knows no files and no network.
package schema

import (
	"slices"

	"github.com/hubload/hubload/mapping/internal/wording"
)

// A Property is what a HubSpot account says about a property, as far as it decides
// which values the property takes.
type Property struct {
	Name, Label string // internal name, and what HubSpot shows for it

	// Type is number, date, datetime, bool, enumeration, or another one,
	// whose values are not checked. An enumeration with the FieldType checkbox
	// takes several values with ";" between them.
	Type, FieldType string

	Options         []Option
	ExternalOptions bool // the options are kept elsewhere: values are not checked

	ReadOnly bool // nobody can set it: calculated, or HubSpot's own
	Unique   bool // no two records have the same value
}

// An Option is one of the values of an enumeration. A hidden one is taken by its
// value, but not by its label, and it is never suggested.
type Option struct {
	Value, Label string
	Hidden       bool
}

// A Schema is the properties of one object type in one account. It never changes:
// any number of goroutines may use it.
type Schema struct {
	properties []Property
	byName     map[string]*Property
	references *References // may be nil
}

// New returns the schema of these properties. Of several with one name the last
// counts. Their options must not change as long as the schema is in use.
func New(properties []Property) *Schema {
	s := &Schema{properties: slices.Clone(properties), byName: make(map[string]*Property, len(properties))}
	for i := range s.properties {
		s.byName[s.properties[i].Name] = &s.properties[i]
	}
	return s
}

// Property returns the property with this internal name, nil if there is none. The
// caller must not change it.
func (s *Schema) Property(name string) *Property { return s.byName[name] }

// Writable reports whether the account has a property of this name that can be set.
func (s *Schema) Writable(name string) bool {
	p := s.byName[name]
	return p != nil && !p.ReadOnly
}

// Labelled returns the names of the properties whose label equal accepts, of those
// that can be set or of the others, in the account's order.
func (s *Schema) Labelled(writable bool, equal func(label string) bool) []string {
	var names []string
	for i := range s.properties {
		p := &s.properties[i]
		if s.byName[p.Name] == p && p.ReadOnly != writable && equal(p.Label) {
			names = append(names, p.Name)
		}
	}
	return names
}

// Suggest returns the end of a message about a property that does not exist: the
// nearest name or label among those that can be set, or how to find the name.
func (s *Schema) Suggest(name string) string {
	var names, labels []string
	owner := make(map[string]string) // label -> name
	for i := range s.properties {
		p := &s.properties[i]
		if !s.Writable(p.Name) {
			continue
		}
		names = append(names, p.Name)
		if p.Label != "" {
			labels = append(labels, p.Label)
			owner[p.Label] = p.Name
		}
	}
	near, label := wording.Nearest(name, names), wording.Nearest(name, labels)
	sameLabel := wording.FoldCase(label) == wording.FoldCase(name)
	if label != "" && (near == "" || sameLabel) && owner[label] != near {
		return "did you mean " + wording.Quote(owner[label]) + ", which HubSpot shows as " + wording.Quote(label) + "?"
	}
	if near != "" {
		return "did you mean " + wording.Quote(near) + "?"
	}
	return "use its internal name, as shown in the property's settings in HubSpot, or create it there"
}

// IsLineItemProperty reports whether name is a standard property of line items that
// can be set. Use it when the account's own properties can't be read. Billing terms and
// the number of payments are calculated (line items guide for 2026-09).
func IsLineItemProperty(name string) bool { return slices.Contains(lineItemProperties[:], name) }

var lineItemProperties = [...]string{
	"name", "description", "price", "quantity", "discount", "recurringbillingfrequency",
	"hs_allow_buyer_selected_quantity",
	"hs_billing_start_delay_days",
	"hs_billing_start_delay_months",
	"hs_billing_start_delay_type",
	"hs_bundle_id",
	"hs_cost_of_goods_sold",
	"hs_discount_percentage",
	"hs_external_id",
	"hs_images",
	"hs_is_editable_price",
	"hs_is_optional",
	"hs_line_item_currency_code",
	"hs_position_on_quote",
	"hs_pricing_model",
	"hs_product_id",
	"hs_product_type",
	"hs_recurring_billing_end_date",
	"hs_recurring_billing_period",
	"hs_recurring_billing_start_date",
	"hs_sku",
	"hs_tax_rate_group_id",
	"hs_tier_prices",
	"hs_tier_ranges",
	"hs_url",
	"hs_variant_id",
}
