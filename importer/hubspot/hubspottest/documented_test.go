// Tests of what HubSpot documents, and of the quirks that differ from it.

package hubspottest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// quirky serves an account that does what HubSpot documents, but for some quirks.
func quirky(t *testing.T, q hubspottest.Quirks) *client {
	t.Helper()
	return serve(t, hubspottest.Config{Quirks: q})
}

func TestEcho(t *testing.T) {
	for echo, want := range map[bool]string{false: "", true: "t-1"} {
		c := quirky(t, hubspottest.Quirks{EchoTrace: echo, InOrder: true})
		if o := c.create(rows(50)).want(t, 201).outcome(t); o.Results[0].Trace != want || o.Results[49].Properties["name"] != "row 50" {
			t.Errorf("echo %t: first result %+v", echo, o.Results[0])
		}
	}
}

func TestMerge(t *testing.T) {
	body := inputs(to(20, "7"), to(20, "7"), to(20, "8"), traced("t", "name", "a"))
	for merge, want := range map[hubspottest.Merge]int{hubspottest.MergeEntries: 3, hubspottest.MergeProperties: 2, hubspottest.MergeNothing: 4} {
		c := quirky(t, hubspottest.Quirks{Merge: merge})
		for range 2 { // only within a batch
			if o := c.create(body).want(t, 201).outcome(t); len(o.Results) != want || o.NumErrors != 0 {
				t.Errorf("merge %d: %+v", merge, o)
			}
		}
		if n := c.account.Len("line_items"); n != 2*want {
			t.Errorf("merge %d: %d records", merge, n)
		}
		inputs := 0
		for _, e := range c.account.Inspect("line_items") {
			inputs += e.Inputs
		}
		if inputs != 8 {
			t.Errorf("merge %d: records of %d inputs, want 8", merge, inputs)
		}
	}
}

// TestMergedKeys: two equal entries with a key are one record and no conflict, and share their refusal.
func TestMergedKeys(t *testing.T) {
	c := quirky(t, hubspottest.Quirks{})
	if err := c.account.AddProperty("line_items", hubspottest.Property{Name: "key", Unique: true}); err != nil {
		t.Fatal(err)
	}
	body := inputs(traced("1", "key", "a"), traced("2", "key", "a"))
	if o := c.create(body).want(t, 201).outcome(t); len(o.Results) != 1 {
		t.Errorf("got %+v", o)
	}
	if o := c.create(body).want(t, 207).outcome(t); len(o.Errors) != 2 {
		t.Errorf("got %+v", o)
	}
}

func TestInspect(t *testing.T) {
	c := quirky(t, hubspottest.Quirks{Merge: hubspottest.MergeNothing})
	c.create(inputs(to(20, "7", "8"), to(20, "8", "7"), traced("t", "name", "a"))).want(t, 201)
	list := c.account.Inspect("line_items")
	if len(list) != 2 || len(list[0].Objects) != 2 || list[0].Inputs != 2 || list[1].Objects[0].Properties["name"] != "a" {
		t.Errorf("entries %+v", list)
	}
}

