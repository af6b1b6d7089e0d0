// Modes: what becomes of rows whose record exists.

package mapping

import (
	"go.yaml.in/yaml/v4"

	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// A Mode says what becomes of rows. Records are found by the key, or in mode Update by
// their ids.
type Mode string

const (
	Create Mode = ""       // a row whose record exists leaves it as it is
	Upsert Mode = "upsert" // a record that exists is changed, and one that doesn't is created
	Update Mode = "update" // a record that exists is changed, and none is created
)

// ParseMode reads the name of a mode: create (or ""), upsert or update.
func ParseMode(name string) (m Mode, ok bool) {
	switch m = Mode(name); m {
	case "create":
		return Create, true
	case Create, Upsert, Update:
		return m, true
	}
	return "", false
}

// An IDRule names the column with the ids of the records to change.
type IDRule struct{ Column string }

// UnmarshalYAML is called by the library.
func (r *IDRule) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*r = IDRule{n.Value} // short for { column: ... }
		return nil
	}
	s, in := section{node: n}, plainID{}
	s.decode(&in, "id")
	*r = IDRule(in)
	if len(s.errs) == 0 && !s.has("column") {
		s.fail("", "id needs column, the column with the ids of the records")
	}
	return s.errs.orNil()
}

// KeyProperty returns the property by whose values records are found: that of the key,
// [schema.RecordID] where a column holds the ids of the records, "" without either.
func (m *Mapping) KeyProperty() string {
	switch {
	case m.ID != nil:
		return schema.RecordID
	case m.Key != nil:
		return m.Key.Property
	}
	return ""
}

// id makes the cell with the id of the record.
func (c *compiler) id(rule *IDRule) *keyCells {
	index, name := c.column(rule.Column, "id")
	return &keyCells{property: schema.RecordID, columns: []string{name}, cells: []cellReader{c.newCellReader(index, "", nil)}, isID: true}
}

// mode refuses a mapping that lacks what its mode needs, or has what it can't use.
func (c *compiler) mode(m *Mapping) {
	switch {
	case m.Mode == Create && m.ID != nil:
		c.fail("id names records that exist, and mode create makes new ones; add mode: update, or remove id")
	case m.Mode == Create && m.WriteAll:
		c.fail("write: all has no use in mode create, which changes no record; add mode: upsert or mode: update, or remove write")
	case m.Mode == Create:
	case m.Key != nil && m.Key.Auto:
		c.fail("mode: %s finds records by their key, and an automatic key is made of what the row sends: a row that has changed would not be found. Name the columns that stay the same, such as key: { property: %s, columns: [Order no, Line] }", m.Mode, wording.Quote(m.Key.Property))
	case m.Mode == Upsert && m.ID != nil:
		c.fail("id names records that exist, and mode upsert creates records too; find them by a key, such as key: { property: order_line, columns: [Order no, Line] }, or use mode: update")
	case m.Mode == Upsert && m.Key == nil:
		c.fail("mode: upsert finds records by a key, and the mapping has none; add one of a property with unique values, such as key: { property: order_line, columns: [Order no, Line] }")
	case m.Key == nil && m.ID == nil:
		c.fail("mode: update needs to know which record a row is for; add key: { property: order_line, columns: [Order no, Line] }, of a property with unique values, or id: { column: Record ID }")
	case m.Key != nil && m.ID != nil:
		c.fail("key and id both say which record a row is for; keep one of the two")
	}
}
