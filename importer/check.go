// A check: what Run would refuse by itself, found without sending anything.

package importer

import (
	"context"
	"errors"
	"io"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// A Check says which rows to check, and by what. Source and Mapper are needed; Key
// and Duplicates are those of [Import].
type Check struct {
	Source     Source
	Mapper     *mapping.Mapper
	Key        string
	Duplicates map[int64]Duplicate

	// Refused is called for each row that [Run] would refuse without sending
	// it, with the fate that it would get and all problems of its cells; those of
	// a record that couldn't be read, or has another row's key, have none. An
	// error ends the check. May be nil.
	Refused func(rec *csvfile.Record, fate journal.Fate, problems []mapping.Problem) error

	// Good is called for each other row with what would be sent, which is valid
	// until Good returns. May be nil.
	Good func(rec *csvfile.Record, record *mapping.Record)
}

// Checked is how many rows a check has seen, and how many it would refuse.
type Checked struct{ Rows, Refused int64 }

// Run reads the source to its end, and calls Refused or Good for each row, in the
// order of the file. It returns what it has seen also with an error, which is that of
// the source or of Refused, or [context.Cause] when ctx ends.
func (c *Check) Run(ctx context.Context) (n Checked, err error) {
	r := &run{im: Import{Mapper: c.Mapper}}
	var record mapping.Record // serves all rows: two allocations a row less
	for {
		if n.Rows%1024 == 0 && ctx.Err() != nil {
			return n, context.Cause(ctx)
		}
		rec, err := c.Source.Read()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		n.Rows++
		var problems []mapping.Problem
		if rec.Problem == nil {
			problems = c.Mapper.Map(rec.Fields, &record)
		}
		var fate journal.Fate
		if rec.Problem != nil || len(problems) > 0 {
			_, fate = r.mapRow(rec) // says of the row what the import would say
		} else if d, ok := c.Duplicates[rec.Row]; ok {
			fate = journal.Fate{Row: rec.Row, Kind: journal.Refused, Code: codeDuplicateKey, Property: c.Key, Message: d.message(rec.Line)}
		} else {
			if c.Good != nil {
				c.Good(rec, &record)
			}
			continue
		}
		n.Refused++
		if c.Refused != nil {
			if err := c.Refused(rec, fate, problems); err != nil {
				return n, err
			}
		}
	}
}
