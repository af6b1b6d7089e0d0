// Tests of search: what is found, the limits, the scopes, the lag.

package hubspottest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

const (
	searchPath   = "/crm/v3/objects/line_items/search"
	productsPath = "/crm/v3/objects/products/search"
)

// withProducts adds products with these SKUs.
func withProducts(t *testing.T, c *client, skus ...string) {
	t.Helper()
	for i, sku := range skus {
		if _, err := c.account.AddRecord("products", fmt.Sprint(i+1), map[string]string{"hs_sku": sku}); err != nil {
			t.Fatal(err)
		}
	}
}

// found are the ids in the answer to a search.
func (a answer) found(t *testing.T) (ids []string, total int, after string) {
	t.Helper()
	var o struct {
		Total   int
		Results []struct{ ID string }
		Paging  struct{ Next struct{ After string } }
	}
	a.want(t, 200).read(t, &o)
	for _, r := range o.Results {
		ids = append(ids, r.ID)
	}
	return ids, o.Total, o.Paging.Next.After
}

func skus(values ...string) string {
	list, _ := json.Marshal(values)
	return `{"filterGroups":[{"filters":[{"propertyName":"hs_sku","operator":"IN","values":` + string(list) + `}]}],"properties":["hs_sku"],"limit":200}`
}

func TestSearch(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	withProducts(t, c, "a", "B", "b", "c", "")
	for _, tt := range []struct {
		name, body string
		ids        []string
	}{
		{"small letters", skus("a", "b"), []string{"1", "2", "3"}},
		{"capitals find nothing", skus("A", "B"), nil},
		{"equal", `{"filterGroups":[{"filters":[{"propertyName":"hs_sku","operator":"EQ","value":"B"}]}]}`, []string{"2", "3"}},
		{"by id", `{"filterGroups":[{"filters":[{"propertyName":"hs_object_id","operator":"IN","values":["1","9"]}]}]}`, []string{"1"}},
		{"both", `{"filterGroups":[{"filters":[{"propertyName":"hs_sku","operator":"EQ","value":"b"},{"propertyName":"hs_object_id","operator":"EQ","value":"3"}]}]}`, []string{"3"}},
		{"either", `{"filterGroups":[{"filters":[{"propertyName":"hs_sku","operator":"EQ","value":"a"}]},{"filters":[{"propertyName":"hs_sku","operator":"EQ","value":"c"}]}]}`, []string{"1", "4"}},
		{"everything", `{}`, []string{"1", "2", "3", "4", "5"}},
	} {
		for _, path := range []string{productsPath, "/crm/objects/2026-03/0-7/search"} {
			if ids, total, after := c.post(path, tt.body).found(t); !slices.Equal(ids, tt.ids) || total != len(ids) || after != "" {
				t.Errorf("%s: %v of %d, after %q; want %v", tt.name, ids, total, after, tt.ids)
			}
		}
	}
	ids, total, after := c.post(productsPath, `{"limit":3}`).found(t)
	if len(ids) != 3 || total != 5 || after != "3" {
		t.Errorf("%v of %d, after %q", ids, total, after)
	}
	if ids, _, after := c.post(productsPath, `{"limit":3,"after":"`+after+`"}`).found(t); !slices.Equal(ids, []string{"4", "5"}) || after != "" {
		t.Errorf("%v, after %q", ids, after)
	}
	exact := serve(t, hubspottest.Config{Quirks: hubspottest.Quirks{SearchExact: true}})
	withProducts(t, exact, "a", "B", "b")
	if ids, _, _ := exact.post(productsPath, skus("a", "B")).found(t); !slices.Equal(ids, []string{"1", "2"}) {
		t.Errorf("to the letter: %v", ids)
	}
}

