// Finding records of other types: every value accounted for, or an error; and what fits into a search.

package hubspot_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

type holds = map[string][]string

// deal is a result of a read or a search.
func deal(id, key string) string {
	return fmt.Sprintf(`{"id":%q,"properties":{"createdate":"2026-06-24T09:00:00.012Z","key":%q},"archived":false}`, id, key)
}

func absent(values ...string) string {
	list, _ := json.Marshal(values)
	return `{"status":"error","category":"OBJECT_NOT_FOUND","message":"Could not get some DEAL objects, they may be deleted or not exist.","context":{"ids":` + string(list) + `}}`
}

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   holds // nil: an error
	}{
		{"all there", 200, `{"status":"COMPLETE","results":[` + deal("2", "b") + "," + deal("1", "a") + `]}`, holds{"a": {"1"}, "b": {"2"}}},
		{"folded", 200, `{"status":"COMPLETE","results":[` + deal("2", " B") + "," + deal("1", "A ") + `]}`, holds{"a": {"1"}, "b": {"2"}}},
		{"one absent", 207, `{"status":"COMPLETE","results":[` + deal("1", "a") + `],"numErrors":1,"errors":[` + absent("b") + `]}`, holds{"a": {"1"}}},
		{"both absent", 207, `{"status":"COMPLETE","results":[],"numErrors":1,"errors":[` + absent("b", "a") + `]}`, holds{}},
		{"absent, counted and not named", 207, `{"results":[],"numErrors":2,"errors":[{"category":"OBJECT_NOT_FOUND","message":"x"}]}`, holds{}},
		{"two for one", 200, `{"results":[` + deal("1", "a") + "," + deal("2", "A") + "," + deal("3", "b") + `]}`, holds{"a": {"1"}, "b": {"3"}}},
		{"two folded", 200, `{"results":[` + deal("1", "A") + "," + deal("2", "A ") + "," + deal("3", "b") + `]}`, holds{"a": {"1", "2"}, "b": {"3"}}},
		{"one twice", 200, `{"results":[` + deal("1", "a") + "," + deal("1", "a") + "," + deal("3", "b") + `]}`, holds{"a": {"1"}, "b": {"3"}}},

		{"a shortfall", 200, `{"status":"COMPLETE","results":[` + deal("1", "a") + `]}`, nil},
		{"nothing at all", 200, `{"status":"COMPLETE","results":[]}`, nil},
		{"found and absent", 207, `{"results":[` + deal("1", "a") + "," + deal("2", "b") + `],"numErrors":1,"errors":[` + absent("b") + `]}`, nil},
		{"not asked for", 200, `{"results":[` + deal("1", "a") + "," + deal("2", "b") + "," + deal("3", "c") + `]}`, nil},
		{"without the value", 200, `{"results":[{"id":"1","properties":{}},` + deal("2", "b") + `]}`, nil},
		{"without an id", 200, `{"results":[` + deal("x", "a") + "," + deal("2", "b") + `]}`, nil},
		{"another error", 207, `{"results":[` + deal("1", "a") + `],"errors":[{"category":"INTERNAL_ERROR","message":"x","context":{"ids":["b"]}}]}`, nil},
		{"not final", 200, `{"status":"PENDING","results":[]}`, nil},
		{"no list", 200, `{"status":"COMPLETE"}`, nil},
		{"HTML", 200, `<html>`, nil},
		{"500", 500, `{"status":"error","message":"x"}`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := serve(t, says(tt.status, tt.body, "X-HubSpot-RateLimit-Max", "190", "X-HubSpot-RateLimit-Interval-Milliseconds", "10000")).FindByProperty(ctx, "deals", "key", []string{"a", "b"})
			if tt.want == nil {
				var failure *hubspot.Error
				if !errors.As(err, &failure) || !failure.Temporary() {
					t.Errorf("got %+v, %v; want an error that may pass", m, err)
				}
				return
			}
			if err != nil || m.Complete != 2 || !reflect.DeepEqual(m.IDs, tt.want) || m.Rate.Limit.N != 190 {
				t.Errorf("got %+v, %v; want %v", m, err, tt.want)
			}
		})
	}
}

