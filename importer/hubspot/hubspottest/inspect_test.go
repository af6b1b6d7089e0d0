// Tests of inspection, alone and while requests come in.

package hubspottest_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

func TestAddRecord(t *testing.T) {
	a := hubspottest.New(hubspottest.Config{})
	if id, err := a.AddRecord("0-3", "501", map[string]string{"dealname": "Big", "even": "undefined ones"}); err != nil || id != "501" {
		t.Fatalf("%q, %v", id, err)
	}
	chosen, err := a.AddRecord("deals", "", nil)
	if err != nil || chosen == "" || chosen == "501" {
		t.Errorf("%q, %v", chosen, err)
	}
	for _, id := range []string{"501", chosen, "0", "-1", "x", "900000000001"} {
		if _, err := a.AddRecord("deals", id, nil); err == nil {
			t.Errorf("id %s was taken", id)
		}
	}
	if _, err := a.AddRecord("widgets", "", nil); err == nil {
		t.Error("a type that does not exist was taken")
	}
	if err := a.AddProperty("deals", hubspottest.Property{Name: "ref", Unique: true}); err != nil {
		t.Fatal(err)
	}
	for i, ok := range []bool{true, false} {
		if _, err := a.AddRecord("deals", "", map[string]string{"ref": "x"}); (err == nil) != ok {
			t.Errorf("record %d with the same unique value: %v", i, err)
		}
	}
	var ids []string
	for o := range a.Objects("deals") {
		ids = append(ids, o.ID)
		if o.ID == "501" && (o.Properties["dealname"] != "Big" || o.Type != "deals" || o.CreatedAt.IsZero()) {
			t.Errorf("record %+v", o)
		}
	}
	// The first record has the id that was chosen for it, and not the one that the account would have given.
	c := &client{t: t, account: a, token: "any"}
	o := c.post("/crm/v3/objects/deals/batch/read", `{"inputs":[{"id":"900000000001"},{"id":"501"},{"id":"`+chosen+`"}]}`).want(t, 207).outcome(t)
	if len(o.Results) != 2 || !slices.Equal(o.Errors[0].Context["ids"], []string{"900000000001"}) {
		t.Errorf("read %+v", o)
	}
	if len(ids) != 3 || ids[0] != "501" || ids[1] != chosen || a.Len("0-3") != 3 || a.Len("line_items") != 0 {
		t.Errorf("records %v", ids)
	}
}

func TestAddProperty(t *testing.T) {
	a := hubspottest.New(hubspottest.Config{})
	for _, p := range []hubspottest.Property{{}, {Name: "a", Type: "text"}, {Name: "price", Type: "number", Unique: true}} {
		if err := a.AddProperty("line_items", p); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
	if err := a.AddProperty("widgets", hubspottest.Property{Name: "a"}); err == nil {
		t.Error("a type that does not exist was taken")
	}
	for i := range 11 {
		if err := a.AddProperty("line_items", hubspottest.Property{Name: fmt.Sprint("u", i), Unique: true}); (err == nil) != (i < 10) {
			t.Errorf("unique property %d: %v", i+1, err)
		}
	}
}

func TestUnknownTypePanics(t *testing.T) {
	a := hubspottest.New(hubspottest.Config{})
	for name, f := range map[string]func(){"Len": func() { a.Len("widgets") }, "Objects": func() { a.Objects("widgets") }} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s did not panic", name)
				}
			}()
			f()
		}()
	}
}

func TestRequestsAndCounts(t *testing.T) {
	c := serve(t, hubspottest.Config{Faults: []hubspottest.Fault{{Name: "hangup-after", Every: 3}}})
	for range 3 {
		c.create(rows(2))
	}
	c.get("/nowhere")
	c.get("/nowhere/else")
	want := map[hubspottest.Call]int{
		{Method: "POST", Path: createPath, Status: 201}: 2,
		{Method: "POST", Path: createPath, Status: 0}:   1,
		{Method: "GET", Path: "", Status: 404}:          2,
	}
	got := c.account.Counts()
	for call, n := range want {
		if got[call] != n {
			t.Errorf("%+v: %d, want %d", call, got[call], n)
		}
	}
	if len(got) != len(want) {
		t.Errorf("counts %v", got)
	}
	log := c.account.Requests()
	if len(log) != 5 {
		t.Fatalf("log %+v", log)
	}
	for i, r := range log {
		if r.Number != int64(i+1) || r.Arrived.IsZero() || len(r.CorrelationID) != 36 || i < 3 && (r.Inputs != 2 || r.Path != createPath) || (r.Fault != "") != (i == 2) {
			t.Errorf("request %+v", r)
		}
	}
}

// TestConcurrently lets many clients fight for the same keys, while others look and change things.
func TestConcurrently(t *testing.T) {
	c := keyed(t, hubspottest.Quirks{})
	const clients, keys = 8, 300
	var (
		mu      sync.Mutex
		created = make(map[string]string) // key -> id
		group   sync.WaitGroup
	)
	for n := range clients {
		group.Go(func() {
			for k := 0; k < keys; k += 10 {
				var list []string
				for i := range 10 {
					list = append(list, traced(fmt.Sprint(n, "-", i), "key", fmt.Sprint("k", k+i)))
				}
				a := c.create(inputs(list...))
				if a.status != 201 && a.status != 207 {
					t.Errorf("status %d", a.status)
					return
				}
				mu.Lock()
				for _, r := range a.outcome(t).Results {
					if other, ok := created[r.Properties["key"]]; ok {
						t.Errorf("%s is both %s and %s", r.Properties["key"], other, r.ID)
					}
					created[r.Properties["key"]] = r.ID
				}
				mu.Unlock()
			}
		})
	}
	group.Go(func() {
		for i := range 50 {
			for range c.account.Objects("line_items") {
			}
			c.account.Requests()
			c.account.MaxInWindow()
			c.account.SetFaults(hubspottest.Fault{Name: "hangup-after", Next: 1, All: true})
			c.account.SetFaults()
			c.account.SetQuirks(hubspottest.Quirks{EchoTrace: i%2 == 0})
			if err := c.account.AddProperty("line_items", hubspottest.Property{Name: fmt.Sprint("p", i)}); err != nil {
				t.Error(err)
			}
		}
	})
	group.Wait()
	if len(created) != keys || c.account.Len("line_items") != keys {
		t.Errorf("%d keys reported, %d records, want %d", len(created), c.account.Len("line_items"), keys)
	}
	for o := range c.account.Objects("line_items") {
		if created[o.Properties["key"]] != o.ID || !strings.HasPrefix(o.Properties["key"], "k") {
			t.Errorf("record %+v was reported as %s", o, created[o.Properties["key"]])
		}
	}
}
