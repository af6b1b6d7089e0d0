// Columns that are filled on the first row of each group only: an order whose items are
// rows, and whose own cells stand on its first row.

package suggest

import (
	"slices"
	"strings"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/format"
)

// perRow are properties that each row of a group has for itself: their empty cells are not
// those of a group.
var perRow = []string{"name", "description", "hs_sku", "quantity", "price", "discount", "hs_discount_percentage", "hs_cost_of_goods_sold", "hs_position_on_quote", "hs_product_id", "hs_url", "hs_images"}

// statusWords are in the names of columns by which rows are left out: people who add a
// condition about one need its cells on all rows.
var statusWords = []string{"status", "ステータス", "状態", "statut", "estado", "статус", "상태"}

// fillDown returns the columns that are to be filled down, by their indexes and with that
// of the group first; nil without any. They aren't sure where no other column is filled on
// the same rows: empty cells of a column of ids may mean that there is no record.
func (p *proposer) fillDown(header []string) (best []int, sure bool) {
	for _, g := range p.guesses {
		group := slices.Index(header, g.Name)
		if !p.namesGroup(g) {
			continue
		}
		starts, groups := p.starts(group)
		rest := len(p.rows) - groups
		if groups < 2 || rest == 0 {
			continue
		}
		same, used := 0, []int{group}
		for _, other := range p.guesses {
			at := slices.Index(header, other.Name)
			if other.Reason == ambiguousName || !p.filledAt(at, starts) {
				continue
			}
			same++
			if at != group && p.fills(other) {
				used = append(used, at)
			}
		}
		sparse := p.filledAt(group, starts)
		if same < 2 && rest < 2 || len(used) < 2 && !(sparse && g.Association != nil) {
			continue
		}
		if best == nil || len(used) > len(best) {
			best, sure = used, !sparse || same > 1
		}
	}
	return best, sure
}

// namesGroup reports whether a column's cells name what several rows belong to.
func (p *proposer) namesGroup(g *guess) bool {
	name := normalizeName(g.Name)
	return g.Reason != ambiguousName && (g.Association != nil || p.known.orders[name] || p.export != nil && p.export.order != "" && name == p.export.order)
}

// fills reports whether the column's values are those of a group, where its cells look so.
func (p *proposer) fills(g *guess) bool {
	name := normalizeName(g.Name)
	return g.Used() && (g.Association != nil || !slices.Contains(perRow, g.Property.Name)) ||
		slices.ContainsFunc(statusWords, func(word string) bool { return strings.Contains(name, normalizeName(word)) })
}

// starts returns the rows of the sample on which a group begins, and how many do. A column
// whose first cell is empty, or whose groups come back, names none.
func (p *proposer) starts(column int) (starts []bool, groups int) {
	starts = make([]bool, len(p.rows))
	seen := make(map[string]bool)
	last := ""
	for i, row := range p.rows {
		cell := cellAt(row, column)
		if starts[i] = cell != "" && cell != last; !starts[i] {
			continue
		}
		if seen[cell] {
			return nil, 0
		}
		seen[cell], last = true, cell
		groups++
	}
	if len(starts) == 0 || !starts[0] {
		return nil, 0
	}
	return starts, groups
}

// filledAt reports whether a column is filled on these rows of the sample and on no other.
func (p *proposer) filledAt(column int, starts []bool) bool {
	for i, row := range p.rows {
		if (cellAt(row, column) != "") != starts[i] {
			return false
		}
	}
	return true
}

func cellAt(row []string, column int) string {
	if column < 0 || column >= len(row) {
		return ""
	}
	return format.Trim(row[column])
}

// filledDown returns the rows with the columns filled down.
func filledDown(rows [][]string, columns []int) [][]string {
	filled := make([][]string, len(rows))
	above := make([]string, len(columns))
	for i, row := range rows {
		filled[i] = slices.Clone(row)
		if cell := cellAt(row, columns[0]); cell != "" && cell != format.Trim(above[0]) {
			clear(above)
		}
		for j, at := range columns {
			if cellAt(row, at) != "" {
				above[j] = row[at]
			} else if at < len(row) {
				filled[i][at] = above[j]
			}
		}
	}
	return filled
}

// rowsYAML are the rules about rows as they stand in the proposed mapping.
func (p *Proposal) rowsYAML() string {
	if p.perhaps != "" {
		rules := mapping.Mapping{Rows: mapping.RowRules{FillDown: []string{p.perhaps}}}
		return "# If an empty cell of " + comment(p.perhaps) + " means the value of the row above it:\n# " + string(rules.Encode())
	}
	if len(p.Rows.FillDown) == 0 {
		return ""
	}
	rules := mapping.Mapping{Rows: p.Rows}
	return "# Filled on the first row of each " + comment(p.Rows.FillDown[0]) + " only, and meant on its other rows too:\n" + string(rules.Encode())
}
