// Rows become records, or problems.

package mapping_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/mapping"
)

// deal is an association from a line item to a deal.
func deal(id string) mapping.Association {
	return mapping.Association{To: "deals", ID: id, Category: "HUBSPOT_DEFINED", TypeID: 20}
}

func TestMap(t *testing.T) {
	long := strings.Repeat("é", 65_536) // as many characters as HubSpot takes
	for _, tt := range []struct {
		name, yaml string
		header     string // names with a space between them
		fields     []string
		want       mapping.Record
	}{
		{
			"columns, in the order of the rules", "properties: { name: P, hs_sku: S, description: P }", "S x P",
			[]string{"007", "?", " two\r\nlines "},
			mapping.Record{Properties: []mapping.Property{{"name", " two\r\nlines "}, {"hs_sku", "007"}, {"description", " two\r\nlines "}}},
		},
		{
			"empty cells", "properties: { a: A, b: { column: A, default: x }, c: { column: A, empty: clear }, d: { column: A, required: true, default: y } }", "A",
			[]string{""},
			mapping.Record{Properties: []mapping.Property{{"b", "x"}, {"c", ""}, {"d", "y"}}},
		},
		{
			"white space is an empty cell", "properties: { a: { column: A, default: x, required: true } }", "A",
			[]string{" "},
			mapping.Record{Properties: []mapping.Property{{"a", "x"}}},
		},
		{
			"constants", "properties: { a: { value: JPY }, b: { value: '' } }", "A",
			[]string{"x"},
			mapping.Record{Properties: []mapping.Property{{"a", "JPY"}, {"b", ""}}},
		},
		{
			"values", "properties: { a: { column: A, values: { 月次: monthly, no: '' } }, b: { column: B, values: { 月次: x, no: y }, default: other } }", "A B",
			[]string{"no", ""},
			mapping.Record{Properties: []mapping.Property{{"a", ""}, {"b", "other"}}},
		},
		{
			"longest value", "properties: { a: A }", "A",
			[]string{long},
			mapping.Record{Properties: []mapping.Property{{"a", long}}},
		},
		{
			"associations", "properties: { a: A }\nassociations: [ { to: deals, column: D }, { to: 2-1, column: A, type: 7, category: USER_DEFINED }, { to: quotes, column: Q } ]", "A D Q",
			[]string{"5", "6", ""},
			mapping.Record{
				Properties:   []mapping.Property{{"a", "5"}},
				Associations: []mapping.Association{deal("6"), {To: "2-1", ID: "5", Category: "USER_DEFINED", TypeID: 7}},
			},
		},
		{
			"the same association twice", "properties: { a: A }\nassociations: [ { to: deals, column: A }, { to: 0-3, column: B }, { to: deals, column: C }, { to: deals, column: A, type: 20, category: WORK }, { to: quotes, column: A } ]", "A B C",
			[]string{"5", "005", "6"},
			mapping.Record{
				Properties:   []mapping.Property{{"a", "5"}},
				Associations: []mapping.Association{deal("5"), deal("6"), {To: "deals", ID: "5", Category: "WORK", TypeID: 20}, {To: "quotes", ID: "5", Category: "HUBSPOT_DEFINED", TypeID: 68}},
			},
		},
		{
			"key of one column is as it is", "properties: { a: A }\nkey: { property: k, columns: [B] }", "A B",
			[]string{"x", `1|\2`},
			mapping.Record{Properties: []mapping.Property{{"a", "x"}, {"k", `1|\2`}}, Key: `1|\2`},
		},
		{
			"key of two columns is escaped", "properties: { a: A }\nkey: { property: k, columns: [B, A] }", "A B",
			[]string{`x\`, "1|2"},
			mapping.Record{Properties: []mapping.Property{{"a", `x\`}, {"k", `1\|2|x\\`}}, Key: `1\|2|x\\`},
		},
		{
			"key that is listed too", "properties: { k: { column: K, required: true }, a: A }\nkey: { property: k, columns: [K] }", "A K",
			[]string{"x", "1"},
			mapping.Record{Properties: []mapping.Property{{"a", "x"}, {"k", "1"}}, Key: "1"},
		},
		{
			"key alone", "key: { property: k, columns: [K] }", "K",
			[]string{"1"},
			mapping.Record{Properties: []mapping.Property{{"k", "1"}}, Key: "1"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mapper := compile(t, tt.yaml, strings.Split(tt.header, " ")...)
			var got mapping.Record
			if problems := mapper.Map(tt.fields, &got); problems != nil {
				t.Fatalf("Map(%.100q): %+v", tt.fields, problems)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Map(%.100q) (-want +got):\n%s", tt.fields, diff)
			}
		})
	}
}

func TestMapProblems(t *testing.T) {
	tooLong := strings.Repeat("é", 65_537)
	type problem struct{ Code, Column, Property, Part string }
	for _, tt := range []struct {
		name, yaml string
		header     string
		fields     []string
		want       []problem
	}{
		{
			"required", "properties: { a: { column: A, required: true } }", " A ",
			[]string{""},
			[]problem{{"REQUIRED_EMPTY", " A ", "a", "Fill it in"}},
		},
		{
			"value not mapped", "properties: { a: { column: A, values: { x: y } } }", "A",
			[]string{"X"},
			[]problem{{"VALUE_NOT_MAPPED", "A", "a", "{value}. Add it"}},
		},
		{
			"too long", "properties: { a: A }\nkey: { property: k, columns: [A, B] }", "A,B",
			[]string{tooLong, "1"},
			[]problem{{"VALUE_TOO_LONG", "A", "a", "65,536"}, {"VALUE_TOO_LONG", "A|B", "k", "65,536"}},
		},
		{
			"constant too long", "properties: { a: { value: " + tooLong + " } }", "A",
			[]string{"x"},
			[]problem{{"VALUE_TOO_LONG", "", "a", "65,536"}},
		},
		{
			"association", "properties: { a: A }\nassociations: [ { to: deals, column: D }, { to: quotes, column: Q }, { to: orders, column: O, required: true } ]", "A,D,Q,O",
			[]string{"x", "5x", "1.8012E+10", ""},
			[]problem{
				{"ASSOCIATION_ID_INVALID", "D", "deals", "{value} is not a record id"},
				{"ASSOCIATION_ID_INVALID", "Q", "quotes", "as text"},
				{"REQUIRED_EMPTY", "O", "orders", "the association is required"},
			},
		},
		{
			"key", "properties: { a: A }\nkey: { property: k, columns: [A, B, C] }", "A,B,C",
			[]string{"", "1", ""},
			[]problem{{"KEY_EMPTY", "A", "k", "belongs to the key"}, {"KEY_EMPTY", "C", "k", "belongs to the key"}},
		},
		{
			"all of a row", "properties: { a: { column: A, required: true }, b: { column: B, values: { x: y } } }\nassociations: [ { to: deals, column: B } ]\nkey: { property: k, columns: [A] }", "A,B",
			[]string{"", "?"},
			[]problem{
				{"REQUIRED_EMPTY", "A", "a", ""},
				{"VALUE_NOT_MAPPED", "B", "b", ""},
				{"ASSOCIATION_ID_INVALID", "B", "deals", ""},
				{"KEY_EMPTY", "A", "k", ""},
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mapper := compile(t, tt.yaml, strings.Split(tt.header, ",")...)
			var rec mapping.Record
			problems := mapper.Map(tt.fields, &rec)
			if len(problems) != len(tt.want) {
				t.Fatalf("Map(%.100q): %+v\nwant %+v", tt.fields, problems, tt.want)
			}
			for i, p := range problems {
				want := tt.want[i]
				got := problem{p.Code, p.Column, p.Property, want.Part}
				if got != want || p.Message == "" || !strings.Contains(p.Message, want.Part) {
					t.Errorf("Map(%.100q): problem %d is %+v, want %+v", tt.fields, i, p, want)
				}
				for _, field := range tt.fields {
					if field != "" && len(field) < 20 && len(field) > 1 && strings.Contains(p.Message, field) {
						t.Errorf("message %q holds the cell %q", p.Message, field)
					}
				}
			}
		})
	}
}

func TestMapForgetsTheRowBefore(t *testing.T) {
	mapper := compile(t, "properties: { a: A }\nassociations: [ { to: deals, column: D } ]\nkey: { property: k, columns: [K] }", "A", "D", "K")
	var rec, fresh mapping.Record
	mapper.Map([]string{"x", "5", "1"}, &rec)
	mapper.Map([]string{"", "?", ""}, &rec)
	mapper.Map([]string{"", "6", "2"}, &rec)
	mapper.Map([]string{"", "6", "2"}, &fresh)
	if diff := cmp.Diff(fresh, rec); diff != "" {
		t.Errorf("a used record differs from a new one (-new +used):\n%s", diff)
	}
	other := compile(t, "properties: { a: A }", "A")
	other.Map([]string{""}, &rec)
	if len(rec.Properties) != 0 || len(rec.Associations) != 0 || rec.Key != "" {
		t.Errorf("an empty row leaves %+v", rec)
	}
}

func TestMapPanicsOnWrongWidth(t *testing.T) {
	mapper := compile(t, "properties: { a: A }", "A", "B")
	defer func() {
		if got, want := recover(), "mapping: a row of 1 cells under a header of 2 columns"; got != want {
			t.Errorf("panic %v, want %q", got, want)
		}
	}()
	mapper.Map([]string{"x"}, new(mapping.Record))
}

// Different cells never give the same key.
func TestKeysDiffer(t *testing.T) {
	mapper := compile(t, "key: { property: k, columns: [A, B, C] }", "A", "B", "C")
	cells := []string{"a", "|", `\`, `\|`, `|\`, "||", `\\`, "a|a", `a\`, `|a`}
	seen := make(map[string][]string)
	for _, a := range cells {
		for _, b := range cells {
			for _, c := range cells {
				row := []string{a, b, c}
				var rec mapping.Record
				if problems := mapper.Map(row, &rec); problems != nil {
					t.Fatalf("Map(%q): %+v", row, problems)
				}
				if other, twice := seen[rec.Key]; twice {
					t.Errorf("%q and %q both have the key %q", row, other, rec.Key)
				}
				seen[rec.Key] = row
			}
		}
	}
}

func TestCell(t *testing.T) {
	mapper := compile(t, `
properties:
  plain: A
  mapped: { column: B, values: { b: sent } }
  filled: { column: E, default: d }
  constant: { value: c }
associations:
  - { to: deals, column: D }
  - { to: deals, column: F }
  - { to: deals, column: E, required: true }
key: { property: k, columns: [A, B] }
`, "A", "B", "D", "E", "F")
	row := []string{"a|", "b", "5", "", "6"}
	spoilt := []string{"a|", "b", "5", "7", "six"}
	for _, tt := range []struct {
		fields                  []string
		property, column, value string
	}{
		{row, "plain", "A", "a|"},
		{row, "mapped", "B", "b"},
		{row, "filled", "E", "d"},
		{row, "constant", "", "c"},
		{row, "k", "A|B", `a\||b`},
		{row, "deals", "E", ""},
		{spoilt, "deals", "F", "six"},
		{[]string{"a", "b", "5", "7", ""}, "deals", "D", "5"},
		{row, "unknown", "", ""},
		{row, "", "", ""},
		{nil, "plain", "A", ""},
		{nil, "constant", "", "c"},
	} {
		if column, value := mapper.Cell(tt.fields, tt.property); column != tt.column || value != tt.value {
			t.Errorf("Cell(%q, %q) = %q, %q; want %q, %q", tt.fields, tt.property, column, value, tt.column, tt.value)
		}
	}
}

func TestMapperFromManyGoroutines(t *testing.T) {
	mapper, row := benchmarkRow(t)
	var want mapping.Record
	mapper.Map(row, &want)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			var rec mapping.Record
			for range 200 {
				mapper.Map(row, &rec)
				mapper.Cell(row, "deals")
			}
			if diff := cmp.Diff(want, rec); diff != "" {
				t.Errorf("differs from what one goroutine got (-one +many):\n%s", diff)
			}
		})
	}
	wg.Wait()
}

// benchmarkRow is a row of 100 bytes with all kinds of rules.
func benchmarkRow(t testing.TB) (*mapping.Mapper, []string) {
	t.Helper()
	mapper := compile(t, `
properties:
  name: { column: Product, required: true }
  quantity: Qty
  price: Unit price
  hs_sku: SKU
  recurringbillingfrequency: { column: Billing, values: { 月次: monthly, 年次: annually }, default: monthly }
  hs_line_item_currency_code: { value: JPY }
  description: { column: Note, empty: clear }
associations:
  - { to: deals, column: Deal ID }
key: { property: migration_key, columns: [Row key] }
`, "Product", "Qty", "Unit price", "SKU", "Billing", "Note", "Deal ID", "Row key")
	return mapper, []string{"Annual maintenance, large site", "12", "149000.50", "MNT-L-0012", "月次", "", "18012345678", "2026-000123456"}
}

func TestMapAllocatesNothing(t *testing.T) {
	mapper, row := benchmarkRow(t)
	var rec mapping.Record
	if n := testing.AllocsPerRun(100, func() {
		if problems := mapper.Map(row, &rec); problems != nil {
			t.Fatal(problems)
		}
	}); n != 0 {
		t.Errorf("%v allocations a row, want none", n)
	}
}

func BenchmarkMap(b *testing.B) {
	mapper, row := benchmarkRow(b)
	var rec mapping.Record
	b.ReportAllocs()
	for b.Loop() {
		if problems := mapper.Map(row, &rec); problems != nil {
			b.Fatal(problems)
		}
	}
}

// A key of several columns is a new text, and costs the one allocation.
func BenchmarkMapJoinedKey(b *testing.B) {
	mapper := compile(b, "properties: { name: A }\nkey: { property: k, columns: [B, C] }", "A", "B", "C")
	row := []string{"Annual maintenance, large site", "2026-000123456", "1"}
	var rec mapping.Record
	b.ReportAllocs()
	for b.Loop() {
		if problems := mapper.Map(row, &rec); problems != nil {
			b.Fatal(problems)
		}
	}
}