func TestStoredValues(t *testing.T) {
	for _, x := range []struct {
		quirks                 hubspottest.Quirks
		property, sent, stored string // "-": refused
	}{
		{hubspottest.Quirks{}, "price", "10.50", "10.5"},
		{hubspottest.Quirks{}, "price", " +007.0 ", "7"},
		{hubspottest.Quirks{}, "price", "1.5e3", "1500"},
		{hubspottest.Quirks{}, "price", "12e-4", "0.0012"},
		{hubspottest.Quirks{}, "price", ".50", "0.5"},
		{hubspottest.Quirks{}, "discount", "-0.0", "0"},
		{hubspottest.Quirks{}, "discount", "-5.", "-5"},
		{hubspottest.Quirks{}, "price", "100", "100"},
		{hubspottest.Quirks{}, "price", "1e999999", "1e999999"},
		{hubspottest.Quirks{PlainNumbers: true}, "price", "1.4e-14", "-"},
		{hubspottest.Quirks{RefuseSpace: true}, "price", " 7", "-"},
		{hubspottest.Quirks{RefuseSpace: true}, "recurringbillingfrequency", "monthly ", "-"},
		{hubspottest.Quirks{}, "recurringbillingfrequency", "monthly ", "monthly"},
		{hubspottest.Quirks{}, "hs_is_optional", " true", "true"},
		{hubspottest.Quirks{}, "name", " a ", " a "},
		{hubspottest.Quirks{TrimText: true}, "name", " a ", "a"},
		{hubspottest.Quirks{}, "hs_recurring_billing_start_date", "2026-11-30", "1795996800000"},
		{hubspottest.Quirks{Dates: hubspottest.DatesTime}, "hs_recurring_billing_start_date", "1795996800000", "2026-11-30T00:00:00.000Z"},
		{hubspottest.Quirks{Dates: hubspottest.DatesDay}, "hs_recurring_billing_start_date", "1795996800000", "2026-11-30"},
		{hubspottest.Quirks{ValuesAsSent: true}, "hs_recurring_billing_start_date", "2026-11-30", "2026-11-30"},
		{hubspottest.Quirks{ValuesAsSent: true}, "price", " 10.50", " 10.50"},
	} {
		c := quirky(t, x.quirks)
		a := c.create(inputs(traced("t", x.property, x.sent)))
		if x.stored == "-" {
			a.want(t, 207)
			continue
		}
		if got := a.want(t, 201).outcome(t).Results[0].Properties[x.property]; got != x.stored {
			t.Errorf("%s=%q with %+v comes back as %q, want %q", x.property, x.sent, x.quirks, got, x.stored)
		}
		read := c.post(readPath, `{"inputs":[{"id":"900000000001"}],"properties":["`+x.property+`"]}`).want(t, 200).outcome(t)
		if got := read.Results[0].Properties[x.property]; got != x.stored {
			t.Errorf("%s=%q is read as %q, want %q", x.property, x.sent, got, x.stored)
		}
		for o := range c.account.Objects("line_items") {
			if o.Properties[x.property] != x.sent || o.Stored[x.property] != x.stored {
				t.Errorf("record %+v", o)
			}
		}
	}
}

// item is an input with several properties: a name and a value in turn.
func item(properties ...string) string {
	var list []string
	for i := 0; i < len(properties); i += 2 {
		list = append(list, fmt.Sprintf("%q:%q", properties[i], properties[i+1]))
	}
	return `{"objectWriteTraceId":"t","properties":{` + strings.Join(list, ",") + `}}`
}

func TestBilling(t *testing.T) {
	const period, frequency = "hs_recurring_billing_period", "recurringbillingfrequency"
	lax := hubspottest.Quirks{SettableBilling: true, AnyPeriod: true, PriceBesideTiers: true}
	for _, x := range []struct{ input, code string }{
		{item(period, "P12M", frequency, "monthly"), ""},
		{item(period, "P1Y6M2D"), ""},
		{item(period, "P2W", frequency, "weekly"), ""},
		{item(period, "P7D", frequency, "weekly"), ""},
		{item(period, ""), ""},
		{item(period, "24"), "INVALID_RECURRING_BILLING_DURATION"},
		{item(period, "P"), "INVALID_RECURRING_BILLING_DURATION"},
		{item(period, "P2W", frequency, "monthly"), "INVALID_RECURRING_BILLING_DURATION"},
		{item(period, "P2M", frequency, "biweekly"), "INVALID_RECURRING_BILLING_DURATION"},
		{item("hs_recurring_billing_terms", "FIXED"), "READ_ONLY_VALUE"},
		{item("hs_recurring_billing_number_of_payments", "3"), "READ_ONLY_VALUE"},
		{item("price", "1", "hs_pricing_model", "flat"), ""},
		{item("price", "1", "hs_pricing_model", "volume"), "INVALID_PRICING"},
		{item("price", "1", "hs_tier_prices", "[1]"), "INVALID_PRICING"},
		{item("hs_pricing_model", "graduated", "hs_tier_ranges", "[1]", "hs_tier_prices", "[1]"), ""},
	} {
		status := 201
		if x.code != "" {
			status = 207
		}
		if a := quirky(t, hubspottest.Quirks{}).create(inputs(x.input)).want(t, status); x.code != "" && !strings.Contains(a.outcome(t).Errors[0].Message, `"error":"`+x.code+`"`) {
			t.Errorf("%s: %s", x.input, a.body)
		}
		quirky(t, lax).create(inputs(x.input)).want(t, 201)
	}
}

