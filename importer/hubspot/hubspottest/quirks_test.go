// Tests of the switches for what is not known about HubSpot.

package hubspottest_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// keyed makes an account whose line items have a unique property key.
func keyed(t *testing.T, q hubspottest.Quirks) *client {
	t.Helper()
	c := serve(t, hubspottest.Config{Quirks: q})
	if err := c.account.AddProperty("line_items", hubspottest.Property{Name: "key", Unique: true}); err != nil {
		t.Fatal(err)
	}
	return c
}

func keys(a *hubspottest.Account) (list []string) {
	for o := range a.Objects("line_items") {
		list = append(list, o.Properties["key"])
	}
	return list
}

func TestUniqueValues(t *testing.T) {
	for _, x := range []struct {
		conflict         hubspottest.Conflict
		status           int
		code, categories string
		kept             []string
	}{
		{hubspottest.ConflictRow, 207, "CONFLICTING_UNIQUE_VALUE", "VALIDATION_ERROR", []string{"a", "b"}},
		{hubspottest.Conflict409, 409, "Existing ID: 900000000001", "CONFLICT", []string{"a"}},
		{hubspottest.Conflict400, 400, "CONFLICTING_UNIQUE_VALUE", "VALIDATION_ERROR", []string{"a"}},
	} {
		c := keyed(t, hubspottest.Quirks{Conflict: x.conflict})
		c.create(inputs(traced("t-1", "key", "a"))).want(t, 201)
		a := c.create(inputs(traced("t-2", "key", "b"), traced("t-3", "key", "a"))).want(t, x.status)
		if !strings.Contains(a.body, x.code) || !strings.Contains(a.body, `"category":"`+x.categories+`"`) {
			t.Errorf("conflict %d: %s", x.conflict, a.body)
		}
		if got := keys(c.account); !slices.Equal(got, x.kept) {
			t.Errorf("conflict %d: records %q, want %q", x.conflict, got, x.kept)
		}
		// A batch that was refused as a whole has not taken the values of its good rows.
		if x.status != 207 {
			c.create(inputs(traced("t-2", "key", "b"))).want(t, 201)
		}
	}
}

func TestUniqueValuesWithinABatch(t *testing.T) {
	c := keyed(t, hubspottest.Quirks{Merge: hubspottest.MergeNothing})
	o := c.create(inputs(traced("t-1", "key", "a"), traced("t-2", "key", "a"), traced("t-3", "key", ""), traced("t-4", "key", ""))).want(t, 207).outcome(t)
	if len(o.Results) != 3 || len(o.Errors) != 1 || o.Errors[0].Context["objectWriteTraceId"][0] != "t-2" {
		t.Errorf("got %+v", o)
	}
	c.create(inputs(untraced("key", "b"), untraced("key", "b"))).want(t, 400)
	c.create(inputs(untraced("key", "b"))).want(t, 201)
}

// TestTwoUniqueProperties: a row that is refused for its second unique value has not taken the first.
func TestTwoUniqueProperties(t *testing.T) {
	c := keyed(t, hubspottest.Quirks{})
	row := func(trace, key, external string) string {
		return `{"objectWriteTraceId":"` + trace + `","properties":{"key":"` + key + `","hs_external_id":"` + external + `"}}`
	}
	c.create(inputs(row("1", "a", "x"))).want(t, 201)
	c.create(inputs(row("2", "b", "x"))).want(t, 207)
	c.create(inputs(row("3", "b", "y"))).want(t, 201)
	if got := keys(c.account); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("records %q", got)
	}
}

