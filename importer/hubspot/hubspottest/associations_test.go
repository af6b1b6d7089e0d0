// Tests of batch/read of associations: from both sides, page by page, and what is no answer.

package hubspottest_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

const (
	dealsPath = "/crm/v4/associations/deals/line_items/batch/read"
	itemsPath = "/crm/v4/associations/line_items/deals/batch/read"
)

// A linkAnswer is the whole of an answer. Ids are numbers in v4 and strings in the dated versions.
type linkAnswer[ID int64 | ~string] struct {
	Status, StartedAt, CompletedAt string
	Results                        []struct {
		From struct{ ID string }
		To   []struct {
			ToObjectID       ID
			AssociationTypes []struct {
				Category string
				TypeID   int
				Label    json.RawMessage
			}
		}
		Paging *struct{ Next struct{ After, Link string } }
	}
	Errors []struct {
		Status, Category, SubCategory, Message string
		Context                                map[string][]string
	}
	NumErrors int
}

// associations reads an answer strictly: a member that the struct does not have is one too many.
func associations[ID int64 | ~string](t *testing.T, a answer) (r linkAnswer[ID]) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); a.err != nil || err != nil {
		t.Fatalf("%v, %v in %s", a.err, err, a.body)
	}
	if r.Status != "COMPLETE" || r.StartedAt == "" || r.CompletedAt == "" || r.Results == nil || r.NumErrors != len(r.Errors) || (a.status == 207) != (len(r.Errors) > 0) {
		t.Errorf("status %d, body %s", a.status, a.body)
	}
	for _, result := range r.Results {
		for _, to := range result.To {
			for _, kind := range to.AssociationTypes {
				if kind.Category == "" || kind.TypeID == 0 || string(kind.Label) != "null" {
					t.Errorf("type %+v", kind)
				}
			}
		}
		if p := result.Paging; p != nil && (p.Next.After == "" || !strings.HasSuffix(p.Next.Link, "?after="+p.Next.After)) {
			t.Errorf("paging %+v", p)
		}
	}
	return r
}

// flat lists what an answer says, as "from>to:type,type", in order.
func (r linkAnswer[ID]) flat() (list []string) {
	for _, result := range r.Results {
		for _, to := range result.To {
			var types []string
			for _, kind := range to.AssociationTypes {
				types = append(types, fmt.Sprint(kind.TypeID))
			}
			list = append(list, fmt.Sprintf("%s>%v:%s", result.From.ID, to.ToObjectID, strings.Join(types, ",")))
		}
	}
	slices.Sort(list)
	return list
}

// to is an input that is associated with the given records by one type.
func to(typeID int, ids ...string) string {
	var list []string
	for _, id := range ids {
		list = append(list, fmt.Sprintf(`{"to":{"id":%q},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":%d}]}`, id, typeID))
	}
	return `{"properties":{},"associations":[` + strings.Join(list, ",") + `]}`
}

// ids is the body that reads or archives records.
func ids(list ...string) string {
	return `{"inputs":[{"id":"` + strings.Join(list, `"},{"id":"`) + `"}]}`
}

func TestAssociationsFromBothSides(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	// The deals 7 and 8 are no records here; to 7 the third line item points twice, and to 8 only with the label of a user.
	c.create(inputs(to(20, "7"), to(20, "8", "7"), to(20, "7", "7"), to(68, "7"),
		strings.Replace(to(5, "8"), "HUBSPOT", "USER", 1))).want(t, 201)
	deal := c.post("/crm/v3/objects/deals/batch/create", inputs(`{"properties":{},"associations":[`+
		`{"to":{"id":"900000000001"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":19}]},`+
		`{"to":{"id":"55"},"types":[{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":5},{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":341}]}]}`)).
		want(t, 201).outcome(t).Results[0].ID

	for _, x := range []struct {
		from, to string
		ids      []string
		want     []string
		errors   int
	}{
		{"deals", "line_items", []string{"7", "8", deal}, []string{
			"7>900000000001:19", "7>900000000002:19", "7>900000000003:19", "8>900000000002:19", deal + ">900000000001:19",
		}, 0},
		{"line_items", "deals", []string{"900000000001", "900000000002", "900000000004"}, []string{
			"900000000001>7:20", "900000000001>" + deal + ":20", "900000000002>7:20", "900000000002>8:20",
		}, 1},
		{"quotes", "line_items", []string{"7"}, []string{"7>900000000004:67"}, 0},
		{"line_items", "quotes", []string{"900000000004"}, []string{"900000000004>7:68"}, 0},
		{"companies", "deals", []string{"55"}, []string{"55>" + deal + ":6,342"}, 0},
		{"deals", "companies", []string{deal}, []string{deal + ">55:5,341"}, 0},
		{"companies", "line_items", []string{"55"}, nil, 1},
		{"deals", "2-77", []string{deal}, nil, 1},
		{"0-3", "0-8", []string{"8", "8"}, []string{"8>900000000002:19"}, 0},
	} {
		v4 := c.post("/crm/v4/associations/"+x.from+"/"+x.to+"/batch/read", ids(x.ids...))
		dated := c.post("/crm/associations/2026-03/"+x.from+"/"+x.to+"/batch/read", ids(x.ids...))
		numbers, texts := associations[int64](t, v4), associations[string](t, dated)
		if !slices.Equal(numbers.flat(), x.want) || !slices.Equal(texts.flat(), x.want) || len(numbers.Errors) != x.errors || len(texts.Errors) != x.errors {
			t.Errorf("%s to %s: %s and %s", x.from, x.to, v4.body, dated.body)
		}
	}
}

