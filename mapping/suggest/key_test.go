package suggest

import (
	"strings"
	"testing"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

func TestKeyIsProposed(t *testing.T) {
	account := func(more ...schema.Property) *schema.Schema {
		return schema.New(append(more, schema.Property{Name: "name", Type: "string"}, schema.Property{Name: "price", Type: "number"}, schema.Property{Name: "hs_sku", Label: "SKU", Type: "string"}))
	}
	unique := schema.Property{Name: "row_key", Label: "Row key", Type: "string", Unique: true}
	auto := schema.Property{Name: KeyProperty, Type: "string", Unique: true}
	const ten = "a|b|c|d|e|f|g|h|i|j"
	for name, tt := range map[string]struct {
		schema  *schema.Schema
		columns []string
		want    string // of the key in the mapping, "" where it is a comment
		has     string // what the text holds besides
	}{
		"none in the account":            {account(), []string{"Name: a|b", "Price: 1|2"}, "", "# key: { property: hubload_key, auto: true }"},
		"an unknown account":             {nil, []string{"Name: a|b", "Price: 1|2"}, "", "# key: { property: hubload_key, auto: true }"},
		"the property is there":          {account(auto), []string{"Name: a|b"}, "{ property: hubload_key, auto: true }", "made of all that a row sends"},
		"it isn't unique":                {account(schema.Property{Name: KeyProperty, Type: "string"}), []string{"Name: a|b"}, "", "# key: { property: hubload_key"},
		"it is a number":                 {account(schema.Property{Name: KeyProperty, Type: "number", Unique: true}), []string{"Name: a|b"}, "", "# key: { property: hubload_key"},
		"a unique column":                {account(auto, unique), []string{"Name: a|a", "Row key: 1|2"}, "{ property: row_key, columns: [Row key] }", "every row has a value of its own"},
		"which has an empty cell":        {account(auto, unique), []string{"Name: a|a|b", "Row key: 1|2|"}, "{ property: hubload_key, auto: true }", ""},
		"which holds a value twice":      {account(auto, unique), []string{"Name: a|a", "Row key: A| a"}, "{ property: hubload_key, auto: true }", ""},
		"columns that tell rows apart":   {account(), []string{"Name: a|a|a|a|a|a|a|a|a|a", "Order no: 1|1|1|2|2|2|3|3|3|3", "Line: 1|2|3|1|2|3|1|2|3|4"}, "", "# key: { property: hubload_key, columns: [Order no, Line] }"},
		"one of them":                    {account(), []string{"Order no: 1|1|1|1|1|1|1|1|1|1", "Name: " + ten, "SKU: " + ten}, "", "# key: { property: hubload_key, columns: [SKU] }"},
		"not by names that name nothing": {account(), []string{"Name: " + ten, "Note: " + ten}, "", "auto: true"},
	} {
		t.Run(name, func(t *testing.T) {
			p := propose(t, tt.schema, tt.columns...)
			got := ""
			if k := p.Mapping().Key; k != nil {
				got = k.YAML()
			}
			text := string(p.Encode())
			if got != tt.want || !strings.Contains(text, tt.has) {
				t.Errorf("the key is %q, want %q, in\n%s", got, tt.want, text)
			}
			if columns := strings.Contains(text, "# Or this"); columns != strings.Contains(tt.has, "columns:") {
				t.Errorf("columns are named: %t\n%s", columns, text)
			}
		})
	}
}

func TestNoKeyOfNothing(t *testing.T) {
	p := propose(t, nil, "Nonsense: a|b")
	if text := string(p.Encode()); strings.Contains(text, "key:") {
		t.Errorf("a key of no properties:\n%s", text)
	}
}

func TestContactsHaveTheirEmail(t *testing.T) {
	s := schema.New([]schema.Property{{Name: "email", Label: "Email", Type: "string", Unique: true}})
	p := Propose("contacts", []string{"Email"}, [][]string{{"a@x.org"}, {"b@x.org"}}, s)
	if k := p.Mapping().Key; k == nil || k.YAML() != "{ property: email, columns: [Email] }" {
		t.Errorf("the key is %v", k)
	}
	if _, err := mapping.Parse(p.Encode()); err != nil {
		t.Error(err)
	}
}
