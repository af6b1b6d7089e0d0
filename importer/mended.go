// The numbers of rows that an earlier run refused: those that they have in the original file.

package importer

import (
	"errors"
	"fmt"
	"io"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/mapping"
)

const (
	codePositionUnknown    = "POSITION_UNKNOWN"
	positionUnknownMessage = "its number within its parent can't be told, because hubload_row doesn't say which row of the original file it is: " +
		"leave the column as the report has it, with each row once and in the file's order"
)

// A mended is what the numbers of mended rows rest on.
type mended struct {
	original *Positions
	open     func() (Source, error)
	row      func(*csvfile.Record) (int64, bool)

	// totals are, for each rule, how many rows of the original the parents of
	// the mended rows have, hashed.
	totals []map[uint64]int64
}

// FindMendedPositions is [FindPositions] for an input whose rows are some of those of an
// original file, such as a failures file, each with the number that it has there,
// in ascending order. Row tells that number.
//
// A row keeps the number that it has in the original. To a row whose parent isn't
// what it was there, none of its parent's numbers belongs: it gets the number of
// the parent's rows in the original plus its own row's, which no other row has, in
// whichever order and in how many files rows are mended. A row that doesn't say
// which one it is, or comes after a later one, is refused.
//
// It reads the input once and the original once, and a numbering reads the original
// along with the input. Of the parents in the input there may be a million.
func FindMendedPositions(open, original func() (Source, error), m, originalMapper *mapping.Mapper, row func(*csvfile.Record) (int64, bool)) (*Positions, error) {
	p := &Positions{rules: m.Numbered()}
	if len(p.rules) == 0 {
		return nil, nil
	}
	p.mended = &mended{
		original: &Positions{rules: originalMapper.Numbered()},
		open:     original, row: row, totals: make([]map[uint64]int64, len(p.rules)),
	}
	if len(p.mended.original.rules) != len(p.rules) {
		panic("importer: mended rows and their original are numbered by different rules")
	}
	totals := p.mended.totals
	for i := range totals {
		totals[i] = map[uint64]int64{}
	}
	err := eachRow(open, func(rec *csvfile.Record) error {
		for i := range p.rules {
			if parent := p.rules[i].Parent(rec.Fields); parent != "" {
				totals[i][mapping.HashParent(parent)] = 0
			}
			if len(totals[i]) > maxReturning {
				return errTooManyParents
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = p.mended.original.findReturning(original, func(rule int, parent uint64) {
		if n, ok := totals[rule][parent]; ok {
			totals[rule][parent] = n + 1
		}
	})
	if err != nil {
		return nil, fmt.Errorf("reading the original file: %w", err)
	}
	return p, nil
}

var errTooManyParents = errors.New("the rows have more than 1,000,000 parents, within which they are to be numbered as in the original file: import them in parts")

// A mendedNumbering reads the original along with the mended rows.
type mendedNumbering struct {
	*mended
	original *numbering

	source  Source
	last    int64    // row of the original that was read
	parents []string // of that row
	end     bool     // of the original
}

// take numbers a row, for each rule.
func (n *mendedNumbering) take(rec *csvfile.Record, rules []mapping.Numbered, numbers []int64) error {
	row, ok := n.row(rec)
	if ok {
		var err error
		if ok, err = n.advance(row); err != nil {
			return fmt.Errorf("reading the original file: %w", err)
		}
	}
	for i := range rules {
		parent := rules[i].Parent(rec.Fields)
		switch {
		case parent == "":
			numbers[i] = 0
		case !ok:
			numbers[i] = -1
		case parent == n.parents[i]:
			numbers[i] = n.original.numbers[i]
		default:
			numbers[i] = n.totals[i][mapping.HashParent(parent)] + row
		}
	}
	return nil
}

// advance reads the original as far as a row that is still to come, and reports
// whether it is there.
func (n *mendedNumbering) advance(row int64) (bool, error) {
	if row <= n.last || n.end {
		return false, nil
	}
	if n.source == nil {
		var err error
		if n.source, err = n.open(); err != nil {
			return false, err
		}
		n.parents = make([]string, len(n.original.of.rules))
	}
	for n.last < row {
		rec, err := n.source.Read()
		if errors.Is(err, io.EOF) {
			n.end = true
			return false, nil
		}
		if err != nil {
			return false, err
		}
		n.last = rec.Row
		if err := n.original.take(rec); err != nil {
			return false, err
		}
		for i := range n.parents {
			n.parents[i] = n.original.of.rules[i].Parent(rec.Fields)
		}
	}
	return true, nil
}

func (n *mendedNumbering) close() {
	if c, ok := n.source.(io.Closer); ok {
		c.Close()
	}
}
