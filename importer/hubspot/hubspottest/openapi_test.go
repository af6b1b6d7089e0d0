// Tests against the specification that HubSpot publishes: what is sent and answered here is what it describes.

package hubspottest_test

import (
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/hubspot/internal/openapitest"
)

// versions are those that the program takes. Of the beta there are only the objects' own paths.
var versions = []string{"v3", "2025-09", "2026-03", "2026-09", "2026-09-beta"}

// inVersion turns a path of the v3 API into that of another version.
func inVersion(path, version string) string {
	for _, area := range []string{"objects", "properties", "property-validations", "owners", "pipelines"} {
		if rest, ok := strings.CutPrefix(path, "/crm/v3/"+area); ok && version != "v3" {
			return "/crm/" + area + "/" + version + rest
		}
	}
	if rest, ok := strings.CutPrefix(path, "/crm/v4/associations"); ok && version != "v3" {
		return "/crm/associations/" + version + rest
	}
	if rest, ok := strings.CutPrefix(path, "/crm/associations/v4"); ok && version != "v3" {
		return "/crm/associations/" + version + rest
	}
	if rest, ok := strings.CutPrefix(path, "/oauth/v3"); ok {
		return "/oauth/" + version + rest
	}
	if rest, ok := strings.CutPrefix(path, "/tax-rates/v1"); ok && version >= "2026" && version < "v" {
		return "/tax-rates/" + version + rest
	}
	return strings.Replace(path, "/account-info/v3", "/account-info/"+version, 1)
}

// specFile is the file that describes a part of a version. Associations are v4 beside v3.
func specFile(name, version string) string {
	switch {
	case strings.HasPrefix(name, "associations") && version == "v3":
		version = "v4"
	case name == "tax_rates" && (version == "v3" || version == "2025-09"): // there is none of 2025-09
		version = "v1"
	}
	return name + "." + version + ".json"
}

