// Tests against the specification that HubSpot publishes: what is sent and answered here is what it describes.

package hubspottest_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// A spec validates exchanges by one of the published files.
type spec struct{ router routers.Router }

// loadSpec reads a file of the folder HUBLOAD_OPENAPI_DIR, or of shared/openapi beside the repository.
// The files are not part of the repository: the test is skipped where they are not.
func loadSpec(t *testing.T, name string) spec {
	t.Helper()
	dir := os.Getenv("HUBLOAD_OPENAPI_DIR")
	if dir == "" {
		root, err := filepath.Abs(".")
		if err != nil {
			t.Fatal(err)
		}
		for root != filepath.Dir(root) {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
			root = filepath.Dir(root)
		}
		dir = filepath.Join(root, "..", "shared", "openapi")
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Skipf("no specification: %v", err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	// The file's own examples do not fit its schemas.
	if err := doc.Validate(context.Background(), openapi3.DisableExamplesValidation()); err != nil {
		t.Fatal(err)
	}
	tighten(doc)
	doc.Servers = nil
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation())
	if err != nil {
		t.Fatal(err)
	}
	return spec{router}
}

// tighten makes members that a schema does not list an error, and lifts the two demands that recorded answers do not meet:
// errors of a 207 come without errors and links, and those of a whole request have a status.
func tighten(doc *openapi3.T) {
	closed := false
	for name, ref := range doc.Components.Schemas {
		s := ref.Value
		switch name {
		case "StandardError":
			s.Required = []string{"category", "message", "status", "context"}
		case "Error":
			s.Properties["status"] = openapi3.NewSchemaRef("", openapi3.NewStringSchema())
		}
		if len(s.Properties) > 0 {
			s.AdditionalProperties = openapi3.AdditionalProperties{Has: &closed}
		}
	}
}

func (s spec) request(method, path, contentType, body string) (*openapi3filter.RequestValidationInput, error) {
	r, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", contentType)
	route, params, err := s.router.FindRoute(r)
	if err != nil {
		return nil, err
	}
	in := &openapi3filter.RequestValidationInput{
		Request: r, Route: route, PathParams: params,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true},
	}
	return in, openapi3filter.ValidateRequest(context.Background(), in)
}

func (s spec) response(in *openapi3filter.RequestValidationInput, a answer) error {
	return openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: a.status, Header: a.header,
		Body:    io.NopCloser(bytes.NewReader([]byte(a.body))),
		Options: &openapi3filter.Options{IncludeResponseStatus: false, MultiError: true},
	})
}

