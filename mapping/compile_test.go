// A mapping meets a header.

package mapping_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// parse is Parse for mappings that are right.
func parse(t testing.TB, yaml string) *mapping.Mapping {
	t.Helper()
	m, err := mapping.Parse([]byte(yaml))
	if err != nil {
		t.Fatalf("Parse(%q): %v", yaml, err)
	}
	return m
}

// compile is Compile for mappings and headers that fit.
func compile(t testing.TB, yaml string, header ...string) *mapping.Mapper {
	t.Helper()
	mapper, err := parse(t, yaml).Compile(header)
	if err != nil {
		t.Fatalf("Compile(%q) of %q: %v", header, yaml, err)
	}
	return mapper
}

func TestCompileFindsColumns(t *testing.T) {
	const (
		composed   = "Pri\u00e8re"
		decomposed = "Prie\u0300re"
	)
	for _, tt := range []struct {
		name, column string
		header       []string
		want         int
	}{
		{"exact", "A", []string{"B", "A"}, 1},
		{"decomposed in the header", composed, []string{"A", decomposed}, 1},
		{"decomposed in the mapping", decomposed, []string{"A", composed}, 1},
		{"exact before normalised", decomposed, []string{composed, decomposed}, 1},
		{"white space in the header", "A", []string{"B", " A\t"}, 1},
		{"white space in the mapping", " A ", []string{"B", "A"}, 1},
		{"exact before trimmed", "A", []string{" A", "A", "A "}, 1},
		{"normalised before trimmed", composed, []string{" " + composed, decomposed}, 1},
		{"case matters", "id", []string{"ID", "id"}, 1},
		{"duplicate that no rule reads", "A", []string{"B", "A", "B"}, 1},
		{"empty name that no rule reads", "A", []string{"", "A", ""}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := &mapping.Mapping{Properties: []mapping.PropertyRule{{Name: "name", Column: tt.column}}}
			mapper, err := m.Compile(tt.header)
			if err != nil {
				t.Fatalf("Compile(%q) of column %q: %v", tt.header, tt.column, err)
			}
			fields := make([]string, len(tt.header))
			fields[tt.want] = "here"
			column, value := mapper.Cell(fields, "name")
			if value != "here" || column != tt.header[tt.want] {
				t.Errorf("column %q of %q is %q with %q, want number %d", tt.column, tt.header, column, value, tt.want)
			}
		})
	}
}

func TestCompileErrors(t *testing.T) {
	many := strings.Split("a b c d e f g h i j k l", " ")
	for _, tt := range []struct {
		name, yaml string
		header     []string
		want       []string // parts of the messages
	}{
		{"nearest name", "properties: { quantity: Quantty }", []string{"Product", "Quantity"}, []string{
			`column "Quantty" of property "quantity" is not in the header; did you mean "Quantity"?`,
		}},
		{"other case", "properties: { a: id }", []string{"ix", "ID"}, []string{`did you mean "ID"?`}},
		{"nothing near", "properties: { a: Menge }", []string{"Product", "Price"}, []string{`; the header has "Product", "Price"`}},
		{"long header", "properties: { a: zzzz }", many, []string{`"i", "j" and 2 more`}},
		{"short names aren't near", "properties: { a: X }", []string{"", "Y", "XY"}, []string{`the header has "", "Y", "XY"`}},
		{"once for each column", "properties: { a: X, b: X }\nassociations: [ { to: deals, column: Y } ]\nkey: { property: k, columns: [X, Z] }", []string{"Product"}, []string{
			`column "X" of property "a"`, `column "Y" of the association to "deals"`, `column "Z" of the key`,
		}},
		{"duplicate", "properties: { a: A }", []string{"A", "B", "A", "A"}, []string{`column "A" of property "a" stands 3 times in the header, first as columns 1 and 3; rename one`}},
		{"duplicate after NFC", "properties: { a: \"\u00e8\" }", []string{"e\u0300", "e\u0300"}, []string{"stands 2 times"}},
		{"duplicate after trimming", "properties: { a: A }", []string{"A ", " A"}, []string{"stands 2 times"}},
		{"blank column", `properties: { a: " " }`, []string{"", "\t"}, []string{`column " " of property "a" is not in the header`}},
		{"no properties", "associations: [ { to: deals, column: A } ]", []string{"A"}, []string{"the mapping has no properties"}},
		{"association unknown", "properties: { a: A }\nassociations: [ { to: contacts, column: A } ]", []string{"A"}, []string{
			`no built-in association type from "line_items" to "contacts"; give the rule a type and a category`,
		}},
		{"association misspelt", "properties: { a: A }\nassociations: [ { to: deal, column: A } ]", []string{"A"}, []string{`to "deal"; did you mean "deals"?`}},
		{"association from another object", "object: tickets\nproperties: { a: A }\nassociations: [ { to: quotes, column: A } ]", []string{"A"}, []string{`from "tickets" to "quotes"; give`}},
		{"key from another column", "properties: { k: B }\nkey: { property: k, columns: [A] }", []string{"A", "B"}, []string{`property "k" is the key, and gets another value`}},
		{"key from fewer columns", "properties: { k: A }\nkey: { property: k, columns: [A, B] }", []string{"A", "B"}, []string{`property "k" is the key`}},
		{"key as a constant", "properties: { k: { value: A } }\nkey: { property: k, columns: [A] }", []string{"A"}, []string{`property "k" is the key`}},
		{"key cleared", "properties: { k: { column: A, empty: clear } }\nkey: { property: k, columns: [A] }", []string{"A"}, []string{`property "k" is the key`}},
		{"key with default", "properties: { k: { column: A, default: x } }\nkey: { property: k, columns: [A] }", []string{"A"}, []string{`property "k" is the key`}},
		{"key with a format", "properties: { k: { column: A, decimal: ',' } }\nkey: { property: k, columns: [A] }", []string{"A"}, []string{`property "k" is the key`}},
		{"key mapped", "properties: { k: { column: A, values: { a: b } } }\nkey: { property: k, columns: [A] }", []string{"A"}, []string{`property "k" is the key`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mapper, err := parse(t, tt.yaml).Compile(tt.header)
			var got mapping.Errors
			if !errors.As(err, &got) || mapper != nil {
				t.Fatalf("Compile(%q) of %q = %v, %v; want nil and Errors", tt.header, tt.yaml, mapper, err)
			}
			if len(got) != len(tt.want) {
				t.Fatalf("Compile(%q) of %q:\n%v\nwant %d errors, like %q", tt.header, tt.yaml, err, len(tt.want), tt.want)
			}
			for i, want := range tt.want {
				if got[i].Line != 0 || !strings.Contains(got[i].Error(), want) {
					t.Errorf("Compile(%q) of %q: error %d is %v (line %d), want %q without a line", tt.header, tt.yaml, i, got[i], got[i].Line, want)
				}
			}
		})
	}
}

