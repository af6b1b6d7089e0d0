// Tests of batch/read, batch/archive, the properties endpoints and the account's own.

package hubspottest_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

const (
	readPath    = "/crm/v3/objects/line_items/batch/read"
	archivePath = "/crm/v3/objects/line_items/batch/archive"
)

func TestRead(t *testing.T) {
	c := keyed(t, hubspottest.Quirks{})
	created := c.create(inputs(traced("1", "key", "a"), traced("2", "key", "b"))).want(t, 201).outcome(t)
	ids := make(map[string]string)
	for _, r := range created.Results {
		ids[r.Properties["key"]] = r.ID
	}

	o := c.post(readPath, `{"idProperty":"key","inputs":[{"id":"a"},{"id":"b"},{"id":"a"}],"properties":["key","name","hs_createdate"],"propertiesWithHistory":[]}`).want(t, 200).outcome(t)
	if len(o.Results) != 2 || o.Errors != nil {
		t.Fatalf("got %+v", o)
	}
	for _, r := range o.Results {
		names := slices.Sorted(maps.Keys(r.Properties))
		if ids[r.Properties["key"]] != r.ID || r.Trace != "" || !slices.Equal(names, []string{"createdate", "hs_createdate", "hs_lastmodifieddate", "hs_object_id", "key"}) {
			t.Errorf("result %+v, want the one of %v", r, ids)
		}
	}

	o = c.post("/crm/objects/2026-03/0-8/batch/read", `{"inputs":[{"id":"`+ids["a"]+`"},{"id":"1"},{"id":"x"},{"id":"900000000003"}],"properties":[]}`).want(t, 207).outcome(t)
	if len(o.Results) != 1 || o.NumErrors != 1 || o.Errors[0].Category != "OBJECT_NOT_FOUND" || !slices.Equal(o.Errors[0].Context["ids"], []string{"1", "x", "900000000003"}) ||
		o.Errors[0].Message != "Could not get some LINE_ITEM objects, they may be deleted or not exist. Check that ids are valid." {
		t.Errorf("got %+v", o)
	}
}