func TestExchangesFitTheSpecification(t *testing.T) {
	const empty = `"associations":[]`
	good := `{"objectWriteTraceId":"t-1","properties":{"name":"a","price":"1"},` + empty + `}`
	day := `{"objectWriteTraceId":"t-4","properties":{"hs_recurring_billing_start_date":"2026-11-30T10:00:00Z"},` + empty + `}`
	bad := `{"objectWriteTraceId":"t-2","properties":{"what":"a","recurringbillingfrequency":"daily"},` + empty + `}`
	lost := `{"objectWriteTraceId":"t-3","properties":{"name":"a"},"associations":[{"to":{"id":"5"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":20}]}]}`
	updated := func(id, property string) string {
		return `{"id":"` + id + `","properties":{"` + property + `":"b"},"objectWriteTraceId":"` + id + property + `"}`
	}
	const updatePath = "/crm/v3/objects/line_items/batch/update"
	specs := make(map[string]openapitest.Spec)
	for _, x := range []struct {
		name, spec, method, path, body string
		status                         int
	}{
		{"create", "line_items", "POST", createPath, inputs(good), 201},
		{"create in part", "line_items", "POST", createPath, inputs(good, bad, lost), 207},
		{"create refused", "line_items", "POST", createPath, inputs(strings.Replace(bad, `"objectWriteTraceId":"t-2",`, "", 1)), 400},
		{"create of a deal", "deals", "POST", "/crm/v3/objects/0-3/batch/create", inputs(`{"properties":{"dealname":"a"},` + empty + `}`), 201},
		{"read", "line_items", "POST", readPath, `{"inputs":[{"id":"900000000001"}],"properties":["name","description"],"propertiesWithHistory":[]}`, 200},
		{"read by a key", "line_items", "POST", readPath, `{"idProperty":"csv_key","inputs":[{"id":"k"}],"properties":["csv_key"],"propertiesWithHistory":[]}`, 200},
		{"read archived", "line_items", "POST", readPath + "?archived=true", `{"inputs":[{"id":"900000000004"}],"properties":["name"],"propertiesWithHistory":[]}`, 200},
		{"read in part", "line_items", "POST", readPath, `{"idProperty":"hs_object_id","inputs":[{"id":"900000000001"},{"id":"2"}],"properties":[],"propertiesWithHistory":[]}`, 207},
		{"update", "line_items", "POST", updatePath, inputs(updated("900000000001", "name")), 200},
		{"update in part", "line_items", "POST", updatePath, inputs(updated("900000000001", "name"), updated("900000000002", "what"), updated("3", "name")), 207},
		{"update refused", "line_items", "POST", updatePath, inputs(updated("900000000001", "name"), updated("900000000001", "price")), 400},
		{"search", "line_items", "POST", searchPath, `{"filterGroups":[{"filters":[{"propertyName":"name","operator":"IN","values":["row 1","row 2"]}]}],"sorts":[],"properties":["name"],"limit":1,"after":""}`, 200},
		{"search refused", "line_items", "POST", searchPath, `{"filterGroups":[],"sorts":[],"properties":[],"limit":201,"after":""}`, 400},
		{"archive", "line_items", "POST", archivePath, `{"inputs":[{"id":"900000000002"}]}`, 204},
		{"list properties", "properties", "GET", "/crm/v3/properties/line_items", "", 200},
		{"show a property", "properties", "GET", "/crm/v3/properties/line_items/price", "", 200},
		{"show what is not there", "properties", "GET", "/crm/v3/properties/line_items/nonsense", "", 404},
		{"list groups", "properties", "GET", "/crm/v3/properties/line_items/groups", "", 200},
		{"create a property", "properties", "POST", "/crm/v3/properties/line_items", property("new_key", true), 201},
		{"create it again", "properties", "POST", "/crm/v3/properties/line_items", property("csv_key", true), 409},
		{"list rules", "property_validations", "GET", "/crm/v3/property-validations/0-8", "", 200},
		{"read associations", "associations", "POST", itemsPath, ids("900000000003"), 200},
		{"read associations in part", "associations", "POST", itemsPath, ids("900000000003", "1"), 207},
		{"read a page of associations", "associations", "POST", dealsPath, ids("7"), 200},
		{"owners", "owners", "GET", "/crm/v3/owners?limit=1", "", 200},
		{"archived owners", "owners", "GET", "/crm/v3/owners?archived=true&after=&email=gone%40example.com", "", 200},
		{"pipelines", "pipelines", "GET", "/crm/v3/pipelines/deals", "", 200},
		{"tax rates", "tax_rates", "GET", "/tax-rates/v1/tax-rates?limit=1&active=true", "", 200},
		{"association labels", "associations_schema", "GET", "/crm/associations/v4/deals/companies/labels", "", 200},
		{"account details", "account_info", "GET", "/account-info/v3/details", "", 200},
		{"daily usage", "account_info", "GET", "/account-info/v3/api-usage/daily/private-apps", "", 200},
		// A refusal is not as the specification says: {"error":"invalid_grant","status":"BAD_REFRESH_TOKEN", ...} (OAuth guide).
		{"a token", "oauth", "POST", "/oauth/v3/token", "grant_type=refresh_token&client_id=a&client_secret=b&refresh_token=alive", 200},
		{"create with a warning", "line_items", "POST", createPath, inputs(day), 201},
	} {
		for _, version := range versions {
			t.Run(version+" "+x.name, func(t *testing.T) {
				if x.name == "create with a warning" && !strings.HasPrefix(version, "2026-09") {
					t.Skip("an error in this version")
				}
				if version == "2026-09-beta" && x.spec != "line_items" {
					t.Skip("not in the beta")
				}
				file := specFile(x.spec, version)
				s, ok := specs[file]
				if !ok {
					s = openapitest.Load(t, file)
					specs[file] = s
				}
				var config hubspottest.Config
				config.Quirks.Targets, config.AssociationPage = hubspottest.RefuseRow, 1
				if x.spec == "oauth" {
					config.OAuth.RefreshToken = "alive"
				}
				c := serve(t, config)
				if x.spec != "oauth" {
					prepare(t, c)
				}
				contentType := ""
				switch {
				case x.spec == "oauth":
					contentType = "application/x-www-form-urlencoded"
				case x.method == "POST":
					contentType = "application/json"
				}
				path := inVersion(x.path, version)
				in, err := s.Request(x.method, path, contentType, x.body)
				if err != nil {
					t.Fatalf("the test's own request: %v", err)
				}
				status := x.status
				if status == 201 && version == "2025-09" && strings.HasSuffix(path, "/batch/create") {
					status = 200
				}
				a := c.send(x.method, path, contentType, x.body).want(t, status)
				if err := in.Response(a.status, a.header, a.body); err != nil {
					t.Errorf("%v\nin %s", err, a.body)
				}
			})
		}
	}
}

