// Positions: numbers of rows within their group, which depend on the file alone.

package rows

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/mapping"
)

// PositionColumn is the column of a failures file in which rows keep the positions
// that they have in the source file.
const PositionColumn = reportPrefix + "position"

// rowColumn is the column by which a failures file is known.
const rowColumn = reportPrefix + "row"

// maxReturning bounds the groups that are counted one by one: 16 bytes or so each.
const maxReturning = 1_000_000

// The errors of [FindPositions] that are about the file. ErrNoPositions: it holds
// refused rows of an earlier run, and doesn't say which positions they have.
var (
	ErrNoPositions   = errors.New("the mapping numbers rows, and this failures file has no column " + PositionColumn + ": write it again with hubload report, or remove the position rule from the mapping")
	ErrTooManyGroups = errors.New("the mapping numbers rows within groups, and the rows of more than 1,000,000 groups don't follow each other: sort the file by the column of the group")
)

// Positions gives each row of an input its number among the rows of its group, for
// each position rule of a mapping; see [mapping.Numbered]. All rows count, also
// those that are refused. It is made by [FindPositions] and never changes; any
// number of goroutines may use it.
//
// # Failures files
//
// The rows of a failures file take the numbers that they have in the source file
// from the column hubload_position. It holds the number; where a mapping has several
// position rules, it holds property=number for each, separated by spaces. A row
// without a group has no position, whatever the column says. One that gets a group
// needs a number in the column, and is refused with [CodeInvalidPosition]
// otherwise: the report has written one that is larger than any in the source file,
// so that the row comes last. A row that is moved to another group keeps the number
// in the column, which can be edited.
type Positions struct {
	rules []mapping.Numbered
	total int64 // rows of the input

	// returning are, for each rule, the groups whose rows don't follow each
	// other, hashed: those are counted one by one. Two that have one hash are
	// counted as one, so that numbers are left out and none is given twice.
	returning []map[uint64]bool

	column int // of a failures file; -1 otherwise
}

// FindPositions reads an input once and finds the groups whose rows don't follow
// each other. It returns nil for a mapper without position rules, and reads nothing
// then, nor of a failures file. Its memory is 16 MiB for each rule, and 16 bytes or
// so for each group that it finds, of which there may be a million.
//
// The error is [ErrNoPositions], [ErrTooManyGroups], [context.Cause], or one of the
// source.
func FindPositions(ctx context.Context, open func() (Source, error), m *mapping.Mapper) (*Positions, error) {
	p := &Positions{rules: m.Numbered(), column: -1}
	if len(p.rules) == 0 {
		return nil, nil
	}
	src, err := open()
	if err != nil {
		return nil, err
	}
	if c, ok := src.(io.Closer); ok {
		defer c.Close()
	}
	if header := src.Header(); slices.Contains(header, rowColumn) {
		if p.column = slices.Index(header, PositionColumn); p.column < 0 {
			return nil, ErrNoPositions
		}
		return p, nil
	}
	trackers := make([]groupTracker, len(p.rules))
	p.returning = make([]map[uint64]bool, len(p.rules))
	for i := range p.returning {
		p.returning[i] = map[uint64]bool{}
	}
	for row, err := range NewReader(src, Config{}).All(ctx) {
		if err != nil {
			return nil, err
		}
		p.total++
		for i := range p.rules {
			group := p.rules[i].Parent(row.Fields)
			if trackers[i].add(group) {
				p.returning[i][hashGroup(group)] = true
			}
			if len(p.returning[i]) > maxReturning {
				return nil, ErrTooManyGroups
			}
		}
	}
	return p, nil
}

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
		name := n.of.rules[i].Parent(rec.Fields)
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

func (n *Numbering) apartRules() []mapping.Numbered {
	if n == nil {
		return nil
	}
	var rules []mapping.Numbered
	for i := range n.groups {
		if n.groups[i].apart {
			rules = append(rules, n.of.rules[i])
		}
	}
	return rules
}
