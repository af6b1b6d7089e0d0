// The built-in association types, and what can be an id.

package schema_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/hubload/hubload/mapping/schema"
)

func TestAssociationType(t *testing.T) {
	// A second copy of the numbers, in the order of HubSpot's guide: a wrong one
	// would link rows to the wrong thing, and HubSpot would not object.
	for to, want := range map[string]int{
		"deals": 20, "0-3": 20,
		"quotes": 68, "0-14": 68,
		"subscriptions": 302, "0-69": 302,
		"discounts": 368, "0-84": 368,
		"commerce_payments": 396, "payments": 396, "0-101": 396,
		"invoices": 410, "0-53": 410,
		"orders": 514, "0-123": 514,
		"abandoned_carts": 571,
		"carts":           591, "0-142": 591,
		"payment_links": 759,
		"projects":      1345, "0-970": 1345,
	} {
		for _, object := range []string{"line_items", "0-8"} {
			if category, id, ok := schema.AssociationType(object, to); category != "HUBSPOT_DEFINED" || id != want || !ok {
				t.Errorf("AssociationType(%q, %q) = %q, %d, %v; want HUBSPOT_DEFINED, %d, true", object, to, category, id, ok, want)
			}
		}
	}
	for _, tt := range []struct {
		from, to string
		want     int
	}{
		{"deals", "contacts", 3},
		{"0-3", "0-1", 3},
		{"deals", "companies", 341},
		{"0-3", "companies", 341},
		{"contacts", "companies", 279},
		{"contacts", "deals", 4},
		{"companies", "deals", 342},
		{"companies", "contacts", 280},
		{"tickets", "contacts", 16},
		{"tickets", "companies", 339},
		{"tickets", "0-3", 28},
		{"orders", "contacts", 507},
		{"orders", "companies", 509},
		{"0-123", "deals", 512},
	} {
		if category, id, ok := schema.AssociationType(tt.from, tt.to); category != "HUBSPOT_DEFINED" || id != tt.want || !ok {
			t.Errorf("AssociationType(%q, %q) = %q, %d, %v; want HUBSPOT_DEFINED, %d, true", tt.from, tt.to, category, id, ok, tt.want)
		}
	}
	for _, pair := range [][2]string{{"deals", "line_items"}, {"line_items", ""}, {"line_items", "Deals"}, {"line_items", "2-12345"}, {"", "deals"}} {
		if category, id, ok := schema.AssociationType(pair[0], pair[1]); category != "" || id != 0 || ok {
			t.Errorf("AssociationType(%q, %q) = %q, %d, %v; want nothing", pair[0], pair[1], category, id, ok)
		}
	}
}

func TestValidID(t *testing.T) {
	for id, want := range map[string]bool{
		"1":                                  true,
		"18012345678":                        true,
		strconv.Itoa(math.MaxInt64):          true,
		"0" + strconv.Itoa(math.MaxInt64):    true,
		"00000000000000000001":               true,
		"":                                   false,
		"0":                                  false,
		strings.Repeat("0", 20):              false,
		"000000000000000000001":              false, // 21 digits
		"00" + strconv.Itoa(math.MaxInt64):   false,
		"9223372036854775808":                false,
		"18446744073709551616":               false,
		"-1":                                 false,
		"+1":                                 false,
		" 1":                                 false,
		"1\n":                                false,
		"1.0":                                false,
		"1,000":                              false,
		"1_000":                              false,
		"1.8012345678E+10":                   false,
		"0x1F":                               false,
		"\u0661\u0662":                       false, // Arabic digits
		"\uff11":                             false, // full-width digit
		"NaN":                                false,
		"https://app.hubspot.com/x/record/1": false,
	} {
		if got := schema.ValidID(id); got != want {
			t.Errorf("ValidID(%q) = %v", id, got)
		}
	}
}
