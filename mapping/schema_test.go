// A mapping meets the account's properties.

package mapping_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// account is the properties of an account.
func account() *schema.Schema {
	var currencies []schema.Option
	for i := range 12 {
		currencies = append(currencies, schema.Option{Value: fmt.Sprintf("C%02d", i), Label: fmt.Sprintf("Currency %d", i)})
	}
	return schema.New([]schema.Property{
		{Name: "name", Label: "Name", Type: "string", FieldType: "text"},
		{Name: "price", Label: "Unit price", Type: "number", FieldType: "number"},
		{Name: "quantity", Label: "Quantity", Type: "number", FieldType: "number"},
		{Name: "amount", Label: "Net price", Type: "number", ReadOnly: true},
		{Name: "start", Label: "Billing start date", Type: "date"},
		{Name: "seen", Label: "Last seen", Type: "datetime"},
		{Name: "optional", Label: "Is optional", Type: "bool", FieldType: "booleancheckbox", Options: []schema.Option{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}},
		{Name: "billing", Label: "Billing frequency", Type: "enumeration", FieldType: "select", Options: []schema.Option{
			{Value: "monthly", Label: "Monthly"},
			{Value: "annually", Label: "Annually"},
			{Value: "1", Label: "Same"},
			{Value: "2", Label: "Same"},
			{Value: "3", Label: "1"},
			{Value: "old", Label: "Old", Hidden: true},
			{Value: "", Label: "Nothing"},
		}},
		{Name: "colours", Label: "Colours", Type: "enumeration", FieldType: "checkbox", Options: []schema.Option{{Value: "r", Label: "Red"}, {Value: "g", Label: "Green; dark"}, {Value: "b", Label: "Blue"}}},
		{Name: "currency", Label: "Currency", Type: "enumeration", Options: currencies},
		{Name: "owner", Label: "Owner", Type: "enumeration", ExternalOptions: true},
		{Name: "hs_recurring_billing_period", Label: "Term", Type: "string"},
		{Name: "shape", Label: "Shape", Type: "polygon"},
		{Name: "row_key", Label: "Row key", Type: "string", Unique: true},
		{Name: "number_key", Label: "Number key", Type: "number", Unique: true},
	})
}

// The mapping's own texts are checked once, labels among them are replaced, and
// Cell still returns what was written.
func TestTextsOfTheMapping(t *testing.T) {
	mapper, err := parse(t, `
properties:
  billing: { value: Monthly }
  colours: { column: A, values: { x: Red;Blue, y: "" }, default: "Blue;r" }
  price: { column: B, decimal: ",", default: "1.5" }
  shape: { column: B, empty: clear }
  optional: { value: "" }
`).CompileFor([]string{"A", "B"}, account())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ row, want []string }{
		{[]string{"x", "2,5"}, []string{"monthly", "r;b", "2.5", "2,5", ""}},
		{[]string{"y", ""}, []string{"monthly", "", "1.5", "", ""}},
		{[]string{"", ""}, []string{"monthly", "b;r", "1.5", "", ""}},
	} {
		var rec mapping.Record
		if problems := mapper.Map(tt.row, &rec); problems != nil {
			t.Fatalf("%q: %v", tt.row, problems)
		}
		var got []string
		for _, p := range rec.Properties {
			got = append(got, p.Value)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.row, diff)
		}
	}
	if _, value := mapper.Cell([]string{"", ""}, "colours"); value != "Blue;r" {
		t.Errorf("Cell gives %q for a default, want it as written", value)
	}
	if _, value := mapper.Cell([]string{"", ""}, "billing"); value != "Monthly" {
		t.Errorf("Cell gives %q for a constant, want it as written", value)
	}
}

