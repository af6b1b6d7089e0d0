// Positions: rows that are numbered within the record that they share.

package mapping

import (
	"strings"

	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// A PositionRule is a property that gets the number of the row among the rows that
// share its associated record: 1, 2, 3 ... in the order of the file.
//
// Rows share a record if the cells of all associations to the object type say so.
// Records that are found for the cells don't count.
type PositionRule struct {
	Property string
	To       string // object type of the associated record

	columns []associationCell
}

// A numberedCell is a rule with position.
type numberedCell struct {
	PositionRule
	required bool
}

// PositionRules returns the properties that number rows. [Mapper.Map] leaves them out
// because it knows one row; the caller counts the rows and calls [Record.SetPosition].
func (m *Mapper) PositionRules() []PositionRule {
	list := make([]PositionRule, len(m.numbered))
	for i := range m.numbered {
		list[i] = m.numbered[i].PositionRule
	}
	return list
}

// GroupKey returns a text that is equal for the rows that share a record: the cells of
// its associations, "" if all of them are empty or fields is nil.
func (n *PositionRule) GroupKey(fields []string) string {
	if fields == nil {
		return ""
	}
	if len(n.columns) == 1 {
		return n.columns[0].groupCell(fields)
	}
	var b strings.Builder
	empty := true
	for i := range n.columns {
		cell := n.columns[i].groupCell(fields)
		empty = empty && cell == ""
		writeJoined(&b, i, cell)
	}
	if empty {
		return ""
	}
	return b.String()
}

// groupCell folds the cell as far as the account may. Two records that are taken for one
// only leave gaps in the numbers; one that is taken for two would get numbers twice.
func (a *associationCell) groupCell(fields []string) string {
	cell := a.read(fields)
	if a.Match == "" {
		return strings.TrimLeft(cell, "0")
	}
	return strings.ToLower(cell)
}

// problem is that of a row without an associated record whose number is required.
func (n *numberedCell) problem(fields []string) (Problem, bool) {
	if !n.required || n.GroupKey(fields) != "" {
		return Problem{}, false
	}
	return Problem{
		Code: CodeRequiredEmpty, Column: n.columns[0].Column, Property: n.Property,
		Message: "the row names no " + singular(n.To) + " to be numbered within, and the property is required. Fill in the cell.",
	}, true
}

// numbered makes the cell of a rule with position. The associations are compiled.
func (c *compiler) numbered(rule PropertyRule, associations []associationCell) numberedCell {
	n := numberedCell{PositionRule{Property: rule.Name, To: rule.Position}, rule.Required}
	for _, a := range associations {
		if schema.ObjectType(a.To) == schema.ObjectType(rule.Position) {
			n.columns = append(n.columns, a)
		}
	}
	what := "property " + wording.Quote(rule.Name)
	if len(n.columns) == 0 {
		c.fail("%s is numbered within %s, but no association goes there; add one, such as { to: %s, column: Deal ID }", what, wording.Quote(rule.Position), rule.Position)
	}
	if d := c.definition(rule.Name, what); d != nil {
		if t := schema.TypeOf(c.object, d); !t.TakesNumbers() {
			c.fail("%s takes %s, and position gives whole numbers; remove the rule", what, t.Example())
		}
	}
	return n
}
