// Positions: numbers of rows within their group, which depend on the file alone.

package rows

import (
	"context"
	"errors"
	"io"
	"slices"

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
// each position rule of a mapping; see [mapping.PositionRule]. All rows count but those
// that are left out, also those that are refused. It is made by [FindPositions] and never changes; any
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
	rules []mapping.PositionRule
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
	p := &Positions{rules: m.PositionRules(), column: -1}
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
	for row, err := range NewReader(src, Config{Mapper: m}).All(ctx) {
		if err != nil {
			return nil, err
		}
		if row.leftOut != "" {
			continue
		}
		p.total++
		for i := range p.rules {
			group := p.rules[i].GroupKey(row.Fields)
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