func TestExactUnique(t *testing.T) {
	for exact, status := range map[bool]int{false: 207, true: 201} {
		c := quirky(t, hubspottest.Quirks{ExactUnique: exact})
		if err := c.account.AddProperty("line_items", hubspottest.Property{Name: "key", Unique: true}); err != nil {
			t.Fatal(err)
		}
		c.create(inputs(traced("1", "key", "A-1"))).want(t, 201)
		c.create(inputs(traced("1", "key", "a-1 "))).want(t, status)
	}
}

func TestParentsTakeTheirLineItems(t *testing.T) {
	for keep, want := range map[bool]int{false: 1, true: 3} {
		c := quirky(t, hubspottest.Quirks{KeepLineItems: keep})
		for _, objectType := range []string{"quotes", "deals"} {
			if _, err := c.account.AddRecord(objectType, "7", nil); err != nil {
				t.Fatal(err)
			}
		}
		c.create(inputs(to(20, "7"), strings.Replace(to(20, "7"), `]}`, `,{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":68}]}`, 1), to(68, "7"))).want(t, 201)
		c.post("/crm/v3/objects/quotes/batch/archive", ids("7")).want(t, 204)
		if n := c.account.Len("line_items"); n != want {
			t.Errorf("keep %t: %d line items, want %d", keep, n, want)
		}
	}
}

func TestJoinErrors(t *testing.T) {
	c := quirky(t, hubspottest.Quirks{JoinErrors: true})
	o := c.create(inputs(traced("1", "what", "a"), traced("2", "name", "a"), traced("3", "what", "b"))).want(t, 207).outcome(t)
	if len(o.Errors) != 1 || !slices.Equal(o.Errors[0].Context["objectWriteTraceId"], []string{"1", "3"}) || len(o.Results) != 1 {
		t.Errorf("got %+v", o)
	}
}

func TestNoMultiStatus(t *testing.T) {
	c := quirky(t, hubspottest.Quirks{NoMultiStatus: true})
	body := inputs(traced("1", "what", "a"), traced("2", "name", "a"))
	for version, status := range map[string]int{"v3": 207, "2025-09": 200, "2026-03": 207, "2026-09": 201} {
		if o := c.post(objectsPath(version)+"batch/create", body).want(t, status).outcome(t); o.NumErrors != 1 {
			t.Errorf("%s: %+v", version, o)
		}
	}
}

// objectsPath is where a version has its line items.
func objectsPath(version string) string {
	if version == "v3" {
		return "/crm/v3/objects/line_items/"
	}
	return "/crm/objects/" + version + "/line_items/"
}

