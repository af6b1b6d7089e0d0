// From YAML nodes to rules, and which rules contradict each other.

package mapping

import (
	"math"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/hubload/hubload/mapping/internal/wording"
)

func (r *reader) mapping(n *yaml.Node) *Mapping {
	s, _ := r.section(n, "the mapping",
		[]string{"object", "account", "csv", "properties", "associations", "key"},
		[]string{"exists"})
	m := &Mapping{
		Object:  r.name(s["object"], "object"),
		Account: r.number(s["account"], "account", math.MaxInt64),
		CSV:     r.csv(s["csv"]),
		Key:     r.key(s["key"]),
	}
	for _, e := range r.entries(s["properties"], "properties") {
		m.Properties = append(m.Properties, r.property(e))
	}
	for _, n := range r.list(s["associations"], "associations") {
		m.Associations = append(m.Associations, r.association(n))
	}
	return m
}

func (r *reader) csv(n *yaml.Node) CSV {
	s, _ := r.section(n, "csv", []string{"encoding", "delimiter"}, nil)
	return CSV{
		Encoding:  r.name(s["encoding"], "encoding"),
		Delimiter: r.delimiter(s["delimiter"]),
	}
}

func (r *reader) delimiter(n *yaml.Node) rune {
	before := len(r.errs)
	text := r.name(n, "delimiter")
	if n == nil || len(r.errs) > before {
		return 0
	}
	c, size := utf8.DecodeRuneInString(text)
	if size != len(text) || c == '"' || c == '\r' || c == '\n' || c == 0 {
		r.fail(n, `delimiter must be one character, such as ";", or "\t" in double quotes for TAB, and no quote or line end`)
	}
	return c
}

func (r *reader) property(e entry) PropertyRule {
	rule := PropertyRule{Name: e.key}
	if e.key == "" {
		r.fail(e.at, "the name of a property is empty; write its internal name")
	}
	if e.value.Kind == yaml.ScalarNode {
		rule.Column = r.name(e.value, "the column of "+wording.Quote(e.key))
		return rule
	}
	s, whole := r.section(e.value, "property "+wording.Quote(e.key),
		append([]string{"column", "value", "default", "required", "values", "empty", "match", "of", "position", "sign"}, formatKeys()...),
		nil)
	rule.Column = r.name(s["column"], "column")
	rule.Default = r.name(s["default"], "default")
	rule.Required = r.boolean(s["required"], "required")
	rule.Values = r.values(s["values"])
	rule.Clear = r.clear(s["empty"])
	if s["position"] != nil {
		r.position(s, &rule)
		return rule
	}
	r.match(s, &rule)
	if n := s["value"]; n != nil {
		text := r.text(n, "value")
		rule.Value = &text
		for _, other := range []string{"column", "default", "required", "values", "empty"} {
			if s[other] != nil {
				r.fail(s[other], "%s has no use beside value, which is the same for all rows; keep one of the two", other)
			}
		}
	} else if s["column"] == nil && whole {
		r.fail(e.at, "property %s has no source; give it a column, or a value that is the same for all rows", wording.Quote(e.key))
	}
	r.format(s, &rule)
	if rule.Clear && rule.Default != "" {
		r.fail(s["empty"], "empty: clear contradicts default; keep one of the two")
	}
	if rule.Clear && rule.Required {
		r.fail(s["empty"], "empty: clear contradicts required: true; keep one of the two")
	}
	return rule
}

// format reads the keys that say how a column is written.
func (r *reader) format(s map[string]*yaml.Node, rule *PropertyRule) {
	before := len(r.errs)
	rule.Decimal = r.character(s["decimal"], "decimal")
	rule.Group = r.character(s["group"], "group")
	rule.Symbol = r.name(s["symbol"], "symbol")
	if old := s["sign"]; old != nil { // the key's name until 2026-11
		if s["symbol"] != nil {
			r.fail(old, "sign is the old name of symbol; remove it")
		}
		s["symbol"], rule.Symbol = old, r.name(old, "sign")
	}
	rule.Layout = r.name(s["layout"], "layout")
	rule.Timezone = r.name(s["timezone"], "timezone")
	if len(r.errs) > before {
		return // what the keys say together isn't known
	}
	for _, fault := range rule.formatFaults() {
		r.fail(s[fault.key], "%s", fault.message)
	}
}

