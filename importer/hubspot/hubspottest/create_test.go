// Tests of batch/create: good batches, bad rows, bad bodies.

package hubspottest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

func TestCreateAnswersEachInput(t *testing.T) {
	for _, path := range []string{createPath, "/crm/v3/objects/0-8/batch/create", "/crm/objects/2026-03/line_items/batch/create", "/crm/objects/2026-09-beta/0-8/batch/create"} {
		t.Run(path, func(t *testing.T) {
			c := quirky(t, hubspottest.Quirks{EchoTrace: true})
			a := c.post(path, rows(100)).want(t, http.StatusCreated)
			o := a.outcome(t)
			if o.Status != "COMPLETE" || len(o.Results) != 100 || o.Errors != nil {
				t.Fatalf("status %s, %d results, errors %v", o.Status, len(o.Results), o.Errors)
			}
			byID := make(map[string]hubspottest.Object)
			for truth := range c.account.Objects("line_items") {
				byID[truth.ID] = truth
			}
			inOrder := true
			for i, r := range o.Results {
				truth := byID[r.ID]
				delete(byID, r.ID)
				inOrder = inOrder && r.Trace == fmt.Sprintf("t-%d", i+1)
				if truth.TraceID != r.Trace || "t-"+strings.TrimPrefix(truth.Properties["name"], "row ") != r.Trace {
					t.Errorf("result %v, but the account holds %v", r, truth)
				}
				if r.Properties["name"] != truth.Properties["name"] || r.Properties["price"] != "1.5" || r.Properties["hs_object_id"] != r.ID || len(r.Properties) < 14 {
					t.Errorf("result's properties %v", r.Properties)
				}
			}
			if inOrder {
				t.Error("100 results in the order of the inputs: they should be shuffled")
			}
			if len(byID) != 0 || c.account.Len("0-8") != 100 {
				t.Errorf("%d records without a result of %d", len(byID), c.account.Len("0-8"))
			}
			if got := a.header.Get("Content-Type"); got != "application/json;charset=utf-8" {
				t.Errorf("content type %q", got)
			}
			if len(a.header.Get("x-hubspot-correlation-id")) != 36 {
				t.Errorf("correlation id %q", a.header.Get("x-hubspot-correlation-id"))
			}
		})
	}
}

func TestCreateOfOldVersionIs200(t *testing.T) {
	serve(t, hubspottest.Config{}).post("/crm/objects/2025-09/line_items/batch/create", rows(1)).want(t, http.StatusOK)
}

func TestSeedRepeatsTheOrder(t *testing.T) {
	order := func(seed uint64) (traces []string) {
		for _, r := range serve(t, hubspottest.Config{Seed: seed, Quirks: hubspottest.Quirks{EchoTrace: true}}).create(rows(50)).outcome(t).Results {
			traces = append(traces, r.Trace)
		}
		return traces
	}
	if a, b := order(7), order(7); !slices.Equal(a, b) {
		t.Errorf("one seed, two orders: %v and %v", a, b)
	}
	if a, b := order(7), order(8); slices.Equal(a, b) {
		t.Errorf("two seeds, one order: %v", a)
	}
}

func TestMembersStandInRecordedOrder(t *testing.T) {
	c := quirky(t, hubspottest.Quirks{EchoTrace: true})
	order := func(body string, names ...string) {
		t.Helper()
		at := -1
		for _, name := range names {
			next := strings.Index(body[at+1:], `"`+name+`":`)
			if next < 0 {
				t.Fatalf("no %s after position %d in %s", name, at, body)
			}
			at += next + 1
		}
	}
	body := c.create(inputs(traced("t-1", "name", "a"), traced("t-2", "nonsense", "b"))).want(t, http.StatusMultiStatus).body
	order(body, "completedAt", "status", "startedAt", "results", "id", "properties", "createdAt", "updatedAt", "archived", "objectWriteTraceId", "url", "errors", "numErrors")
	order(body[strings.Index(body, `"errors"`):], "status", "category", "message", "context", "objectWriteTraceId")
	order(c.create(inputs(untraced("nonsense", "b"))).want(t, 400).body, "status", "message", "correlationId", "errors", "category")
}