func TestFrom2026_09(t *testing.T) {
	var config hubspottest.Config
	config.Quirks.Dates = hubspottest.DatesDay
	c := serve(t, config)
	for _, p := range []hubspottest.Property{
		{Name: "team", Required: true},
		{Name: "reason", RequiredWhen: hubspottest.Condition{Name: "team", Value: "other"}},
		{Name: "code", Rules: []hubspottest.Rule{{Kind: "REGEX", Arguments: []string{"^[A-Z]+$"}}, {Kind: "MAX_LENGTH", Arguments: []string{"3"}}, {Kind: "ALPHANUMERIC"}}},
		{Name: "size", Type: "number", Rules: []hubspottest.Rule{{Kind: "MIN_NUMBER", Arguments: []string{"2"}}, {Kind: "MAX_NUMBER", Arguments: []string{"9"}}}},
	} {
		if err := c.account.AddProperty("line_items", p); err != nil {
			t.Fatal(err)
		}
	}
	const start = "hs_recurring_billing_start_date"
	for _, x := range []struct {
		input      string
		old        int // status before
		code, want string
	}{
		{item("name", "a"), 201, "MISSING_REQUIRED_PROPERTY", "A value for team must be provided"},
		{item("team", "other"), 201, "MISSING_CONDITIONAL_REQUIRED_PROPERTY", "A value for reason must be provided"},
		{item("team", "x", "code", "ab"), 201, "PROPERTY_VALIDATION_REGEX", ""},
		{item("team", "x", "code", "ABCD"), 201, "PROPERTY_VALIDATION_MAX_LENGTH", ""},
		{item("team", "x", "size", "1"), 201, "PROPERTY_VALIDATION_MIN_NUMBER", ""},
		{item("team", "x", "size", "10"), 201, "PROPERTY_VALIDATION_MAX_NUMBER", ""},
		{item("team", "x", start, "1795996800001"), 207, "", "2026-11-30"},
		{item("team", "x", start, "1796006400"), 207, "", "2026-11-30"},
		{item("team", "x", start, "2026-11-30T23:59:00+00:00"), 207, "", "2026-11-30"},
		{item("team", "x", start, "2026-11-30"), 201, "", ""},
		{item("team", "x", start, "tomorrow"), 207, "INVALID_LONG", ""},
	} {
		c.create(inputs(x.input)).want(t, x.old)
		a := c.post(objectsPath("2026-09")+"batch/create", inputs(x.input))
		switch {
		case x.code != "":
			if o := a.want(t, 207).outcome(t); !strings.Contains(o.Errors[0].Message, `"error":"`+x.code+`"`) || !strings.Contains(a.body, x.want) {
				t.Errorf("%s: %s", x.input, a.body)
			}
		case x.want == "" && strings.Contains(a.want(t, 201).body, "warnings"),
			x.want != "" && !strings.Contains(a.want(t, 201).body, `"warnings":[{"category":"PROPERTY_VALUE_NORMALIZED"`),
			x.want != "" && !strings.Contains(a.body, `"normalizedValue":"`+x.want+`"`):
			t.Errorf("%s: %s", x.input, a.body)
		}
	}
	var list struct {
		Results []struct {
			PropertyName            string
			PropertyValidationRules []struct{ RuleType string }
		}
	}
	c.get("/crm/property-validations/2026-09/0-8").want(t, 200).read(t, &list)
	if len(list.Results) != 2 || list.Results[0].PropertyName != "code" || list.Results[1].PropertyValidationRules[1].RuleType != "MAX_NUMBER" {
		t.Errorf("rules %+v", list)
	}

	c = quirky(t, hubspottest.Quirks{NoEditAssociations: true})
	c.create(inputs(to(20, "7"))).want(t, 201)
	if r := c.post(objectsPath("2026-09")+"batch/create", inputs(to(20, "7"))).want(t, 400).refusal(t); r.Message != "Missing 'Edit Associations' permission." {
		t.Errorf("refusal %+v", r)
	}
}

func TestEmailOfContacts(t *testing.T) {
	c := quirky(t, hubspottest.Quirks{Conflict: hubspottest.Conflict409})
	const path = "/crm/v3/objects/contacts/batch/"
	c.post(path+"create", inputs(traced("1", "email", "Ann@example.com"))).want(t, 201)
	if r := c.post(path+"create", inputs(traced("1", "email", "ann@example.com"))).want(t, 409).refusal(t); r.Message != "CONTACT already exists. Existing ID: 900000000001" {
		t.Errorf("refusal %+v", r)
	}
	c.post(path+"read", `{"idProperty":"email","inputs":[{"id":"ann@example.com"}]}`).want(t, 200)
	var d definition
	c.get("/crm/v3/properties/contacts/email").want(t, 200).read(t, &d)
	if d.HasUniqueValue {
		t.Error("email says that it is unique")
	}
}

func TestSensitiveProperties(t *testing.T) {
	c := quirky(t, hubspottest.Quirks{})
	if err := c.account.AddProperty("contacts", hubspottest.Property{Name: "blood", Sensitivity: "highly_sensitive"}); err != nil {
		t.Fatal(err)
	}
	for query, listed := range map[string]bool{"": false, "?dataSensitivity=sensitive": false, "?dataSensitivity=highly_sensitive": true} {
		if a := c.get("/crm/v3/properties/contacts"+query).want(t, 200); strings.Contains(a.body, `"blood"`) != listed {
			t.Errorf("%q: %s", query, a.body)
		}
	}
}

