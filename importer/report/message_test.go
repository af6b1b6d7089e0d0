// What messages become.

package report

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hubload/hubload/importer/csvfile"
)

// messageOf returns hubload_message of the only row of an input.
func messageOf(t *testing.T, src Source, property, message string) string {
	t.Helper()
	dir := t.TempDir()
	st := journalOf(t, dir, refused(1, property, message))
	defer st.Close()
	mustWrite(t, dir, src, st, Options{})
	return parse(t, content(t, dir, failuresName), csvfile.Options{}).column(t, "hubload_message")[0]
}

const messageMapping = `
properties:
  name: Product
  quantity: { column: Qty, default: "1" }
  hs_line_item_currency_code: { value: JPY }
associations:
  - { to: deals, column: Deal }
`

func TestMessages(t *testing.T) {
	long := strings.Repeat("あ", 61)
	for _, tc := range []struct{ name, row, property, message, want string }{
		{"its own value", "Bolt,x,1", "quantity", "{value} is no number", `"x" is no number`},
		{"twice", "Bolt,x,1", "quantity", "{value}, {value}", `"x", "x"`},
		{"another's", "Bolt,x,1", "quantity", "{value} doesn't go with {value of name}", `"x" doesn't go with "Bolt"`},
		{"an association's", "Bolt,x,18", "deals", "no record {value}", `no record "18"`},
		{"a constant", "Bolt,x,1", "hs_line_item_currency_code", "{value}", `"JPY"`},
		{"a default", "Bolt,,1", "quantity", "{value}", `"1"`},
		{"an empty cell", ",x,1", "name", "{value} is too short", `"" is too short`},
		{"no property", "Bolt,x,1", "", "{value} is wrong", "the value is wrong"},
		{"a property the mapping lacks", "Bolt,x,1", "price", "{value} and {value of sku}", "the value and the value"},
		{"placeholders in a value", "{value of deals},x,1", "name", "{value}", `"{value of deals}"`},
		{"other braces", "Bolt,x,1", "", "{values} {value of } {x}", "{values} {value of } {x}"},
		{"a value that isn't told", "Bolt,x,1", "quantity", "quantity was no number.", `quantity was no number (the cell holds "x").`},
		{"one that isn't there", "Bolt,,1", "deals", "it is missing", `it is missing (the cell holds "1")`},
		{"an empty one", ",x,1", "name", "it is missing", "it is missing"},
		{"a bad record", "Bolt,x,1,2", "name", "{value} and {value of name}.", `the value and the value. Beyond the last column stands: 2`},
		{"a long value", long + ",x,1", "name", "{value}!", `"` + strings.Repeat("あ", 57) + `..."!`},
		{"a value that just fits", long[3:] + ",x,1", "name", "{value}", `"` + long[3:] + `"`},
		{"control and bidi characters", "\"a\nb\tc\u202Ed\u2066\u2028\",x,1", "name", "{value}", `"a\nb\tc\u202ed\u2066\u2028"`},
		{"in the message too", "Bolt,x,1", "", "a\u0000\u009B\u200Fb\x7F", `a\x00\u009b\u200fb\x7f`},
		{"other scripts", "a\u3000\u00A0é,x,1", "name", "{value}", "\"a\u3000\u00A0é\""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			src := source([]byte("Product,Qty,Deal\n"+tc.row+"\n"), csvfile.Options{})
			if got := messageOf(t, mapped(t, src, messageMapping), tc.property, tc.message); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestMessageWithoutMapping(t *testing.T) {
	src := source([]byte("Product\nBolt\n"), csvfile.Options{})
	if got, want := messageOf(t, src, "name", "{value} and {value of sku}"), "the value and the value"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An input that is an ExcelSafe report: messages speak of the values as they were
// sent, and the mapping of names as they are.
func TestMessageAboutNeutralisedCell(t *testing.T) {
	src := source([]byte("'=Product\n'=1+1\n"), csvfile.Options{})
	src.Neutralised = true
	src = mapped(t, src, "properties: { name: { column: =Product } }")
	if got, want := messageOf(t, src, "name", "{value} and {value of name}"), `"=1+1" and "=1+1"`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMessageIsShortened(t *testing.T) {
	src := source([]byte("Product\nBolt\n"), csvfile.Options{})
	got := messageOf(t, src, "", strings.Repeat("é", 1000))
	if n := utf8.RuneCountInString(got); n != maxText || !strings.HasSuffix(got, "é...") {
		t.Errorf("the message has %d characters: %q", n, got)
	}
}

func TestMappingThatDoesNotFit(t *testing.T) {
	dir := t.TempDir()
	st := journalOf(t, dir)
	defer st.Close()
	src := mapped(t, source([]byte("a\n1\n"), csvfile.Options{}), "properties: { name: Product }")
	if _, err := Write(dir, src, st, Options{}); err == nil || !strings.Contains(err.Error(), "Product") {
		t.Errorf("got %v, want an error about the column", err)
	}
}
