// Rows that are numbered within their parent: which parent a row has. Who reads the rows counts them.

package mapping

import (
	"strings"

	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// A Numbered is a property that gets the number of the row among the rows of its
// parent: 1, 2, 3 ... in the order of the file.
//
// The parent is what the cells of all associations to an object type say: what
// they are matched with doesn't count.
type PositionRule struct {
	Property string
	To       string // object type of the parent

	columns []associationCell
}

// A numberedCell is a rule with position.
type numberedCell struct {
	PositionRule
	required bool
}

// PositionRules returns the properties that number rows. [Mapper.Map] leaves them out,
// for it knows one row; who counts the rows adds them with [Record.SetPosition].
func (m *Mapper) PositionRules() []PositionRule {
	list := make([]PositionRule, len(m.numbered))
	for i := range m.numbered {
		list[i] = m.numbered[i].PositionRule
	}
	return list
}

// GroupKey returns what tells a row's parent from others: the cells of its
// associations, "" where all of them are empty, as for fields that are nil.
func (n *PositionRule) GroupKey(fields []string) string {
	if fields == nil {
		return ""
	}
	if len(n.columns) == 1 {
		return n.columns[0].parent(fields)
	}
	var b strings.Builder
	empty := true
	for i := range n.columns {
		cell := n.columns[i].parent(fields)
		empty = empty && cell == ""
		if i > 0 {
			b.WriteByte('|')
		}
		b.WriteString(escapeBar.Replace(cell))
	}
	if empty {
		return ""
	}
	return b.String()
}

// parent folds the cell as far as the account may: rows of two records that are
// taken for one get numbers with gaps, and rows of one that is taken for two would
// get the same numbers.
func (a *associationCell) parent(fields []string) string {
	cell := strings.TrimSpace(fields[a.index])
	if a.Match == "" {
		return strings.TrimLeft(cell, "0")
	}
	return strings.ToLower(cell)
}

// escapeBar keeps cells apart that are joined by "|", as in keys.
var escapeBar = strings.NewReplacer(`\`, `\\`, `|`, `\|`)

// problem is that of a row without a parent whose number is required.
func (n *numberedCell) problem(fields []string) (Problem, bool) {
	if !n.required || n.GroupKey(fields) != "" {
		return Problem{}, false
	}
	return Problem{
		Code: CodeRequiredEmpty, Column: n.columns[0].Column, Property: n.Property,
		Message: "the row leads to none of the " + n.To + ", among whose rows it is to be numbered, and the property is required; fill in the cell",
	}, true
}

// numbered makes the cell of a rule with position. The associations are compiled.
func (c *compiler) numbered(rule PropertyRule, associations []associationCell) numberedCell {
	n := numberedCell{PositionRule{Property: rule.Name, To: rule.Position}, rule.Required}
	for _, a := range associations {
		if c.sameType(a.To, rule.Position) {
			n.columns = append(n.columns, a)
		}
	}
	what := "property " + wording.Quote(rule.Name)
	if len(n.columns) == 0 {
		c.fail("%s is numbered within %s, and no association leads there; add one, such as { to: %s, column: Deal ID }", what, wording.Quote(rule.Position), rule.Position)
	}
	if d := c.definition(rule.Name, what); d != nil {
		if t := schema.TypeOf(c.object, d); !t.TakesNumbers() {
			c.fail("%s takes %s, and position gives whole numbers; remove the rule", what, t.Example())
		}
	}
	return n
}

// sameType reports whether two names stand for one object type.
func (c *compiler) sameType(a, b string) bool {
	_, typeA, okA := schema.AssociationType(c.object, a)
	_, typeB, okB := schema.AssociationType(c.object, b)
	return a == b || okA && okB && typeA == typeB
}
