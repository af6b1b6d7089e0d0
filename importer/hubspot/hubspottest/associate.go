// Associations of a new record: which types there are, and whether the target exists.

package hubspottest

import (
	"net/http"
	"strconv"
)

// definedTypes are HubSpot's own association types from a type of objects, by id, with the type of the target.
// Types that are missing here have ids that this package does not know: any id from 1 will do there.
var definedTypes = map[string]map[int]string{
	"line_items": {
		20: "deals", 68: "quotes", 302: "subscriptions", 410: "invoices", 396: "commerce_payments", 514: "orders",
		571: "abandoned_carts", 591: "carts", 759: "payment_links", 368: "discounts", 565: "subscriptions", 1345: "projects",
	},
	"deals": {19: "line_items", 3: "contacts", 5: "companies", 341: "companies"},
}

// associate checks the associations of an input and finds out what their targets are.
func (a *Account) associate(objectType string, in *input, q *Quirks) *problem {
	context := make(map[string][]string)
	unknown := false
	for i := range in.assocs {
		s := &in.assocs[i]
		known, has := definedTypes[objectType]
		target, ok := known[s.typeID]
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
		if n, err := strconv.ParseInt(string(s.id), 10, 64); err != nil || n <= 0 || !exists {
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
