// Tests of what properties accept, and of associations.

package hubspottest_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

func TestValues(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	define := func(p hubspottest.Property) {
		if err := c.account.AddProperty("line_items", p); err != nil {
			t.Fatal(err)
		}
	}
	define(hubspottest.Property{Name: "colours", Type: "enumeration", FieldType: "checkbox", Options: []hubspottest.Option{{"Red", "r"}, {"Green", "g"}}})
	define(hubspottest.Property{Name: "seen", Type: "datetime"})
	for _, x := range []struct{ property, value, code string }{
		{"name", "", ""},
		{"name", strings.Repeat("あ", 65536), ""},
		{"name", strings.Repeat("あ", 65537), "VALUE_TOO_LONG"},
		{"nonsense", "1", "PROPERTY_DOESNT_EXIST"},
		{"nonsense", "", "PROPERTY_DOESNT_EXIST"},
		{"Name", "1", "PROPERTY_DOESNT_EXIST"},
		{"amount", "1", "READ_ONLY_VALUE"},
		{"hs_object_id", "1", "READ_ONLY_VALUE"},
		{"hs_object_id", "", "READ_ONLY_VALUE"},
		{"hs_unique_creation_key", "k", "READ_ONLY_VALUE"},
		{"price", "10.50", ""},
		{"price", "1e3", ""},
		{"price", ".5", ""},
		{"price", "5.", ""},
		{"price", "+1", ""},
		{"price", "-0", ""},
		{"price", "-0.00e5", ""},
		{"price", "-0.01", "NUMBER_TOO_SMALL"},
		{"price", "-1e-9", "NUMBER_TOO_SMALL"},
		{"price", "", ""},
		{"price", " 1", ""},
		{"price", "1,000.00", "INVALID_INTEGER"},
		{"price", "$1", "INVALID_INTEGER"},
		{"price", "0x10", "INVALID_INTEGER"},
		{"price", "NaN", "INVALID_INTEGER"},
		{"price", "1e", "INVALID_INTEGER"},
		{"price", ".", "INVALID_INTEGER"},
		{"price", "-", "INVALID_INTEGER"},
		{"price", "１", "INVALID_INTEGER"},
		{"discount", "-5", ""},
		{"recurringbillingfrequency", "monthly", ""},
		{"recurringbillingfrequency", "Monthly", "INVALID_OPTION"},
		{"recurringbillingfrequency", "monthly;weekly", "INVALID_OPTION"},
		{"hs_line_item_currency_code", "JPY", ""},
		{"hs_line_item_currency_code", "yen", "INVALID_OPTION"},
		{"hs_tax_rate_group_id", "anything", ""},
		{"colours", "r", ""},
		{"colours", "r;g", ""},
		{"colours", ";r;g", ""},
		{"colours", "r;b", "INVALID_OPTION"},
		{"hs_is_optional", "true", ""},
		{"hs_is_optional", "yes", "INVALID_OPTION"},
		{"hs_recurring_billing_start_date", "2026-11-23", ""},
		{"hs_recurring_billing_start_date", "1572480000000", ""},
		{"hs_recurring_billing_start_date", "1572480000001", "INVALID_DATE"},
		{"hs_recurring_billing_start_date", "-86400000", ""},
		{"hs_recurring_billing_start_date", "1/1/1", "INVALID_LONG"},
		{"hs_recurring_billing_start_date", "2026-02-30", "INVALID_LONG"},
		{"hs_recurring_billing_start_date", "2026-11-23T00:00:00Z", "INVALID_LONG"},
		{"seen", "1572480000001", ""},
		{"seen", "2026-11-23T10:11:12.123Z", ""},
		{"seen", "2026-11-23T10:11:12+09:00", ""},
		{"seen", "yesterday", "INVALID_LONG"},
	} {
		shown := x.value[:min(len(x.value), 20)]
		o := c.create(inputs(traced("t", x.property, x.value))).outcome(t)
		switch {
		case x.code == "" && len(o.Results) != 1:
			t.Errorf("%s=%q was refused: %.300s", x.property, shown, o.Errors[0].Message)
		case x.code != "" && (len(o.Errors) != 1 || !strings.Contains(o.Errors[0].Message, `"error":"`+x.code+`","name":"`+x.property+`"`)):
			t.Errorf("%s=%q: %.300v, want %s", x.property, shown, o, x.code)
		}
		// The whole-batch form names the same code.
		if a := c.create(inputs(untraced(x.property, x.value))); x.code != "" {
			if r := a.want(t, 400).refusal(t); r.Errors[0].Code != x.code || r.Errors[0].Context["propertyName"][0] != x.property {
				t.Errorf("%s=%q: %+v, want %s", x.property, shown, r, x.code)
			}
		}
	}
}

func TestEveryBadValueOfARowIsNamed(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	r := c.create(`{"inputs":[{"properties":{"price":"x","name":"a","amount":"1","what":"2"}}]}`).want(t, 400).refusal(t)
	var codes []string
	for _, e := range r.Errors {
		codes = append(codes, e.Code)
	}
	if !slices.Equal(codes, []string{"READ_ONLY_VALUE", "INVALID_INTEGER", "PROPERTY_DOESNT_EXIST"}) {
		t.Errorf("codes %v", codes)
	}
}

// associated is an input with one association.
func associated(trace, id, category string, typeID int) string {
	return fmt.Sprintf(`{"objectWriteTraceId":%q,"properties":{"name":"a"},"associations":[{"to":{"id":%q},"types":[{"associationCategory":%q,"associationTypeId":%d}]}]}`,
		trace, id, category, typeID)
}