func TestAssociationsOfArchivedRecords(t *testing.T) {
	c := serve(t, hubspottest.Config{Quirks: hubspottest.Quirks{KeepLineItems: true}})
	for _, id := range []string{"7", "8"} {
		if _, err := c.account.AddRecord("deals", id, nil); err != nil {
			t.Fatal(err)
		}
	}
	c.create(inputs(to(20, "7"), to(20, "7", "8"), to(20, "8"))).want(t, 201)
	c.post(archivePath, ids("900000000001")).want(t, 204)
	if got := associations[int64](t, c.post(dealsPath, ids("7"))).flat(); !slices.Equal(got, []string{"7>900000000002:19"}) {
		t.Errorf("from the deal: %v", got)
	}
	c.post("/crm/v3/objects/deals/batch/archive", ids("8")).want(t, 204)
	r := associations[int64](t, c.post(itemsPath, ids("900000000001", "900000000002", "900000000003")).want(t, 207))
	if got := r.flat(); !slices.Equal(got, []string{"900000000002>7:20"}) || r.NumErrors != 2 {
		t.Errorf("from the line items: %+v", r)
	}
	c.post(dealsPath, ids("8")).want(t, 207)
}

func TestUnassociated(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	c.create(inputs(to(20, "7"), `{"properties":{}}`)).want(t, 201)
	body := ids("12", "7", "x", "900000000002")
	r := associations[int64](t, c.post(dealsPath, body).want(t, 207))
	if len(r.Results) != 1 || len(r.Errors) != 3 {
		t.Fatalf("got %+v", r)
	}
	for i, id := range []string{"12", "x", "900000000002"} {
		e := r.Errors[i]
		if e.Status != "error" || e.Category != "OBJECT_NOT_FOUND" || e.SubCategory != "crm.associations.NO_ASSOCIATIONS_FOUND" ||
			e.Message != "No line_item is associated with deal "+id+"." || !slices.Equal(e.Context["fromObjectId"], []string{id}) ||
			!slices.Equal(e.Context["fromObjectType"], []string{"deal"}) || !slices.Equal(e.Context["toObjectType"], []string{"line_item"}) {
			t.Errorf("error %+v", e)
		}
	}
	c.account.SetQuirks(hubspottest.Quirks{SilentUnassociated: true})
	if r := associations[int64](t, c.post(dealsPath, body).want(t, 200)); len(r.Results) != 1 {
		t.Errorf("got %+v", r)
	}
	if r := associations[string](t, c.post("/crm/associations/2026-09/0-8/0-3/batch/read", ids("900000000002")).want(t, 200)); len(r.Results) != 0 {
		t.Errorf("got %+v", r)
	}
	c.post(dealsPath, `{"inputs":[]}`).want(t, 200)
}

