// Every request of the client, and its answer, against the specification that HubSpot publishes of every version.

package hubspot_test

import (
	"bytes"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/hubspot/internal/openapitest"
	"github.com/hubload/hubload/mapping"
)

// specFiles say by which file, but for its version, a path is described.
var specFiles = []struct {
	path *regexp.Regexp
	file string
}{
	{regexp.MustCompile(`^/crm/(v3/objects|objects/([^/]+))/line_items/`), "line_items"},
	{regexp.MustCompile(`^/crm/(v3/properties|properties/([^/]+))/`), "properties"},
	{regexp.MustCompile(`^/crm/(v3/property-validations|property-validations/([^/]+))/`), "property_validations"},
	{regexp.MustCompile(`^/crm/(v3/owners|owners/([^/?]+))`), "owners"},
	{regexp.MustCompile(`^/crm/(v3/pipelines|pipelines/([^/]+))/`), "pipelines"},
	{regexp.MustCompile(`^/crm/associations/(([^/]+))/.*/labels$`), "associations_schema"},
	{regexp.MustCompile(`^/crm/(v4/associations|associations/([^/]+))/`), "associations"},
	{regexp.MustCompile(`^/(tax-rates/([^/]+))/`), "tax_rates"},
	{regexp.MustCompile(`^/(account-info/([^/]+))/`), "account_info"},
	{regexp.MustCompile(`^/(oauth/([^/]+))/`), "oauth"},
}

// specFile is the file that describes a path, "" without one.
func specFile(path string) string {
	for _, s := range specFiles {
		if m := s.path.FindStringSubmatch(path); m != nil {
			version := m[2]
			if version == "" {
				version, _, _ = strings.Cut(m[1], "/") // the old paths have it first
			}
			return s.file + "." + version + ".json"
		}
	}
	return ""
}

// A specTransport is an account whose exchanges are held against the specification.
type specTransport struct {
	t       *testing.T
	account http.RoundTripper
	specs   map[string]openapitest.Spec
	calls   int
}

func (s *specTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	s.calls++
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	resp, err := s.account.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(answer))

	what := r.Method + " " + r.URL.Path
	// Records of deals are described as line items are, but not in all versions.
	path := strings.NewReplacer("/deals/batch/read", "/line_items/batch/read", "/deals/search", "/line_items/search").Replace(r.URL.RequestURI())
	file := specFile(path)
	if file == "" {
		s.t.Errorf("%s: no specification has this path", what)
		return resp, nil
	}
	spec, ok := s.specs[file]
	if !ok {
		spec = openapitest.Load(s.t, file)
		s.specs[file] = spec
	}
	exchange, err := spec.Request(r.Method, path, r.Header.Get("Content-Type"), string(body))
	if err != nil {
		s.t.Errorf("%s doesn't fit %s: %v in %s", what, file, err, body)
	}
	if exchange != nil {
		if err := exchange.Response(resp.StatusCode, resp.Header, string(answer)); err != nil {
			s.t.Errorf("the answer to %s doesn't fit %s: %v in %s", what, file, err, answer)
		}
	}
	return resp, nil
}