func TestReadRefuses(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	many := func(n int) string { return strings.Repeat(`{"id":"1"},`, n-1) + `{"id":"1"}` }
	for name, body := range map[string]string{
		"non-unique property":   `{"idProperty":"name","inputs":[{"id":"a"}]}`,
		"unknown property":      `{"idProperty":"nonsense","inputs":[{"id":"a"}]}`,
		"no inputs":             `{}`,
		"an input without id":   `{"inputs":[{}]}`,
		"an id that is a list":  `{"inputs":[{"id":[]}]}`,
		"101 inputs":            `{"inputs":[` + many(101) + `]}`,
		"51 inputs and history": `{"propertiesWithHistory":["name"],"inputs":[` + many(51) + `]}`,
	} {
		if a := c.post(readPath, body); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	c.post(readPath, `{"propertiesWithHistory":["name"],"inputs":[`+many(50)+`]}`).want(t, 207)
}

func TestArchive(t *testing.T) {
	c := keyed(t, hubspottest.Quirks{})
	o := c.create(inputs(traced("1", "key", "a"), traced("2", "key", "b"))).outcome(t)
	gone := o.Results[0]
	a := c.post(archivePath, `{"inputs":[{"id":"`+gone.ID+`"},{"id":"12"},{"id":"x"}]}`).want(t, 204)
	if a.body != "" || a.header.Get("Content-Type") != "" {
		t.Errorf("a 204 with a body %q or a content type %q", a.body, a.header.Get("Content-Type"))
	}
	if n := c.account.Len("line_items"); n != 1 {
		t.Errorf("%d records", n)
	}
	for truth := range c.account.Objects("line_items") {
		if truth.Archived != (truth.ID == gone.ID) {
			t.Errorf("record %+v", truth)
		}
	}
	c.post(readPath, `{"inputs":[{"id":"`+gone.ID+`"}]}`).want(t, 207)
	c.post(readPath, `{"idProperty":"key","inputs":[{"id":"`+gone.Properties["key"]+`"}]}`).want(t, 207)
	c.create(inputs(untraced("key", gone.Properties["key"]))).want(t, 201)
}

type definition struct {
	Name, Label, Type, FieldType, GroupName string
	HasUniqueValue, Calculated, HubspotDefined,
	ExternalOptions bool
	Options              []struct{ Label, Value string }
	ModificationMetadata struct{ ReadOnlyValue bool }
}

func TestPropertiesOfLineItems(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	var list struct{ Results []definition }
	c.get("/crm/v3/properties/line_items").want(t, 200).read(t, &list)
	got := make(map[string]definition)
	for _, d := range list.Results {
		got[d.Name] = d
		if d.GroupName != "lineiteminformation" || d.Label == "" || d.FieldType == "" || !d.HubspotDefined {
			t.Errorf("definition %+v", d)
		}
	}
	for name, want := range map[string]string{
		"price": "number", "name": "string", "recurringbillingfrequency": "enumeration", "hs_is_optional": "bool",
		"hs_recurring_billing_start_date": "date", "hs_lastmodifieddate": "datetime",
	} {
		if got[name].Type != want {
			t.Errorf("%s has type %q, want %s", name, got[name].Type, want)
		}
	}
	for name, readOnly := range map[string]bool{"amount": true, "hs_object_id": true, "hs_unique_creation_key": true, "price": false} {
		if got[name].ModificationMetadata.ReadOnlyValue != readOnly {
			t.Errorf("%s: read only %t", name, !readOnly)
		}
	}
	if !got["hs_unique_creation_key"].HasUniqueValue || !got["amount"].Calculated || !got["hs_tax_rate_group_id"].ExternalOptions || len(got["recurringbillingfrequency"].Options) != 10 {
		t.Errorf("definitions %+v", got)
	}
	var one definition
	c.get("/crm/properties/2026-03/0-8/price").want(t, 200).read(t, &one)
	if one.Name != "price" || one.Label != "Unit price" {
		t.Errorf("got %+v", one)
	}
	r := c.get("/crm/v3/properties/line_items/nonsense").want(t, 404).refusal(t)
	if r.Category != "OBJECT_NOT_FOUND" {
		t.Errorf("refusal %+v", r)
	}
	c.get("/crm/v3/properties/line_items?archived=true").want(t, 200).read(t, &list)
	if len(list.Results) != 0 {
		t.Errorf("archived properties %+v", list.Results)
	}
}

// property is the body that creates one.
func property(name string, unique bool) string {
	return fmt.Sprintf(`{"groupName":"lineiteminformation","name":%q,"label":"A label","type":"string","fieldType":"text","hasUniqueValue":%t}`, name, unique)
}

func TestCreateProperty(t *testing.T) {
	const path = "/crm/v3/properties/line_items"
	c := serve(t, hubspottest.Config{})
	c.create(inputs(untraced("csv_key", "1"))).want(t, 400)
	var made definition
	c.post(path, property("csv_key", true)).want(t, 201).read(t, &made)
	if made.Name != "csv_key" || !made.HasUniqueValue || made.HubspotDefined || made.Label != "A label" {
		t.Errorf("got %+v", made)
	}
	c.get(path+"/csv_key").want(t, 200)
	c.create(inputs(untraced("csv_key", "1"))).want(t, 201)
	c.create(inputs(untraced("csv_key", "1"))).want(t, 400)

	r := c.post(path, property("csv_key", true)).want(t, 409).refusal(t)
	if r.Category != "OBJECT_ALREADY_EXISTS" || r.SubCategory != "Properties.PROPERTY_WITH_NAME_EXISTS" {
		t.Errorf("refusal %+v", r)
	}
	for i := range 9 {
		c.post("/crm/properties/2026-03/0-8", property(fmt.Sprintf("unique_%d", i), true)).want(t, 201)
	}
	c.post(path, property("one_too_many", true)).want(t, 400)
	c.post(path, property("not_unique", false)).want(t, 201)
	for name, body := range map[string]string{
		"no JSON":       `{`,
		"no such group": strings.Replace(property("a", false), "lineiteminformation", "g", 1),
		"no name":       `{"groupName":"g","label":"l","type":"string","fieldType":"text"}`,
		"nothing":       `{}`,
		"bad name":      property("With Space", false),
		"bad type":      strings.Replace(property("a", false), `"string"`, `"text"`, 1),
		"bad fieldType": strings.Replace(property("a", false), `"text"`, `"string"`, 1),
	} {
		if a := c.post(path, body); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	c.post(path, `{"groupName":"lineiteminformation","name":"size","label":"l","type":"enumeration","fieldType":"select","options":[{"label":"Small","value":"s","hidden":false}]}`).want(t, 201)
	c.create(inputs(untraced("size", "Small"))).want(t, 400)
	c.create(inputs(untraced("size", "s"))).want(t, 201)
}

func TestDetails(t *testing.T) {
	c := serve(t, hubspottest.Config{Account: 9, Currency: "JPY", Location: time.FixedZone("Asia/Tokyo", 9*3600)})
	for _, path := range []string{"/account-info/v3/details", "/account-info/2026-03/details"} {
		var got struct {
			PortalID                                                                         int64
			AccountType, TimeZone, CompanyCurrency, UTCOffset, UIDomain, DataHostingLocation string
			AdditionalCurrencies                                                             []string
			UTCOffsetMilliseconds                                                            int64
		}
		c.get(path).want(t, 200).read(t, &got)
		if got.PortalID != 9 || got.CompanyCurrency != "JPY" || got.TimeZone != "Asia/Tokyo" || got.UTCOffset != "+09:00" || got.UTCOffsetMilliseconds != 32400000 ||
			got.UIDomain == "" || got.AccountType == "" || got.DataHostingLocation == "" || got.AdditionalCurrencies == nil {
			t.Errorf("%s: %+v", path, got)
		}
	}
}
