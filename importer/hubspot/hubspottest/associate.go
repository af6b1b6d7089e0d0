// Associations of a new record: which types there are, and whether the target exists.

package hubspottest

import (
	"net/http"
	"strconv"
)

// A definedType is an association type: the type of the target, and the id of the same association seen from there.
type definedType struct {
	to   string
	back int
}

// definedTypes are HubSpot's own association types from a type of objects, by id.
// Types that are missing here have ids that this package does not know: any id from 1 will do there.
// The ways back from discounts, upcoming subscriptions, abandoned carts and projects are not known: those ids are made up
// after the rule of most others, one less.
var definedTypes = map[string]map[int]definedType{
	"line_items": {
		20: {"deals", 19}, 68: {"quotes", 67}, 302: {"subscriptions", 301}, 410: {"invoices", 409}, 396: {"commerce_payments", 395},
		514: {"orders", 513}, 571: {"abandoned_carts", 570}, 591: {"carts", 590}, 759: {"payment_links", 758},
		368: {"discounts", 367}, 565: {"subscriptions", 564}, 1345: {"projects", 1344},
	},
	"deals": {19: {"line_items", 20}, 3: {"contacts", 4}, 5: {"companies", 6}, 341: {"companies", 342}},
}

// associate checks the associations of an input and finds out what their targets are.
func (a *Account) associate(objectType string, in *input, q *Quirks) *problem {
	context := make(map[string][]string)
	unknown := false
	for i := range in.assocs {
		s := &in.assocs[i]
		known, has := definedTypes[objectType]
		defined, ok := known[s.typeID]
		target := defined.to
		switch {
		case string(s.category) != "HUBSPOT_DEFINED" || !has:
			target, ok = "", s.typeID > 0
		case ok:
			s.objectType = target
		}
		if !ok {
			context["INVALID_ASSOCIATION_TYPES"] = append(context["INVALID_ASSOCIATION_TYPES"],
				strconv.Itoa(s.typeID)+" "+string(s.category)+" is not valid for "+constantName(objectType))
			continue
		}
		name := "OBJECT"
		if target != "" {
			name = constantName(target)
		}
		exists := true
		if q.Targets != AcceptTargets && canonicalType(target) != "" {
			exists = a.table(target).has(s.id)
			unknown = unknown || !exists
		}
		var err error
		if s.number, err = strconv.ParseInt(string(s.id), 10, 64); err != nil || s.number <= 0 || !exists {
			context["INVALID_OBJECT_IDS"] = append(context["INVALID_OBJECT_IDS"], name+"="+string(s.id)+" is not valid")
		}
	}
	if len(context) == 0 {
		return nil
	}
	return &problem{
		status: http.StatusBadRequest, category: "VALIDATION_ERROR", message: "One or more associations are invalid",
		context: context, whole: unknown && q.Targets == RefuseBatch,
	}
}