func TestExchangesFitTheSpecification(t *testing.T) {
	const empty = `"associations":[]`
	good := `{"objectWriteTraceId":"t-1","properties":{"name":"a","price":"1"},` + empty + `}`
	bad := `{"objectWriteTraceId":"t-2","properties":{"what":"a","recurringbillingfrequency":"daily"},` + empty + `}`
	lost := `{"objectWriteTraceId":"t-3","properties":{"name":"a"},"associations":[{"to":{"id":"5"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":20}]}]}`
	dated := func(path string) string {
		return strings.Replace(strings.Replace(path, "/crm/v3/objects", "/crm/objects/2026-03", 1), "/crm/v3/properties", "/crm/properties/2026-03", 1)
	}
	specs := make(map[string]spec)
	for _, x := range []struct {
		name, spec, method, path, body string
		status                         int
	}{
		{"create", "line_items", "POST", createPath, inputs(good), 201},
		{"create in part", "line_items", "POST", createPath, inputs(good, bad, lost), 207},
		{"create refused", "line_items", "POST", createPath, inputs(strings.Replace(bad, `"objectWriteTraceId":"t-2",`, "", 1)), 400},
		{"read", "line_items", "POST", readPath, `{"inputs":[{"id":"900000000001"}],"properties":["name","description"],"propertiesWithHistory":[]}`, 200},
		{"read in part", "line_items", "POST", readPath, `{"idProperty":"hs_object_id","inputs":[{"id":"900000000001"},{"id":"2"}],"properties":[],"propertiesWithHistory":[]}`, 207},
		{"search", "line_items", "POST", searchPath, `{"filterGroups":[{"filters":[{"propertyName":"name","operator":"IN","values":["row 1","row 2"]}]}],"sorts":[],"properties":["name"],"limit":1,"after":""}`, 200},
		{"search refused", "line_items", "POST", searchPath, `{"filterGroups":[],"sorts":[],"properties":[],"limit":201,"after":""}`, 400},
		{"archive", "line_items", "POST", archivePath, `{"inputs":[{"id":"900000000002"}]}`, 204},
		{"list properties", "properties", "GET", "/crm/v3/properties/line_items", "", 200},
		{"show a property", "properties", "GET", "/crm/v3/properties/line_items/price", "", 200},
		{"show what is not there", "properties", "GET", "/crm/v3/properties/line_items/nonsense", "", 404},
		{"create a property", "properties", "POST", "/crm/v3/properties/line_items", property("csv_key", true), 201},
		{"create it again", "properties", "POST", "/crm/v3/properties/line_items", property("csv_key", true), 409},
	} {
		for _, version := range []string{"v3", "2026-03"} {
			t.Run(version+" "+x.name, func(t *testing.T) {
				if version != "v3" && x.spec == "properties" {
					t.Skip("there is no dated file of the properties")
				}
				file := x.spec + "." + version + ".json"
				s, ok := specs[file]
				if !ok {
					s = loadSpec(t, file)
					specs[file] = s
				}
				path := x.path
				if version != "v3" {
					path = dated(path)
				}
				c := serve(t, hubspottest.Config{Quirks: hubspottest.Quirks{Targets: hubspottest.RefuseRow}})
				if x.spec == "line_items" && !strings.HasSuffix(x.path, "create") || x.status == 409 {
					c.create(rows(2)).want(t, 201)
					c.post("/crm/v3/properties/line_items", property("csv_key", true)).want(t, 201)
				}
				contentType := ""
				if x.method == "POST" {
					contentType = "application/json"
				}
				in, err := s.request(x.method, path, contentType, x.body)
				if err != nil {
					t.Fatalf("the test's own request: %v", err)
				}
				a := c.send(x.method, path, contentType, x.body).want(t, x.status)
				if err := s.response(in, a); err != nil {
					t.Errorf("%v\nin %s", err, a.body)
				}
			})
		}
	}
}

// TestTheValidatorBites: an answer with a member that nobody knows, or with one too few, is found.
func TestTheValidatorBites(t *testing.T) {
	s := loadSpec(t, "line_items.v3.json")
	body := inputs(`{"properties":{"name":"a"},"associations":[]}`)
	a := serve(t, hubspottest.Config{}).create(body).want(t, 201)
	for old, replacement := range map[string]string{`"archived":false`: `"unheard":false`, `,"archived":false`: ``, `"COMPLETE"`: `"DONE"`} {
		in, err := s.request("POST", createPath, "application/json", body)
		if err != nil {
			t.Fatal(err)
		}
		wrong := a
		wrong.body = strings.Replace(a.body, old, replacement, 1)
		if wrong.body == a.body || s.response(in, wrong) == nil {
			t.Errorf("%s instead of %s was not found", replacement, old)
		}
	}
}

// TestRefusesWhatTheSpecificationRefuses sends each body to both. The account is right where the two are known to differ.
func TestRefusesWhatTheSpecificationRefuses(t *testing.T) {
	s := loadSpec(t, "line_items.v3.json")
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
		_, err := s.request("POST", createPath, "application/json", inputs(input))
		a := c.create(inputs(input))
		if (err == nil) != (a.status == 201) {
			t.Errorf("%s: the specification says %v, the account %d %s", input, err, a.status, a.body)
		}
	}
}
