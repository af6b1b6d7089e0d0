// Owners, pipelines, tax rates and association types, of an account and of answers
// that are odd.

package hubspot_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

func TestSettings(t *testing.T) {
	account := httptest.NewServer(hubspottest.New(hubspottest.Config{
		TaxRates: []hubspottest.TaxRate{{ID: "9", Name: "VAT", Label: "VAT (7.7%)", Percentage: 7.7}, {ID: "10", Name: "Old", Inactive: true}},
		Labels:   []hubspottest.Label{{From: "line_items", To: "deals", ID: 101, BackID: 102, Name: "Extra", Back: "Base"}},
	}))
	t.Cleanup(account.Close)
	for _, version := range []string{"v3", "2025-09", "2026-03", "2026-09", "2026-09-beta"} {
		c := newClient(t, hubspot.Config{BaseURL: account.URL, Version: version})
		owners, next, err := c.Owners(ctx, false, "")
		check(t, err, owners, []api.Owner{{ID: "71", Email: "anna@example.com", FirstName: "Anna", LastName: "Berg"}, {ID: "72", Email: "jun@example.com", FirstName: "Jun", LastName: "Sato"}})
		check(t, err, next, "")
		owners, _, err = c.Owners(ctx, true, "")
		check(t, err, owners, []api.Owner{{ID: "73", Email: "gone@example.com", FirstName: "Lee", LastName: "Gone", Archived: true}})
		rates, next, err := c.TaxRates(ctx, "")
		check(t, err, rates, []api.TaxRate{{ID: "9", Name: "VAT", Label: "VAT (7.7%)", Percentage: "7.7", Active: true}, {ID: "10", Name: "Old", Percentage: "0"}})
		check(t, err, next, "")
		pipelines, err := c.Pipelines(ctx, "tickets")
		check(t, err, pipelines, []api.Pipeline{{ID: "0", Label: "Support pipeline", Stages: []api.Stage{{ID: "1", Label: "New"}, {ID: "2", Label: "Waiting on contact"}, {ID: "3", Label: "Waiting on us"}, {ID: "4", Label: "Closed"}}}})
		types, err := c.AssociationTypes(ctx, "", "deals")
		check(t, err, types, []api.AssociationType{{Category: "HUBSPOT_DEFINED", TypeID: 20}, {Category: "USER_DEFINED", TypeID: 101, Label: "Extra"}})
	}
}

// TestSettingsPages: a list goes on where its answer says so.
func TestSettingsPages(t *testing.T) {
	account := httptest.NewServer(hubspottest.New(hubspottest.Config{TaxRates: make([]hubspottest.TaxRate, 0), Owners: many(501)}))
	t.Cleanup(account.Close)
	c := newClient(t, hubspot.Config{BaseURL: account.URL})
	first, next, err := c.Owners(ctx, false, "")
	if err != nil || len(first) != 500 || next == "" {
		t.Fatalf("%d owners, next %q, %v", len(first), next, err)
	}
	last, next, err := c.Owners(ctx, false, next)
	if err != nil || len(last) != 1 || next != "" || reflect.DeepEqual(first[499], last[0]) {
		t.Fatalf("%d owners, next %q, %v", len(last), next, err)
	}
}

func many(n int) (list []hubspottest.Owner) {
	for i := range n {
		list = append(list, hubspottest.Owner{ID: string(rune('a'+i/100)) + string(rune('a'+i%100))})
	}
	return list
}

func TestSettingsThatCannotBeRead(t *testing.T) {
	for body, calls := range map[string][]func(*hubspot.Client) error{
		`{"results":[],"paging":{"next":{"after":"x"}}}`: {
			func(c *hubspot.Client) error { _, err := c.Pipelines(ctx, "deals"); return err },
			func(c *hubspot.Client) error { _, err := c.AssociationTypes(ctx, "deals", "companies"); return err },
			func(c *hubspot.Client) error { _, _, err := c.Owners(ctx, false, "x"); return err },
		},
		`{}`: {
			func(c *hubspot.Client) error { _, _, err := c.TaxRates(ctx, ""); return err },
		},
	} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) })
		for i, call := range calls {
			var e *hubspot.Error
			if err := call(c); !errors.As(err, &e) {
				t.Errorf("%s, call %d: %v", body, i, err)
			}
		}
	}
	// What has no id, or is archived, is left out; ids may be numbers.
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"results":[{"id":7,"label":"A","stages":[{"id":8,"label":"S"},{"id":9,"archived":true},{}]},{"id":"b","archived":true},{}, 5]}`)
	})
	pipelines, err := c.Pipelines(ctx, "deals")
	check(t, err, pipelines, []api.Pipeline{{ID: "7", Label: "A", Stages: []api.Stage{{ID: "8", Label: "S"}}}})
	if _, err := c.AssociationTypes(ctx, "deals", "no/type"); err == nil {
		t.Error("a type that can't be one was asked for")
	}
}

// TestValidationRules: those of versions that enforce them.
func TestValidationRules(t *testing.T) {
	account := hubspottest.New(hubspottest.Config{})
	if err := account.AddRule("line_items", "price", hubspottest.Rule{Kind: "MAX_NUMBER", Arguments: []string{"9"}}); err != nil {
		t.Fatal(err)
	}
	if account.AddRule("line_items", "nonsense", hubspottest.Rule{}) == nil {
		t.Error("a property that doesn't exist has a rule")
	}
	server := httptest.NewServer(account)
	t.Cleanup(server.Close)
	for version, want := range map[string][]api.ValidationRule{
		"v3": nil, "2025-09": nil, "2026-03": nil,
		"2026-09":      {{Property: "price", Kind: "MAX_NUMBER", Arguments: []string{"9"}}},
		"2026-09-beta": {{Property: "price", Kind: "MAX_NUMBER", Arguments: []string{"9"}}},
	} {
		rules, err := newClient(t, hubspot.Config{BaseURL: server.URL, Version: version}).ValidationRules(ctx)
		check(t, err, rules, want)
	}
}