// clientCalls are calls of each method of a client that sends a request.
var clientCalls = map[string]func(*hubspot.Client) error{
	"Create": func(c *hubspot.Client) error {
		odd := lineItem("run-\"1\"\u2028", "name", "a\x00\x1f\\\"\u00fc\U0001F600</script>", "price", "")
		odd.Record.Associations = []mapping.Association{{To: "deals", ID: "7", Category: "HUBSPOT_DEFINED", TypeID: 20}}
		bad := lineItem("run-2", "price", "much", "what", "x")
		return c.Create(ctx, []api.Input{odd, bad, {Trace: "run-3", Record: &mapping.Record{}}}).Err
	},
	"Update": func(c *hubspot.Client) error {
		price := func(value string) *mapping.Record {
			return &mapping.Record{Properties: []mapping.Property{{Name: "price", Value: value}, {Name: "name", Value: ""}}}
		}
		return c.Update(ctx, []api.Input{{Trace: "run-1", ID: "500", Record: price("2")}, {Trace: "run-2", ID: "3", Record: price("3")}}).Err
	},
	"Archive": func(c *hubspot.Client) error { return c.Archive(ctx, []string{"500", "2"}).Err },
	"Unique":  func(c *hubspot.Client) error { _, err := c.Unique(ctx, "deals", "dealname"); return err },
	"FindByProperty": func(c *hubspot.Client) error {
		_, err := c.FindByProperty(ctx, "", "row_key", []string{"k", "none"})
		if err == nil {
			_, err = c.FindByProperty(ctx, "deals", "", []string{"7", "8"})
		}
		return err
	},
	"Search": func(c *hubspot.Client) error {
		_, err := c.Search(ctx, "deals", "dealname", []string{"a", "b"})
		return err
	},
	"AssociatedIDs": func(c *hubspot.Client) error {
		_, err := c.AssociatedIDs(ctx, "deals", []api.Page{{ID: "7"}, {ID: "8"}})
		return err
	},
	"ReadProperties": func(c *hubspot.Client) error {
		_, err := c.ReadProperties(ctx, "", []string{"500", "3"}, []string{"name", "price"})
		if err == nil {
			_, err = c.ReadProperties(ctx, "row_key", []string{"k", "none"}, []string{"name", "price"})
		}
		return err
	},
	"Account":    func(c *hubspot.Client) error { _, err := c.Account(ctx); return err },
	"DailyUsage": func(c *hubspot.Client) error { _, err := c.DailyUsage(ctx); return err },
	"Properties": func(c *hubspot.Client) error { _, err := c.Properties(ctx); return err },
	"SensitiveProperties": func(c *hubspot.Client) error {
		_, err := c.SensitiveProperties(ctx, false)
		if err == nil {
			_, err = c.SensitiveProperties(ctx, true)
		}
		return err
	},
	"Property": func(c *hubspot.Client) error { _, err := c.Property(ctx, "price"); return err },
	"CreateProperty": func(c *hubspot.Client) error {
		_, err := c.CreateProperty(ctx, api.NewProperty{GroupName: "lineiteminformation", Name: "k", Label: "K", Description: "d", Type: "string", FieldType: "text", HasUniqueValue: true})
		return err
	},
	"ValidationRules":  func(c *hubspot.Client) error { _, err := c.ValidationRules(ctx); return err },
	"AssociationTypes": func(c *hubspot.Client) error { _, err := c.AssociationTypes(ctx, "", "deals"); return err },
	"Pipelines":        func(c *hubspot.Client) error { _, err := c.Pipelines(ctx, "deals"); return err },
	"TaxRates":         func(c *hubspot.Client) error { _, _, err := c.TaxRates(ctx, ""); return err },
	"Owners": func(c *hubspot.Client) error {
		_, _, err := c.Owners(ctx, true, "")
		if err == nil {
			_, _, err = c.Owners(ctx, false, "71")
		}
		return err
	},
}

func TestRequestsAndAnswersFitTheSpecification(t *testing.T) {
	silent := []string{"Renew", "ClockSkew"} // they send nothing, Renew but what OAuth sends
	for i := range reflect.TypeFor[*hubspot.Client]().NumMethod() {
		if name := reflect.TypeFor[*hubspot.Client]().Method(i).Name; clientCalls[name] == nil && !slices.Contains(silent, name) {
			t.Errorf("%s isn't held against the specification", name)
		}
	}
	for _, version := range []string{"v3", "2025-09", "2026-03", "2026-09", "2026-09-beta"} {
		t.Run(version, func(t *testing.T) {
			account := hubspottest.New(hubspottest.Config{
				OAuth:  hubspottest.OAuth{RefreshToken: "alive"},
				Quirks: hubspottest.Quirks{Targets: hubspottest.RefuseRow},
			})
			for _, err := range []error{
				account.AddProperty("line_items", hubspottest.Property{Name: "row_key", Unique: true}),
				second(account.AddRecord("deals", "7", map[string]string{"dealname": "a"})),
				second(account.AddRecord("line_items", "500", map[string]string{"name": "a", "row_key": "k"})),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			transport := &specTransport{t: t, account: account, specs: map[string]openapitest.Spec{}}
			c := newClient(t, hubspot.Config{
				Version: version, KeyProperty: "row_key", Transport: transport,
				Credentials: hubspot.OAuth(hubspot.OAuthConfig{ClientID: "a", ClientSecret: "b", RefreshToken: "alive", Version: version, Transport: transport}),
			})
			for name, call := range clientCalls {
				before := transport.calls
				if err := call(c); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if transport.calls == before && name != "ValidationRules" {
					t.Errorf("%s sent nothing", name)
				}
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }
