// Numbering: the positions of rows, while they are read.

package rows

import (
	"strconv"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/mapping"
)

// A Numbering numbers the rows of an input that is read from its start. The methods
// of a nil Numbering do nothing.
type Numbering struct {
	of     *Positions
	groups []group
	counts []map[uint64]int64 // of the groups that come back
	rec    *csvfile.Record
}

// A group is that of the row at hand, by one rule.
type group struct {
	name   string // "": none
	number int64  // of the row; 0: none, -1: it isn't known
	apart  bool   // the row's group came back with it
}

// Start begins before the first row.
func (p *Positions) Start() *Numbering {
	if p == nil {
		return nil
	}
	n := &Numbering{of: p, groups: make([]group, len(p.rules)), counts: make([]map[uint64]int64, len(p.rules))}
	for i := range n.counts {
		n.counts[i] = map[uint64]int64{}
	}
	return n
}

// Take takes the next row.
func (n *Numbering) Take(rec *csvfile.Record) {
	if n == nil {
		return
	}
	n.rec = rec
	for i := range n.of.rules {
		g := &n.groups[i]
		name := n.of.rules[i].GroupKey(rec.Fields)
		switch {
		case name == "":
			*g = group{}
		case n.of.column >= 0:
			*g = group{name: name, number: n.carried(i)}
		case len(n.of.returning[i]) > 0 && n.of.returning[i][hashGroup(name)]:
			h := hashGroup(name)
			before := n.counts[i][h]
			n.counts[i][h]++
			*g = group{name, before + 1, before > 0 && name != g.name}
		case name == g.name:
			g.number++
		default:
			*g = group{name: name, number: 1}
		}
	}
}

// carried reads the number of a rule from the column of a failures file.
func (n *Numbering) carried(rule int) int64 {
	cell := strings.TrimSpace(n.rec.Fields[n.of.column])
	if len(n.of.rules) > 1 {
		all := strings.Fields(cell)
		cell = ""
		for _, one := range all {
			if number, ok := strings.CutPrefix(one, n.of.rules[rule].Property+"="); ok {
				cell = number
			}
		}
	}
	if number, err := strconv.ParseInt(cell, 10, 64); err == nil && number > 0 {
		return number
	}
	return -1
}

// put gives a record the numbers of the row that was taken last.
func (n *Numbering) put(rec *mapping.Record) *Refusal {
	if n == nil {
		return nil
	}
	for i := range n.groups {
		rule := &n.of.rules[i]
		switch number := n.groups[i].number; {
		case number < 0:
			return &Refusal{
				Code: CodeInvalidPosition, Property: rule.Property,
				Message: PositionColumn + " must hold the row's number among the rows of its " + rule.To + ", such as " + n.of.text(func(int) int64 { return 3 }),
			}
		case number > 0:
			rec.SetPosition(rule.Property, number)
		}
	}
	return nil
}

// Text is what stands in hubload_position for the row that was taken last.
func (n *Numbering) Text() string {
	if n == nil {
		return ""
	}
	if n.of.column >= 0 {
		if n.rec.Fields == nil {
			return ""
		}
		return n.rec.Fields[n.of.column]
	}
	return n.of.text(func(rule int) int64 {
		if number := n.groups[rule].number; number > 0 {
			return number
		}
		return n.of.total + n.rec.Row // behind all others, if it gets a group
	})
}

// text writes the numbers of a row.
func (p *Positions) text(number func(rule int) int64) string {
	if len(p.rules) == 1 {
		return strconv.FormatInt(number(0), 10)
	}
	var list []string
	for i := range p.rules {
		list = append(list, p.rules[i].Property+"="+strconv.FormatInt(number(i), 10))
	}
	return strings.Join(list, " ")
}

func (n *Numbering) apartRules() []mapping.PositionRule {
	if n == nil {
		return nil
	}
	var rules []mapping.PositionRule
	for i := range n.groups {
		if n.groups[i].apart {
			rules = append(rules, n.of.rules[i])
		}
	}
	return rules
}