// TestAssociationPages reads records to their end, some of which stand on the edge of a page, from both sides.
func TestAssociationPages(t *testing.T) {
	c := serve(t, hubspottest.Config{AssociationPage: 2, Quirks: hubspottest.Quirks{Merge: hubspottest.MergeNothing}})
	var list []string
	for i := range 9 {
		list = append(list, to(20, []string{"1", "2", "2", "2", "3", "3", "3", "3", "4"}[i]))
	}
	list = append(list, to(20, "9", "5", "8", "6", "7")) // a line item of five deals
	c.create(inputs(list...)).want(t, 201)
	for path, want := range map[string]map[string]int{
		dealsPath: {"1": 1, "2": 3, "3": 4, "4": 1},
		"/crm/associations/2026-03/0-3/0-8/batch/read": {"3": 4},
		itemsPath: {"900000000010": 5},
	} {
		got, pages := make(map[string][]string), make(map[string]int)
		var next []string
		for id := range want {
			next = append(next, fmt.Sprintf(`{"id":%q,"after":null}`, id))
		}
		for len(next) > 0 {
			a := c.post(path, inputs(next...)).want(t, 200)
			next = nil
			var r linkAnswer[json.Number] // takes both kinds of ids
			a.read(t, &r)
			for _, result := range r.Results {
				id := result.From.ID
				pages[id]++
				for _, to := range result.To {
					got[id] = append(got[id], to.ToObjectID.String())
				}
				if result.Paging != nil {
					next = append(next, fmt.Sprintf(`{"id":%q,"after":%q}`, id, result.Paging.Next.After))
				}
			}
		}
		for id, n := range want {
			if !slices.IsSorted(got[id]) || len(slices.Compact(got[id])) != n || pages[id] != (n+1)/2 {
				t.Errorf("%s %s: %v on %d pages", path, id, got[id], pages[id])
			}
		}
	}
}

// TestAssociationCursor: a cursor holds its place when records are archived, and belongs to one record.
func TestAssociationCursor(t *testing.T) {
	c := serve(t, hubspottest.Config{AssociationPage: 1, Quirks: hubspottest.Quirks{Merge: hubspottest.MergeNothing}})
	c.create(inputs(to(20, "7", "7"), to(20, "7"), to(20, "7"), to(20, "8"), to(20, "8"))).want(t, 201)
	a := c.post(dealsPath, ids("7")).want(t, 200)
	next := associations[int64](t, a).Results[0].Paging.Next
	if next.Link != "https://api.hubapi.com/crm/v4/objects/0-3/7/associations/0-8?after="+next.After {
		t.Errorf("link %s", next.Link)
	}
	goOn := func(id string) string { return fmt.Sprintf(`{"inputs":[{"id":%q,"after":%q}]}`, id, next.After) }
	c.post(archivePath, ids("900000000001", "900000000002")).want(t, 204)
	r := associations[int64](t, c.post(dealsPath, goOn("7")).want(t, 200))
	if got := r.flat(); !slices.Equal(got, []string{"7>900000000003:19"}) || r.Results[0].Paging != nil {
		t.Errorf("got %+v", r)
	}
	c.post(archivePath, ids("900000000003")).want(t, 204)
	if r := associations[int64](t, c.post(dealsPath, goOn("7")).want(t, 200)); len(r.Results) != 1 || len(r.Results[0].To) != 0 || r.Results[0].Paging != nil {
		t.Errorf("got %+v", r)
	}
	for name, a := range map[string]answer{
		"of another record": c.post(dealsPath, goOn("8")),
		"of another type":   c.post("/crm/v4/associations/deals/companies/batch/read", goOn("7")),
		"made up":           c.post(dealsPath, `{"inputs":[{"id":"7","after":"900000000001"}]}`),
		"unescaped":         c.post(dealsPath, strings.ReplaceAll(goOn("7"), "%3D", "=")),
	} {
		if a.status != 400 || a.refusal(t).Category != "VALIDATION_ERROR" {
			t.Errorf("a cursor %s: %d %s", name, a.status, a.body)
		}
	}
}

func TestAssociationPageIs500(t *testing.T) {
	c := serve(t, hubspottest.Config{Quirks: hubspottest.Quirks{Merge: hubspottest.MergeNothing}})
	for range 5 {
		c.create(inputs(slices.Repeat([]string{to(20, "7")}, 100)...)).want(t, 201)
	}
	if r := associations[int64](t, c.post(dealsPath, ids("7")).want(t, 200)).Results[0]; len(r.To) != 500 || r.Paging != nil {
		t.Errorf("%d of 500, paging %v", len(r.To), r.Paging)
	}
	c.create(inputs(to(20, "7"))).want(t, 201)
	if r := associations[int64](t, c.post(dealsPath, ids("7")).want(t, 200)).Results[0]; len(r.To) != 500 || r.Paging == nil {
		t.Errorf("%d of 501, paging %v", len(r.To), r.Paging)
	}
}

