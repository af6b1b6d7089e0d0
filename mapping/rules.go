// The rules as they stand in YAML, and which of their keys contradict each other.

package mapping

import (
	"math"

	"go.yaml.in/yaml/v4"

	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/internal/wording"
)

// The types below are what YAML holds of the rules: the same fields, and as texts those
// that YAML would take for something else, such as 0123, or that have one word.
type (
	plainMapping     Mapping
	plainCSV         CSV
	plainProperty    PropertyRule
	plainAssociation AssociationRule
	plainKey         KeyRule
	plainID          IDRule

	yamlMapping struct {
		plainMapping `yaml:",inline"`
		Account      string
		CSV          *CSV
		Properties   yamlProperties
		Allow        []string
		Mode, Write  string
		Rows         *RowRules
	}
	yamlCSV struct {
		plainCSV   `yaml:",inline"`
		Delimiter  string
		HeaderLine string `yaml:"header_line"`
		Empty      yamlWords
	}
	yamlWords      []string // as they are written, NULL and ~ too
	yamlProperties []PropertyRule
	yamlProperty   struct {
		plainProperty `yaml:",inline"`
		Decimal       string
		Group         string
		Sign          string // the old name of symbol
		Empty         string
		EmptyWords    yamlWords `yaml:"empty_words"`
	}
	yamlAssociation struct {
		plainAssociation `yaml:",inline"`
		Type             string
		Exists           string
		EmptyWords       yamlWords `yaml:"empty_words"`
	}
)

func (s *section) mapping(m *Mapping) {
	var in yamlMapping
	s.decode(&in, "the mapping")
	*m = Mapping(in.plainMapping)
	m.Account = s.number("account", in.Account, math.MaxInt64)
	m.Properties = in.Properties
	if in.CSV != nil {
		m.CSV = *in.CSV
	}
	var ok bool
	if m.Mode, ok = ParseMode(in.Mode); !ok {
		s.fail("mode", "mode must be create, upsert or update: what becomes of rows whose record exists")
	}
	switch in.Write {
	case "", "changed", "all":
		m.WriteAll = in.Write == "all"
	default:
		s.fail("write", "write must be changed or all: which properties of a record that differs are sent")
	}
	if in.Rows != nil {
		m.Rows = *in.Rows
	}
	switch m.Seen {
	case "", "stop", "skip", "again":
	default:
		s.fail("seen", "seen must be stop, skip or again: what to do about rows that an earlier run has created")
	}
	if s.has("associations") && len(in.Associations) == 0 {
		m.Unassociated, m.Associations = true, nil
	}
	for i, what := range in.Allow {
		if m.Nameless = true; what != "nameless" {
			s.failAt(s.at("allow").Content[i], "allow can only have nameless, for line items without a name and a product")
		}
	}
	if n := s.at("key"); n != nil && n.Kind == yaml.ScalarNode && m.Key != nil {
		s.keyColumn(m)
	}
}

// keyColumn finds the column of a key that only names its property.
func (s *section) keyColumn(m *Mapping) {
	for i := range m.Properties {
		if p := &m.Properties[i]; p.Name == m.Key.Property && p.Column != "" {
			m.Key.Columns = []string{p.Column}
			return
		}
	}
	name := m.Key.Property
	s.fail("key", "key: %[1]s needs a column for %[1]s under properties, such as %[1]s: Column; or write key: { property: %[1]s, columns: [Column] }", name)
}

// maxHeaderLine is far beyond the lines that anybody writes above a table.
const maxHeaderLine = 1_000_000

// UnmarshalYAML is called by the library.
func (c *CSV) UnmarshalYAML(n *yaml.Node) error {
	s, in := section{node: n}, yamlCSV{}
	s.decode(&in, "csv")
	*c = CSV(in.plainCSV)
	c.Delimiter = s.character("delimiter", in.Delimiter)
	c.HeaderLine = s.number("header_line", in.HeaderLine, maxHeaderLine)
	c.Empty = in.Empty
	switch c.Delimiter {
	case '"', '\r', '\n', 0:
		if in.Delimiter != "" {
			s.errs = nil
			s.fail("delimiter", `delimiter must be one character, such as ";", or "\t" in double quotes for TAB, but not a quote or line end`)
		}
	}
	return s.errs.orNil()
}

// UnmarshalYAML is called by the library.
func (list *yamlWords) UnmarshalYAML(n *yaml.Node) error {
	s := section{node: n}
	if n.Kind != yaml.SequenceNode {
		s.fail("", "words for an empty cell must be a list such as [NULL, n/a]")
	}
	for _, element := range n.Content {
		if element.Kind != yaml.ScalarNode || format.Trim(element.Value) == "" {
			s.failAt(element, "a word for an empty cell must be a text such as NULL; cells with nothing in them are empty anyway")
			continue
		}
		*list = append(*list, format.Trim(element.Value))
	}
	return s.errs.orNil()
}

func (list *yamlProperties) UnmarshalYAML(n *yaml.Node) error {
	s, names := section{node: n}, map[string]yaml.Node{}
	s.decode(&names, "properties")
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], section{node: n.Content[i+1]}
		rule := PropertyRule{Name: key.Value}
		if rule.Name == "" {
			s.failAt(key, "the name of a property is empty; write its internal name")
		}
		if value.node.Kind == yaml.ScalarNode {
			rule.Column = value.node.Value
		} else {
			value.property(&rule, key)
		}
		s.errs = append(s.errs, value.errs...)
		*list = append(*list, rule)
	}
	return s.errs.orNil()
}

