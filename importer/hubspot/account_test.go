// The account, its quota and its property definitions.

package hubspot_test

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
)

func TestReads(t *testing.T) {
	answers := map[string]string{
		"GET /crm-gate/account-info/v3/details":                      `{"portalId":62515,"accountType":"STANDARD","timeZone":"Asia/Tokyo","companyCurrency":"JPY","additionalCurrencies":[],"uiDomain":"app.hubspot.com"}`,
		"GET /crm-gate/account-info/v3/api-usage/daily/private-apps": `{"results":[{"name":"private-apps-api-calls-daily","usageLimit":625000,"currentUsage":17,"collectedAt":"2026-06-24T09:00:00Z","fetchStatus":"SUCCESS","resetsAt":"2026-06-24T15:00:00.000Z"}]}`,
		"GET /crm-gate/crm/v3/properties/line_items":                 `{"results":[{"name":"price","label":"Unit price","type":"number","fieldType":"number","options":[],"modificationMetadata":{"readOnlyValue":false}},{"name":"amount","calculated":true,"type":"number","modificationMetadata":{"readOnlyValue":true}},{"name":"f","type":"enumeration","options":[{"label":"Monthly","value":"monthly","hidden":false},{"label":"Old","value":"old","hidden":true}],"hasUniqueValue":true}]}`,
		"GET /crm-gate/crm/v3/properties/line_items/price":           `{"name":"price","type":"number","archived":true,"hidden":true,"hubspotDefined":true,"externalOptions":true,"description":"d","groupName":"g"}`,
		"GET /crm-gate/crm/v3/properties/line_items/a%2F..%2Fb":      `{"name":"a/../b"}`,
		`POST /crm-gate/crm/v3/properties/line_items {"groupName":"lineiteminformation","name":"row_key","label":"Row key","type":"string","fieldType":"text","hasUniqueValue":true}`: `{"name":"row_key","hasUniqueValue":true}`,
	}
	c := newClient(t, hubspot.Config{BaseURL: handler(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		call := strings.TrimSpace(r.Method + " " + r.URL.EscapedPath() + " " + string(body))
		answer, ok := answers[call]
		if !ok {
			t.Errorf("unknown call %s", call)
		}
		if got := r.Header.Get("Authorization"); got != "Bearer "+canary {
			t.Errorf("authorization %q", got)
		}
		io.WriteString(w, answer)
	}) + "/crm-gate/"})

	account, err := c.Account(ctx)
	check(t, err, account, api.Account{PortalID: 62515, TimeZone: "Asia/Tokyo", CompanyCurrency: "JPY", UIDomain: "app.hubspot.com", AccountType: "STANDARD"})
	usage, err := c.DailyUsage(ctx)
	check(t, err, usage, api.Usage{Limit: 625000, Current: 17, ResetsAt: time.Date(2026, 6, 24, 15, 0, 0, 0, time.UTC)})
	all, err := c.Properties(ctx)
	check(t, err, all, []api.Property{
		{Name: "price", Label: "Unit price", Type: "number", FieldType: "number"},
		{Name: "amount", Type: "number", Calculated: true, ReadOnly: true},
		{Name: "f", Type: "enumeration", HasUniqueValue: true, Options: []api.Option{{Label: "Monthly", Value: "monthly"}, {Label: "Old", Value: "old", Hidden: true}}},
	})
	p, err := c.Property(ctx, "price")
	check(t, err, p, api.Property{Name: "price", Type: "number", Archived: true, Hidden: true, HubSpotDefined: true, ExternalOptions: true, Description: "d", GroupName: "g"})
	p, err = c.Property(ctx, "a/../b")
	check(t, err, p, api.Property{Name: "a/../b"})
	p, err = c.CreateProperty(ctx, api.NewProperty{GroupName: "lineiteminformation", Name: "row_key", Label: "Row key", Type: "string", FieldType: "text", HasUniqueValue: true})
	check(t, err, p, api.Property{Name: "row_key", HasUniqueValue: true})
}

