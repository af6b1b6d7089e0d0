// Records that rows name by a value, and rows that are numbered.

package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

const linked = `
properties:
  name: Name
  hs_product_id: { column: SKU, match: hs_sku }
  tax_id: { column: Tax, match: code, of: "2-12345", empty: clear }
  hs_position_on_quote: { position: deals }
associations:
  - { to: deals, column: Deal }
  - { to: deals, column: Order, match: external_id }
  - { to: quotes, column: Quote, exists: check }
`

var linkedHeader = []string{"Name", "SKU", "Tax", "Deal", "Order", "Quote"}

func compiled(t *testing.T, text string, header []string, schema *schema.Schema) *mapping.Mapper {
	t.Helper()
	m, err := mapping.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	mapper, err := m.CompileFor(header, schema)
	if err != nil {
		t.Fatal(err)
	}
	return mapper
}

func TestLinks(t *testing.T) {
	m := compiled(t, linked, linkedHeader, nil)
	targets := []mapping.Target{{To: "products", Property: "hs_sku"}, {To: "2-12345", Property: "code"}, {To: "deals", Property: "external_id"}, {To: "quotes"}}
	if diff := cmp.Diff(targets, m.Targets()); diff != "" {
		t.Errorf("Targets (-want +got):\n%s", diff)
	}
	var rec mapping.Record
	if problems := m.Map([]string{"a", " S-1", "", "17", "A-1", "0018"}, &rec); problems != nil {
		t.Fatal(problems)
	}
	deal := mapping.Association{To: "deals", Category: "HUBSPOT_DEFINED", TypeID: 20}
	quote := mapping.Association{To: "quotes", Category: "HUBSPOT_DEFINED", TypeID: 68}
	with := func(a mapping.Association, id string) mapping.Association { a.ID = id; return a }
	want := mapping.Record{
		Properties:   []mapping.Property{{Name: "name", Value: "a"}, {Name: "tax_id"}},
		Associations: []mapping.Association{with(deal, "17")},
		Lookups: []mapping.Lookup{
			{Target: targets[0], Value: "S-1", IDProperty: "hs_product_id"},
			{Target: targets[2], Value: "A-1", Association: deal},
			{Target: targets[3], Value: "18", Association: quote},
		},
	}
	if diff := cmp.Diff(want, rec); diff != "" {
		t.Errorf("Map (-want +got):\n%s", diff)
	}

	// The deal of the second rule turns out to be that of the first.
	rec.Resolve([]string{"99", "17", "18"})
	want.Properties = append(want.Properties, mapping.Property{Name: "hs_product_id", Value: "99"})
	want.Associations = append(want.Associations, with(quote, "18"))
	want.Lookups = nil
	if diff := cmp.Diff(want, rec); diff != "" {
		t.Errorf("Resolve (-want +got):\n%s", diff)
	}

	// A record that is used again keeps nothing of this row.
	if problems := m.Map([]string{"b", "", "", "17", "", ""}, &rec); problems != nil || len(rec.Lookups) != 0 || len(rec.Associations) != 1 {
		t.Errorf("%v %+v", problems, rec)
	}
}

