// Tests of owners, pipelines, tax rates and association labels.

package hubspottest_test

import (
	"fmt"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// settings is what the tests read of such a list.
type settings struct {
	Results []struct {
		ID, Email, Label, Name, Category string
		TypeID                           int
		Stages                           []struct{ ID, Label string }
		PercentageRate                   float64
		Active                           bool
	}
	Paging struct{ Next struct{ After string } }
}

func TestSettings(t *testing.T) {
	c := serve(t, hubspottest.Config{Labels: []hubspottest.Label{{From: "deals", To: "0-2", ID: 101, BackID: 102, Name: "Reseller", Back: "Resold"}}})
	for path, want := range map[string]string{
		"/crm/v3/owners":                                         "71=anna@example.com 72=jun@example.com ",
		"/crm/owners/2026-09?archived=true":                      "73=gone@example.com ",
		"/crm/v3/owners?email=JUN@example.com":                   "72=jun@example.com ",
		"/crm/v3/owners?limit=1":                                 "71=anna@example.com next=71",
		"/crm/v3/owners?limit=1&after=71":                        "72=jun@example.com ",
		"/tax-rates/v1/tax-rates?active=true&limit=2":            "81=19 82=7 next=82",
		"/tax-rates/2026-09/tax-rates?active=false":              "84=16 ",
		"/crm/v3/pipelines/tickets":                              "0=Support pipeline(1=New 2=Waiting on contact 3=Waiting on us 4=Closed ) ",
		"/crm/pipelines/2026-03/line_items":                      "",
		"/crm/associations/v4/deals/companies/labels":            "HUBSPOT_DEFINED5=Primary HUBSPOT_DEFINED341= USER_DEFINED101=Reseller ",
		"/crm/v4/associations/companies/deals/labels":            "HUBSPOT_DEFINED6=Primary HUBSPOT_DEFINED342= USER_DEFINED102=Resold ",
		"/crm/associations/2025-09/line_items/deals/labels":      "HUBSPOT_DEFINED20= ",
		"/crm/associations/2026-09/companies/companies/labels":   "HUBSPOT_DEFINED13=Child Company HUBSPOT_DEFINED14=Parent Company HUBSPOT_DEFINED450= ",
		"/crm/associations/2026-09/contacts/appointments/labels": "HUBSPOT_DEFINED907= ",
	} {
		var got settings
		c.get(path).want(t, 200).read(t, &got)
		text := ""
		for _, r := range got.Results {
			switch {
			case r.TypeID != 0:
				text += fmt.Sprintf("%s%d=%s ", r.Category, r.TypeID, r.Label)
			case r.Stages != nil:
				text += r.ID + "=" + r.Label + "("
				for _, s := range r.Stages {
					text += s.ID + "=" + s.Label + " "
				}
				text += ") "
			case r.Email != "":
				text += r.ID + "=" + r.Email + " "
			default:
				text += fmt.Sprintf("%s=%g ", r.ID, r.PercentageRate)
			}
		}
		if next := got.Paging.Next.After; next != "" {
			text += "next=" + next
		}
		if text != want {
			t.Errorf("%s: got %q, want %q", path, text, want)
		}
	}
	for path, status := range map[string]int{
		"/crm/v3/owners?limit=501": 400, "/crm/v3/owners?after=7": 400, "/tax-rates/2025-09/tax-rates": 404, "/tax-rates/v3/tax-rates": 404,
		"/crm/v3/owners/71/x": 404, "/crm/v3/pipelines/nonsense": 404, "/crm/associations/v4/deals/nonsense/labels": 404,
	} {
		c.get(path).want(t, status)
	}
}

// TestLabelledAssociations: a record is found from the other side by the id of the way back.
func TestLabelledAssociations(t *testing.T) {
	c := serve(t, hubspottest.Config{Labels: []hubspottest.Label{{From: "contacts", To: "companies", ID: 101, BackID: 102, Name: "Boss", Back: "Led by"}}})
	c.post("/crm/v3/objects/contacts/batch/create", inputs(`{"properties":{"email":"a@example.com"},"associations":[{"to":{"id":"7"},"types":[{"associationCategory":"USER_DEFINED","associationTypeId":101}]}]}`)).want(t, 201)
	var got struct {
		Results []struct {
			To []struct{ AssociationTypes []struct{ TypeID int } }
		}
	}
	c.post("/crm/v4/associations/companies/contacts/batch/read", ids("7")).want(t, 200).read(t, &got)
	if len(got.Results) != 1 || got.Results[0].To[0].AssociationTypes[0].TypeID != 102 {
		t.Errorf("got %+v", got)
	}
	// A type that leads from elsewhere is refused, one that nobody here knows is not.
	for id, status := range map[string]int{"20": 400, "4": 201, "9999": 201} {
		c.post("/crm/v3/objects/contacts/batch/create", inputs(`{"properties":{},"associations":[{"to":{"id":"7"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":`+id+`}]}]}`)).want(t, status)
	}
}

func TestSettingsNeedTheirScopes(t *testing.T) {
	c := serve(t, hubspottest.Config{Scopes: []string{"crm.objects.line_items.write", "crm.objects.owners.read"}})
	c.get("/crm/v3/owners").want(t, 200)
	for _, path := range []string{"/tax-rates/v1/tax-rates", "/crm/v3/pipelines/deals", "/crm/associations/v4/line_items/deals/labels"} {
		c.get(path).want(t, 403)
	}
}
