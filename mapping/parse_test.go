// What Parse takes, what it refuses, and where it says the error is.

package mapping_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/mapping"
)

// everything uses each key of a mapping.
const everything = `# as the design shows it
object: line_items
account: 4242
csv: { encoding: shift_jis, delimiter: "\t", header_line: 5 }
properties:
  name:      { column: Product, required: true }
  hs_sku: SKU
  price:     { column: Unit price, decimal: ",", group: '.', symbol: € }
  quantity:  { column: Qty, default: 0123 }
  recurringbillingfrequency: { column: Billing, values: { 月次: monthly, yes: 2026-01-31, 1.50: on }, default: monthly }
  hs_line_item_currency_code: { value: JPY }
  description: { column: Note, empty: clear }
  hs_url: { value: "" }
  hs_recurring_billing_start_date: { column: Start, layout: 02/01/2006, timezone: Europe/Berlin }
  hs_product_id: { column: SKU, match: hs_sku, required: true }
  tax_id: { column: Tax, match: code, of: 2-12345, empty: clear }
  hs_position_on_quote: { position: deals }
associations:
  - { to: deals, column: Deal ID, required: true }
  - { to: deals, column: Order no, match: external_id }
  - { to: quotes, column: Quote, exists: check }
  - { to: "2-12345", column: Asset, type: 123, category: USER_DEFINED }
key: { property: migration_key, columns: [Order no, Line] }
`

func everythingParsed() *mapping.Mapping {
	return &mapping.Mapping{
		Object:  "line_items",
		Account: 4242,
		CSV:     mapping.CSV{Encoding: "shift_jis", Delimiter: '\t', HeaderLine: 5},
		Properties: []mapping.PropertyRule{
			{Name: "name", Column: "Product", Required: true},
			{Name: "hs_sku", Column: "SKU"},
			{Name: "price", Column: "Unit price", Decimal: ',', Group: '.', Symbol: "€"},
			{Name: "quantity", Column: "Qty", Default: "0123"},
			{
				Name: "recurringbillingfrequency", Column: "Billing", Default: "monthly",
				Values: map[string]string{"月次": "monthly", "yes": "2026-01-31", "1.50": "on"},
			},
			{Name: "hs_line_item_currency_code", Value: new("JPY")},
			{Name: "description", Column: "Note", Clear: true},
			{Name: "hs_url", Value: new("")},
			{Name: "hs_recurring_billing_start_date", Column: "Start", Layout: "02/01/2006", Timezone: "Europe/Berlin"},
			{Name: "hs_product_id", Column: "SKU", Match: "hs_sku", Object: "products", Required: true},
			{Name: "tax_id", Column: "Tax", Match: "code", Object: "2-12345", Clear: true},
			{Name: "hs_position_on_quote", Position: "deals"},
		},
		Associations: []mapping.AssociationRule{
			{To: "deals", Column: "Deal ID", Required: true},
			{To: "deals", Column: "Order no", Match: "external_id"},
			{To: "quotes", Column: "Quote", Check: true},
			{To: "2-12345", Column: "Asset", Type: 123, Category: "USER_DEFINED"},
		},
		Key: &mapping.KeyRule{Property: "migration_key", Columns: []string{"Order no", "Line"}},
	}
}

