// Pairing: which record is which row's, where an answer names no rows.

package importer

import (
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

// A pairing compares what rows send with what results give back. Rows that send equal
// properties are a group: their records can't be told apart by values.
//
// A property that a result leaves out says nothing. A value that HubSpot changes in a
// way that [api.Normalized] doesn't know makes a result fit nobody, so that nothing is
// concluded from a result that fits nobody.
type pairing struct {
	names   []string // of all properties that are sent
	groups  []*rowGroup
	results []pairedResult
}

// A rowGroup is the rows of a request that send equal properties.
type rowGroup struct {
	rows   []int
	values []string      // normalized, by name; "" where the property isn't sent
	ids    []string      // of the results that are the group's
	warned []api.Warning // of one of them: equal values are warned about alike
}

type pairedResult struct {
	*api.Created
	values []string // normalized, by name; "" where the result leaves it out
	fits   []int    // groups that it can be of
	taken  bool
}

func newPairing(rows []sentRow, rest []int, results []*api.Created) *pairing {
	p := &pairing{}
	index := map[string]int{}
	for _, i := range rest {
		for _, property := range rows[i].record.Properties {
			if _, ok := index[property.Name]; !ok {
				index[property.Name] = len(p.names)
				p.names = append(p.names, property.Name)
			}
		}
	}
	known := map[string]*rowGroup{}
	for _, i := range rest {
		values := make([]string, len(p.names))
		for _, property := range rows[i].record.Properties {
			values[index[property.Name]] = api.Normalized(property.Value)
		}
		content := strings.Join(values, "\x00")
		g := known[content]
		if g == nil {
			g = &rowGroup{values: values}
			known[content] = g
			p.groups = append(p.groups, g)
		}
		g.rows = append(g.rows, i)
	}
	for _, c := range results {
		r := pairedResult{Created: c, values: make([]string, len(p.names))}
		for name, value := range c.Properties {
			if at, ok := index[name]; ok {
				r.values[at] = api.Normalized(value)
			}
		}
		for _, w := range c.Warnings { // the value as it was sent
			if at, ok := index[w.Property]; ok && w.Raw != "" {
				r.values[at] = api.Normalized(w.Raw)
			}
		}
		for k, g := range p.groups {
			if r.fitsIn(g) {
				r.fits = append(r.fits, k)
			}
		}
		p.results = append(p.results, r)
	}
	return p
}

// fitsIn reports whether the result can be that of a row of the group.
func (r *pairedResult) fitsIn(g *rowGroup) bool {
	agree := false
	for i, sent := range g.values {
		if sent == "" || r.values[i] == "" {
			continue
		}
		if sent != r.values[i] {
			return false
		}
		agree = true
	}
	return agree
}

// pairCertain gives each result to the one group that it fits, and reports whether each
// result fits one group only, and no group has more results than rows.
func (p *pairing) pairCertain() bool {
	if p.pairWhole() {
		return true
	}
	certain := true
	for i := range p.results {
		r := &p.results[i]
		if len(r.fits) != 1 {
			certain = false
			continue
		}
		p.groups[r.fits[0]].add(r)
	}
	for _, g := range p.groups {
		certain = certain && len(g.ids) <= len(g.rows)
	}
	return certain
}

// pairWhole gives each result to the group whose properties it gives back, no fewer and no
// more. It does so only when all results have one and all groups get some, so that no
// property is left out of any result.
func (p *pairing) pairWhole() bool {
	own := make([][]*pairedResult, len(p.groups))
	for i := range p.results {
		r := &p.results[i]
		at := slices.IndexFunc(r.fits, func(k int) bool { return slices.Equal(r.values, p.groups[k].values) })
		if at < 0 {
			return false
		}
		k := r.fits[at]
		own[k] = append(own[k], r)
	}
	for k, g := range p.groups {
		if len(own[k]) == 0 || len(own[k]) > len(g.rows) {
			return false
		}
	}
	for k, g := range p.groups {
		for _, r := range own[k] {
			g.add(r)
		}
	}
	return true
}

// pairAll pairs where it is known that each row has one of the results. A group whose
// results can't be told from others' gets none.
func (p *pairing) pairAll() {
	p.pairExact()
	for p.pairOnly() {
	}
	if left, open := p.left(); len(open) == 1 && len(left) == p.room(open[0]) {
		for _, i := range left {
			p.take(i, open[0])
		}
	}
}

// pairExact pairs the results that give back exactly the properties of one group.
func (p *pairing) pairExact() {
	exact := make([][]int, len(p.groups))
	for i := range p.results {
		for _, k := range p.results[i].fits {
			if slices.Equal(p.results[i].values, p.groups[k].values) {
				exact[k] = append(exact[k], i)
			}
		}
	}
	for k, g := range p.groups {
		if len(exact[k]) == len(g.rows) {
			for _, i := range exact[k] {
				p.take(i, g)
			}
		}
	}
}

// pairOnly pairs a result that fits one group with room only, or a group that has as
// much room as there are results that fit it. It reports whether there was one.
func (p *pairing) pairOnly() bool {
	fitting := make([][]int, len(p.groups))
	for i := range p.results {
		if p.results[i].taken {
			continue
		}
		var open []*rowGroup
		for _, k := range p.results[i].fits {
			if p.room(p.groups[k]) > 0 {
				open = append(open, p.groups[k])
				fitting[k] = append(fitting[k], i)
			}
		}
		if len(open) == 1 {
			p.take(i, open[0])
			return true
		}
	}
	for k, g := range p.groups {
		if n := len(fitting[k]); n > 0 && n == p.room(g) {
			for _, i := range fitting[k] {
				p.take(i, g)
			}
			return true
		}
	}
	return false
}

func (g *rowGroup) add(r *pairedResult) {
	g.ids = append(g.ids, r.ID)
	g.warned = r.Warnings
}

func (p *pairing) room(g *rowGroup) int { return len(g.rows) - len(g.ids) }

func (p *pairing) take(result int, g *rowGroup) {
	p.results[result].taken = true
	g.add(&p.results[result])
}

// left returns the results that have no group, and the groups that have room.
func (p *pairing) left() (results []int, open []*rowGroup) {
	for i := range p.results {
		if !p.results[i].taken {
			results = append(results, i)
		}
	}
	for _, g := range p.groups {
		if p.room(g) > 0 {
			open = append(open, g)
		}
	}
	return results, open
}

// contentOf is equal for records that send equal properties.
func contentOf(rec *mapping.Record) string {
	var pairs []string
	for _, p := range rec.Properties {
		pairs = append(pairs, p.Name+"\x00"+api.Normalized(p.Value))
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "\x00")
}
