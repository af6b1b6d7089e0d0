// Request bodies against the API's published description, where that is at hand.

package hubspot_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/go-json-experiment/json"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/internal/openapitest"
	"github.com/hubload/hubload/mapping"
)

// schema returns a schema of a published file.
func schema(t *testing.T, file, name string) *openapi3.Schema {
	t.Helper()
	ref := openapitest.Document(t, file).Components.Schemas[name]
	if ref == nil {
		t.Fatalf("%s has no schema %s", file, name)
	}
	return ref.Value
}

// sent returns the body of the one request that call makes.
func sent(t *testing.T, call func(*hubspot.Client)) []byte {
	t.Helper()
	var body []byte
	call(serve(t, func(_ http.ResponseWriter, r *http.Request) { body, _ = io.ReadAll(r.Body) }))
	return body
}

// conforms checks body against a schema, and that it has no members that the
// schema doesn't know: validation lets those pass.
func conforms(t *testing.T, s *openapi3.Schema, body []byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if err := s.VisitJSON(v); err != nil {
		t.Errorf("%v in %s", err, body)
	}
	strangers(t, s, v)
}

func strangers(t *testing.T, s *openapi3.Schema, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if p := s.Properties[name]; p != nil {
				strangers(t, p.Value, member)
			} else if s.AdditionalProperties.Schema == nil {
				t.Errorf("the schema knows no member %q", name)
			}
		}
	case []any:
		for _, element := range v {
			strangers(t, s.Items.Value, element)
		}
	}
}

func TestRequestsConform(t *testing.T) {
	odd := lineItem("run-\"1\"\u2028", "name", "a\x00\x1f\\\"\u00fc\U0001F600</script>", "price", "")
	odd.Record.Associations = []mapping.Association{
		{To: "deals", ID: "1", Category: "HUBSPOT_DEFINED", TypeID: 20}, {To: "2-1", ID: "2", Category: "USER_DEFINED", TypeID: 123},
	}
	bare := api.Input{Trace: "run-2", Record: &mapping.Record{}}
	for _, file := range []string{"line_items.v3.json", "line_items.2026-03.json"} {
		create := schema(t, file, "BatchInputSimplePublicObjectBatchInputForCreate")
		for name, inputs := range map[string][]api.Input{"100": lineItems(100), "odd": {odd, bare}} {
			t.Run(file+" create "+name, func(t *testing.T) {
				conforms(t, create, sent(t, func(c *hubspot.Client) { c.Create(ctx, inputs) }))
			})
		}
		t.Run(file+" read", func(t *testing.T) {
			conforms(t, schema(t, file, "BatchReadInputSimplePublicObjectId"), sent(t, func(c *hubspot.Client) { c.FindByProperty(ctx, "", "row_key", []string{"a", `"`}) }))
		})
		t.Run(file+" archive", func(t *testing.T) {
			conforms(t, schema(t, file, "BatchInputSimplePublicObjectId"), sent(t, func(c *hubspot.Client) { c.Archive(ctx, []string{"1", "2"}) }))
		})
	}
	t.Run("property", func(t *testing.T) {
		conforms(t, schema(t, "properties.v3.json", "PropertyCreate"), sent(t, func(c *hubspot.Client) {
			c.CreateProperty(ctx, api.NewProperty{GroupName: "lineiteminformation", Name: "k", Label: "K", Description: "d", Type: "string", FieldType: "text", HasUniqueValue: true})
		}))
	})
}

// TestCreateBody: what is sent is what was asked for, byte by byte.
func TestCreateBody(t *testing.T) {
	in := lineItem("run-1", "name", "a\"b\\c\n\u00fc\U0001F600", "price", "")
	in.Record.Associations = []mapping.Association{{To: "deals", ID: "456", Category: "HUBSPOT_DEFINED", TypeID: 20}}
	got := sent(t, func(c *hubspot.Client) {
		c.Create(ctx, []api.Input{in, {Trace: "run-2", Record: &mapping.Record{}}})
	})
	want := `{"inputs":[{"objectWriteTraceId":"run-1","properties":{"name":"a\"b\\c\nü😀","price":""},` +
		`"associations":[{"to":{"id":"456"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":20}]}]},` +
		`{"objectWriteTraceId":"run-2","properties":{},"associations":[]}]}`
	if !bytes.Equal(got, []byte(want)) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