func TestMatchIDs(t *testing.T) {
	body := `{"status":"COMPLETE","results":[{"id":"17","properties":{}}],"numErrors":1,"errors":[` + absent("18") + `]}`
	m, err := serve(t, says(207, body)).FindByProperty(ctx, "deals", "", []string{"17", "18"})
	if err != nil || !reflect.DeepEqual(m.IDs, holds{"17": {"17"}}) {
		t.Errorf("got %+v, %v", m, err)
	}
}

func TestSearch(t *testing.T) {
	found := func(total int, deals ...string) string {
		return fmt.Sprintf(`{"total":%d,"results":[%s]}`, total, strings.Join(deals, ","))
	}
	for _, tt := range []struct {
		name   string
		values []string
		body   string
		asked  int
		want   holds // nil, with asked 0: an error, or too many
	}{
		{"found", []string{"a", "b"}, found(1, deal("1", "a")), 2, holds{"a": {"1"}}},
		{"nothing", []string{"a", "b"}, found(0), 2, holds{}},
		{"several", []string{"a", "b"}, found(3, deal("1", "a"), deal("2", "a"), deal("3", "B")), 2, holds{"a": {"1", "2"}, "b": {"3"}}},
		{"to the letter first", []string{"Ab"}, found(3, deal("1", "ab"), deal("2", "Ab"), deal("3", "AB")), 1, holds{"Ab": {"2"}}},
		{"folded and several", []string{"Ab"}, found(2, deal("1", "ab"), deal("3", "AB")), 1, holds{"Ab": {"1", "3"}}},
		{"an index that lags", []string{"a"}, found(2, deal("1", "a"), deal("3", "x")), 1, holds{"a": {"1"}}},
		{"too many", []string{"a", "b"}, found(201, deal("1", "a")), 0, nil},
		{"too many for one", []string{"a"}, found(201, deal("1", "a"), deal("2", "A")), 1, holds{"a": {"1", "2"}}},

		{"too many of others", []string{"a"}, found(201, deal("1", "x"), deal("2", "a")), -1, nil},
		{"counted and not there", []string{"a", "b"}, found(2), -1, nil},
		{"more than counted", []string{"a"}, found(1, deal("1", "a"), deal("2", "a")), -1, nil},
		{"not counted", []string{"a"}, `{"results":[]}`, -1, nil},
		{"no list", []string{"a"}, `{"total":0}`, -1, nil},
		{"without an id", []string{"a"}, found(1, deal("", "a")), -1, nil},
		{"cut", []string{"a"}, `{"total":1,"results":[`, -1, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := serve(t, says(200, tt.body)).Search(ctx, "deals", "key", tt.values)
			if tt.asked < 0 {
				var failure *hubspot.Error
				if !errors.As(err, &failure) || !failure.Temporary() {
					t.Errorf("got %+v, %v; want an error that may pass", m, err)
				}
				return
			}
			if err != nil || m.Complete != tt.asked || !reflect.DeepEqual(m.IDs, tt.want) || m.Rate.Remaining != -1 {
				t.Errorf("got %+v, %v; want %d, %v", m, err, tt.asked, tt.want)
			}
		})
	}
}

// What a search asks for fits into HubSpot's limits, whatever the values.
func TestSearchFits(t *testing.T) {
	var body []byte
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		io.WriteString(w, `{"total":0,"results":[]}`)
	})
	for name, tt := range map[string]struct {
		value string
		least int
	}{
		"short":    {"sku %d", 100},
		"capitals": {"SKU %d", 50},
		"middling": {strings.Repeat("x", 90) + "%d", 20},
		"wide":     {strings.Repeat("é", 900) + "%d", 2},
		"longest":  {strings.Repeat("É", 995) + "%d", 1},
	} {
		values := make([]string, 100)
		for i := range values {
			values[i] = fmt.Sprintf(tt.value, i)
		}
		m, err := c.Search(ctx, "products", "hs_sku", values)
		if err != nil || m.Complete < tt.least {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
		var sent struct {
			FilterGroups []struct{ Filters []struct{ Values []string } }
		}
		if err := json.Unmarshal(body, &sent); err != nil {
			t.Fatal(err)
		}
		if n, v := utf8.RuneCount(body), len(sent.FilterGroups[0].Filters[0].Values); n > 3000 || v > 100 || v < m.Complete {
			t.Errorf("%s: %d characters, %d values for %d", name, n, v, m.Complete)
		}
	}
}

