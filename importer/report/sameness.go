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
	slices journal.Slices // those ahead
	crc    uint32
}

func (c *sameness) check(rec *csvfile.Record) error {
	if c.slices.Len() == 0 || rec.Row < c.slices.First().From {
		return nil
	}
	s := c.slices.First()
	if rec.Row == s.From {
		c.crc = 0
	}
	c.crc = journal.Checksum(c.crc, rec.Raw)
	if rec.Row < s.To {
		return nil
	}
	c.slices = c.slices.Rest()
	if c.crc != s.CRC {
		return fmt.Errorf("%w: rows %d to %d have changed since they were read", ErrMismatch, s.From, s.To)
	}
	return nil
}