func TestCompileKeyWithoutColumns(t *testing.T) {
	m := &mapping.Mapping{Key: &mapping.KeyRule{Property: "k"}}
	if _, err := m.Compile([]string{"A"}); err == nil || !strings.Contains(err.Error(), "the key has no columns") {
		t.Errorf("a key without columns: %v", err)
	}
}

func TestColumns(t *testing.T) {
	want := []string{"Product", "SKU", "Unit price", "Qty", "Billing", "Note", "Start", "Tax", "Deal ID", "Order no", "Quote", "Asset", "Line"}
	if got := everythingParsed().Columns(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	m := parse(t, "properties: { a: A, b: B, c: A }\nkey: { property: k, columns: [B, C] }")
	if got, want := m.Columns(), []string{"A", "B", "C"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestUnused(t *testing.T) {
	mapper := compile(t, "properties: { a: A }\nassociations: [ { to: deals, column: D } ]\nkey: { property: k, columns: [K] }",
		"x", " A ", "", " ", "D", "K", "y", "x", "hubload_row", "hubload_status")
	if got, want := mapper.Unused(), []string{"x", "y"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestForHeader(t *testing.T) {
	header := []string{"Product", "name", " price ", "price", "", "hubload_row", "quantity", "Quantity", "name", "pr\u0065\u0301", "hs_sku"}
	isProperty := func(name string) bool {
		return name == "pr\u00e9" || name == "hubload_row" || name == "" || schema.IsLineItemProperty(name)
	}
	want := &mapping.Mapping{Object: "0-8", Properties: []mapping.PropertyRule{
		{Name: "name", Column: "name"},
		{Name: "price", Column: " price "},
		{Name: "quantity", Column: "quantity"},
		{Name: "pr\u00e9", Column: "pr\u0065\u0301"},
		{Name: "hs_sku", Column: "hs_sku"},
	}}
	got := mapping.ForHeader("0-8", header, isProperty)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ForHeader(%q) (-want +got):\n%s", header, diff)
	}
	if _, err := got.Compile(header); err == nil || !strings.Contains(err.Error(), `"name" of property "name" stands 2 times`) {
		t.Errorf("the header has name twice; Compile says %v", err)
	}
	if diff := cmp.Diff(got, parse(t, string(got.Encode()))); diff != "" {
		t.Errorf("comes back changed from Encode (-want +got):\n%s", diff)
	}
}

func TestIsLineItemProperty(t *testing.T) {
	for name, want := range map[string]bool{
		"name": true, "price": true, "hs_recurring_billing_end_date": true, "hs_product_id": true,
		"": false, "Name": false, "my_key": false,
		// Only HubSpot writes these.
		"amount": false, "hs_object_id": false, "createdate": false, "hs_acv": false, "hs_unique_creation_key": false,
	} {
		if got := schema.IsLineItemProperty(name); got != want {
			t.Errorf("IsLineItemProperty(%q) = %v", name, got)
		}
	}
}
