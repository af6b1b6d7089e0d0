// What a create's answer says beside ids: values, warnings, and whether it is complete.

package hubspot_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
)

func TestValuesGivenBack(t *testing.T) {
	inputs := []api.Input{lineItem("a", "name", "Bicycle", "price", "10.50"), lineItem("b", "row_key", "k1", "quantity", "2", "n\"1", "x")}
	a := serve(t, says(201, `{"status":"COMPLETE","results":[
		{"id":"1","properties":{"name":"Bicycle","price":"10.5","hs_object_id":"1","amount":null,"quantity":null}},
		{"id":"2","properties":{"row_key":"k1","quantity":2,"n\"1":"x","createdate":"2026"}},
		{"id":"3","objectWriteTraceId":"a","properties":{"name":"Bicycle"}},
		{"id":"4"},{"id":"5","properties":[]}]}`)).Create(ctx, inputs)
	want := []api.Created{
		{ID: "1", Properties: map[string]string{"name": "Bicycle", "price": "10.5"}},
		{ID: "2", Key: "k1", Properties: map[string]string{"row_key": "k1", "quantity": "2", `n"1`: "x"}},
		{ID: "3", Trace: "a"},
		{ID: "4", Properties: map[string]string{}},
		{ID: "5", Properties: map[string]string{}},
	}
	if !reflect.DeepEqual(a.Created, want) {
		t.Errorf("got  %+v\nwant %+v", a.Created, want)
	}
}

func TestWarnings(t *testing.T) {
	inputs := []api.Input{lineItem("a", "name", "Bicycle", "closedate", "2026-11-28T10:00:00Z")}
	a := serve(t, says(201, `{"status":"COMPLETE","results":[{"id":"1","objectWriteTraceId":"a","warnings":[
		{"category":"PROPERTY_VALUE_NORMALIZED","message":"2026-11-28T10:00:00Z became 1795824000000 for Bicycle","context":{"propertyName":"closedate","rawValue":["2026-11-28T10:00:00Z"],"normalizedValue":"1795824000000"}},
		{"category":"=1+1","context":7},
		5]}]}`)).Create(ctx, inputs)
	want := []api.Warning{
		{Property: "closedate", Code: "PROPERTY_VALUE_NORMALIZED", Message: "{value} became the stored value for {value of name}.", Raw: "2026-11-28T10:00:00Z", Stored: "1795824000000"},
		{Code: "WARNING", Message: "HubSpot warns and gives no reason (WARNING)."},
		{Code: "WARNING", Message: "HubSpot warns and gives no reason (WARNING)."},
	}
	if len(a.Created) != 1 || !reflect.DeepEqual(a.Created[0].Warnings, want) {
		t.Errorf("got  %+v\nwant %+v", a.Created, want)
	}
}

func TestCompleteness(t *testing.T) {
	for body, want := range map[string]api.Completeness{
		`{"status":"COMPLETE","results":[{"id":"1"},{"id":null}]}`: {Final: true, Results: 2, NumErrors: -1},
		`{"results":[]}`: {NumErrors: -1},
		`{"status":"COMPLETE","numErrors":"3","errors":[{"category":"A"},{"category":"B","context":{"objectWriteTraceId":["run-1"]}}]}`: {Final: true, NumErrors: 3, Unnamed: 1},
	} {
		if a := serve(t, says(207, body)).Create(ctx, lineItems(3)); a.Outcome != api.Answered || a.Completeness != want {
			t.Errorf("%s: %+v", body, a)
		}
	}
}

func TestAdvice(t *testing.T) {
	for said, want := range map[string]string{
		`"errors":[{"code":"MISSING_REQUIRED_PROPERTY","message":"A value for firstname must be provided","context":{"propertyName":["firstname"]}}]`:       "A value for firstname must be provided. The account requires this property of every record: add it to the mapping, or fill the cell.",
		`"errors":[{"code":"MISSING_CONDITIONAL_REQUIRED_PROPERTY","message":"A value for reason must be provided","context":{"propertyName":["reason"]}}]`: "A value for reason must be provided. The account requires this property beside the value of another one: add it to the mapping, or fill the cell.",
		`"message":"Missing 'Edit Associations' permission."`: "Missing 'Edit Associations' permission. Give the user of this token the permission to edit associations in HubSpot, or use the token of a private app.",
	} {
		a := serve(t, says(400, `{"status":"error","category":"VALIDATION_ERROR",`+said+`}`)).Create(ctx, lineItems(1))
		if a.Outcome != api.Refused || a.Refusal.Message != want {
			t.Errorf("got  %q\nwant %q", a.Refusal.Message, want)
		}
		if (a.Refusal.Code == api.CodeEditAssociations) != strings.Contains(said, "Edit Associations") {
			t.Errorf("%s has the code %s", said, a.Refusal.Code)
		}
	}
}

func TestUnknownVersions(t *testing.T) {
	for _, version := range []string{"v4", "2025-03", "2026-06", "2027-03", "2026-03-beta", "2025-09-beta", "V3", "latest"} {
		_, err := hubspot.New(hubspot.Config{Credentials: hubspot.Static(canary), Version: version})
		if err == nil || !strings.Contains(err.Error(), "v3, 2025-09, 2026-03, 2026-09, 2026-09-beta") {
			t.Errorf("%s: %v", version, err)
		}
	}
}
