// Which column gets which property, if several want one.

package suggest

import (
	"cmp"
	"math"
	"slices"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/internal/wording"
)

// assign gives each property to at most one column, so that the sum of the squares of the
// scores is the highest: a column that fits well isn't given up for two that hardly
// do. Of equal scores the column with more cells counts more, then the first.
func (p *proposer) assign() {
	p.dropLate()
	var columns []*guess
	var targets []string
	at := make(map[string]int)
	for _, g := range p.guesses {
		any := false
		for _, c := range g.candidates {
			if c.score < possible || c.late {
				continue
			}
			any = true
			if _, ok := at[c.key()]; !ok {
				at[c.key()] = len(targets)
				targets = append(targets, c.key())
			}
		}
		if any {
			columns = append(columns, g)
		}
	}
	// Each column may also be left out, by a target of its own that is worth nothing.
	worth := make([][]float64, len(columns))
	for i, g := range columns {
		worth[i] = make([]float64, len(targets)+len(columns))
		for _, c := range g.candidates {
			if c.score >= possible && !c.late {
				j := at[c.key()]
				worth[i][j] = max(worth[i][j], float64(c.score*c.score)+g.share(p)-float64(i)/float64(len(columns)+1))
			}
		}
	}
	for i, j := range best(worth) {
		if g := columns[i]; j < len(targets) && worth[i][j] > 0 {
			p.take(g, targets[j])
		}
	}
	for _, g := range p.guesses {
		if g.Target() == "" && g.Reason == "" && len(g.candidates) > 0 {
			g.Reason = p.lost(g)
		}
	}
}

// maxContenders is how many columns may want one property. The time to choose grows with
// the square: 2,000 columns with one name took 76 s, and take 1 s with the best ten
// (November 2026).
const maxContenders = 10

// dropLate leaves to each target its best contenders.
func (p *proposer) dropLate() {
	contenders := make(map[string][]*candidate)
	for _, g := range p.guesses {
		for i := range g.candidates {
			c := &g.candidates[i]
			contenders[c.key()] = append(contenders[c.key()], c)
		}
	}
	for _, list := range contenders {
		slices.SortStableFunc(list, func(a, b *candidate) int { return b.score - a.score })
		for _, c := range list[min(maxContenders, len(list)):] {
			c.late = true
		}
	}
}

// needName finds a column for the names of line items where none got it: HubSpot shows
// them by their names. Descriptions and codes serve.
func (p *proposer) needName() {
	var best *guess
	for _, g := range p.guesses {
		switch {
		case g.Property != nil && g.Used() && (g.Property.Name == "name" || g.Property.Name == "hs_product_id"):
			return
		case g.may("name") != nil && g.cells.Total > 0 && (best == nil || g.may("name").score > best.may("name").score):
			best = g
		}
	}
	if best == nil || !p.isLineItem() {
		return
	}
	p.take(best, "name")
	best.Confidence, best.Reason = Medium, "no other column has names"
}

// key tells an association from a property of the same name.
func (c *candidate) key() string {
	if c.association {
		return "to " + c.target
	}
	return c.target
}

// share is how much of the column is filled, at most 1.
func (g *guess) share(p *proposer) float64 {
	return float64(g.filled) / float64(max(1, len(p.rows)))
}

// take proposes what a column was chosen for.
func (p *proposer) take(g *guess, key string) {
	var chosen candidate
	for _, c := range g.candidates {
		if c.key() == key && c.score > chosen.score {
			chosen = c
		}
	}
	g.Reason = chosen.reason
	switch {
	case chosen.score >= sure:
		g.Confidence = High
	case chosen.score >= likely:
		g.Confidence = Medium
	default:
		g.Confidence = Low
	}
	if chosen.association {
		g.Association = &mapping.AssociationRule{To: chosen.target, Column: g.Name, Split: chosen.split}
		return
	}
	g.Property = &mapping.PropertyRule{Name: chosen.target, Column: g.Name}
	g.kind, g.property = p.kindOf(chosen.target)
}

// lost says why a column got none of its candidates.
func (p *proposer) lost(g *guess) string {
	var first candidate
	for _, c := range g.candidates {
		if c.score > first.score {
			first = c
		}
	}
	for _, other := range p.guesses {
		if first.target != "" && other.Target() == first.target && (other.Association != nil) == first.association {
			return "it could be " + first.target + " too, but column " + wording.Quote(other.Name) + " is that"
		}
	}
	return cmp.Or(first.reason, "the cells are not what the name says")
}

// best returns for each row the column of a matrix, each once, so that the sum is the
// highest: the Hungarian method, in the square of the rows times the columns. There are
// at least as many columns as rows.
func best(worth [][]float64) []int {
	n := len(worth)
	if n == 0 {
		return nil
	}
	m := len(worth[0])
	rowPotential, columnPotential := make([]float64, n+1), make([]float64, m+1)
	owner, from := make([]int, m+1), make([]int, m+1) // rows count from 1, 0 is none
	for row := 1; row <= n; row++ {
		owner[0] = row
		column := 0
		slack, done := make([]float64, m+1), make([]bool, m+1)
		for j := range slack {
			slack[j] = math.Inf(1)
		}
		for owner[column] != 0 {
			done[column] = true
			i, next, least := owner[column], 0, math.Inf(1)
			for j := 1; j <= m; j++ {
				if done[j] {
					continue
				}
				if s := -worth[i-1][j-1] - rowPotential[i] - columnPotential[j]; s < slack[j] {
					slack[j], from[j] = s, column
				}
				if slack[j] < least {
					least, next = slack[j], j
				}
			}
			for j := range slack {
				if done[j] {
					rowPotential[owner[j]] += least
					columnPotential[j] -= least
				} else {
					slack[j] -= least
				}
			}
			column = next
		}
		for column != 0 {
			owner[column] = owner[from[column]]
			column = from[column]
		}
	}
	chosen := make([]int, n)
	for j := 1; j <= m; j++ {
		if owner[j] > 0 {
			chosen[owner[j]-1] = j - 1
		}
	}
	return chosen
}