func TestPartialFailure(t *testing.T) {
	c := serve(t, hubspottest.Config{Account: 77, Quirks: hubspottest.Quirks{EchoTrace: true}})
	o := c.create(inputs(traced("good", "name", "a"), traced("bad", "recurringbillingfrequency", "daily"))).want(t, http.StatusMultiStatus).outcome(t)
	if len(o.Results) != 1 || o.Results[0].Trace != "good" || o.NumErrors != 1 || len(o.Errors) != 1 {
		t.Fatalf("got %+v", o)
	}
	e := o.Errors[0]
	if e.Category != "VALIDATION_ERROR" || !slices.Equal(e.Context["objectWriteTraceId"], []string{"bad"}) {
		t.Errorf("error %+v", e)
	}
	list, ok := strings.CutPrefix(e.Message, "Property values were not valid: ")
	var elements []struct {
		IsValid                                                    bool
		Message, Error, Name, PropertyValue, LocalizedErrorMessage string
		PortalID                                                   int64
	}
	if err := json.Unmarshal([]byte(list), &elements); !ok || err != nil || len(elements) != 1 {
		t.Fatalf("message %q: %v", e.Message, err)
	}
	v := elements[0]
	if v.IsValid || v.Error != "INVALID_OPTION" || v.Name != "recurringbillingfrequency" || v.PropertyValue != "daily" || v.PortalID != 77 {
		t.Errorf("element %+v", v)
	}
	for _, text := range []string{v.Message, v.LocalizedErrorMessage} {
		if !strings.Contains(text, "daily was not one of the allowed options: [weekly, biweekly, monthly") {
			t.Errorf("message %q", text)
		}
	}
	if strings.Contains(c.create(inputs(traced("bad", "nonsense", "1"))).body, `"code"`) {
		t.Error("a row's error has an inner list with codes")
	}
	if c.account.Len("line_items") != 1 {
		t.Errorf("%d records", c.account.Len("line_items"))
	}
}

func TestOneBadRowRefusesTheBatch(t *testing.T) {
	for name, body := range map[string]string{
		"without trace ids":   inputs(untraced("name", "a"), untraced("nonsense", "b")),
		"one trace id absent": inputs(traced("t-1", "name", "a"), untraced("nonsense", "b")),
		"trace ids repeated":  inputs(traced("t-1", "name", "a"), traced("t-1", "nonsense", "b")),
	} {
		t.Run(name, func(t *testing.T) {
			c := serve(t, hubspottest.Config{})
			a := c.create(body).want(t, 400)
			r := a.refusal(t)
			if r.Status != "error" || r.Category != "VALIDATION_ERROR" || r.CorrelationID != a.header.Get("X-HubSpot-Correlation-Id") ||
				len(r.Errors) != 1 || r.Errors[0].Code != "PROPERTY_DOESNT_EXIST" || r.Errors[0].Context["propertyName"][0] != "nonsense" {
				t.Errorf("refusal %+v", r)
			}
			if n := c.account.Len("line_items"); n != 0 {
				t.Errorf("%d records were created", n)
			}
		})
	}
}

func TestInputs(t *testing.T) {
	for name, body := range map[string]string{
		"no body":                   ``,
		"no JSON":                   `inputs`,
		"no end":                    `{"inputs":[{"properties":{"name":"a"`,
		"something after the end":   `{"inputs":[{"properties":{}}]} {}`,
		"an array":                  `[]`,
		"no inputs":                 `{}`,
		"empty inputs":              `{"inputs":[]}`,
		"inputs null":               `{"inputs":null}`,
		"inputs not a list":         `{"inputs":{"properties":{}}}`,
		"input not an object":       `{"inputs":[1]}`,
		"input a list":              `{"inputs":[[{"properties":{}}]]}`,
		"no properties":             `{"inputs":[{"associations":[]}]}`,
		"properties null":           `{"inputs":[{"properties":null}]}`,
		"properties a list":         `{"inputs":[{"properties":[]}]}`,
		"value a number":            `{"inputs":[{"properties":{"price":1}}]}`,
		"value null":                `{"inputs":[{"properties":{"price":null}}]}`,
		"value an object":           `{"inputs":[{"properties":{"price":{}}}]}`,
		"property twice":            `{"inputs":[{"properties":{"name":"a","name":"b"}}]}`,
		"trace id a number":         `{"inputs":[{"properties":{},"objectWriteTraceId":1}]}`,
		"associations an object":    `{"inputs":[{"properties":{},"associations":{}}]}`,
		"association without to":    `{"inputs":[{"properties":{},"associations":[{"types":[]}]}]}`,
		"association without id":    `{"inputs":[{"properties":{},"associations":[{"to":{},"types":[]}]}]}`,
		"association without types": `{"inputs":[{"properties":{},"associations":[{"to":{"id":"1"}}]}]}`,
		"target id a number":        `{"inputs":[{"properties":{},"associations":[{"to":{"id":1},"types":[]}]}]}`,
		"type id a string":          `{"inputs":[{"properties":{},"associations":[{"to":{"id":"1"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":"20"}]}]}]}`,
		"type id a fraction":        `{"inputs":[{"properties":{},"associations":[{"to":{"id":"1"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":20.5}]}]}]}`,
		"type id too big":           `{"inputs":[{"properties":{},"associations":[{"to":{"id":"1"},"types":[{"associationCategory":"USER_DEFINED","associationTypeId":2147483648}]}]}]}`,
		"no type id":                `{"inputs":[{"properties":{},"associations":[{"to":{"id":"1"},"types":[{"associationCategory":"HUBSPOT_DEFINED"}]}]}]}`,
		"no category":               `{"inputs":[{"properties":{},"associations":[{"to":{"id":"1"},"types":[{"associationTypeId":20}]}]}]}`,
		"unknown category":          `{"inputs":[{"properties":{},"associations":[{"to":{"id":"1"},"types":[{"associationCategory":"MINE","associationTypeId":20}]}]}]}`,
		"invalid UTF-8":             "{\"inputs\":[{\"properties\":{\"name\":\"\xff\"}}]}",
		"101 inputs":                rows(101),
	} {
		t.Run(name, func(t *testing.T) {
			c := serve(t, hubspottest.Config{})
			r := c.create(body).want(t, 400).refusal(t)
			if r.Status != "error" || r.Message == "" || r.CorrelationID == "" {
				t.Errorf("refusal %+v", r)
			}
			if n := c.account.Len("line_items"); n != 0 {
				t.Errorf("%d records were created", n)
			}
		})
	}
	for name, body := range map[string]string{
		"no associations":     `{"inputs":[{"properties":{"name":"a"}}]}`,
		"no property":         `{"inputs":[{"properties":{}}]}`,
		"unknown members":     `{"what":[1,{"x":null}],"inputs":[{"properties":{},"also":{"a":[]},"associations":[]}]}`,
		"nulls for absent":    `{"inputs":[{"properties":{},"associations":null,"objectWriteTraceId":null}]}`,
		"escapes, white room": "{ \"inputs\" :\n[ {\"properties\":{\"n\\u0061me\":\"\\ud83d\\ude00\\n\"}} ] }",
	} {
		t.Run(name, func(t *testing.T) {
			serve(t, hubspottest.Config{}).create(body).want(t, http.StatusCreated)
		})
	}
}

