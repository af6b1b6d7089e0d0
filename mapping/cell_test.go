// What stands around values in cells, and cells that mean nothing.

package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/mapping"
)

func sent(rec *mapping.Record) (list []string) {
	for _, p := range rec.Properties {
		list = append(list, p.Name+"="+p.Value)
	}
	for _, a := range rec.Associations {
		list = append(list, a.To+"="+a.ID)
	}
	for _, l := range rec.Lookups {
		list = append(list, l.To+"."+l.Property+"="+l.Value)
	}
	return list
}

func TestCells(t *testing.T) {
	const deals = "associations: [ { to: deals, column: D } ]"
	for _, tt := range []struct {
		name, mapping string
		cells         []string // of N, D
		want          []string // what is sent, or the codes of the problems
	}{
		{"white space is no part of ids", "properties: { name: N }\n" + deals, []string{"x", "\u00a0 17\t\u200b"}, []string{"name=x", "deals=17"}},
		{"nor of looked-up values", "properties: { name: N }\nassociations: [ { to: deals, column: D, match: k } ]", []string{"x", " A-1\u3000"}, []string{"name=x", "deals.k=A-1"}},
		{"nor of keys", "properties: { name: N }\nassociations: []\nkey: { property: k, columns: [D] }", []string{"x", " A-1 "}, []string{"name=x", "k=A-1"}},
		{"but of texts", "properties: { name: N }\n" + deals, []string{" x ", "17"}, []string{"name= x ", "deals=17"}},
		{"unless the rule says so", "properties: { name: { column: N, trim: true } }\n" + deals, []string{" x\u00a0", "17"}, []string{"name=x", "deals=17"}},
		{"words of the file", "csv: { empty: [NULL, \"-\", \\N] }\nproperties: { name: N, price: { column: D, default: \"5\" } }\nallow: [nameless]", []string{"\\N", " - "}, []string{"price=5"}},
		{"words are compared as they are", "csv: { empty: [NULL] }\nproperties: { name: N }\n" + deals, []string{"null", "17"}, []string{"name=null", "deals=17"}},
		{"words of a rule", "properties: { name: { column: N, empty_words: [n/a], empty: clear }, hs_sku: N }\nassociations: [ { to: deals, column: D, empty_words: [none], optional: true } ]\nallow: [nameless]", []string{"n/a", "none"}, []string{"name=", "hs_sku=n/a"}},
		{"a required word", "csv: { empty: [NULL] }\nproperties: { name: { column: N, required: true } }\n" + deals, []string{"NULL", "17"}, []string{"REQUIRED_EMPTY"}},
		{"a guard of Excel's", "properties: { name: N }\n" + deals, []string{`="00012"`, ` ="17" `}, []string{"name=00012", "deals=17"}},
		{"a formula is no guard", "properties: { name: N }\n" + deals, []string{`="a"&"b"`, "17"}, []string{`name=="a"&"b"`, "deals=17"}},
		{"strip", "properties: { name: { column: N, strip: \"'\" } }\nassociations: [ { to: deals, column: D, strip: \"Deal #\" } ]", []string{"'00012", "Deal # 17"}, []string{"name=00012", "deals=17"}},
		{"full-width ids", "properties: { name: N }\n" + deals, []string{"x", "１７"}, []string{"name=x", "deals=17"}},
		{"no deal", "properties: { name: N }\n" + deals, []string{"x", " "}, []string{"UNASSOCIATED"}},
		{"no deal, and another record", "properties: { name: N }\nassociations: [ { to: deals, column: D }, { to: quotes, column: N } ]", []string{"5", ""}, []string{"name=5", "quotes=5"}},
		{"no deal of a contact", "object: contacts\nproperties: { name: N }\nassociations: [ { to: deals, column: D, type: 4, category: HUBSPOT_DEFINED } ]", []string{"", ""}, nil},
		{"no name", "properties: { name: N, price: D }", []string{"\u200b", "5"}, []string{"EMPTY_LINE_ITEM"}},
		{"a product instead of a name", "properties: { name: N, hs_product_id: D }", []string{"", "5"}, []string{"hs_product_id=5"}},
		{"a product to look up instead of a name", "properties: { name: N, hs_product_id: { column: D, match: hs_sku } }", []string{"", "5"}, []string{"products.hs_sku=5"}},
		{"several ids", "object: contacts\nproperties: { a: N }\nassociations: [ { to: deals, column: D, split: \";\", type: 4, category: HUBSPOT_DEFINED } ]", []string{"x", "17; 18 ;;17"}, []string{"a=x", "deals=17", "deals=18"}},
		{"several values", "object: contacts\nproperties: { a: N }\nassociations: [ { to: deals, column: D, split: \",\", match: k, type: 4, category: HUBSPOT_DEFINED } ]", []string{"x", `["a", "b"]`}, []string{"a=x", "deals.k=a", "deals.k=b"}},
		{"a bad part", "object: contacts\nproperties: { a: N }\nassociations: [ { to: deals, column: D, split: \";\", type: 4, category: HUBSPOT_DEFINED } ]", []string{"x", "17;x;18"}, []string{"ASSOCIATION_ID_INVALID"}},
		{"months", "properties: { name: N, term: { column: D, unit: months } }", []string{"x", "24.0"}, []string{"name=x", "term=P24M"}},
		{"months, or a duration", "properties: { name: N, term: { column: D, unit: months } }", []string{"x", "P1Y"}, []string{"name=x", "term=P1Y"}},
		{"half a year", "properties: { name: N, term: { column: D, unit: years } }", []string{"x", "0.5"}, []string{"INVALID_DURATION"}},
		{"percent", `properties: { name: N, discount: { column: D, symbol: "%" } }`, []string{"x", "15 %"}, []string{"name=x", "discount=15"}},
		{"percent and fractions mixed", `properties: { name: N, discount: { column: D, symbol: "%" } }`, []string{"x", "0.15"}, []string{"INVALID_NUMBER"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := parse(t, tt.mapping).Compile([]string{"N", "D"})
			if err != nil {
				t.Fatal(err)
			}
			var rec mapping.Record
			var got []string
			if problems := m.Map(tt.cells, &rec); problems == nil {
				got = sent(&rec)
			} else {
				for _, p := range problems {
					got = append(got, p.Code)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Options are split as the column writes them.
func TestSplitOptions(t *testing.T) {
	for _, tt := range []struct{ rule, cell, want string }{
		{`{ column: A, split: "," }`, "r, b ,,", "r;b"},
		{`{ column: A, split: "," }`, "Red,Blue", "r;b"},
		{`{ column: A, split: "," }`, `["Red","b"]`, "r;b"},
		{`{ column: A, split: "," }`, "r,x", "INVALID_OPTION"},
		{`{ column: A, split: "," }`, ",", ""},
		{`{ column: A, split: /, values: { north: r, south: b } }`, "north / south", "r;b"},
		{`{ column: A, split: /, values: { north: r, south: b } }`, "north/west", "VALUE_NOT_MAPPED"},
		{`A`, "Red; b", "r;b"},
	} {
		m, err := parse(t, "properties: { colours: "+tt.rule+" }").CompileFor([]string{"A"}, account())
		if err != nil {
			t.Fatal(err)
		}
		var rec mapping.Record
		got := ""
		if problems := m.Map([]string{tt.cell}, &rec); problems != nil {
			got = problems[0].Code
		} else if len(rec.Properties) > 0 {
			got = rec.Properties[0].Value
		}
		if got != tt.want {
			t.Errorf("%s %q: %q, want %q", tt.rule, tt.cell, got, tt.want)
		}
	}
	if _, err := parse(t, "properties: { billing: { column: A, split: \",\" } }").CompileFor([]string{"A"}, account()); err == nil || !strings.Contains(err.Error(), "takes one value, and split gives several") {
		t.Error(err)
	}
}

// Ids that are none say what has become of them.
func TestIDsSayWhatIsWrong(t *testing.T) {
	const contacts = "object: contacts\nproperties: { a: A }\nassociations: [ { to: deals, column: A, type: 4, category: HUBSPOT_DEFINED } ]"
	const items = "properties: { name: A }\nassociations: [ { to: deals, column: A } ]"
	for _, tt := range []struct{ mapping, cell, want string }{
		{items, "17;18", "{value} holds 2 ids, and a line item belongs to one deal. Keep one of them; if each deal is to have the item, write the row once for each."},
		{items, "17, 18 / 19", "holds 3 ids"},
		{contacts, "17;18", `add split: to the rule with what stands between them, such as split: ";"`},
		{items, "9,002,100,472", "a spreadsheet has written it as a number"},
		{items, "9002100472.0", "a spreadsheet has written it as a number"},
		{items, "9.0021E+09", "a spreadsheet has rounded it"},
		{items, "'17", "add strip: with it to the rule"},
		{items, "https://app.hubspot.com/contacts/4242/record/0-3/9002100472", "but a link: keep the number at its end"},
	} {
		m, err := parse(t, tt.mapping).Compile([]string{"A"})
		if err != nil {
			t.Fatal(err)
		}
		problems := m.Map([]string{tt.cell}, new(mapping.Record))
		if len(problems) != 1 || !strings.Contains(problems[0].Message, tt.want) {
			t.Errorf("%q: %+v, want %s", tt.cell, problems, tt.want)
		}
	}
}

// Cells that can be sent and most likely are a mistake.
func TestLint(t *testing.T) {
	const all = "properties: { name: N, hs_sku: S, price: P, discount: D, hs_discount_percentage: Q, hs_tier_prices: T }\nassociations: []"
	for _, tt := range []struct{ name, sku, price, discount, percentage, tiers, want string }{
		{"x", "S-1", "10", "1", "", "", ""},
		{"x", "1.23E+11", "10", "", "", "", "ROUNDED_NUMBER Column S"},
		{"x", "12345.0", "10", "", "", "", "DECIMAL_ID Column S"},
		{"x", "12-Mar", "10", "", "", "", "DATE_FOR_ID Column S"},
		{"12-Mar", "", "12.0", "", "", "", ""},
		{"#NAME?", "", "10", "", "", "", "FORMULA_ERROR Column N"},
		{"#####", "", "10", "", "", "", "COLUMN_TOO_NARROW Column N"},
		{"N/A", "", "10", "", "", "", "PLACEHOLDER Column N"},
		{"Nadia", "-", "10", "", "", "", "PLACEHOLDER Column S"},
		{"x", "", "10", "-1", "", "", "NEGATIVE_DISCOUNT Column D"},
		{"x", "", "10", "", "-1", "", "NEGATIVE_DISCOUNT Column Q"},
		{"x", "", "10", "", "101", "", "DISCOUNT_OVER_100 Column Q"},
		{"x", "", "10", "", "0.15", "", "DISCOUNT_IS_FRACTION Column Q"},
		{"x", "", "10", "10.01", "", "", "DISCOUNT_ABOVE_PRICE Column D"},
		{"x", "", "", "10", "", "", ""},
		{"x", "", "10", "1", "5", "", "TWO_DISCOUNTS Column D"},
		{"x", "", "10", "", "", "[5,4]", "PRICE_AND_TIERS Column P"},
		{"x", "", "", "", "", "[5,4]", ""},
	} {
		m, err := parse(t, all).Compile([]string{"N", "S", "P", "D", "Q", "T"})
		if err != nil {
			t.Fatal(err)
		}
		row := []string{tt.name, tt.sku, tt.price, tt.discount, tt.percentage, tt.tiers}
		var rec mapping.Record
		if problems := m.Map(row, &rec); problems != nil {
			t.Fatal(problems)
		}
		var got []string
		mapping.NewLinter("", m).Lint(row, &rec, func(w mapping.Warning, _ string) {
			got = append(got, w.Code+" Column "+w.Column)
		})
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%q: %q, want %q", row, got, tt.want)
		}
	}
}
