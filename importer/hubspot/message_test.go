// Messages: short, readable, without values, whatever HubSpot's looked like.

package hubspot_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

// invalidOption is a message as HubSpot writes it for a value that is no option
// of an enumeration of n: a JSON list inside of the text, which names the
// options twice and runs to 7 kB for 46 of them.
func invalidOption(property, value string, n int) string {
	var dump, list []string
	for i := range n {
		dump = append(dump, fmt.Sprintf("label: \"Industry, no. %d\"\nvalue: \"INDUSTRY_%d\"\ndisplay_order: %d\nhidden: false\nread_only: false\ndescription: \"\"\nicon: \"\"\n", i, i, i))
		list = append(list, fmt.Sprintf("INDUSTRY_%d", i))
	}
	items, err := json.Marshal([]any{embedded{
		Message:       value + " was not one of the allowed options: [" + strings.Join(dump, ", ") + "]",
		Error:         "INVALID_OPTION",
		Name:          property,
		PropertyValue: value,
		Localized:     value + " was not one of the allowed options: [" + strings.Join(list, ", ") + "]",
		PortalID:      62515,
	}})
	if err != nil {
		panic(err)
	}
	return "Property values were not valid: " + string(items)
}

type embedded struct {
	IsValid       bool   `json:"isValid"`
	Message       string `json:"message"`
	Error         string `json:"error"`
	Name          string `json:"name"`
	PropertyValue string `json:"propertyValue"`
	Localized     string `json:"localizedErrorMessage"`
	PortalID      int    `json:"portalId"`
}

