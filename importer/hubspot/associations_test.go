// Reading what belongs to a record: complete, or an error.

package hubspot_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/mapping"
)

var _ api.ReadError = (*hubspot.Error)(nil)

func unrelated(id string) string {
	return `{"status":"error","category":"OBJECT_NOT_FOUND","subCategory":"crm.associations.NO_ASSOCIATIONS_FOUND","message":"No line item is associated with deal ` + id + `.","context":{"fromObjectId":["` + id + `"]}}`
}

// first are the first pages of the lists of ids.
func first(ids ...string) (pages []api.Page) {
	for _, id := range ids {
		pages = append(pages, api.Page{ID: id})
	}
	return pages
}

func TestRelated(t *testing.T) {
	type lists = map[string][]string
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   lists // nil: an error
	}{
		{"numbers", 200, `{"status":"COMPLETE","results":[{"from":{"id":"2"},"to":[{"toObjectId":21,"associationTypes":[]}]},{"from":{"id":"1"},"to":[{"toObjectId":11},{"toObjectId":12}]}]}`, lists{"1": {"11", "12"}, "2": {"21"}}},
		{"strings", 200, `{"results":[{"from":{"id":"1"},"to":[{"toObjectId":"11"}]}]}`, lists{"1": {"11"}}},
		{"one has none", 207, `{"status":"COMPLETE","results":[{"from":{"id":"1"},"to":[{"toObjectId":11}]}],"numErrors":1,"errors":[` + unrelated("2") + `]}`, lists{"1": {"11"}}},
		{"none has any", 207, `{"results":[],"numErrors":2,"errors":[` + unrelated("1") + `,` + unrelated("2") + `]}`, lists{}},
		{"none are named", 200, `{"status":"COMPLETE","results":[]}`, lists{}},
		{"one doesn't exist", 207, `{"results":[],"errors":[{"category":"OBJECT_NOT_FOUND","message":"x"}]}`, lists{}},
		{"an empty list", 200, `{"results":[{"from":{"id":"1"},"to":[]}]}`, lists{}},

		{"another error", 207, `{"results":[{"from":{"id":"1"},"to":[{"toObjectId":11}]}],"numErrors":1,"errors":[{"category":"INTERNAL_ERROR","message":"x"}]}`, nil},
		{"an error that isn't named", 207, `{"results":[],"numErrors":1}`, nil},
		{"no results", 200, `{"status":"COMPLETE"}`, nil},
		{"not final", 200, `{"status":"PROCESSING","results":[]}`, nil},
		{"an association to nothing", 200, `{"results":[{"from":{"id":"1"},"to":[{"toObjectId":11},{"toObjectId":null}]}]}`, nil},
		{"a number with a fraction", 200, `{"results":[{"from":{"id":"1"},"to":[{"toObjectId":1.5}]}]}`, nil},
		{"no list", 200, `{"results":[{"from":{"id":"1"}}]}`, nil},
		{"of nobody", 200, `{"results":[{"to":[{"toObjectId":11}]}]}`, nil},
		{"not asked for", 200, `{"results":[{"from":{"id":"3"},"to":[{"toObjectId":11}]}]}`, nil},
		{"goes on nowhere", 200, `{"results":[{"from":{"id":"1"},"to":[{"toObjectId":11}],"paging":{"next":{"link":"x"}}}]}`, nil},
		{"twice", 200, `{"results":[{"from":{"id":"1"},"to":[{"toObjectId":11}]},{"from":{"id":"1"},"to":[{"toObjectId":12}]}]}`, nil},
		{"cut", 200, `{"results":[{"from":{"id":"1"},"to":[{"toObjectId":11}`, nil},
		{"HTML", 200, `<html>`, nil},
		{"204", 204, ``, nil},
		{"201", 201, `{"results":[]}`, nil},
		{"no such path", 404, `{"status":"error","category":"OBJECT_NOT_FOUND","message":"x"}`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := serve(t, says(tt.status, tt.body)).AssociatedIDs(ctx, "deals", first("1", "2"))
			var e *hubspot.Error
			if tt.want == nil && (!errors.As(err, &e) || e.Status != tt.status || got.IDs != nil) {
				t.Errorf("%v, %#v", got, err)
			}
			if tt.want != nil && (err != nil || !reflect.DeepEqual(got.IDs, tt.want)) {
				t.Errorf("%v, %v, want %v", got, err, tt.want)
			}
		})
	}
}

