// The association types that HubSpot defines between its own object types.

package hubspottest

import "sync"

// A definedType is an association type: the type of the target, and the id of the same association seen from there.
type definedType struct {
	to    string
	back  int
	label string // "" for the plain association between two types
}

// associationTypes are HubSpot's own: from a type, by an id, to another, and the id on the way back (guide "Associate
// records" and association_type.py of HubSpot/hubspot-api-python). The sources list more than these: those of activities,
// leads and users are missing here.
var associationTypes = []struct {
	from  string
	id    int
	to    string
	back  int
	label string
}{
	{"contacts", 279, "companies", 280, ""},
	{"contacts", 1, "companies", 2, "Primary"},
	{"contacts", 4, "deals", 3, ""},
	{"contacts", 15, "tickets", 16, ""},
	{"contacts", 70, "quotes", 69, ""},
	{"contacts", 178, "invoices", 177, ""},
	{"contacts", 296, "subscriptions", 295, ""},
	{"contacts", 388, "commerce_payments", 387, ""},
	{"contacts", 470, "payment_links", 469, ""},
	{"contacts", 508, "orders", 507, ""},
	{"contacts", 587, "carts", 586, ""},
	{"contacts", 799, "services", 798, ""},
	{"contacts", 861, "courses", 860, ""},
	{"contacts", 883, "listings", 882, ""},
	{"contacts", 907, "appointments", 906, ""},
	{"companies", 342, "deals", 341, ""},
	{"companies", 6, "deals", 5, "Primary"},
	{"companies", 340, "tickets", 339, ""},
	{"companies", 25, "tickets", 26, "Primary"},
	{"companies", 72, "quotes", 71, ""},
	{"companies", 180, "invoices", 179, ""},
	{"companies", 298, "subscriptions", 297, ""},
	{"companies", 390, "commerce_payments", 389, ""},
	{"companies", 472, "payment_links", 471, ""},
	{"companies", 510, "orders", 509, ""},
	{"companies", 793, "services", 792, ""},
	{"companies", 885, "listings", 884, ""},
	{"companies", 909, "appointments", 908, ""},
	{"companies", 939, "courses", 938, ""},
	{"deals", 27, "tickets", 28, ""},
	{"deals", 19, "line_items", 20, ""},
	{"deals", 63, "quotes", 64, ""},
	{"deals", 176, "invoices", 175, ""},
	{"deals", 300, "subscriptions", 299, ""},
	{"deals", 392, "commerce_payments", 391, ""},
	{"deals", 474, "payment_links", 473, ""},
	{"deals", 511, "orders", 512, ""},
	{"deals", 795, "services", 794, ""},
	{"deals", 863, "courses", 862, ""},
	{"deals", 887, "listings", 886, ""},
	{"deals", 945, "appointments", 944, ""},
	{"tickets", 526, "orders", 525, ""},
	{"tickets", 797, "services", 796, ""},
	{"tickets", 941, "courses", 940, ""},
	{"tickets", 943, "listings", 942, ""},
	{"tickets", 947, "appointments", 946, ""},
	{"tickets", 1122, "subscriptions", 1121, ""},
	{"line_items", 68, "quotes", 67, ""},
	{"line_items", 302, "subscriptions", 301, ""},
	{"line_items", 368, "discounts", 367, ""},
	{"line_items", 396, "commerce_payments", 395, ""},
	{"line_items", 410, "invoices", 409, ""},
	{"line_items", 514, "orders", 513, ""},
	{"line_items", 591, "carts", 590, ""},
	{"line_items", 759, "payment_links", 758, ""},
	{"line_items", 565, "subscriptions", 564, ""}, // the way back is made up, as in the next two
	{"line_items", 571, "abandoned_carts", 570, ""},
	{"line_items", 1345, "projects", 1344, ""},
	{"quotes", 304, "subscriptions", 303, ""},
	{"quotes", 362, "discounts", 361, ""},
	{"quotes", 364, "fees", 363, ""},
	{"quotes", 366, "taxes", 365, ""},
	{"quotes", 398, "commerce_payments", 397, ""},
	{"quotes", 408, "invoices", 407, ""},
	{"quotes", 731, "orders", 730, ""},
	{"quotes", 733, "carts", 732, ""},
	{"invoices", 411, "discounts", 412, ""},
	{"invoices", 413, "fees", 414, ""},
	{"invoices", 415, "taxes", 416, ""},
	{"invoices", 517, "orders", 518, ""},
	{"invoices", 541, "commerce_payments", 542, ""},
	{"invoices", 622, "subscriptions", 623, ""},
	{"invoices", 815, "payment_links", 814, ""},
	{"orders", 516, "subscriptions", 515, ""},
	{"orders", 519, "discounts", 520, ""},
	{"orders", 523, "commerce_payments", 524, ""},
	{"orders", 593, "carts", 592, ""},
	{"payment_links", 475, "commerce_payments", 476, ""},
	{"payment_links", 477, "subscriptions", 478, ""},
	{"payment_links", 682, "discounts", 683, ""},
	{"payment_links", 684, "taxes", 685, ""},
	{"payment_links", 686, "fees", 687, ""},
	{"carts", 588, "discounts", 589, ""},
	// Within one type.
	{"contacts", 449, "contacts", 449, ""},
	{"companies", 450, "companies", 450, ""},
	{"companies", 13, "companies", 14, "Child Company"},
	{"deals", 451, "deals", 451, ""},
	{"tickets", 452, "tickets", 452, ""},
}

// definedTypes are these by the type that they lead from and their id, in both directions,
// and their ids. They are made when they are wanted: in the program few commands are.
var definedTypes = sync.OnceValues(func() (map[string]map[int]definedType, map[int]bool) {
	all, ids := make(map[string]map[int]definedType), make(map[int]bool)
	add := func(from string, id int, t definedType) {
		if all[from] == nil {
			all[from] = make(map[int]definedType)
		}
		all[from][id], ids[id] = t, true
	}
	for _, t := range associationTypes {
		add(t.from, t.id, definedType{t.to, t.back, t.label})
		back := t.label
		if t.from == t.to && back != "" {
			back = "Parent Company"
		}
		add(t.to, t.back, definedType{t.from, t.id, back})
	}
	return all, ids
})
