// Numbers within a parent, which depend on the file alone: found out before the first row is sent, given while the rows are read.

package importer

import (
	"errors"
	"io"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/mapping"
)

// Positions gives each row of an input its number among the rows of its parent, as
// the mapping's rules with position ask for it; see [mapping.Numbered]. It never
// changes. It is made by [FindPositions], or, for a file of rows that an earlier run
// refused, by [FindMendedPositions].
type Positions struct {
	rules []mapping.Numbered

	// returning are, for each rule, the parents whose rows don't follow each
	// other, hashed: those are counted one by one. Two that have one hash are
	// counted as one, so that numbers are left out and none is given twice.
	returning []map[uint64]bool

	mended *mended // nil for an original
}

// maxReturning bounds the parents that are counted one by one.
const maxReturning = 1_000_000

var errTooManyReturns = errors.New("the rows of more than 1,000,000 parents don't follow each other, and are to be numbered within them: sort the file by its parents")

// FindPositions reads an input once and finds the parents that come back. It
// returns nil for a mapper that numbers nothing. Its memory doesn't grow with the
// input, but for 16 bytes or so for each parent that comes back, up to a million of
// them; more are an error.
func FindPositions(open func() (Source, error), m *mapping.Mapper) (*Positions, error) {
	p := &Positions{rules: m.Numbered()}
	if len(p.rules) == 0 {
		return nil, nil
	}
	return p, p.findReturning(open, func(int, uint64) {})
}

// findReturning reads an original, and calls seen with the hash of each row's
// parents.
func (p *Positions) findReturning(open func() (Source, error), seen func(rule int, parent uint64)) error {
	returns := make([]mapping.Returns, len(p.rules))
	p.returning = make([]map[uint64]bool, len(p.rules))
	for i := range p.returning {
		p.returning[i] = map[uint64]bool{}
	}
	return eachRow(open, func(rec *csvfile.Record) error {
		for i := range p.rules {
			parent := p.rules[i].Parent(rec.Fields)
			if parent != "" {
				seen(i, mapping.HashParent(parent))
			}
			if returns[i].Add(rec.Row, rec.Line, parent) {
				p.returning[i][mapping.HashParent(parent)] = true
			}
			if len(p.returning[i]) > maxReturning {
				return errTooManyReturns
			}
		}
		return nil
	})
}

func eachRow(open func() (Source, error), f func(*csvfile.Record) error) error {
	src, err := open()
	if err != nil {
		return err
	}
	if c, ok := src.(io.Closer); ok {
		defer c.Close()
	}
	for {
		rec, err := src.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(rec); err != nil {
			return err
		}
	}
}

// A numbering numbers the rows of an input that is read from its start. Its methods
// do nothing for a nil one.
type numbering struct {
	of     *Positions
	runs   []parentRun
	counts []map[uint64]int64 // of the parents that come back
	mended *mendedNumbering

	numbers []int64 // of the row at hand, for each rule; 0: it has none, -1: it can't be told
}

// A parentRun is the rows of one parent that follow each other.
type parentRun struct {
	parent string
	n      int64
}

// start begins at the first row.
func (p *Positions) start() *numbering {
	if p == nil {
		return nil
	}
	n := &numbering{of: p, numbers: make([]int64, len(p.rules))}
	if p.mended != nil {
		n.mended = &mendedNumbering{mended: p.mended, original: p.mended.original.start()}
		return n
	}
	n.runs, n.counts = make([]parentRun, len(p.rules)), make([]map[uint64]int64, len(p.rules))
	for i := range n.counts {
		n.counts[i] = map[uint64]int64{}
	}
	return n
}

// take takes the next row. All rows count, also those that can't be sent or have
// their fate: the numbers of the others don't depend on that.
func (n *numbering) take(rec *csvfile.Record) error {
	if n == nil {
		return nil
	}
	if n.mended != nil {
		return n.mended.take(rec, n.of.rules, n.numbers)
	}
	for i := range n.of.rules {
		run := &n.runs[i]
		parent := n.of.rules[i].Parent(rec.Fields)
		hash := uint64(0)
		returning := false
		if len(n.of.returning[i]) > 0 && parent != "" {
			hash = mapping.HashParent(parent)
			returning = n.of.returning[i][hash]
		}
		switch {
		case parent == "":
			run.n = 0
		case returning:
			n.counts[i][hash]++
			run.n = n.counts[i][hash]
		case parent == run.parent:
			run.n++
		default:
			run.n = 1
		}
		run.parent = parent
		n.numbers[i] = run.n
	}
	return nil
}

// put gives a record the numbers of the row that was taken last, and reports
// otherwise for which property there is none to be had.
func (n *numbering) put(rec *mapping.Record) (property string, ok bool) {
	if n == nil {
		return "", true
	}
	for i := range n.of.rules {
		property := n.of.rules[i].Property
		switch {
		case n.numbers[i] < 0:
			return property, false
		case n.numbers[i] > 0:
			rec.SetPosition(property, n.numbers[i])
		}
	}
	return "", true
}

// close closes what was opened to number rows.
func (n *numbering) close() {
	if n != nil && n.mended != nil {
		n.mended.close()
	}
}