// property reads a rule that is more than a column. Its name is set.
func (s *section) property(p *PropertyRule, name *yaml.Node) {
	in := yamlProperty{plainProperty: plainProperty(*p)}
	what := "property " + wording.Quote(p.Name)
	s.decode(&in, what)
	s.boolean("required")
	s.boolean("trim")
	*p = PropertyRule(in.plainProperty)
	p.Words = in.EmptyWords
	if len(s.errs) > 0 {
		return // what seems to be missing may only be misspelt
	}
	p.Decimal, p.Group = s.character("decimal", in.Decimal), s.character("group", in.Group)
	p.Clear = s.word("empty", in.Empty, "clear", "empty cells are left out")
	if in.Sign != "" {
		if p.Symbol != "" {
			s.fail("sign", "sign is the old name of symbol; remove it")
		}
		p.Symbol = in.Sign
	}
	switch {
	case s.has("position"):
		s.exclude("position, which numbers the rows", append([]string{"column", "value", "default", "values", "empty", "match", "of", "sign", "trim", "split", "strip", "empty_words", "by"}, formatKeys()...)...)
		return
	case s.has("match"):
		s.exclude("match, which looks cells up as they are", append([]string{"value", "default", "values", "sign", "split", "by"}, formatKeys()...)...)
		if p.Object == "" {
			p.Object = defaultObject(p.Name)
		}
		if p.Object == "" {
			s.fail("match", "match needs of beside it, the object type of the record whose id is the value, such as of: products")
		}
	case s.has("by"):
		s.exclude("by, which finds ids by what the cells say", append([]string{"of", "value", "default", "values", "sign", "split"}, formatKeys()...)...)
		if message := p.checkBy(); message != "" {
			s.fail("by", "%s", message)
		}
	case s.has("of"):
		s.fail("of", "of needs match beside it, the property by which the record is found")
	case s.has("value"):
		s.exclude("value, which is the same for all rows", "column", "default", "required", "values", "empty", "trim", "split", "strip", "empty_words")
	}
	if !s.has("value") && !s.has("column") {
		s.failAt(name, "%s has no source; give it a column, or a value that is the same for all rows", what)
	}
	if _, empty := p.Values[""]; empty {
		s.fail("values", "values can't say what an empty cell becomes; use default")
	}
	if s.has("values") && len(p.Values) == 0 {
		s.fail("values", "values is empty, so that every cell would be refused; write at least one, or remove the key")
	}
	if p.Clear && p.Default != "" {
		s.fail("empty", "empty: clear contradicts default; keep one of the two")
	}
	if p.Clear && p.Required {
		s.fail("empty", "empty: clear contradicts required: true; keep one of the two")
	}
	for _, fault := range p.formatFaults() {
		s.fail(fault.key, "%s", fault.message)
	}
}

// defaultObject returns the object type of the record whose id a property holds, ""
// where the rule has to say so.
func defaultObject(property string) string {
	if property == "hs_product_id" {
		return "products"
	}
	return ""
}

// UnmarshalYAML is called by the library.
func (a *AssociationRule) UnmarshalYAML(n *yaml.Node) error {
	s, in := section{node: n}, yamlAssociation{}
	s.decode(&in, "an association")
	s.boolean("required")
	s.boolean("optional")
	*a = AssociationRule(in.plainAssociation)
	a.Words = in.EmptyWords
	if len(s.errs) > 0 {
		return s.errs.orNil()
	}
	a.Type = int(s.number("type", in.Type, math.MaxInt32))
	a.Check = s.word("exists", in.Exists, "check", "ids aren't looked up before they are sent")
	switch a.Category {
	case "", "HUBSPOT_DEFINED", "INTEGRATOR_DEFINED", "USER_DEFINED", "WORK":
	default:
		s.fail("category", "category must be HUBSPOT_DEFINED, INTEGRATOR_DEFINED, USER_DEFINED or WORK")
	}
	if !s.has("to") {
		s.fail("", "an association needs to, the object type of the associated record, such as deals")
	}
	if !s.has("column") {
		s.fail("", "an association needs column, the column with the record ids, or with the values of match")
	}
	if a.Optional && a.Required {
		s.fail("optional", "optional: true contradicts required: true; keep one of the two")
	}
	if a.Check && a.Match != "" {
		s.fail("exists", "exists has no use beside match, by which the record is looked up anyway; keep one of the two")
	}
	switch {
	case s.has("label"):
		s.exclude("label, by which the association type is found", "type", "category")
	case s.has("type") && !s.has("category"):
		s.fail("type", "type needs a category beside it: HUBSPOT_DEFINED for HubSpot's own types, USER_DEFINED for labels made in the account")
	case s.has("category") && !s.has("type"):
		s.fail("category", "category needs a type beside it; without both, the built-in table is used")
	}
	return s.errs.orNil()
}

// UnmarshalYAML is called by the library.
func (k *KeyRule) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*k = KeyRule{Property: n.Value} // short for the column that the property is mapped to
		return nil
	}
	s, in := section{node: n}, plainKey{}
	s.decode(&in, "key")
	s.boolean("auto")
	*k = KeyRule(in)
	if len(s.errs) > 0 {
		return s.errs.orNil()
	}
	if !s.has("property") {
		s.fail("", "key needs property, the internal name of a property with unique values")
	}
	seen := make(map[string]bool)
	for i, column := range k.Columns {
		if column != "" && seen[column] {
			s.failAt(s.at("columns").Content[i], "the key has column %s twice; remove one of the two", wording.Quote(column))
		}
		seen[column] = true
	}
	switch {
	case k.Auto && s.has("columns"):
		s.fail("columns", "columns has no use beside auto: true, which makes a key without them; keep one of the two")
	case k.Auto:
	case !s.has("columns"):
		s.fail("", "key needs columns, a list such as [Order no, Line], or auto: true")
	case len(k.Columns) == 0:
		s.fail("columns", "columns is empty; name at least one column")
	}
	return s.errs.orNil()
}
