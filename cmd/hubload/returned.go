// Rows that are numbered within a parent, and don't follow each other.

package main

import (
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/mapping"
)

// A returned watches the rows of the rules with position.
type returned struct {
	mapper *mapping.Mapper
	rules  []mapping.Numbered
	seen   []mapping.Returns // by rule
}

func newReturned(m *mapping.Mapper) *returned {
	rules := m.Numbered()
	return &returned{m, rules, make([]mapping.Returns, len(rules))}
}

// look takes the next row of the file, refused or not: every row is numbered.
func (r *returned) look(rec *csvfile.Record, found *findings) {
	for i := range r.rules {
		rule := &r.rules[i]
		if !r.seen[i].Add(rec.Row, rec.Line, rule.Parent(rec.Fields)) {
			continue
		}
		column, value := r.mapper.Cell(rec.Fields, rule.To)
		found.suspect(rec, mapping.Suspicion{
			Code: codeParentReturns, Column: column, Property: rule.Property,
			Message: "{value} has rows further up, and others stand between: its numbers go on, but the order may not be the one that is meant; sort the file by " + rule.To,
		}, value)
	}
}

// codeParentReturns: the rows of one parent don't follow each other.
const codeParentReturns = "PARENT_RETURNS"
