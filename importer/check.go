// A check: what Run would refuse by itself, found without sending anything.

package importer

import (
	"context"

	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// A Check says which rows to check, and by what. Source and Rows.Mapper are needed;
// Rows is what it is for an [Import].
type Check struct {
	Source rows.Source
	Rows   rows.Config

	// Refused is called for each row that [Run] would refuse without sending
	// it. An error ends the check. May be nil.
	Refused func(*rows.Row, *rows.Refusal) error

	// LeftOut is called for each row that the mapping doesn't want. May be nil.
	LeftOut func(*rows.Row, *rows.Refusal)

	// Good is called for each other row with what would be sent, which is valid
	// until Good returns. May be nil.
	Good func(*rows.Row, *mapping.Record)
}

// Checked is how many rows a check has seen, and how many it would refuse. Rows that are left
// out are not among Rows.
type Checked struct{ Rows, Refused, LeftOut int64 }

// Run reads the source to its end, and calls Refused, LeftOut or Good for each row, in the
// order of the file. It returns what it has seen also with an error, which is that of
// the source or of Refused, or [context.Cause] when ctx ends.
func (c *Check) Run(ctx context.Context) (n Checked, err error) {
	var record mapping.Record // serves all rows: two allocations a row less
	for row, err := range rows.NewReader(c.Source, c.Rows).All(ctx) {
		if err != nil {
			return n, err
		}
		n.Rows++
		refused := row.Map(&record)
		switch {
		case refused != nil && refused.Code == rows.CodeLeftOut:
			n.Rows--
			n.LeftOut++
			if c.LeftOut != nil {
				c.LeftOut(row, refused)
			}
		case refused == nil && c.Good != nil:
			c.Good(row, &record)
		case refused != nil:
			n.Refused++
			if c.Refused == nil {
				continue
			}
			if err := c.Refused(row, refused); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}
