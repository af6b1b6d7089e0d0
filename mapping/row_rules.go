// Which rows become records, and which of their cells stand in a row further up.

package mapping

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/unicode/norm"

	"github.com/hubload/hubload/mapping/format"
	"github.com/hubload/hubload/mapping/internal/wording"
)

// RowRules say which rows of an input become records, and which cells are written only
// where they change.
type RowRules struct {
	// Where are conditions. A row that doesn't meet all of them is left out: it is neither
	// sent nor refused.
	Where []Condition

	// FillDown are columns whose empty cells take the value of the row above, all
	// different. The first one names groups: where its cell is filled and differs from
	// the row above a new group begins, and nothing is carried into it.
	FillDown []string
}

// A Condition is about the cells of one column.
type Condition struct {
	Column string

	// Cells are those that meet the condition, at least one. "" stands for an empty cell.
	// They are compared without regard to case and to white space around them.
	Cells []string

	Not bool // all other cells meet it instead
}

// A FillColumn is a column of [RowRules.FillDown] in a header.
type FillColumn struct {
	Name  string // in the header
	Index int

	// Used says that a rule other than FillDown reads the column.
	Used bool

	// Associates says that the column names associated records.
	Associates bool

	cell cellReader
}

// Value returns the cell of a row as groups are compared by it, "" where it is empty.
func (c *FillColumn) Value(fields []string) string { return c.cell.read(fields) }

// FillDown returns the columns that are filled down, in the order of the mapping. [Mapper.Map]
// knows one row, so the caller fills them in before.
func (m *Mapper) FillDown() []FillColumn { return m.fill }

// Associates reports whether the mapping associates the records with others.
func (m *Mapper) Associates() bool { return len(m.associations) > 0 }

// LeavesOut reports whether the row is left out, and the column of the first condition
// that it doesn't meet. Fields are as for [Mapper.Map], with columns filled down.
func (m *Mapper) LeavesOut(fields []string) (column string, out bool) {
	for i := range m.where {
		c := &m.where[i]
		if slices.Contains(c.Cells, foldCell(c.cell.read(fields))) == c.Not {
			return c.Column, true
		}
	}
	return "", false
}

// A conditionCell is a condition with Column as in the header and Cells folded.
type conditionCell struct {
	Condition
	cell cellReader
}

// foldCell is a cell without what conditions don't look at.
func foldCell(cell string) string { return strings.ToLower(norm.NFC.String(cell)) }

// rows compiles the rules about rows. It comes after all others, so that it is known which
// columns they read.
func (c *compiler) rows(m *Mapper, r *RowRules) {
	for _, condition := range r.Where {
		index, name := c.column(condition.Column, "rows: where")
		cells := make([]string, len(condition.Cells))
		for i, cell := range condition.Cells {
			cells[i] = foldCell(cell)
		}
		m.where = append(m.where, conditionCell{Condition{name, cells, condition.Not}, c.newCellReader(index, "", nil)})
	}
	used := slices.Clone(c.used)
	for _, column := range r.FillDown {
		index, name := c.column(column, "rows: fill_down")
		if index < 0 {
			continue
		}
		names := func(a associationCell) bool { return a.index == index }
		m.fill = append(m.fill, FillColumn{Name: name, Index: index, Used: used[index], Associates: slices.ContainsFunc(m.associations, names), cell: c.newCellReader(index, "", nil)})
	}
}

// UnmarshalYAML is called by the library.
func (r *RowRules) UnmarshalYAML(n *yaml.Node) error {
	s, in := section{node: n}, struct {
		Where    map[string]yaml.Node
		FillDown []string `yaml:"fill_down"`
	}{}
	s.decode(&in, "rows")
	if len(s.errs) > 0 {
		return s.errs.orNil()
	}
	r.FillDown = in.FillDown
	if !s.has("where") && !s.has("fill_down") {
		s.fail("", "rows needs where, such as where: { Status: [paid] }, or fill_down, such as fill_down: [Order no, Currency]")
	}
	if where := s.at("where"); where != nil {
		if len(where.Content) == 0 {
			s.fail("where", "where is empty; name a column with the cells of the rows that are meant, such as { Status: [paid, open] }, or remove the key")
		}
		for i := 0; i+1 < len(where.Content); i += 2 {
			r.Where = append(r.Where, s.condition(where.Content[i].Value, where.Content[i+1]))
		}
	}
	if s.has("fill_down") && len(r.FillDown) == 0 {
		s.fail("fill_down", "fill_down is empty; name the columns whose cells are written only where they change, such as [Order no, Currency], or remove the key")
	}
	for i, column := range r.FillDown {
		if slices.Contains(r.FillDown[:i], column) {
			s.failAt(s.at("fill_down").Content[i], "fill_down has column %s twice; remove one of the two", wording.Quote(column))
		}
	}
	return s.errs.orNil()
}

// The words of conditions about empty cells.
const (
	emptyWord    = "empty"
	notEmptyWord = "not empty"
)

// condition reads what a column's cells must be: a list of them, one of them, "empty",
// "not empty", or { not: list }.
func (s *section) condition(column string, n *yaml.Node) Condition {
	c := Condition{Column: column}
	list := []*yaml.Node{n}
	switch {
	case n.Kind == yaml.MappingNode && len(n.Content) == 2 && n.Content[0].Value == "not" && n.Content[1].Kind != yaml.MappingNode:
		c.Not, n = true, n.Content[1]
		if list = []*yaml.Node{n}; n.Kind == yaml.SequenceNode {
			list = n.Content
		}
	case n.Kind == yaml.SequenceNode:
		list = n.Content
	case n.Kind == yaml.MappingNode:
		s.failAt(n, "the condition for %s must be a list of cells such as [paid, open], { not: [cancelled] }, empty, or not empty", wording.Quote(column))
		return c
	case n.Value == emptyWord || n.Value == notEmptyWord:
		c.Cells, c.Not = []string{""}, n.Value == notEmptyWord
		return c
	}
	if len(list) == 0 {
		s.failAt(n, "the list for %s is empty, so that no cell meets it or fails it; name at least one cell", wording.Quote(column))
	}
	for _, cell := range list {
		text := format.Trim(cell.Value)
		if cell.Kind != yaml.ScalarNode || text == "" {
			s.failAt(cell, "a cell in the list for %s must be a text such as paid; for empty cells write %s: empty, or %s: not empty", wording.Quote(column), wording.Quote(column), wording.Quote(column))
			continue
		}
		c.Cells = append(c.Cells, text)
	}
	return c
}

func (r *RowRules) encode() (pairs []string) {
	var where []string
	for i := range r.Where {
		where = append(where, scalar(r.Where[i].Column)+": "+r.Where[i].encode())
	}
	if len(where) > 0 {
		pairs = append(pairs, "where: "+flow(where))
	}
	if len(r.FillDown) > 0 {
		pairs = append(pairs, "fill_down: "+list(r.FillDown))
	}
	return pairs
}

func (c *Condition) encode() string {
	switch {
	case slices.Equal(c.Cells, []string{""}) && c.Not:
		return notEmptyWord
	case slices.Equal(c.Cells, []string{""}):
		return emptyWord
	case c.Not:
		return "{ not: " + list(c.Cells) + " }"
	}
	return list(c.Cells)
}