// prepare fills an account with what the exchanges are about.
func prepare(t *testing.T, c *client) {
	t.Helper()
	for _, p := range []hubspottest.Property{{Name: "csv_key", Unique: true}, {Name: "size", Type: "number", Rules: []hubspottest.Rule{{Kind: "MAX_NUMBER", Arguments: []string{"9"}}}}} {
		if err := c.account.AddProperty("line_items", p); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.account.AddRecord("deals", "7", nil); err != nil {
		t.Fatal(err)
	}
	c.create(inputs(untraced("csv_key", "k"), untraced("name", "row 1"), to(20, "7"), untraced("name", "gone"), strings.Replace(to(20, "7"), "{}", `{"name":"row 2"}`, 1))).want(t, 201)
	c.post(archivePath, ids("900000000004")).want(t, 204)
}

// TestTheValidatorBites: an answer with a member that nobody knows, or with one too few, is found.
func TestTheValidatorBites(t *testing.T) {
	s := openapitest.Load(t, "line_items.v3.json")
	body := inputs(`{"properties":{"name":"a"},"associations":[]}`)
	a := serve(t, hubspottest.Config{}).create(body).want(t, 201)
	for old, replacement := range map[string]string{`"archived":false`: `"unheard":false`, `,"archived":false`: ``, `"COMPLETE"`: `"DONE"`} {
		in, err := s.Request("POST", createPath, "application/json", body)
		if err != nil {
			t.Fatal(err)
		}
		wrong := a
		wrong.body = strings.Replace(a.body, old, replacement, 1)
		if wrong.body == a.body || in.Response(wrong.status, wrong.header, wrong.body) == nil {
			t.Errorf("%s instead of %s was not found", replacement, old)
		}
	}
}

// TestRefusesWhatTheSpecificationRefuses sends each body to both. The account is right where the two are known to differ.
func TestRefusesWhatTheSpecificationRefuses(t *testing.T) {
	s := openapitest.Load(t, "line_items.v3.json")
	c := serve(t, hubspottest.Config{Quirks: hubspottest.Quirks{UnknownMembers: true}})
	const to = `{"to":{"id":"1"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":20}]}`
	for _, input := range []string{
		`{"properties":{},"associations":[]}`,
		`{"properties":{"name":"a"},"associations":[` + to + `],"objectWriteTraceId":"1"}`,
		`{"associations":[]}`,
		`{"properties":null,"associations":[]}`,
		`{"properties":[],"associations":[]}`,
		`{"properties":{"name":1},"associations":[]}`,
		`{"properties":{"name":null},"associations":[]}`,
		`{"properties":{},"associations":{}}`,
		`{"properties":{},"associations":["1"]}`,
		`{"properties":{},"associations":[],"objectWriteTraceId":1}`,
		`{"properties":{},"associations":[],"objectWriteTraceID":"1"}`,
		`{"properties":{},"associations":[{"to":{"id":"1"}}]}`,
		`{"properties":{},"associations":[{"types":[]}]}`,
		`{"properties":{},"associations":[` + strings.Replace(to, `"1"`, `1`, 1) + `]}`,
		`{"properties":{},"associations":[` + strings.Replace(to, `20`, `"20"`, 1) + `]}`,
		`{"properties":{},"associations":[` + strings.Replace(to, `20`, `1.5`, 1) + `]}`,
		`{"properties":{},"associations":[` + strings.Replace(to, `HUBSPOT`, `HUBSPOD`, 1) + `]}`,
		`[]`,
		`"a"`,
	} {
		_, err := s.Request("POST", createPath, "application/json", inputs(input))
		a := c.create(inputs(input))
		if (err == nil) != (a.status == 201) {
			t.Errorf("%s: the specification says %v, the account %d %s", input, err, a.status, a.body)
		}
	}
}