func TestSearchRefuses(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	filter := `{"propertyName":"hs_sku","operator":"EQ","value":"a"}`
	group := func(n int) string { return `{"filters":[` + strings.Repeat(filter+",", n-1) + filter + `]}` }
	groups := func(n, of int) string {
		return `{"filterGroups":[` + strings.Repeat(group(of)+",", n-1) + group(of) + `]}`
	}
	many := strings.Split(strings.Repeat("a", 101), "")
	for name, body := range map[string]string{
		"no JSON":               `{`,
		"a limit of 201":        `{"limit":201}`,
		"a limit of 0":          `{"limit":0}`,
		"a cursor of its own":   `{"after":"x"}`,
		"beyond 10,000":         `{"after":"9900","limit":200}`,
		"3,001 characters":      `{"properties":["` + strings.Repeat("ü", 3001-18) + `"]}`,
		"6 groups":              groups(6, 1),
		"7 filters":             groups(1, 7),
		"20 filters":            groups(5, 4),
		"no property":           `{"filterGroups":[{"filters":[{"operator":"EQ","value":"a"}]}]}`,
		"IN without values":     `{"filterGroups":[{"filters":[{"propertyName":"hs_sku","operator":"IN","value":"a"}]}]}`,
		"101 values":            skus(many...),
		"an operator":           `{"filterGroups":[{"filters":[{"propertyName":"hs_sku","operator":"SAME","value":"a"}]}]}`,
		"a property of its own": `{"filterGroups":[{"filters":[{"propertyName":"sku","operator":"EQ","value":"a"}]}]}`,
		"values that are one":   `{"filterGroups":[{"filters":[{"propertyName":"hs_sku","operator":"IN","values":"a"}]}]}`,
	} {
		if a := c.post(productsPath, body); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	c.post("/crm/v3/objects/nothings/search", `{}`).want(t, 404)
	c.get(productsPath).want(t, 405)
}

func TestSearchHasALimitOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bare(t, hubspottest.Config{Limit: 2, Per: 10 * time.Second, Daily: 3, Searches: 5})
		for range 5 {
			if a := c.post(productsPath, `{}`).want(t, 200); a.header.Get("X-HubSpot-RateLimit-Max")+a.header.Get("X-HubSpot-RateLimit-Daily") != "" {
				t.Errorf("a search with headers of the limit: %v", a.header)
			}
		}
		a := c.post(productsPath, `{}`).want(t, http.StatusTooManyRequests)
		if !strings.Contains(a.body, `"policyName":"SECONDLY"`) || a.header.Get("X-HubSpot-RateLimit-Max") != "" {
			t.Errorf("%s %v", a.body, a.header)
		}
		// Creates are let in all the same.
		if a := c.create(rows(1)).want(t, 201); a.header.Get("X-HubSpot-RateLimit-Remaining") != "1" {
			t.Errorf("%v", a.header)
		}
		time.Sleep(time.Second)
		c.post(productsPath, `{}`).want(t, 200)
		if most := c.account.MaxInWindow(); most != 1 {
			t.Errorf("%d requests in a window, and one wasn't a search", most)
		}
	})
}

func TestSearchLags(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bare(t, hubspottest.Config{Quirks: hubspottest.Quirks{SearchLag: 20 * time.Second}})
		withProducts(t, c, "a")
		if ids, _, _ := c.post(productsPath, skus("a")).found(t); ids != nil {
			t.Errorf("found at once: %v", ids)
		}
		c.post("/crm/v3/objects/products/batch/read", `{"inputs":[{"id":"1"}]}`).want(t, 200)
		time.Sleep(20 * time.Second)
		if ids, _, _ := c.post(productsPath, skus("a")).found(t); !slices.Equal(ids, []string{"1"}) {
			t.Errorf("found after the lag: %v", ids)
		}
	})
}

func TestOtherTypesNeedTheirScopes(t *testing.T) {
	c := serve(t, hubspottest.Config{Scopes: []string{"crm.objects.line_items.write", "crm.objects.line_items.read"}})
	for _, path := range []string{productsPath, "/crm/v3/objects/deals/batch/read", "/crm/objects/2026-03/deals/search"} {
		if a := c.post(path, `{"inputs":[]}`).want(t, 403); !strings.Contains(a.body, "crm.objects.") || strings.Contains(a.body, "line_items") {
			t.Errorf("%s: %s", path, a.body)
		}
	}
	c.get("/crm/v3/properties/deals/amount").want(t, 403)
	c.post(searchPath, `{}`).want(t, 200)
}

func TestProductsHaveNoUniqueProperties(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	if err := c.account.AddProperty("products", hubspottest.Property{Name: "key", Unique: true}); err == nil {
		t.Error("products got a unique property")
	}
	c.post("/crm/v3/properties/products", strings.Replace(property("csv_key", true), "lineitem", "product", 1)).want(t, 400)
	c.post("/crm/v3/properties/products", strings.Replace(property("csv_key", false), "lineitem", "product", 1)).want(t, 201)
	if a := c.post("/crm/v3/objects/products/batch/read", `{"idProperty":"hs_sku","inputs":[{"id":"a"}]}`).want(t, 400); !strings.Contains(a.body, "non-unique") {
		t.Errorf("%s", a.body)
	}
	if _, err := c.account.AddRecord("products", "", map[string]string{"hs_sku": "a"}); err != nil {
		t.Error(err)
	}
}