// character returns a text of one character.
func (r *reader) character(n *yaml.Node, what string) rune {
	before := len(r.errs)
	text := r.name(n, what)
	if n == nil || len(r.errs) > before {
		return 0
	}
	c, size := utf8.DecodeRuneInString(text)
	if size != len(text) {
		r.fail(n, "%s must be one character", what)
	}
	return c
}

func (r *reader) clear(n *yaml.Node) bool {
	before := len(r.errs)
	text := r.name(n, "empty")
	if n == nil || len(r.errs) > before {
		return false
	}
	if text != "clear" {
		r.fail(n, "empty can only be clear; without the key, empty cells are left out")
	}
	return text == "clear"
}

func (r *reader) values(n *yaml.Node) map[string]string {
	before := len(r.errs)
	entries := r.entries(n, "values")
	if n == nil || len(r.errs) > before && len(entries) == 0 {
		return nil
	}
	if len(entries) == 0 {
		r.fail(n, "values is empty, so that every cell would be refused; write at least one, or remove the key")
		return nil
	}
	values := make(map[string]string, len(entries))
	for _, e := range entries {
		if e.key == "" {
			r.fail(e.at, "values can't say what an empty cell becomes; use default")
		}
		values[e.key] = r.text(e.value, "the value for "+wording.Quote(e.key))
	}
	return values
}

func (r *reader) association(n *yaml.Node) AssociationRule {
	s, whole := r.section(n, "an association",
		[]string{"to", "column", "type", "category", "required", "match", "exists"},
		nil)
	rule := AssociationRule{
		To:       r.name(s["to"], "to"),
		Column:   r.name(s["column"], "column"),
		Category: r.name(s["category"], "category"),
		Type:     int(r.number(s["type"], "type", math.MaxInt32)),
		Required: r.boolean(s["required"], "required"),
		Match:    r.name(s["match"], "match"),
		Check:    r.check(s["exists"]),
	}
	switch rule.Category {
	case "", "HUBSPOT_DEFINED", "INTEGRATOR_DEFINED", "USER_DEFINED", "WORK":
	default:
		r.fail(s["category"], "category must be HUBSPOT_DEFINED, INTEGRATOR_DEFINED, USER_DEFINED or WORK")
	}
	if !whole {
		return rule
	}
	if s["to"] == nil {
		r.fail(n, "an association needs to, the object type that it leads to, such as deals")
	}
	if s["column"] == nil {
		r.fail(n, "an association needs column, the column with the record ids, or with the values of match")
	}
	if rule.Check && rule.Match != "" {
		r.fail(s["exists"], "exists has no use beside match, by which the record is looked up anyway; keep one of the two")
	}
	switch {
	case s["type"] != nil && s["category"] == nil:
		r.fail(s["type"], "type needs a category beside it: HUBSPOT_DEFINED for HubSpot's own types, USER_DEFINED for labels made in the account")
	case s["category"] != nil && s["type"] == nil:
		r.fail(s["category"], "category needs a type beside it; without both, the built-in table is used")
	}
	return rule
}

func (r *reader) key(n *yaml.Node) *KeyRule {
	if n == nil {
		return nil
	}
	s, whole := r.section(n, "key", []string{"property", "columns", "auto"}, []string{"exists"})
	rule := &KeyRule{Property: r.name(s["property"], "property"), Auto: r.boolean(s["auto"], "auto")}
	seen := make(map[string]bool)
	for _, c := range r.list(s["columns"], "columns") {
		column := r.name(c, "a column of the key")
		if column != "" && seen[column] {
			r.fail(c, "the key has column %s twice; remove one of the two", wording.Quote(column))
		}
		seen[column] = true
		rule.Columns = append(rule.Columns, column)
	}
	if !whole {
		return rule
	}
	if s["property"] == nil {
		r.fail(n, "key needs property, the internal name of a property with unique values")
	}
	if rule.Auto {
		if s["columns"] != nil {
			r.fail(s["columns"], "columns has no use beside auto: true, which makes a key of the row's number; keep one of the two")
		}
		return rule
	}
	if s["columns"] == nil {
		r.fail(n, "key needs columns, a list such as [Order no, Line], or auto: true")
	} else if s["columns"].Kind == yaml.SequenceNode && len(rule.Columns) == 0 {
		r.fail(s["columns"], "columns is empty; name at least one column")
	}
	return rule
}