func TestReverts(t *testing.T) {
	c := serve(t, hubspottest.Config{Quirks: hubspottest.Quirks{Reverts: []string{"hs_external_id"}}})
	for range 2 { // not even unique
		o := c.create(inputs(traced("t-1", "hs_external_id", "x"))).want(t, 201).outcome(t)
		if o.Results[0].Properties["hs_external_id"] != "x" {
			t.Errorf("not echoed: %+v", o)
		}
	}
	for o := range c.account.Objects("line_items") {
		if v, ok := o.Properties["hs_external_id"]; ok {
			t.Errorf("kept %q", v)
		}
	}
	c.post("/crm/v3/objects/line_items/batch/read", `{"idProperty":"hs_external_id","inputs":[{"id":"x"}]}`).want(t, 207)
}

func TestNoTraceInErrors(t *testing.T) {
	c := serve(t, hubspottest.Config{Quirks: hubspottest.Quirks{EchoTrace: true, NoTraceInErrors: true}})
	a := c.create(inputs(traced("good", "name", "a"), traced("bad", "nonsense", "a"))).want(t, 207)
	if o := a.outcome(t); o.Results[0].Trace != "good" || len(o.Errors) != 1 || o.Errors[0].Context != nil {
		t.Errorf("got %+v", o)
	}
}

func TestWholeBatch(t *testing.T) {
	body := inputs(traced("good", "name", "a"), traced("bad", "nonsense", "a"))
	c := serve(t, hubspottest.Config{Quirks: hubspottest.Quirks{WholeBatch: true}})
	c.create(body).want(t, 400)
	if n := c.account.Len("line_items"); n != 0 {
		t.Errorf("%d records", n)
	}
	c.account.SetQuirks(hubspottest.Quirks{WholeBatch: true, NotAtomic: true})
	c.create(body).want(t, 400)
	if n := c.account.Len("line_items"); n != 1 {
		t.Errorf("%d records after a batch that is not atomic", n)
	}
	c.account.SetQuirks(hubspottest.Quirks{})
	c.create(body).want(t, 207)
}

func TestSilentEmpty(t *testing.T) {
	c := serve(t, hubspottest.Config{Quirks: hubspottest.Quirks{SilentEmpty: true}})
	for _, body := range []string{`{}`, `{"inputs":[]}`, `{"input":[{"properties":{}}]}`} {
		if o := c.create(body).want(t, 201).outcome(t); o.Status != "COMPLETE" || o.Results == nil || len(o.Results) != 0 {
			t.Errorf("%s: %+v", body, o)
		}
	}
}

func TestNumbers(t *testing.T) {
	c := serve(t, hubspottest.Config{Quirks: hubspottest.Quirks{Numbers: true}})
	c.create(`{"inputs":[{"properties":{"price":10.50,"hs_is_optional":true,"name":null},`+
		`"associations":[{"to":{"id":7},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":20}]}]}]}`).want(t, 201)
	for o := range c.account.Objects("line_items") {
		if o.Properties["price"] != "10.50" || o.Properties["hs_is_optional"] != "true" || o.Properties["name"] != "" || o.Associations[0].ToID != "7" {
			t.Errorf("record %+v", o)
		}
	}
}

func TestUnknownMembers(t *testing.T) {
	c := serve(t, hubspottest.Config{Quirks: hubspottest.Quirks{UnknownMembers: true}})
	r := c.create(`{"inputs":[{"properties":{},"objectWriteTraceID":"1"}]}`).want(t, 400).refusal(t)
	if !strings.Contains(r.Message, `"objectWriteTraceID"`) {
		t.Errorf("message %q", r.Message)
	}
	c.create(rows(1)).want(t, 201)
}

func TestReadLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bare(t, hubspottest.Config{Quirks: hubspottest.Quirks{ReadLag: 2 * time.Second}})
		id := c.create(rows(1)).outcome(t).Results[0].ID
		read := func() int {
			return c.post("/crm/v3/objects/line_items/batch/read", `{"inputs":[{"id":"`+id+`"}]}`).status
		}
		if got := read(); got != 207 {
			t.Errorf("at once: %d", got)
		}
		time.Sleep(2 * time.Second)
		if got := read(); got != 200 {
			t.Errorf("2 s later: %d", got)
		}
	})
}
