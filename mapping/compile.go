// A mapping compiled against one header.

package mapping

import (
	"cmp"

	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// A Mapper makes records out of the rows of inputs that have the header for
// which it was compiled. It never changes: any number of goroutines may use it.
type Mapper struct {
	width        int // cells of a row
	properties   []propertyCell
	associations []associationCell
	numbered     []numberedCell
	key          *keyCells
	autoKey      string // property of an automatic key, "" without one
	where        []conditionCell
	fill         []FillColumn
	unused       []string

	mustAssociate bool // a row needs one of its associations
	mustBeNamed   bool // a row needs a name or a product
}

// A propertyCell is a rule and the index of its cell in the row.
type propertyCell struct {
	PropertyRule // Column is the name in the header, and may differ from the rule's in form
	cellReader   // of nothing for a constant

	format   format.Format     // nil = cells are sent as they are
	unread   string            // code for cells that the format can't read
	names    *schema.Names     // of ids, with By
	pipeline *propertyCell     // of a stage, with By; nil = any
	constant string            // what is sent for Value or Default
	sent     map[string]string // what is sent for the cells of Values
	takes    schema.Type
}

type associationCell struct {
	AssociationRule // with Type and Category, and Column as in the header
	cellReader
	lineItem bool // the new record is one
}

// Compile is [Mapping.CompileFor] without a schema: values are not checked.
func (m *Mapping) Compile(header []string) (*Mapper, error) { return m.CompileFor(header, nil) }

// CompileFor makes a Mapper for rows under a header that checks values against a
// schema; a nil schema checks none. The mapping and the header must not change as
// long as the Mapper is in use.
//
// Columns are found in the header by their exact name, or else after Unicode
// NFC, or else without the white space around them. The error is of type [Errors],
// with Line 0, and holds all of these: a column that isn't in the header, or is in it
// more than once; an association without a type that isn't in the built-in table
// ([schema.AssociationType]); a key property that gets another value under properties;
// a format that contradicts itself; a position within an object type that no association
// goes to; a mode without what it finds records by; no properties at all.
//
// With a schema it holds these too: a property that doesn't exist or can't be set; a
// format for another type than the property's; a constant, default or value that the
// property doesn't take; a key whose property isn't unique, or isn't a text although the
// key is automatic.
func (m *Mapping) CompileFor(header []string, s *schema.Schema) (*Mapper, error) {
	c := newCompiler(header)
	c.object, c.schema, c.words = cmp.Or(m.Object, DefaultObject), s, m.CSV.Empty
	mapper := &Mapper{width: len(header)}
	for _, rule := range m.Properties {
		if m.Key != nil && rule.Name == m.Key.Property {
			if !m.Key.gives(rule) {
				c.fail("property %s is the key, and gets another value under properties; remove it there", wording.Quote(rule.Name))
			}
			continue // the key's property is sent with the key
		}
		if rule.Position != "" {
			continue // needs the associations
		}
		mapper.properties = append(mapper.properties, c.property(rule))
	}
	mapper.bindStages()
	for _, rule := range m.Associations {
		mapper.associations = append(mapper.associations, c.association(rule))
	}
	for _, rule := range m.Properties {
		if rule.Position != "" {
			mapper.numbered = append(mapper.numbered, c.numbered(rule, mapper.associations))
		}
	}
	if m.Key != nil {
		keyType := c.keyType(m.Key)
		if m.Key.Auto {
			mapper.autoKey = m.Key.Property
		} else {
			mapper.key = c.key(m.Key)
			mapper.key.takes = keyType
		}
	}
	if m.ID != nil {
		mapper.key = c.id(m.ID)
	}
	c.mode(m)
	if m.Mode != Update && schema.IsLineItem(c.object) {
		mapper.mustAssociate = m.mustAssociate()
		mapper.mustBeNamed = !m.Nameless && m.givesNames()
	}
	c.rows(mapper, &m.Rows)
	if len(m.Properties) == 0 && m.Key == nil {
		c.fail("the mapping has no properties; name at least one, such as \"properties: { name: Product }\"")
	}
	if err := c.errs.orNil(); err != nil {
		return nil, err
	}
	mapper.unused = c.unused()
	return mapper, nil
}

// Unused returns the header's columns that no rule reads, each name once,
// without empty names and the hubload_ columns of reports.
func (m *Mapper) Unused() []string { return m.unused }

// AutoKey returns the property of an automatic key, "" where the mapping has none or
// makes its key of columns. [Mapper.Map] leaves it out, because its value depends on
// equal rows too; see [Record.SetKey].
func (m *Mapper) AutoKey() string { return m.autoKey }

func (c *compiler) property(rule PropertyRule) propertyCell {
	p := propertyCell{PropertyRule: rule}
	if rule.Value == nil {
		var index int
		index, p.Column = c.column(rule.Column, "property "+wording.Quote(rule.Name))
		p.cellReader = c.newCellReader(index, rule.Strip, rule.Words)
	}
	c.bind(&p)
	p.text = p.takes.Kind == schema.TypeAny && p.format == nil && p.Values == nil && p.Match == "" && p.By == "" && !p.Trim
	if p.Match != "" && p.Object == "" {
		c.fail("property %s matches records without saying of which object type; give the rule one", wording.Quote(p.Name))
	}
	return p
}

func (c *compiler) association(rule AssociationRule) associationCell {
	a := associationCell{AssociationRule: rule}
	index, column := c.column(rule.Column, "the association to "+wording.Quote(rule.To))
	a.Column, a.cellReader = column, c.newCellReader(index, rule.Strip, rule.Words)
	a.id, a.lineItem = rule.Match == "", schema.IsLineItem(c.object)
	if rule.Type != 0 {
		return a
	}
	if rule.Label != "" {
		c.labelled(&a)
		return a
	}
	var known bool
	if a.Category, a.Type, known = schema.AssociationType(c.object, rule.To); !known {
		c.fail("there is no built-in association type from %s to %s; %s", wording.Quote(c.object), wording.Quote(rule.To),
			wording.DidYouMean(rule.To, schema.AssociationTargets(c.object), "give the rule a type and a category, as the account lists them"))
	}
	return a
}