func check(t *testing.T, err error, got, want any) {
	t.Helper()
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestReadErrors(t *testing.T) {
	for _, tt := range []struct {
		name      string
		status    int
		body      string
		temporary bool
		text      string
	}{
		{"absent", 404, `{"status":"error","message":"property x doesn't exist","correlationId":"c-1","category":"OBJECT_NOT_FOUND"}`, false, "HubSpot answered 404 OBJECT_NOT_FOUND: property x doesn't exist (correlation id c-1)"},
		{"scopes", 403, `{"status":"error","message":"This app hasn't been granted all required scopes.","errors":[{"message":"One or more","context":{"requiredGranularScopes":["a.read","b.read"]}}],"category":"MISSING_SCOPES"}`, false, "HubSpot answered 403 MISSING_SCOPES: This app hasn't been granted all required scopes (needs a.read, b.read)"},
		{"HTML", 502, `<html>secret</html>`, true, "HubSpot answered 502 Bad Gateway"},
		{"limit", 429, `{"message":"You have reached your daily limit.","policyName":"DAILY"}`, true, "HubSpot answered 429 DAILY: You have reached your daily limit"},
		{"no account", 200, `{"timeZone":"UTC"}`, true, "HubSpot answered 200 OK: the answer names no account"},
		{"not JSON", 200, `hello`, true, "HubSpot answered 200 OK: the answer can't be read: it is not a JSON object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := serve(t, says(tt.status, tt.body)).Account(ctx)
			var e *hubspot.Error
			if !errors.As(err, &e) || e.Status != tt.status || e.Temporary() != tt.temporary || e.Error() != tt.text {
				t.Errorf("%#v, temporary %t\n%v\nwant %s", err, e.Temporary(), err, tt.text)
			}
		})
	}
	var e *hubspot.Error
	c := serve(t, says(200, `{"results":[]}`))
	if _, err := c.DailyUsage(ctx); err == nil {
		t.Error("a usage without a limit is no error")
	}
	if _, err := c.CreateProperty(ctx, api.NewProperty{Name: "x"}); err == nil {
		t.Error("a created property without a name is no error")
	}
	for _, name := range []string{"", ".", ".."} {
		var e *hubspot.Error
		if _, err := c.Property(ctx, name); !errors.As(err, &e) || e.Status != 404 {
			t.Errorf("property %q: %v", name, err)
		}
	}
	if _, err := serve(t, says(403, "")).Account(ctx); !errors.As(err, &e) || e.Untrusted() || !e.Forbidden() {
		t.Errorf("a missing scope: %#v", err)
	}
	lost, _ := raw(t, hubspot.Config{}, answerWith(""))
	if _, err := lost.Account(ctx); !errors.As(err, &e) || e.Untrusted() || e.Status != 0 || !e.Temporary() || e.Err == nil {
		t.Errorf("no answer: %#v", err)
	}
}

func TestVersions(t *testing.T) {
	var paths []string
	base := handler(t, func(w http.ResponseWriter, r *http.Request) { paths = append(paths, r.URL.Path) })
	c := newClient(t, hubspot.Config{BaseURL: base, Version: "2026-03", Object: "0-8"})
	c.Create(ctx, lineItems(1))
	c.FindByProperty(ctx, "", "k", []string{"a"})
	c.Properties(ctx)
	c.Account(ctx)
	c.DailyUsage(ctx)
	want := []string{
		"/crm/objects/2026-03/0-8/batch/create", "/crm/objects/2026-03/0-8/batch/read", "/crm/properties/2026-03/0-8",
		"/account-info/2026-03/details", "/account-info/2026-03/api-usage/daily/private-apps",
	}
	if !reflect.DeepEqual(paths, want) {
		t.Errorf("%q, want %q", paths, want)
	}
}
