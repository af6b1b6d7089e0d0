// The request that changes records.

package hubspot_test

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/mapping"
)

// A change goes through the sandbox, which takes what the published schema allows: its
// id, its properties and its trace, and no associations.
func TestUpdate(t *testing.T) {
	account := hubspottest.New(hubspottest.Config{Quirks: hubspottest.Quirks{EchoTrace: true}})
	server := httptest.NewServer(account)
	defer server.Close()
	for _, version := range []string{"v3", "2026-03", "2026-09"} {
		c, err := hubspot.New(hubspot.Config{BaseURL: server.URL, Version: version, Credentials: hubspot.Static(canary)})
		if err != nil {
			t.Fatal(err)
		}
		created := c.Create(ctx, []api.Input{lineItem("a", "name", "Bicycle", "price", "10"), lineItem("b", "name", "Bell", "price", "2")})
		ids := map[string]string{}
		for _, r := range created.Created {
			ids[r.Trace] = r.ID
		}
		change := func(trace, id string, properties ...mapping.Property) api.Input {
			return api.Input{Trace: trace, ID: id, Record: &mapping.Record{Properties: properties, Associations: []mapping.Association{{ID: "1"}}}}
		}
		ans := c.Update(ctx, []api.Input{
			change("a", ids["a"], mapping.Property{Name: "price", Value: "11"}),
			change("b", ids["b"], mapping.Property{Name: "price", Value: "two"}),
			change("c", "99", mapping.Property{Name: "price", Value: "3"}),
		})
		if ans.Outcome != api.Answered || len(ans.Created) != 1 || ans.Created[0].ID != ids["a"] || ans.Created[0].Trace != "a" {
			t.Fatalf("%s: %+v", version, ans)
		}
		var refused, unnamed int
		for _, f := range ans.Failures {
			switch {
			case reflect.DeepEqual(f.Traces, []string{"b"}) && f.Property == "price" && !strings.Contains(f.Message, "two"):
				refused++
			case len(f.Traces) == 0 && f.Code == "OBJECT_NOT_FOUND":
				unnamed++
			}
		}
		if refused != 1 || unnamed != 1 || ans.Completeness.Unnamed != 1 {
			t.Errorf("%s: %+v", version, ans.Failures)
		}
		records, err := c.ReadProperties(ctx, "hs_object_id", []string{ids["a"], ids["b"], "99"}, []string{"name", "price"})
		want := map[string]api.Record{
			ids["a"]: {ID: ids["a"], Properties: map[string]string{"name": "Bicycle", "price": "11"}},
			ids["b"]: {ID: ids["b"], Properties: map[string]string{"name": "Bell", "price": "2"}},
		}
		if err != nil || !reflect.DeepEqual(records, want) {
			t.Errorf("%s: %+v, %v", version, records, err)
		}
	}
}

func TestReadPropertiesByAUniqueOne(t *testing.T) {
	rec := func(id, key string) string {
		return `{"id":"` + id + `","properties":{"row_key":"` + key + `","price":"1"}}`
	}
	for name, tt := range map[string]struct {
		results string
		want    map[string]api.Record // nil: an error
	}{
		"in other letters": {rec("1", "K-1 "), map[string]api.Record{"k-1": {ID: "1", Properties: map[string]string{"price": "1"}}}},
		"to the letter":    {rec("1", "K-1") + "," + rec("2", "k-1"), map[string]api.Record{"k-1": {ID: "2", Properties: map[string]string{"price": "1"}}}},
		"twice":            {rec("1", "k-1") + "," + rec("2", "k-1"), nil},
		"another's":        {rec("1", "k-2"), nil},
	} {
		got, err := serve(t, says(http.StatusOK, `{"status":"COMPLETE","results":[`+tt.results+`]}`)).ReadProperties(ctx, "row_key", []string{"k-1"}, []string{"price"})
		if tt.want == nil && err == nil || tt.want != nil && (err != nil || !reflect.DeepEqual(got, tt.want)) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