func TestParse(t *testing.T) {
	column := func(name, column string) *mapping.Mapping {
		return &mapping.Mapping{Properties: []mapping.PropertyRule{{Name: name, Column: column}}}
	}
	for _, tt := range []struct {
		name, yaml string
		want       *mapping.Mapping
	}{
		{"every key", everything, everythingParsed()},
		{"nothing said", "{}", &mapping.Mapping{}},
		{"byte order mark and CRLF", "\ufeffproperties:\r\n  name: Product\r\n", column("name", "Product")},
		{"text stays as written", "properties: { name: 0x1F }", column("name", "0x1F")},
		{"quoted null", `properties: { name: "null" }`, column("name", "null")},
		{"white space in quotes", `properties: { name: " a " }`, column("name", " a ")},
		{"block text", "properties:\n  name: |-\n    two\n    lines\n", column("name", "two\nlines")},
		{"merge key is a key like others", "properties: { <<: A }", column("<<", "A")},
		{"the old name of symbol", "properties: { a: { column: A, sign: € } }", &mapping.Mapping{
			Properties: []mapping.PropertyRule{{Name: "a", Column: "A", Symbol: "€"}},
		}},
		{"cells that mean nothing", "csv: { empty: [NULL, ~, \"-\", n/a, \"#N/A\"] }\nproperties: { a: { column: A, empty_words: [null, '?'] } }", &mapping.Mapping{
			CSV:        mapping.CSV{Empty: []string{"NULL", "~", "-", "n/a", "#N/A"}},
			Properties: []mapping.PropertyRule{{Name: "a", Column: "A", Words: []string{"null", "?"}}},
		}},
		{"cells and what stands around values", "properties: { a: { column: A, trim: true, strip: \"'\", split: \",\" }, b: { column: B, scale: 0.01, decimal: \",\" }, c: { column: C, unit: months } }\nassociations: [ { to: deals, column: D, optional: true, strip: '#', split: \";\", empty_words: [none] } ]", &mapping.Mapping{
			Properties: []mapping.PropertyRule{
				{Name: "a", Column: "A", Trim: true, Strip: "'", Split: ","}, {Name: "b", Column: "B", Scale: "0.01", Decimal: ','}, {Name: "c", Column: "C", Unit: "months"},
			},
			Associations: []mapping.AssociationRule{{To: "deals", Column: "D", Optional: true, Strip: "#", Split: ";", Words: []string{"none"}}},
		}},
		{"what is meant", "properties: { a: A }\nassociations: []\nallow: [nameless]", &mapping.Mapping{
			Properties: []mapping.PropertyRule{{Name: "a", Column: "A"}}, Unassociated: true, Nameless: true,
		}},
		{"false", "properties: { a: { column: A, required: false } }", column("a", "A")},
		{"default beside required", "properties: { a: { column: A, default: b, required: true } }", &mapping.Mapping{
			Properties: []mapping.PropertyRule{{Name: "a", Column: "A", Default: "b", Required: true}},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := mapping.Parse([]byte(tt.yaml))
			if err != nil {
				t.Fatalf("Parse(%q): %v", tt.yaml, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Parse(%q) (-want +got):\n%s", tt.yaml, diff)
			}
			if again, err := mapping.Parse(got.Encode()); err != nil || !cmp.Equal(got, again) {
				t.Errorf("comes back as %s, %v", got.Encode(), err)
			}
		})
	}
}

// An error of the table is "line:column part of the message".
func TestParseErrors(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       []string
	}{
		// The file.
		{"empty", "", []string{"1:1 the mapping is empty"}},
		{"only comments", "# nothing\n", []string{"1:1 the mapping is empty"}},
		{"null document", "---\n", []string{"2:1 the mapping must be keys with values"}},
		{"a list", "- a\n", []string{"1:1 the mapping must be keys with values such as { column: Product }, and is a list"}},
		{"a text", "name\n", []string{"1:1 and is a single value"}},
		{"too large", "# " + strings.Repeat("x", 1<<20), []string{"1:1 the mapping has 1048578 bytes; it can have at most 1048576"}},
		{"two documents", "properties: { name: A }\n---\nobject: deals\n", []string{"2:1 a second document begins here"}},
		{"second document broken", "object: a\n---\nb: [\n", []string{"4:1 not valid YAML"}},
		{"Latin-1", "# Gerät\nobject: \xe4\n", []string{"2:9 not UTF-8"}},
		{"after wide characters", "月次: \xff", []string{"1:5 not UTF-8"}},
		{"UTF-16", "\xff\xfeo\x00", []string{"1:1 not UTF-8"}},
		{"control character, CR line ends", "object: a\raccount: \x01", []string{"2:10 U+0001"}},
		{"after CRLF and a byte order mark", "\ufeffa\r\n\x00", []string{"2:1 U+0000"}},
		{"byte order mark in the middle", "a\ufeff\x00", []string{"1:3 U+0000"}},
		{"non-character", "\ufeff\uffff", []string{"1:1 U+FFFF"}},

		// Syntax.
		{"colon in text", "object: a: b\n", []string{"1:10 mapping values are not allowed in this context; put texts"}},
		{"tab for indent", "properties:\n\tname: A\n", []string{"2:1 cannot start any token"}},
		{"unclosed list", "key: { property: k, columns: [a\n", []string{"2:1 while parsing a flow sequence that begins in line 1, column 30"}},
		{"unknown anchor", "object: *a\n", []string{"1:9 unknown anchor"}},
		{"nested beyond the library's limit", strings.Repeat("[", 20000), []string{"1:10001 exceeded max depth"}},

		// YAML that has no place here.
		{"anchor", "object: &a x\n", []string{"1:9 the anchor \"&a\" can't stand"}},
		{"alias", "object: &a x\ncsv: { encoding: *a }\n", []string{"1:9 the anchor", "2:18 the alias \"*a\" can't stand"}},
		{"alias bomb", "object: &a [x,x]\nkey: &b [*a,*a]\nassociations: [*b,*b]\n", []string{
			"1:9 the anchor", "2:6 the anchor", "2:10 the alias \"*a\"", "2:13 the alias", "3:16 the alias \"*b\"", "3:19 the alias \"*b\"",
		}},
		{"alias to itself", "associations: &a [*a]\n", []string{"1:15 the anchor", "1:19 the alias \"*a\""}},
		{"tag", "object: !!str x\n", []string{`1:9 the tag "!!str" can't stand`}},
		{"tag of one's own", "properties: { name: !env HOME }\n", []string{`1:21 the tag "!env"`}},
		{"list as key", "? [a]\n: b\n", []string{"1:3 a key of the mapping must be a single value"}},
		{"null as key", "properties: { ~: a }\n", []string{`1:15 write "~" if the word is meant`}},

		// Keys.
		{"misspelt key", "propertys: {}\n", []string{`1:1 unknown key "propertys" in the mapping; did you mean "properties"?`}},
		{"unknown key", "frobnicate: 1\n", []string{`1:1 the keys here are "object", "associations", "key", "id", "seen", "account", "csv", "properties"`}},
		{"seen", "seen: maybe\n", []string{`1:7 seen must be stop, skip or again`}},
		{"words that are no list", "properties: { a: A }\ncsv: { empty: none }", []string{"2:15 words for an empty cell must be a list such as [NULL, n/a]"}},
		{"an empty word", "properties: { a: A }\ncsv: { empty: [\" \", a] }", []string{"2:16 a word for an empty cell must be a text"}},
		{"allowed", "properties: { a: A }\nallow: [namless]", []string{"2:9 allow can only have nameless"}},
		{"optional and required", "properties: { a: A }\nassociations: [ { to: deals, column: D, optional: true, required: true } ]", []string{"2:51 optional: true contradicts required: true"}},
		{"optional", "properties: { a: A }\nassociations: [ { to: deals, column: D, optional: yes } ]", []string{"2:51 optional must be true or false"}},
		{"scale", "properties: { a: { column: A, scale: x } }", []string{"1:38 scale must be a number such as 100"}},
		{"scale of nothing", "properties: { a: { column: A, scale: 0.0 } }", []string{"1:38 scale must be a number such as 100"}},
		{"unit", "properties: { a: { column: A, unit: month } }", []string{`1:37 unit must be years, months, weeks or days; did you mean "months"?`}},
		{"strip beside a constant", "properties: { a: { value: A, strip: x } }", []string{"1:37 strip has no use beside value"}},
		{"split beside match", "properties: { hs_product_id: { column: A, match: b, split: x } }", []string{"1:60 split has no use beside match"}},
		{"key twice", "object: a\ncsv: {}\nobject: a\n", []string{`3:1 "object" stands here for the second time, after line 1`}},
		{"property twice", "properties:\n  a: A\n  \"a\": B\n", []string{`3:3 "a" stands here for the second time`}},
		{"cell twice", "properties: { a: { column: A, values: { x: y, x: z } } }\n", []string{`1:47 "x" stands here`}},
		{"control characters in a message", `"a\x1b[2J": 1`, []string{`1:1 unknown key "a\x1b[2J"`}},
		{"a long text in a message", strings.Repeat("x", 100) + ": 1", []string{`1:1 unknown key "` + strings.Repeat("x", 60) + `..."`}},

		// Single values.
		{"object is no text", "object: [a]\n", []string{"1:9 object must be a single value, and is a list"}},
		{"object empty", "object: \"\"\n", []string{"1:9 object is empty"}},
		{"object without value", "object:\naccount: 1\n", []string{"1:8 object has no value"}},
		{"account quoted", "account: \"4242\"\n", []string{"1:10 account must be a whole number from 1 to 9223372036854775807"}},
		{"account octal", "account: 0123\n", []string{"1:10 account must be"}},
		{"account negative", "account: -1\n", []string{"1:10 account must be"}},
		{"account too large", "account: 9223372036854775808\n", []string{"1:10 account must be"}},
		{"account a set", "account: {}\n", []string{"1:10 account must be a single value"}},
		{"csv a text", "csv: utf-8\n", []string{"1:6 csv must be keys"}},
		{"csv key", "csv: { encodng: utf-8 }\n", []string{`1:8 unknown key "encodng" in csv; did you mean "encoding"?`}},
		{"delimiter of two", "csv: { delimiter: '\\t' }\n", []string{"1:19 delimiter must be one character"}},
		{"delimiter quote", "csv: { delimiter: '\"' }\n", []string{"1:19 delimiter must be one character"}},
		{"header_line from 0", "csv: { header_line: 0 }\n", []string{"1:21 header_line must be a whole number from 1"}},
		{"delimiter empty", "csv: { delimiter: '' }\n", []string{"1:19 delimiter is empty"}},

		// Properties.
		{"properties a list", "properties: [a]\n", []string{"1:13 properties must be keys"}},
		{"property a list", "properties: { a: [A] }\n", []string{`1:18 property "a" must be keys with values`}},
		{"property without column", "properties:\n  a:\n", []string{`2:5 the column of "a" has no value`}},
		{"property without name", "properties: { '': A }\n", []string{"1:15 the name of a property is empty"}},
		{"property without source", "properties:\n  a: { required: true }\n", []string{`2:3 property "a" has no source`}},
		{"misspelt source", "properties: { a: { colum: A } }\n", []string{`1:20 unknown key "colum" in property "a"; did you mean "column"?`}},
		{"column empty", "properties: { a: { column: '' } }\n", []string{"1:28 column is empty"}},
		{"required by word", "properties: { a: { column: A, required: yes } }\n", []string{"1:41 required must be true or false"}},
		{"required quoted", "properties: { a: { column: A, required: 'true' } }\n", []string{"1:41 required must be true or false"}},
		{"default empty", "properties: { a: { column: A, default: '' } }\n", []string{"1:40 default is empty"}},
		{"default null", "properties: { a: { column: A, default: null } }\n", []string{`1:40 write "null" if the word is meant`}},
		{"empty: omit", "properties: { a: { column: A, empty: omit } }\n", []string{"1:38 empty can only be clear"}},
		{"values a list", "properties: { a: { column: A, values: [x] } }\n", []string{"1:39 values must be keys"}},
		{"values empty", "properties: { a: { column: A, values: {} } }\n", []string{"1:39 values is empty"}},
		{"values of nothing", "properties: { a: { column: A, values: { '': x } } }\n", []string{"1:39 use default"}},
		{"values to nothing", "properties: { a: { column: A, values: { x: } } }\n", []string{`1:44 the value for "x" has no value`}},
		{"values to a list", "properties: { a: { column: A, values: { x: [y] } } }\n", []string{`1:44 x must be a single value`}},
		{
			"constant with more",
			"properties:\n  a: { value: x,\n    column: A,\n    default: y,\n    required: true,\n    values: { a: b },\n    empty: clear }\n",
			[]string{
				"3:13 column has no use beside value", "4:14 default has no use", "5:15 required has no use", "6:13 values has no use",
				"7:12 empty has no use", "7:12 empty: clear contradicts default", "7:12 empty: clear contradicts required",
			},
		},
		{"clear and default", "properties: { a: { column: A, default: x, empty: clear } }\n", []string{"1:50 contradicts default"}},
		{"clear and required", "properties: { a: { column: A, required: true, empty: clear } }\n", []string{"1:54 contradicts required"}},

		// Associations.
		{"associations a set", "associations: { to: deals }\n", []string{"1:15 associations must be a list"}},
		{"association a text", "associations: [deals]\n", []string{"1:16 an association must be keys"}},
		{"association without anything", "associations:\n  - {}\n", []string{"2:5 an association needs to,", "2:5 an association needs column"}},
		{"to empty", "associations: [ { to: '', column: A } ]\n", []string{"1:23 to is empty"}},
		{"type without category", "associations: [ { to: a, column: A, type: 1 } ]\n", []string{"1:43 type needs a category"}},
		{"category without type", "associations: [ { to: a, column: A, category: WORK } ]\n", []string{"1:47 category needs a type"}},
		{"unknown category", "associations: [ { to: a, column: A, type: 1, category: MINE } ]\n", []string{"1:56 category must be HUBSPOT_DEFINED"}},
		{"type beyond 32 bits", "associations: [ { to: a, column: A, type: 2147483648, category: WORK } ]\n", []string{"1:43 type must be a whole number from 1 to 2147483647"}},

		// Key.
		{"key without a column", "key: k\n", []string{"1:6 key: k needs a column for k under properties"}},
		{"key whose property has no column", "properties: { k: { value: x } }\nkey: k\n", []string{"2:6 key: k needs a column"}},
		{"key a list", "key: [k]\n", []string{"1:6 key must be keys"}},
		{"key without anything", "key: {}\n", []string{"1:6 key needs property", "1:6 key needs columns"}},
		{"key with column", "key: { property: k, column: A }\n", []string{`1:21 did you mean "columns"?`}},
		{"key columns a text", "key: { property: k, columns: A }\n", []string{"1:30 columns must be a list"}},
		{"key columns empty", "key: { property: k, columns: [] }\n", []string{"1:30 columns is empty"}},
		{"key column twice", "key: { property: k, columns: [A, B, A] }\n", []string{`1:37 the key has column "A" twice`}},
		{"key column without name", "key: { property: k, columns: ['', ''] }\n", []string{"1:31 an element of columns is empty", "1:35 an element of columns is empty"}},

		// Other records.
		{"symbol by both names", "properties: { a: { column: A, symbol: €, sign: $ } }\n", []string{"1:48 sign is the old name of symbol"}},
		{"match empty", "properties: { hs_product_id: { column: A, match: '' } }\n", []string{"1:50 match is empty"}},
		{"match without column", "properties: { hs_product_id: { match: hs_sku } }\n", []string{`1:15 property "hs_product_id" has no source`}},
		{"match without of", "properties: { a: { column: A, match: x } }\n", []string{"1:38 match needs of beside it"}},
		{"of without match", "properties: { a: { column: A, of: deals } }\n", []string{"1:35 of needs match beside it"}},
		{
			"match with more",
			"properties:\n  a: { column: A, match: x, of: deals,\n    default: y,\n    values: { a: b },\n    decimal: ',' }\n  b: { value: a, match: x, of: deals }\n",
			[]string{"3:14 default has no use beside match", "4:13 values has no use", "5:14 decimal has no use beside match", "5:14 decimal", "6:15 value has no use beside match"},
		},
		{
			"position with more",
			"properties:\n  a: { position: deals,\n    column: A,\n    value: x,\n    default: y,\n    values: { a: b },\n    empty: clear,\n    match: x,\n    of: deals,\n    layout: 2006 }\n",
			[]string{
				"3:13 column has no use beside position", "4:12 value has no use", "5:14 default has no use", "6:13 values has no use",
				"7:12 empty has no use", "8:12 match has no use", "9:9 of has no use", "10:13 layout has no use",
			},
		},
		{"position a list", "properties: { a: { position: [deals] } }\n", []string{"1:30 position must be a single value"}},
		{"exists of another kind", "associations: [ { to: deals, column: A, exists: yes } ]\n", []string{"1:49 exists can only be check"}},
		{"exists and match", "associations: [ { to: deals, column: A, match: x, exists: check } ]\n", []string{"1:59 exists has no use beside match"}},
		{"match in an association without column", "associations: [ { to: deals, match: x } ]\n", []string{"1:17 an association needs column"}},

		// What later versions do.

		{
			"all at once, in the order of the file",
			"key: {}\nobject: ''\nproperties:\n  a: { required: 1, column: '' }\nbcd: 1\naccount: x\n",
			[]string{"1:6 property", "1:6 columns", "2:9 object", "4:18 required", "4:29 column", "5:1 unknown", "6:10 account"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := mapping.Parse([]byte(tt.yaml))
			var got mapping.Errors
			if !errors.As(err, &got) || m != nil {
				t.Fatalf("Parse(%.200q) = %v, %v; want nil and Errors", tt.yaml, m, err)
			}
			if len(got) != len(tt.want) {
				t.Fatalf("Parse(%.200q):\n%v\nwant %d errors, like %q", tt.yaml, err, len(tt.want), tt.want)
			}
			for i, want := range tt.want {
				place, part, _ := strings.Cut(want, " ")
				if p := fmt.Sprintf("%d:%d", got[i].Line, got[i].Column); p != place || !strings.Contains(got[i].Message, part) {
					t.Errorf("Parse(%.200q): error %d is %s %s; want %s", tt.yaml, i, p, got[i].Message, want)
				}
			}
		})
	}
}

func TestErrors(t *testing.T) {
	_, err := mapping.Parse([]byte("object: ''\naccount: x\n"))
	const want = "line 1, column 9: object is empty; write a text, or remove the key\n" +
		"line 2, column 10: account must be a whole number from 1 to 9223372036854775807, in digits and without quotes"
	if err.Error() != want {
		t.Errorf("got  %v\nwant %v", err, want)
	}
	var first *mapping.Error
	if !errors.As(err, &first) || first.Line != 1 {
		t.Errorf("errors.As found %v in the joined errors, want the one of line 1", first)
	}
}