func TestLinkProblems(t *testing.T) {
	required := strings.NewReplacer("hs_sku }", "hs_sku, required: true }", "external_id }", "external_id, required: true }",
		"deals }\nass", "deals, required: true }\nass").Replace(linked)
	m := compiled(t, required, linkedHeader, nil)
	for _, tt := range []struct {
		name   string
		fields []string
		want   []string // code, property, column
	}{
		{"empty", []string{"", "", "", "", "", ""}, []string{
			"REQUIRED_EMPTY hs_product_id SKU", "REQUIRED_EMPTY deals Order", "REQUIRED_EMPTY hs_position_on_quote Deal",
		}},
		{"white space", []string{"", " ", "\t", "", " \u00a0", "1"}, []string{
			"REQUIRED_EMPTY hs_product_id SKU", "REQUIRED_EMPTY deals Order", "REQUIRED_EMPTY hs_position_on_quote Deal",
		}},
		{"long", []string{"", strings.Repeat("x", 1001), strings.Repeat("ü", 1000), "", strings.Repeat("ü", 1001), "1"}, []string{
			"VALUE_TOO_LONG hs_product_id SKU", "VALUE_TOO_LONG deals Order",
		}},
		{"no id to check", []string{"", "S", "", "", "A", "A"}, []string{"ASSOCIATION_ID_INVALID quotes Quote"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var rec mapping.Record
			var got []string
			for _, p := range m.Map(tt.fields, &rec) {
				got = append(got, p.Code+" "+p.Property+" "+p.Column)
				if p.Message == "" {
					t.Errorf("%+v has no message", p)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for _, l := range []mapping.Lookup{
		{Target: mapping.Target{To: "deals", Property: "external_id"}, Value: "secret"},
		{Target: mapping.Target{To: "products", Property: "hs_sku"}, Value: "secret", IDProperty: "hs_product_id"},
	} {
		for _, code := range []string{mapping.CodeMatchNotFound, mapping.CodeMatchAmbiguous, mapping.CodeAssociationNotFound} {
			p := l.Problem(code)
			want := "deals"
			if l.IDProperty != "" {
				want = l.IDProperty
			}
			if p.Code != code || p.Property != want || !strings.Contains(p.Message, "{value}") || strings.Contains(p.Message, "secret") {
				t.Errorf("%+v: %+v", l, p)
			}
		}
	}
}

func TestCellOfLinks(t *testing.T) {
	m := compiled(t, linked, linkedHeader, nil)
	for _, tt := range []struct{ deal, order, property, column, value string }{
		{"17", "A-1", "deals", "Order", "A-1"}, // what is looked up comes before what isn't
		{"17", "", "deals", "Deal", "17"},
		{"x", "A-1", "deals", "Deal", "x"}, // and what is wrong comes first
		{"17", "A-1", "hs_product_id", "SKU", "S-1"},
		{"17", "A-1", "quotes", "Quote", "18"},
		{"17", "A-1", "hs_position_on_quote", "", ""},
	} {
		if column, value := m.Cell([]string{"a", "S-1", "", tt.deal, tt.order, "18"}, tt.property); column != tt.column || value != tt.value {
			t.Errorf("%+v: got %s, %s", tt, column, value)
		}
	}
}

func TestParent(t *testing.T) {
	header := []string{"Deal", "Order"}
	const rules = "properties: { n: { position: %s } }\nassociations: [ { to: deals, column: Deal }, { to: deals, column: Order, match: x } ]\n"
	both := compiled(t, fmt.Sprintf(rules, "0-3"), header, nil).PositionRules()[0] // by another name of the type
	one := compiled(t, "properties: { n: { position: deals } }\nassociations: [ { to: deals, column: Order, match: x }, { to: quotes, column: Deal } ]\n", header, nil).PositionRules()[0]
	if both.To != "0-3" || both.Property != "n" {
		t.Errorf("%+v", both)
	}
	for _, tt := range []struct {
		n    mapping.PositionRule
		a, b []string
		same bool
	}{
		{both, []string{"17", ""}, []string{"0017", " "}, true},
		{both, []string{"17", "A"}, []string{"17", " a "}, true},
		{both, []string{"17", "A"}, []string{"17", "B"}, false},
		{both, []string{"17", ""}, []string{"", "17"}, false},
		{both, []string{"1|", ""}, []string{"1", "|"}, false},
		{both, []string{"", " "}, nil, true},
		{one, []string{"1", "A"}, []string{"2", "A "}, true},
		{one, []string{"1", "01"}, []string{"1", "1"}, false},
		{one, []string{"1", ""}, nil, true},
	} {
		if a, b := tt.n.GroupKey(tt.a), tt.n.GroupKey(tt.b); (a == b) != tt.same {
			t.Errorf("parents of %q and %q: %q and %q", tt.a, tt.b, a, b)
		}
	}
	if p := one.GroupKey([]string{"1", " "}); p != "" {
		t.Errorf("a row without a parent has %q", p)
	}
}

func TestCompileLinks(t *testing.T) {
	schema := schema.New([]schema.Property{
		{Name: "n", Type: "number"},
		{Name: "s", Type: "string"},
		{Name: "d", Type: "date"},
		{Name: "ro", Type: "number", ReadOnly: true},
	})
	const deals = "associations: [ { to: deals, column: A } ]\n"
	for _, tt := range []struct{ yaml, want string }{
		{"properties: { n: { position: deals } }\n" + deals, ""},
		{"properties: { s: { position: 0-3 } }\n" + deals, ""},
		{"properties: { n: { column: A, match: x, of: deals } }\n", ""},
		{"properties: { n: { position: quotes } }\n" + deals, `numbered within "quotes", but no association goes there`},
		{"properties: { d: { position: deals } }\n" + deals, "position gives whole numbers"},
		{"properties: { ro: { position: deals } }\n" + deals, "can't be set"},
		{"properties: { nn: { position: deals } }\n" + deals, "doesn't exist in the account"},
		{"properties: { d: { column: A, match: x, of: deals } }\n", "match gives the id of a record"},
		{"properties: { n: { column: B, match: x, of: deals } }\n", `column "B"`},
		{"properties: { n: { position: deals } }\nkey: { property: n, columns: [A] }\n" + deals, "gets another value under properties"},
		{"properties: { n: { column: A, match: x, of: deals } }\nkey: { property: n, columns: [A] }\n", "gets another value under properties"},
	} {
		m, err := mapping.Parse([]byte(tt.yaml))
		if err != nil {
			t.Fatal(err)
		}
		_, err = m.CompileFor([]string{"A"}, schema)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("CompileFor(%s): %v; want %q", tt.yaml, err, tt.want)
		}
	}
	m := &mapping.Mapping{Properties: []mapping.PropertyRule{{Name: "n", Column: "A", Match: "x"}}}
	if _, err := m.Compile([]string{"A"}); err == nil {
		t.Error("a rule that doesn't say which records it matches compiles")
	}
}