func TestCompileForErrors(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		want       []string
	}{
		{"misspelt", "properties: { quantty: A }", []string{`property "quantty" doesn't exist in the account; did you mean "quantity"?`}},
		{"label", "properties: { Unit price: A }", []string{`did you mean "price", which HubSpot shows as "Unit price"?`}},
		{"label, misspelt", "properties: { biling start-date: A }", []string{`did you mean "start", which HubSpot shows as "Billing start date"?`}},
		{"case", "properties: { Quantity: A }", []string{`did you mean "quantity"?`}},
		{"nothing near", "properties: { zzzzzz: A }", []string{"use its internal name"}},
		{"nearest isn't writable", "properties: { amout: A }", []string{"use its internal name"}},
		{"read-only", "properties: { amount: A }", []string{`property "amount" can't be set`}},
		{"constant", "properties: { quantity: { value: many } }", []string{`property "quantity": the value "many" is not a number; write a number such as 1234.56`}},
		{"default", "properties: { start: { column: A, default: 31/12/2024, layout: 02/01/2006 } }", []string{`property "start": the default "31/12/2024" is not a date; write a day such as 2026-01-31`}},
		{"negative default", "properties: { price: { column: A, default: '-1' } }", []string{`property "price": the default "-1" is negative`}},
		{"values", "properties: { billing: { column: A, values: { b: weekly, a: Same, c: Monthly } } }", []string{
			`property "billing": the value for "a", "Same" is the label of several options; write one of "monthly", "annually"`,
			`property "billing": the value for "b", "weekly" is not one of the options`,
		}},
		{"numbers as dates", "properties: { quantity: { column: A, layout: 02/01/2006 } }", []string{`property "quantity" takes numbers, and its rule has a format for something else`}},
		{"dates as numbers", "properties: { start: { column: A, decimal: ',' }, seen: { column: A, sign: $ } }", []string{`"start" takes dates`, `"seen" takes dates`}},
		{"yes and no as numbers", "properties: { optional: { column: A, group: ' ' } }", []string{`"optional" takes true and false`}},
		{"yes and no as dates", "properties: { optional: { column: A, layout: 02/01/2006 } }", []string{`"optional" takes true and false`}},
		{"options as dates", "properties: { billing: { column: A, layout: 02/01/2006 } }", []string{`"billing" takes options`}},
		{"key that doesn't exist", "properties: { name: A }\nkey: { property: row_kee, columns: [A] }", []string{`the key's property "row_kee" doesn't exist in the account; did you mean "row_key"?`}},
		{"key that isn't unique", "properties: { name: A }\nkey: { property: quantity, columns: [A] }", []string{`the key's property "quantity" isn't unique`}},
		{"automatic key", "properties: { name: A }\nkey: { property: number_key, auto: true }", []string{`an automatic key is a text`}},
		{"all at once", "properties: { nam: A, amount: B, price: { value: x } }\nassociations: [ { to: deals, column: C } ]", []string{
			`"nam" doesn't exist`, `column "B" of property "amount"`, `"amount" can't be set`, `the value "x"`, `column "C"`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			mapper, err := parse(t, tt.yaml).CompileFor([]string{"A"}, account())
			var got mapping.Errors
			if !errors.As(err, &got) || mapper != nil || len(got) != len(tt.want) {
				t.Fatalf("CompileFor of %q = %v, %v; want nil and %d errors, like %q", tt.yaml, mapper, err, len(tt.want), tt.want)
			}
			for i, want := range tt.want {
				if got[i].Line != 0 || !strings.Contains(got[i].Message, want) {
					t.Errorf("CompileFor of %q: error %d is %v, want %q", tt.yaml, i, got[i], want)
				}
			}
		})
	}
}

// Names that nobody knows don't take minutes.
func TestCompileForManyUnknown(t *testing.T) {
	var m mapping.Mapping
	for i := range 5_000 {
		m.Properties = append(m.Properties, mapping.PropertyRule{Name: fmt.Sprintf("a_property_of_another_account_%d", i), Column: "A"})
	}
	var definitions []schema.Property
	for i := range 1_000 {
		definitions = append(definitions, schema.Property{Name: fmt.Sprintf("property_of_this_account_%d", i), Label: fmt.Sprintf("Property of this account %d", i)})
	}
	start := time.Now()
	if _, err := m.CompileFor([]string{"A"}, schema.New(definitions)); err == nil {
		t.Error("no error")
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestKeyIsChecked(t *testing.T) {
	mapper, err := parse(t, "properties: { name: A }\nkey: { property: number_key, columns: [B] }").CompileFor([]string{"A", "B"}, account())
	if err != nil {
		t.Fatal(err)
	}
	var rec mapping.Record
	want := []mapping.Problem{{Code: "INVALID_NUMBER", Column: "B", Property: "number_key", Message: "{value} is not a number. The key's property takes a number such as 1234.56."}}
	if diff := cmp.Diff(want, mapper.Map([]string{"a", "x1"}, &rec)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if problems := mapper.Map([]string{"a", "7"}, &rec); problems != nil || rec.Key != "7" {
		t.Errorf("a number as key: %v, key %q", problems, rec.Key)
	}
}

func TestWritable(t *testing.T) {
	for name, want := range map[string]bool{"price": true, "amount": false, "": false, "Price": false} {
		if got := account().Writable(name); got != want {
			t.Errorf("Writable(%q) = %v", name, got)
		}
	}
}
