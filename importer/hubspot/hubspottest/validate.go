// Inputs: whether the properties and associations of one can be written, and what of them is stored.

package hubspottest

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
)

// A problem is why an input cannot be written.
type problem struct {
	status   int // when it refuses the whole batch
	category string
	message  string
	details  []wireDetail // beside the message, when it refuses the whole batch
	context  map[string][]string
	whole    bool // refuses the whole batch whatever the trace ids
}

// An input is one record of a batch that is written.
type input struct {
	trace        *string
	sent, stored map[string]string
	associations []Association
	warnings     []warning
	wrong        *problem // nil: it can be written
	record       *record  // nil until it is written
	merged       bool     // into the record of an earlier input
}

func (a *Account) invalidValues(list []invalid) *problem {
	p := &problem{status: http.StatusBadRequest, category: "VALIDATION_ERROR"}
	for i := range list {
		v := &list[i]
		v.Localized, v.Portal = v.Message, a.config.Account
		p.details = append(p.details, wireDetail{v.Message, v.Error, map[string][]string{"propertyName": {v.Name}}})
	}
	p.message = "Property values were not valid: " + string(encode(list))
	return p
}

// validate checks the properties of an input, and fills in what of them is stored.
// The properties that are absent count only when a record is created.
func (a *Account) validate(c *call, t *table, in *input, create bool) {
	sent := in.sent
	in.sent, in.stored = make(map[string]string, len(sent)), make(map[string]string, len(sent))
	var list []invalid
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		value, def := sent[name], t.defs.byName[name]
		if def == nil {
			if !t.defs.open {
				list = append(list, invalid{Message: "Property \"" + name + "\" does not exist", Error: "PROPERTY_DOESNT_EXIST", Name: name})
				continue
			}
			def = &Property{Name: name, Type: "string"}
		}
		got := def.take(value, c.quirks, c.route.since("2026-09"))
		switch {
		case got.code != "":
			list = append(list, invalid{Message: got.message, Error: got.code, Name: name, Value: value})
		case got.normalized:
			in.warnings = append(in.warnings, warning{
				"PROPERTY_VALUE_NORMALIZED", "The value of " + name + " was normalized",
				map[string]string{"propertyName": name, "rawValue": value, "normalizedValue": got.stored},
			})
		}
		if c.quirks.ValuesAsSent {
			got.stored = value
		}
		in.sent[name], in.stored[name] = value, got.stored
	}
	if t.objectType == "line_items" {
		list = append(list, checkBilling(sent, c.quirks)...)
	}
	if create && c.route.since("2026-09") {
		list = append(list, t.defs.checkRequired(sent)...)
	}
	if list != nil {
		in.wrong = a.invalidValues(list)
	}
}

// billingPeriod is the form of hs_recurring_billing_period: PnYnMnD or PnW, as java.time.Period reads them (line items guide).
var billingPeriod = regexp.MustCompile(`^P(?:(\d+)W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?)$`)

// checkBilling checks the properties of a line item against each other, as the guide for 2026-09 says:
// PnW goes with weekly and biweekly, years and months with the other frequencies; a price does not stand beside tiers.
// The code about the price is made up.
func checkBilling(sent map[string]string, q *Quirks) (list []invalid) {
	if v := sent["hs_recurring_billing_period"]; v != "" && !q.AnyPeriod {
		parts := billingPeriod.FindStringSubmatch(v)
		frequency := sent["recurringbillingfrequency"]
		weekly := frequency == "weekly" || frequency == "biweekly"
		if parts == nil || v == "P" || parts[1] != "" && frequency != "" && !weekly || weekly && regexp.MustCompile("[YM]").MatchString(v) {
			list = append(list, invalid{
				Message: "The recurring billing duration '" + v + "' is not a valid billing duration",
				Error:   "INVALID_RECURRING_BILLING_DURATION", Name: "hs_recurring_billing_period", Value: v,
			})
		}
	}
	model := sent["hs_pricing_model"]
	tiers := sent["hs_tier_ranges"] != "" || sent["hs_tier_prices"] != "" || model != "" && model != "flat"
	if price := sent["price"]; price != "" && tiers && !q.PriceBesideTiers {
		list = append(list, invalid{Message: "price cannot be set on a line item with tiered pricing", Error: "INVALID_PRICING", Name: "price", Value: price})
	}
	return list
}

// checkAssociations checks the associations of an input and finds out what their targets are.
func (a *Account) checkAssociations(c *call, objectType string, in *input) {
	context := make(map[string][]string)
	unknown := false
	types, ids := definedTypes()
	for i := range in.associations {
		s := &in.associations[i]
		defined, ok := types[objectType][s.TypeID]
		switch label := a.label(objectType, s); {
		case label != nil:
			defined, ok = definedType{to: canonicalType(label.To)}, true
		case s.Category != "HUBSPOT_DEFINED":
			defined, ok = definedType{}, s.TypeID > 0
		case !ok && objectType != "line_items" && objectType != "deals": // not all of their types are known here
			ok = s.TypeID > 0 && !ids[s.TypeID]
		}
		target := defined.to
		s.ToType = target
		if !ok {
			context["INVALID_ASSOCIATION_TYPES"] = append(context["INVALID_ASSOCIATION_TYPES"],
				strconv.Itoa(s.TypeID)+" "+s.Category+" is not valid for "+constantName(objectType))
			continue
		}
		exists := target == "" || c.quirks.Targets == AcceptTargets || a.table(target).find(s.ToID) != nil
		unknown = unknown || !exists
		if n, err := strconv.ParseInt(s.ToID, 10, 64); err != nil || n <= 0 || !exists {
			name := "OBJECT"
			if target != "" {
				name = constantName(target)
			}
			context["INVALID_OBJECT_IDS"] = append(context["INVALID_OBJECT_IDS"], name+"="+s.ToID+" is not valid")
		}
	}
	switch {
	case len(context) > 0:
		in.wrong = &problem{
			status: http.StatusBadRequest, category: "VALIDATION_ERROR", message: "One or more associations are invalid",
			context: context, whole: unknown && c.quirks.Targets == RefuseBatch,
		}
	case len(in.associations) > 0 && c.quirks.NoEditAssociations && c.route.since("2026-09"):
		// Of a user-level OAuth token, from 2026-09 on (changelog "CRM API write validation enforcement").
		in.wrong = &problem{
			status: http.StatusBadRequest, category: "VALIDATION_ERROR", message: "Missing 'Edit Associations' permission.", whole: true,
		}
	}
}