// fail sends in and returns the failure of an answer whose error has this
// message.
func fail(t *testing.T, in api.Input, message string) api.Failure {
	t.Helper()
	quoted, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"status":"COMPLETE","results":[],"errors":[{"status":"error","category":"VALIDATION_ERROR","message":%s,"context":{"objectWriteTraceId":[%q]}}],"numErrors":1}`, quoted, in.Trace)
	a := serve(t, says(207, body)).Create(ctx, []api.Input{in})
	if a.Outcome != api.Answered || len(a.Failures) != 1 || len(a.Failures[0].Traces) != 1 {
		t.Fatalf("message %.80q: %+v", message, a)
	}
	return a.Failures[0]
}

func TestInvalidOptionOf7KB(t *testing.T) {
	message := invalidOption("industry", "Spätzle & Söhne", 46)
	if len(message) < 7000 {
		t.Fatalf("the fixture has %d bytes, want 7 kB", len(message))
	}
	f := fail(t, lineItem("run-1", "name", "x", "industry", "Spätzle & Söhne"), message)
	wanted := api.Failure{
		Traces: []string{"run-1"}, Code: "INVALID_OPTION", Property: "industry",
		Message: "{value} was not one of the allowed options: INDUSTRY_0, INDUSTRY_1, INDUSTRY_2, INDUSTRY_3, INDUSTRY_4, INDUSTRY_5, INDUSTRY_6, INDUSTRY_7 (and 38 more).",
	}
	if fmt.Sprint(f) != fmt.Sprint(wanted) {
		t.Errorf("got  %+v\nwant %+v", f, wanted)
	}
}

// TestInvalidOptionCutAnywhere: HubSpot cuts long messages at any byte.
func TestInvalidOptionCutAnywhere(t *testing.T) {
	const value = "Spätzle & Söhne"
	in := lineItem("run-1", "industry", value)
	message := invalidOption("industry", value, 40)
	known := strings.Index(message, `"error":"INVALID_OPTION"`) + len(`"error":"INVALID_OPTION"`)
	named := strings.Index(message, `"name":"industry"`) + len(`"name":"industry"`)
	var inputs []string
	for cut := 0; cut < len(message); cut += 13 {
		inputs = append(inputs, message[:cut])
	}
	for cut := known - 3; cut < named+3; cut++ {
		inputs = append(inputs, message[:cut])
	}
	for _, m := range inputs {
		f := fail(t, in, strings.ToValidUTF8(m, "\uFFFD"))
		code, property := "VALIDATION_ERROR", ""
		if len(m) >= known {
			code = "INVALID_OPTION"
		}
		if len(m) >= named {
			property = "industry"
		}
		if f.Code != code || f.Property != property {
			t.Errorf("cut at %d of %d: %s of %q, want %s of %q", len(m), len(message), f.Code, f.Property, code, property)
		}
		if n := utf8.RuneCountInString(f.Message); n == 0 || n > 300 || strings.ContainsAny(f.Message, "\n\\") {
			t.Errorf("cut at %d: message %q", len(m), f.Message)
		}
		if strings.Contains(f.Message, "Spätz") {
			t.Errorf("cut at %d: the value stands in %q", len(m), f.Message)
		}
	}
	f := fail(t, in, message[:2000])
	const wanted = "{value of industry} was not one of the allowed options: INDUSTRY_0, INDUSTRY_1, INDUSTRY_2, INDUSTRY_3, INDUSTRY_4, INDUSTRY_5, INDUSTRY_6, INDUSTRY_7 (and more)."
	if f.Message != wanted {
		t.Errorf("got  %q\nwant %q", f.Message, wanted)
	}
}

func TestMessages(t *testing.T) {
	row := lineItem("run-1", "name", "Hosting (yearly)", "price", "12x", "quantity", "many", "hs_sku", "A-1", "description", "value", "long", "A very long text that HubSpot will not repeat whole", "copy", "Hosting (yearly)")
	row.Record.Associations = []mapping.Association{{To: "deals", ID: "38374264688"}, {To: "quotes", ID: "99"}}
	for _, tt := range []struct {
		name, err string // err: an element of errors, without its context
		code      string
		property  string
		message   string
		conflict  bool
	}{
		{
			"an error inside", `"category":"VALIDATION_ERROR","message":"Property values were not valid: [{\"name\":\"other\"}]","errors":[{"message":"12x was not a valid long.","code":"INVALID_LONG","context":{"propertyName":["price"]}}]`,
			"INVALID_LONG", "price", "{value} was not a valid long.", false,
		},
		{
			"several errors inside", `"category":"VALIDATION_ERROR","message":"x","errors":[{"message":"12x was not a valid number","code":"INVALID_DOUBLE","context":{"propertyName":["price"]}},{"message":"many was not a valid long","code":"INVALID_LONG","context":{"propertyName":["quantity"]}},{"code":"READ_ONLY_VALUE","context":{"propertyName":["amount"]}},{"code":"B","context":{"propertyName":["b"]}},{"code":"C","context":{"propertyName":["c"]}}]`,
			"INVALID_DOUBLE", "price", "{value} was not a valid number; refused too: quantity (INVALID_LONG), amount (READ_ONLY_VALUE), b (B) and 1 more.", false,
		},
		{
			"the documented 207", `"category":"VALIDATION_ERROR","message":"Property values were not valid: [{\"isValid\":false,\"message\":\"Property \\\"missing\\\" does not exist\",\"error\":\"PROPERTY_DOESNT_EXIST\",\"name\":\"missing\",\"localizedErrorMessage\":\"...\",\"portalId\":891936587}]"`,
			"PROPERTY_DOESNT_EXIST", "missing", `Property "missing" does not exist.`, false,
		},
		{
			"two in the list", `"category":"VALIDATION_ERROR","message":"Property values were not valid: [{\"message\":\"12x was not a valid number.\",\"error\":\"INVALID_DOUBLE\",\"name\":\"price\"},{\"message\":\"many is bad\",\"error\":\"INVALID_LONG\",\"name\":\"quantity\"}]"`,
			"INVALID_DOUBLE", "price", "{value} was not a valid number; refused too: quantity (INVALID_LONG).", false,
		},
		{
			"plain options", `"category":"VALIDATION_ERROR","message":"Property values were not valid: [{\"message\":\"many was not one of the allowed options: [A, B, C]\",\"error\":\"INVALID_OPTION\",\"name\":\"quantity\"}]"`,
			"INVALID_OPTION", "quantity", "{value} was not one of the allowed options: A, B, C.", false,
		},
		{
			"only a category", `"category":"VALIDATION_ERROR","message":"Something about Hosting (yearly) and A-1"`,
			"VALIDATION_ERROR", "", "Something about {value of name} and A-1.", false,
		},
		{"nothing at all", ``, "HTTP_207", "", "HubSpot refused it and gave no reason (HTTP_207).", false},
		{
			"a value that is taken", `"category":"VALIDATION_ERROR","message":"x","errors":[{"code":"CONFLICTING_UNIQUE_VALUE","message":"A-1 is taken","context":{"propertyName":["hs_sku"]}}]`,
			"CONFLICTING_UNIQUE_VALUE", "hs_sku", "{value} is taken.", true,
		},
		{
			"a value that is taken, in words", `"category":"VALIDATION_ERROR","message":"Object 12 already has that value."`,
			"VALIDATION_ERROR", "", "Object 12 already has that {value of description}.", true,
		},
		{"a record that exists", `"category":"OBJECT_ALREADY_EXISTS","message":"It exists"`, "OBJECT_ALREADY_EXISTS", "", "It exists.", true},
		{
			"an association", `"category":"VALIDATION_ERROR","message":"One or more associations are invalid","context":{"INVALID_OBJECT_IDS":["DEAL=38374264688 is not valid"],"objectWriteTraceId":["run-1"]}`,
			"VALIDATION_ERROR", "deals", "One or more associations are invalid: DEAL={value} is not valid.", false,
		},
		{
			"a value cut by HubSpot", `"category":"VALIDATION_ERROR","message":"A very long text that Hub... is too long"`,
			"VALIDATION_ERROR", "", "{value of long}... is too long.", false,
		},
		{
			"a value called value", `"category":"X","message":"value and 12x","errors":[{"code":"C","message":"value and 12x","context":{"propertyName":["price"]}}]`,
			"C", "price", "{value of description} and {value}.", false,
		},
		{
			"two properties of one value", `"category":"X","message":"x","errors":[{"code":"C","message":"bad: Hosting (yearly)","context":{"propertyName":["copy"]}}]`,
			"C", "copy", "bad: {value}.", false,
		},
		{
			"within words", `"category":"X","message":"Manymany 12xx, germany, many"`,
			"X", "", "Manymany 12xx, germany, {value of quantity}.", false,
		},
		{
			"a terminal's commands", `"category":"X","message":"red \u001b[31m\u202e\u0000 line\r\n\t two \u009b"`,
			"X", "", "red [31m line two.", false,
		},
		{
			"hostile names", `"category":"=cmd|' /C calc'!A0","message":"x","errors":[{"code":"a b","context":{"propertyName":["x\u001b"]},"message":"y"}]`,
			"HTTP_207", "", "y.", false,
		},
		{"wrong types", `"category":5,"message":["x"],"context":7,"errors":{"code":"A"},"subCategory":[]`, "HTTP_207", "", "HubSpot refused it and gave no reason (HTTP_207).", false},
		{
			"numbers for texts", `"category":"X","message":"m","errors":[{"code":7,"message":null,"context":{"propertyName":"price"}},5,null]`,
			"X", "price", "m.", false,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := serve(t, says(207, `{"status":"COMPLETE","results":[],"errors":[{`+tt.err+`}]}`)).Create(ctx, []api.Input{row})
			if a.Outcome != api.Answered || len(a.Failures) != 1 {
				t.Fatalf("%+v", a)
			}
			f := a.Failures[0]
			if f.Code != tt.code || f.Property != tt.property || f.Message != tt.message || f.Conflict != tt.conflict {
				t.Errorf("got  %s of %q, conflict %t: %q\nwant %s of %q, conflict %t: %q", f.Code, f.Property, f.Conflict, f.Message, tt.code, tt.property, tt.conflict, tt.message)
			}
		})
	}
}

// TestOneMessagePerRow: an error that names several rows has the values of each
// cut out.
func TestOneMessagePerRow(t *testing.T) {
	inputs := []api.Input{lineItem("a", "name", "Bicycle"), lineItem("b", "name", "Tricycle")}
	a := serve(t, says(207, `{"errors":[{"category":"X","message":"Bicycle or Tricycle","errors":[{"code":"C","message":"Bicycle or Tricycle","context":{"propertyName":["name"]}}],"context":{"objectWriteTraceId":["a","b"]}}]}`)).Create(ctx, inputs)
	if len(a.Failures) != 2 || a.Failures[0].Message != "{value} or Tricycle." || a.Failures[1].Message != "Bicycle or {value}." {
		t.Errorf("%+v", a.Failures)
	}
}

// TestWholeBatchRefused: the message may be about any row.
func TestWholeBatchRefused(t *testing.T) {
	inputs := []api.Input{lineItem("a", "name", "Bicycle"), lineItem("b", "name", "Tricycle", "hs_sku", "SKU-77")}
	a := serve(t, says(400, `{"category":"VALIDATION_ERROR","message":"m","errors":[{"code":"C","message":"Tricycle SKU-77 Bicycle","context":{"propertyName":["name"]}}]}`)).Create(ctx, inputs)
	if a.Refusal.Message != "{value} {value of hs_sku} {value}." || strings.Contains(a.Err.Error(), "Bicycle") {
		t.Errorf("%+v", a)
	}
}

func TestLongMessages(t *testing.T) {
	long := strings.Repeat("wörter ", 100)
	f := fail(t, lineItem("a", "name", "Bicycle"), strings.Repeat("x", 285)+" Bicycle")
	if !strings.HasSuffix(f.Message, "x...") {
		t.Errorf("a placeholder is cut in two: %q", f.Message)
	}
	f = fail(t, lineItem("a", "name", long), "a"+long)
	if n := utf8.RuneCountInString(f.Message); n > 300 || !utf8.ValidString(f.Message) {
		t.Errorf("%d characters: %q", n, f.Message)
	}
}