func TestAssociations(t *testing.T) {
	for _, x := range []struct {
		id, category string
		typeID       int
		toType       string
		ok           bool
	}{
		{"5", "HUBSPOT_DEFINED", 20, "deals", true},
		{"5", "HUBSPOT_DEFINED", 68, "quotes", true},
		{"5", "HUBSPOT_DEFINED", 571, "abandoned_carts", true},
		{"5", "USER_DEFINED", 19, "", true},
		{"5", "HUBSPOT_DEFINED", 19, "", false}, // the way back: deal -> line item
		{"5", "HUBSPOT_DEFINED", -20, "", false},
		{"5", "USER_DEFINED", -1, "", false},
		{"deal five", "HUBSPOT_DEFINED", 20, "", false},
		{"0", "HUBSPOT_DEFINED", 20, "", false},
		{"", "HUBSPOT_DEFINED", 20, "", false},
	} {
		c := serve(t, hubspottest.Config{})
		o := c.create(inputs(associated("t", x.id, x.category, x.typeID))).outcome(t)
		if !x.ok {
			if len(o.Errors) != 1 || o.Errors[0].Message != "One or more associations are invalid" || o.Errors[0].Context["objectWriteTraceId"][0] != "t" || c.account.Len("line_items") != 0 {
				t.Errorf("%+v: %+v", x, o)
			}
			continue
		}
		want := []hubspottest.Association{{ToType: x.toType, ToID: x.id, Category: x.category, TypeID: x.typeID}}
		for truth := range c.account.Objects("line_items") {
			if !slices.Equal(truth.Associations, want) {
				t.Errorf("associations %+v, want %+v", truth.Associations, want)
			}
		}
		if c.account.Len("line_items") != 1 {
			t.Errorf("%+v: %+v", x, o)
		}
	}
}

func TestAssociationWithoutTypesIsRefused(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	c.create(`{"inputs":[{"properties":{},"associations":[{"to":{"id":"1"},"types":[]}]}]}`).want(t, 400)
}

func TestUnknownTargets(t *testing.T) {
	body := inputs(associated("known", "501", "HUBSPOT_DEFINED", 20), associated("unknown", "502", "HUBSPOT_DEFINED", 20))
	for _, x := range []struct {
		targets         hubspottest.Targets
		status, created int
	}{{hubspottest.AcceptTargets, 201, 2}, {hubspottest.RefuseRow, 207, 1}, {hubspottest.RefuseBatch, 400, 0}} {
		c := serve(t, hubspottest.Config{Quirks: hubspottest.Quirks{Targets: x.targets}})
		if _, err := c.account.AddRecord("deals", "501", nil); err != nil {
			t.Fatal(err)
		}
		a := c.create(body).want(t, x.status)
		if n := c.account.Len("line_items"); n != x.created {
			t.Errorf("targets %d: %d records", x.targets, n)
		}
		var context map[string][]string
		switch x.status {
		case 207:
			context = a.outcome(t).Errors[0].Context
		case 400:
			context = a.refusal(t).Context
		default:
			continue
		}
		if got := context["INVALID_OBJECT_IDS"]; !slices.Equal(got, []string{"DEAL=502 is not valid"}) {
			t.Errorf("targets %d: context %v", x.targets, context)
		}
	}
}

func TestTypesByNameAndByNumber(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	for id, name := range map[string]string{"0-1": "contacts", "0-2": "companies", "0-3": "deals", "0-5": "tickets", "0-7": "products", "0-8": "line_items", "0-14": "quotes"} {
		c.post("/crm/v3/objects/"+id+"/batch/create", `{"inputs":[{"properties":{}}]}`).want(t, 201)
		if c.account.Len(name) != 1 || c.account.Len(id) != 1 {
			t.Errorf("%s is not %s", id, name)
		}
	}
	o := c.post("/crm/v3/objects/companies/batch/read", `{"inputs":[{"id":"1"}]}`).outcome(t)
	if !strings.Contains(o.Errors[0].Message, " COMPANY objects") {
		t.Errorf("message %q", o.Errors[0].Message)
	}
}

func TestPlainTypesTakeAnyProperty(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	path := "/crm/v3/objects/2-123/batch/create"
	c.post(path, inputs(untraced("colour", "red"))).want(t, 201)
	c.post(path, inputs(untraced("colour", strings.Repeat("x", 65537)))).want(t, 400)
	c.post(path, inputs(untraced("createdate", "1"))).want(t, 400)
	if err := c.account.AddProperty("2-123", hubspottest.Property{Name: "colour", Type: "number"}); err != nil {
		t.Fatal(err)
	}
	c.post(path, inputs(untraced("colour", "red"))).want(t, 400)
	for o := range c.account.Objects("2-123") {
		if o.Type != "2-123" || o.Properties["colour"] != "red" {
			t.Errorf("record %+v", o)
		}
	}
}

// TestAnswerIsValidJSON: whatever was sent comes back as it was, in JSON that others can read.
func TestAnswerIsValidJSON(t *testing.T) {
	c := quirky(t, hubspottest.Quirks{EchoTrace: true})
	value := "\x00\x1f\"\\\u2028</script>\U0001f600\r\n"
	text, _ := json.Marshal(value)
	o := c.create(`{"inputs":[{"objectWriteTraceId":`+string(text)+`,"properties":{"name":`+string(text)+`}}]}`).want(t, 201).outcome(t)
	if o.Results[0].Properties["name"] != value || o.Results[0].Trace != value {
		t.Errorf("result %+v", o.Results[0])
	}
	for truth := range c.account.Objects("line_items") {
		if truth.Properties["name"] != value || truth.TraceID != value {
			t.Errorf("record %+v", truth)
		}
	}
}