// Against an account, by either version's paths.
func TestMatchInAnAccount(t *testing.T) {
	for _, quirks := range []hubspottest.Quirks{{ExactUnique: true}, {UnknownMembers: true}, {SearchExact: true}} {
		for _, version := range []string{"v3", "2026-03"} {
			account := hubspottest.New(hubspottest.Config{Quirks: quirks, Scopes: []string{
				"crm.objects.line_items.read", "crm.objects.deals.read", "crm.objects.products.read", "crm.objects.contacts.read",
			}})
			server := httptest.NewServer(account)
			t.Cleanup(server.Close)
			c := newClient(t, hubspot.Config{BaseURL: server.URL, Version: version})
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			must(account.AddProperty("deals", hubspottest.Property{Name: "external_id", Unique: true}))
			for id, value := range map[string]string{"1": "A-1", "2": "A-2"} {
				_, err := account.AddRecord("deals", id, map[string]string{"external_id": value})
				must(err)
			}
			for id, value := range map[string]string{"1": "s-1", "2": "S-2", "3": "twice", "4": "twice"} {
				_, err := account.AddRecord("products", id, map[string]string{"hs_sku": value})
				must(err)
			}
			for of, want := range map[[2]string]bool{{"deals", "external_id"}: true, {"deals", "dealname"}: false, {"products", "hs_sku"}: false, {"contacts", "email"}: true} {
				if unique, err := c.Unique(ctx, of[0], of[1]); err != nil || unique != want {
					t.Errorf("%v: unique %t, %v", of, unique, err)
				}
			}
			var failure *hubspot.Error
			if _, err := c.Unique(ctx, "deals", "nonsense"); !errors.As(err, &failure) || failure.Status != 404 {
				t.Errorf("a property that isn't there: %v", err)
			}
			if _, err := c.FindByProperty(ctx, "quotes", "key", []string{"a"}); !errors.As(err, &failure) || !failure.Forbidden() {
				t.Errorf("without the scope: %v", err)
			}
			if _, err := c.Search(ctx, "quotes", "key", []string{"a"}); !errors.As(err, &failure) || !failure.Forbidden() {
				t.Errorf("without the scope: %v", err)
			}
			for _, to := range []string{"../deals", "nothings"} {
				if _, err := c.FindByProperty(ctx, to, "key", []string{"a"}); !errors.As(err, &failure) || failure.Status != 404 {
					t.Errorf("type %q: %v", to, err)
				}
			}
			m, err := c.FindByProperty(ctx, "deals", "external_id", []string{"A-1", "A-2", "A-3"})
			must(err)
			if want := (holds{"A-1": {"1"}, "A-2": {"2"}}); !reflect.DeepEqual(m.IDs, want) {
				t.Errorf("%v, want %v", m.IDs, want)
			}
			m, err = c.FindByProperty(ctx, "deals", "", []string{"1", "9"})
			must(err)
			if want := (holds{"1": {"1"}}); !reflect.DeepEqual(m.IDs, want) {
				t.Errorf("%v, want %v", m.IDs, want)
			}
			m, err = c.Search(ctx, "products", "hs_sku", []string{"s-1", "S-2", "twice", "none"})
			must(err)
			slices.Sort(m.IDs["twice"]) // they were added in no order
			if want := (holds{"s-1": {"1"}, "S-2": {"2"}, "twice": {"3", "4"}}); !reflect.DeepEqual(m.IDs, want) || m.Complete != 4 {
				t.Errorf("%v, want %v", m, want)
			}
		}
	}
}

func TestSearchConforms(t *testing.T) {
	s := schema(t, "line_items.v3.json", "PublicObjectSearchRequest")
	conforms(t, s, sent(t, func(c *hubspot.Client) { c.Search(ctx, "deals", "key", []string{"a", "B"}) }))
	s = schema(t, "line_items.v3.json", "BatchReadInputSimplePublicObjectId")
	conforms(t, s, sent(t, func(c *hubspot.Client) { c.FindByProperty(ctx, "deals", "key", []string{"a", "B"}) }))
	conforms(t, s, sent(t, func(c *hubspot.Client) { c.FindByProperty(ctx, "deals", "", []string{"1", "2"}) }))
}
