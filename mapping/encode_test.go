// What Parse takes, Encode gives back.

package mapping_test

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/mapping"
)

func TestEncode(t *testing.T) {
	const want = `object: line_items
account: 4242
csv: { encoding: shift_jis, delimiter: "\t", header_line: 5 }
properties:
  name: { column: Product, required: true }
  hs_sku: SKU
  price: { column: Unit price, decimal: ",", group: ".", symbol: "€" }
  quantity: { column: Qty, default: "0123" }
  recurringbillingfrequency: { column: Billing, values: { "1.50": "on", "yes": "2026-01-31", 月次: monthly }, default: monthly }
  hs_line_item_currency_code: { value: JPY }
  description: { column: Note, empty: clear }
  hs_url: { value: "" }
  hs_recurring_billing_start_date: { column: Start, layout: "02/01/2006", timezone: Europe/Berlin }
  hs_product_id: { column: SKU, match: hs_sku, required: true }
  tax_id: { column: Tax, match: code, of: "2-12345", empty: clear }
  hs_position_on_quote: { position: deals }
associations:
  - { to: deals, column: Deal ID, required: true }
  - { to: deals, column: Order no, match: external_id }
  - { to: quotes, column: Quote, exists: check }
  - { to: "2-12345", column: Asset, type: 123, category: USER_DEFINED }
key: { property: migration_key, columns: [Order no, Line] }
`
	if diff := cmp.Diff(want, string(everythingParsed().Encode())); diff != "" {
		t.Errorf("Encode (-want +got):\n%s", diff)
	}
}

// awkward are texts that YAML likes to take for something else.
var awkward = []string{
	"~", "null", "Null", "true", "No", "y", "0123", "0x1F", "1e3", ".nan", "2026-01-31", "12:30:00", "-", "- a", "? a", ": a", "a: b", "a #b",
	"#", "&a", "*a", "!a", "|", ">", "%", "@", "`", "'", `"`, `\`, "[", "]", "{", "}", ",", "a,b", "<<", "=", "...", "---",
	" a", "a ", "a  b", "\ta", "a\nb", "a\r\nb\r", "\n", " ", "\x00", "\x1b[2J", "\x7f", "\u0085", "\u00a0", "\u00ad", "\u200b", "\u2028", "\u202e", "\ufeff",
	"\ufffd", "\ufffe", "\uffff", "e\u0301", "月次", "🙂", "\U0010ffff", "É", "a/b (c)", "a.b-c_d", strings.Repeat("é ", 600), strings.Repeat("\u0085", 1100),
}

func TestEncodeAwkwardTexts(t *testing.T) {
	for _, text := range awkward {
		m := &mapping.Mapping{
			Object: text,
			CSV:    mapping.CSV{Encoding: text},
			Properties: []mapping.PropertyRule{
				{Name: text, Column: text},
				{Name: "values", Column: text, Default: text, Values: map[string]string{text: text, "b": text}},
				{Name: "value", Value: &text},
			},
			Associations: []mapping.AssociationRule{{To: text, Column: text}},
			Key:          &mapping.KeyRule{Property: text, Columns: []string{text}},
		}
		yaml := m.Encode()
		got, err := mapping.Parse(yaml)
		if err != nil {
			t.Errorf("text %.20q: %v in\n%.999s", text, err, yaml)
		} else if diff := cmp.Diff(m, got); diff != "" {
			t.Errorf("text %.20q comes back changed (-want +got):\n%s\nfrom\n%.999s", text, diff, yaml)
		}
	}
}

func TestEncodeIsDeterministic(t *testing.T) {
	values := make(map[string]string)
	for _, text := range awkward {
		values[text] = text
	}
	encode := func() string {
		m := &mapping.Mapping{Properties: []mapping.PropertyRule{{Name: "a", Column: "A", Values: maps.Clone(values)}}}
		return string(m.Encode())
	}
	first := encode()
	for range 20 {
		if again := encode(); again != first {
			t.Fatalf("equal mappings give different YAML:\n%s\n%s", first, again)
		}
	}
}

// FuzzParse holds Parse to its law: what it accepts, Encode and Parse give back
// equal, and Encode gives the same bytes again; what it refuses is Errors, each
// with a place.
func FuzzParse(f *testing.F) {
	f.Add([]byte(everything))
	for _, text := range awkward {
		m := mapping.Mapping{Properties: []mapping.PropertyRule{{Name: text, Column: text, Values: map[string]string{text: text}}}}
		f.Add(m.Encode())
		f.Add([]byte("object: " + text))
		f.Add([]byte("properties: { name: '" + text + "' }"))
	}
	for _, format := range []string{
		`decimal: ','`, "group: ' '", "group: \u00a0", "group: ’", "sign: '% '", "sign: Fr.", "layout: 2006年1月2日", "layout: ' 02/01/2006 '",
		"layout: 2006-01-02T15:04:05Z07:00, timezone: Asia/Tokyo", "timezone: UTC", "layout: DD/MM/YYYY",
	} {
		f.Add([]byte("properties: { a: { column: A, " + format + " } }"))
	}
	for _, yaml := range []string{
		"", "{}", "seen: skip", "seen: again\nobject: a", "---\n...\n", "a: &a [*a]", "object: |\n  a\n  b\n", "object: >\n  a\n\n  b\n", "? a\n: b\n", "%YAML 1.2\n---\nobject: a\n", "object: 'a\n  b'\n",
	} {
		f.Add([]byte(yaml))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := mapping.Parse(data)
		if err != nil {
			var errs mapping.Errors
			if !errors.As(err, &errs) || len(errs) == 0 || m != nil {
				t.Fatalf("Parse(%q) = %v, %T %v; want nil and Errors", data, m, err, err)
			}
			for _, e := range errs {
				if e.Line < 1 || e.Column < 1 || e.Message == "" {
					t.Fatalf("Parse(%q): error without place or message: %#v", data, e)
				}
			}
			return
		}
		for _, e := range compileErrors(m) {
			if strings.HasPrefix(e.Message, "property ") {
				t.Fatalf("Parse(%q) is fine, but Compile says: %v", data, e)
			}
		}
		yaml := m.Encode()
		again, err := mapping.Parse(yaml)
		if err != nil {
			t.Fatalf("Parse(%q) is fine, but what it encodes to isn't: %v\n%s", data, err, yaml)
		}
		if diff := cmp.Diff(m, again); diff != "" {
			t.Fatalf("Parse(%q) comes back changed (-want +got):\n%s\nfrom\n%s", data, diff, yaml)
		}
		if twice := again.Encode(); string(twice) != string(yaml) {
			t.Fatalf("equal mappings encode differently:\n%s\n%s", yaml, twice)
		}
	})
}

// compileErrors is what Compile says of a mapping under a header of its columns.
func compileErrors(m *mapping.Mapping) mapping.Errors {
	var errs mapping.Errors
	_, err := m.Compile(m.Columns())
	errors.As(err, &errs)
	return errs
}