func TestUpdate(t *testing.T) {
	c := keyed(t, hubspottest.Quirks{ExactUnique: true})
	c.create(inputs(untraced("key", "a"), untraced("key", "b"), untraced("name", "c"))).want(t, 201)
	const path = "/crm/v3/objects/line_items/batch/update"
	update := func(trace, id, property, value string) string {
		return fmt.Sprintf(`{"id":%q,"objectWriteTraceId":%q,"properties":{%q:%q}}`, id, trace, property, value)
	}
	const first, second, third = "900000000001", "900000000002", "900000000003"
	before := time.Now()
	o := c.post(path, inputs(update("1", first, "name", "new"), update("2", second, "price", "x"), update("3", third, "key", "a"), update("4", "12", "name", "y"))).want(t, 207).outcome(t)
	if len(o.Results) != 1 || o.Results[0].Properties["name"] != "new" || o.NumErrors != 3 || !slices.Equal(o.Errors[2].Context["ids"], []string{"12"}) || o.Errors[2].Context["objectWriteTraceId"] != nil {
		t.Errorf("got %+v", o)
	}
	c.post(path, inputs(strings.Replace(update("1", "A", "key", "A2"), `"objectWriteTraceId"`, `"idProperty":"key","objectWriteTraceId"`, 1))).want(t, 207) // compared to the letter
	c.post(path, inputs(strings.Replace(update("1", "a", "key", "a2"), `"objectWriteTraceId"`, `"idProperty":"key","objectWriteTraceId"`, 1))).want(t, 200)
	c.create(inputs(untraced("key", "a"))).want(t, 201) // free again
	c.post(path, inputs(update("1", third, "name", ""))).want(t, 200)
	for o := range c.account.Objects("line_items") {
		_, named := o.Properties["name"]
		if o.ID == first && (o.Properties["key"] != "a2" || o.UpdatedAt.Before(before) || !o.UpdatedAt.After(o.CreatedAt)) || o.ID == third && named {
			t.Errorf("record %+v", o)
		}
	}
	r := c.post(path, inputs(update("1", second, "name", "1"), update("2", second, "name", "2"))).want(t, 400).refusal(t)
	if r.Message != "Duplicate IDs found in batch input: [900000000002]. IDs must be unique" || r.Context["ids"][0] != second {
		t.Errorf("refusal %+v", r)
	}
	for name, body := range map[string]string{
		"hs_object_id": inputs(`{"id":"` + first + `","idProperty":"hs_object_id","properties":{}}`),
		"not unique":   inputs(`{"id":"c","idProperty":"name","properties":{}}`),
		"no id":        inputs(`{"properties":{}}`),
		"no inputs":    `{}`,
		"a bad row":    inputs(`{"id":"`+first+`","properties":{"name":"kept out"}}`, `{"id":"`+second+`","properties":{"what":""}}`),
	} {
		if a := c.post(path, body); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for o := range c.account.Objects("line_items") {
		if o.Properties["name"] == "kept out" {
			t.Error("a refused batch has changed a record")
		}
	}
}

func TestReadArchived(t *testing.T) {
	c := keyed(t, hubspottest.Quirks{})
	c.create(inputs(traced("1", "key", "a"))).want(t, 201)
	c.post(archivePath, ids("900000000001")).want(t, 204)
	for _, body := range []string{ids("900000000001"), `{"idProperty":"key","inputs":[{"id":"a"}]}`} {
		c.post(readPath, body).want(t, 207)
		if a := c.post(readPath+"?archived=true", body).want(t, 200); !strings.Contains(a.body, `"archived":true,"archivedAt":`) {
			t.Errorf("got %s", a.body)
		}
	}
}

func TestGroups(t *testing.T) {
	var list struct{ Results []struct{ Name string } }
	c := serve(t, hubspottest.Config{})
	c.get("/crm/v3/properties/0-3/groups").want(t, 200).read(t, &list)
	if len(list.Results) != 1 || list.Results[0].Name != "dealinformation" {
		t.Errorf("got %+v", list)
	}
}

func TestVersions(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	for path, status := range map[string]int{
		"/crm/properties/2026-09/line_items": 200, "/crm/properties/2026-09-beta/line_items": 404, "/crm/properties/2024-09/line_items": 404,
		"/account-info/2025-09/details": 200, "/account-info/2026-09-beta/details": 404, "/crm/v4/properties/line_items": 404,
		"/oauth/2026-09/token": 405, "/oauth/2025-09/token": 404, "/oauth/2026-09-beta/token": 404, "/crm/v3/property-validations/0-8": 200,
	} {
		if a := c.get(path); a.status != status {
			t.Errorf("%s: %d, want %d", path, a.status, status)
		}
	}
	for _, objectType := range []string{"abandoned_carts", "payment_links", "0-970", "0-123", "0-69"} {
		if _, err := c.account.AddRecord(objectType, "", nil); err != nil {
			t.Error(err)
		}
	}
}