func TestRelatedRequests(t *testing.T) {
	var got []string
	answers := []string{
		`{"results":[{"from":{"id":"2"},"to":[{"toObjectId":21}],"paging":{"next":{"after":"a%3D\"","link":"x"}}},{"from":{"id":"1"},"to":[{"toObjectId":11}]},{"from":{"id":"3"},"to":[{"toObjectId":31}],"paging":{"next":{"after":7}}}]}`,
		`{"results":[{"from":{"id":"3"},"to":[{"toObjectId":32}],"paging":{}},{"from":{"id":"2"},"to":[{"toObjectId":22}],"paging":{"next":{"after":"b"}}}]}`,
		`{"results":[{"from":{"id":"2"},"to":[{"toObjectId":23}],"paging":{"next":null}}]}`,
	}
	base := handler(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.URL.Path+" "+string(body))
		io.WriteString(w, answers[len(got)-1])
	})
	c := newClient(t, hubspot.Config{BaseURL: base})
	pages := first("1", "2", "3")
	for _, want := range []api.Associations{
		{IDs: map[string][]string{"1": {"11"}, "2": {"21"}, "3": {"31"}}, Next: []api.Page{{ID: "2", After: `a%3D"`}, {ID: "3", After: "7"}}},
		{IDs: map[string][]string{"2": {"22"}, "3": {"32"}}, Next: []api.Page{{ID: "2", After: "b"}}},
		{IDs: map[string][]string{"2": {"23"}}},
	} {
		related, err := c.AssociatedIDs(ctx, "deals", pages)
		check(t, err, related, want)
		pages = related.Next
	}
	path := "/crm/v4/associations/deals/line_items/batch/read "
	want := []string{
		path + `{"inputs":[{"id":"1"},{"id":"2"},{"id":"3"}]}`,
		path + `{"inputs":[{"id":"2","after":"a%3D\""},{"id":"3","after":"7"}]}`,
		path + `{"inputs":[{"id":"2","after":"b"}]}`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	// A page that is followed by itself.
	answers = append(answers, answers[1])
	if found, err := c.AssociatedIDs(ctx, "deals", []api.Page{{ID: "2", After: "b"}, {ID: "3"}}); err == nil {
		t.Errorf("went on in circles: %v", found)
	}
	got, answers = nil, []string{`{"results":[]}`}
	_, err := newClient(t, hubspot.Config{BaseURL: base, Version: "2026-03", Object: "0-8"}).AssociatedIDs(ctx, "0-3", first("1"))
	check(t, err, got, []string{`/crm/associations/2026-03/0-3/0-8/batch/read {"inputs":[{"id":"1"}]}`})

	if _, err := c.AssociatedIDs(ctx, "../deals", first("1")); err == nil || len(got) != 1 {
		t.Errorf("a path was made of any text: %v, %q", err, got)
	}
}

func TestValues(t *testing.T) {
	type records = map[string]map[string]string
	gone := func(ids string) string {
		return `{"category":"OBJECT_NOT_FOUND","message":"x","context":{"ids":[` + ids + `]}}`
	}
	rec := func(id, properties string) string {
		return `{"id":"` + id + `","properties":{` + properties + `},"archived":false}`
	}
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   records // nil: an error
	}{
		{"all", 200, `{"status":"COMPLETE","results":[` + rec("2", `"name":"b","price":null`) + `,` + rec("1", `"name":"a \u00fc","price":"1.5","createdate":"x"`) + `]}`, records{"1": {"name": "a ü", "price": "1.5"}, "2": {"name": "b"}}},
		{"numbers and booleans", 200, `{"results":[` + rec("1", `"price":1.50`) + `,` + rec("2", `"name":true`) + `]}`, records{"1": {"price": "1.50"}, "2": {"name": "true"}}},
		{"one is gone", 207, `{"results":[` + rec("2", ``) + `],"numErrors":1,"errors":[` + gone(`"1"`) + `]}`, records{"2": {}}},
		{"both are gone", 207, `{"results":[],"errors":[` + gone(`"1","2"`) + `]}`, records{}},
		{"gone by count", 207, `{"results":[],"numErrors":2,"errors":[` + gone(``) + `]}`, records{}},

		{"one is missing", 200, `{"results":[` + rec("2", ``) + `]}`, nil},
		{"another error", 207, `{"results":[` + rec("2", ``) + `],"errors":[{"category":"INTERNAL_ERROR","context":{"ids":["1"]}}]}`, nil},
		{"not asked for", 200, `{"results":[` + rec("1", ``) + `,` + rec("2", ``) + `,` + rec("3", ``) + `]}`, nil},
		{"without an id", 207, `{"results":[{"properties":{}}],"errors":[` + gone(`"1","2"`) + `]}`, nil},
		{"not final", 200, `{"status":"PENDING","results":[` + rec("1", ``) + `,` + rec("2", ``) + `]}`, nil},
		{"no results", 200, `{}`, nil},
		{"cut", 200, `{"results":[` + rec("1", ``), nil},
		{"502", 502, `<html>`, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := serve(t, says(tt.status, tt.body)).ReadProperties(ctx, "", []string{"1", "2"}, []string{"name", "price"})
			var e *hubspot.Error
			if tt.want == nil && (!errors.As(err, &e) || e.Status != tt.status) {
				t.Errorf("%v, %#v", got, err)
			}
			values := records{}
			for id, r := range got {
				if values[id] = r.Properties; r.ID != id {
					t.Errorf("record %s is said to be %s", id, r.ID)
				}
			}
			if tt.want != nil && (err != nil || !reflect.DeepEqual(values, tt.want)) {
				t.Errorf("%v, %v, want %v", got, err, tt.want)
			}
		})
	}
}