func TestReadAssociationsRefuses(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	for name, body := range map[string]string{
		"no inputs":           `{}`,
		"no JSON":             `{`,
		"inputs null":         `{"inputs":null}`,
		"an input without id": `{"inputs":[{"after":"1"}]}`,
		"a number for an id":  `{"inputs":[{"id":1}]}`,
		"a number for after":  `{"inputs":[{"id":"1","after":1}]}`,
		"1,001 inputs":        ids(slices.Repeat([]string{"1"}, 1001)...),
	} {
		if a := c.post(dealsPath, body); a.status != 400 || a.refusal(t).Message == "" {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	c.post(dealsPath, ids(slices.Repeat([]string{"1"}, 1000)...)).want(t, 207)
	c.get(dealsPath).want(t, 405)
	for _, path := range []string{
		"/crm/v4/associations/deals/widgets/batch/read", "/crm/v4/associations/widgets/deals/batch/read", "/crm/v4/associations/deals/line_items/batch/create",
		"/crm/associations/v4/deals/line_items/batch/read", "/crm/v3/associations/deals/line_items/batch/read",
	} {
		c.post(path, ids("1")).want(t, 404)
	}
}

func TestAssociationsThatAreYoung(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bare(t, hubspottest.Config{Quirks: hubspottest.Quirks{ReadLag: 2 * time.Second}})
		c.create(inputs(to(20, "7"))).want(t, 201)
		for _, status := range []int{207, 200} {
			c.post(dealsPath, ids("7")).want(t, status)
			c.post(itemsPath, ids("900000000001")).want(t, status)
			time.Sleep(2 * time.Second)
		}
	})
}

func TestAssociationsAreLetIn(t *testing.T) {
	for scopes, status := range map[string]int{
		"crm.objects.line_items.read": 403, "crm.objects.deals.read": 403, "crm.objects.deals.read crm.objects.line_items.read": 207,
		"e-commerce crm.objects.deals.read": 207, "crm.objects.deals.write crm.objects.line_items.write": 403,
	} {
		c := serve(t, hubspottest.Config{Scopes: strings.Fields(scopes)})
		c.post(dealsPath, ids("7")).want(t, status)
		c.post(itemsPath, ids("7")).want(t, status)
	}
	c := serve(t, hubspottest.Config{Tokens: []string{"any"}, Limit: 1})
	if a := c.post(dealsPath, ids("7")).want(t, 207); a.header.Get("X-HubSpot-RateLimit-Remaining") != "0" {
		t.Errorf("header %v", a.header)
	}
	c.post(dealsPath, ids("7")).want(t, 429)
	c.token = "other"
	c.post(dealsPath, ids("7")).want(t, 401)
	if log := c.account.Requests(); log[0].Inputs != 1 || log[0].Path != dealsPath {
		t.Errorf("log %+v", log)
	}
}

func TestFaultsOfAssociations(t *testing.T) {
	c := serve(t, hubspottest.Config{})
	c.create(inputs(to(20, "7"), to(20, "8"))).want(t, 201)
	for name, check := range map[string]func(answer) bool{
		"503":                 func(a answer) bool { return a.status == 503 },
		"hangup-after":        func(a answer) bool { return a.err != nil },
		"truncated":           func(a answer) bool { return a.err != nil },
		"missing-result":      func(a answer) bool { return len(associations[int64](t, a).flat()) == 1 },
		"empty-results-after": func(a answer) bool { return a.status == 200 && len(associations[int64](t, a).flat()) == 0 },
		"wrong-trace": func(a answer) bool {
			r := associations[int64](t, a)
			return len(r.Results) == 2 && len(r.Results[0].From.ID) == 2 && len(r.Results[0].To) == 1
		},
	} {
		c.account.SetFaults(hubspottest.Fault{Name: name, Next: 1})
		c.post(dealsPath, ids("7", "8")).want(t, 200) // not without All
		c.account.SetFaults(hubspottest.Fault{Name: name, Next: 1, All: true})
		if a := c.post(dealsPath, ids("7", "8")); !check(a) {
			t.Errorf("%s: %d, %v, %s", name, a.status, a.err, a.body)
		}
	}
}
