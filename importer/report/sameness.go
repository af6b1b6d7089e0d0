// Is the input still what the journal speaks of?

package report

import (
	"fmt"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
)

// A sameness compares the input with the checksums in the journal, so that no fate
// is shown beside cells that were never sent.
type sameness struct {
	slices []journal.Slice // those ahead, in row order
	crc    uint32
}

func (c *sameness) check(rec *csvfile.Record) error {
	if len(c.slices) == 0 || rec.Row < c.slices[0].From {
		return nil
	}
	s := c.slices[0]
	if rec.Row == s.From {
		c.crc = 0
	}
	c.crc = journal.Checksum(c.crc, rec.Raw)
	if rec.Row < s.To {
		return nil
	}
	c.slices = c.slices[1:]
	if c.crc != s.CRC {
		return fmt.Errorf("%w: rows %d to %d have changed since they were read", ErrMismatch, s.From, s.To)
	}
	return nil
}