func TestReadErrorRates(t *testing.T) {
	for _, tt := range []struct {
		status        int
		body          string
		limited, day  bool
		seconds       int
		temp, refused bool
	}{
		{429, `{"message":"You have reached your ten_secondly_rolling limit.","policyName":"TEN_SECONDLY_ROLLING"}`, true, false, 3, true, false},
		{429, `{"message":"You have reached your daily limit."}`, true, true, 0, true, false},
		{429, ``, true, false, 0, true, false},
		{503, ``, false, false, 5, true, false},
		{403, `{"message":"no","category":"MISSING_SCOPES"}`, false, false, 0, false, true},
	} {
		_, err := serve(t, says(tt.status, tt.body, "Retry-After", fmt.Sprint(tt.seconds))).ReadProperties(ctx, "", []string{"1"}, nil)
		var e *hubspot.Error
		if !errors.As(err, &e) {
			t.Fatalf("%d: %#v", tt.status, err)
		}
		r := e.Rate()
		if r.Refused != tt.limited || r.Daily != tt.day || int(r.Wait.Seconds()) != tt.seconds || r.Remaining != -1 || e.Temporary() != tt.temp || e.Forbidden() != tt.refused {
			t.Errorf("%d: %+v, %#v", tt.status, r, e)
		}
	}
}

// TestRelatedInAnAccount: what was created with an association is found by it.
func TestRelatedInAnAccount(t *testing.T) {
	for i, version := range []string{"v3", "2026-03", "v3", "2026-03"} {
		// Whether a record without associations is an error or nothing isn't established.
		account := hubspottest.New(hubspottest.Config{AssociationPage: 2, Quirks: hubspottest.Quirks{EchoTrace: true, SilentUnassociated: i >= 2}})
		server := httptest.NewServer(account)
		defer server.Close()
		c := newClient(t, hubspot.Config{BaseURL: server.URL, Version: version})
		inputs := lineItems(5)
		inputs[4].Record.Associations[0].ID = "77"
		for i := range inputs {
			inputs[i].Record.Properties = []mapping.Property{{Name: "name", Value: inputs[i].Trace}}
		}
		ids := map[string]string{}
		for _, made := range c.Create(ctx, inputs).Created {
			ids[made.Trace] = made.ID
		}
		related := map[string][]string{}
		requests := 0
		var err error
		for pages := first("77", "3141592653", "5"); len(pages) > 0 && err == nil; requests++ {
			var found api.Associations
			found, err = c.AssociatedIDs(ctx, "deals", pages)
			for id, page := range found.IDs {
				related[id] = append(related[id], page...)
			}
			pages = found.Next
		}
		if err != nil || len(related) != 2 || !slices.Equal(related["77"], []string{ids["run-5"]}) || len(related["3141592653"]) != 4 || requests != 2 {
			t.Fatalf("%v, %v", related, err)
		}
		values, err := c.ReadProperties(ctx, "", append(related["3141592653"], "12"), []string{"name", "createdate"})
		if err != nil || len(values) != 4 || values[ids["run-2"]].Properties["name"] != "run-2" || !strings.Contains(values[ids["run-2"]].Properties["createdate"], "T") {
			t.Errorf("%v, %v", values, err)
		}
	}
}