func TestMessagesSayWhere(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	for body, category := range map[string]string{`{"inputs":[{}]}`: "VALIDATION_ERROR", `{}`: "VALIDATION_ERROR", `{"inputs":[1]}`: "", `{`: ""} {
		if got := c.create(body).want(t, 400).refusal(t).Category; got != category {
			t.Errorf("%s: category %q, want %q", body, got, category)
		}
	}
	for body, want := range map[string]string{
		"{\"inputs\":\n  [{\"properties\":[]}]}": "Invalid input JSON on line 2, column 18: Cannot deserialize value of type `java.util.LinkedHashMap` from Array value",
		`{"inputs":[{}]}`:                        "Invalid input JSON: some of required attributes are not set [properties]",
		rows(101):                                "The maximum number of inputs supported in a batch is 100. Please reduce the number of items and try again",
	} {
		if got := c.create(body).want(t, 400).refusal(t).Message; !strings.Contains(got, want) {
			t.Errorf("message %q, want %q", got, want)
		}
	}
}

func TestWholeRequestsAreRefused(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	for _, x := range []struct {
		name, method, path, contentType string
		status                          int
	}{
		{"no such path", "POST", "/crm/v3/objects/line_items", "application/json", 404},
		{"no such verb", "POST", "/crm/v3/objects/line_items/batch/upsert", "application/json", 404},
		{"no such type", "POST", "/crm/v3/objects/widgets/batch/create", "application/json", 404},
		{"no such version", "POST", "/crm/objects/v3/line_items/batch/create", "application/json", 404},
		{"root", "GET", "/", "", 404},
		{"wrong method", "GET", createPath, "", 405},
		{"method of another path", "DELETE", "/crm/v3/properties/line_items", "", 405},
		{"no content type", "POST", createPath, "", 415},
		{"form", "POST", createPath, "application/x-www-form-urlencoded", 415},
		{"charset", "POST", createPath, "application/json; charset=utf-8", 201},
	} {
		a := c.send(x.method, x.path, x.contentType, rows(1))
		if a.status != x.status || a.status != 201 && a.refusal(t).Status != "error" {
			t.Errorf("%s: got %d %s, want %d", x.name, a.status, a.body, x.status)
		}
		if a.status == 405 && a.header.Get("Allow") == "" {
			t.Errorf("%s: 405 without Allow", x.name)
		}
	}
}

func TestGzip(t *testing.T) {
	c := serve(t, hubspottest.Config{Gzip: true})
	a := c.create(rows(100)).want(t, 201)
	if len(a.outcome(t).Results) != 100 || a.header.Get("Content-Length") != "" {
		t.Errorf("header %v", a.header)
	}
}
