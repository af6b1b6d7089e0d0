// What an input is, and what is known of its rows before they are read.

// Package rows reads the input of an import from its first row on.
//
// A [Reader] is the only way in which an import, a check and a look-up of rows in
// doubt see the input, so they agree about every row. It does five things:
//
//   - It compares what it reads with what the journal says of earlier reads, and
//     stops with a [*MismatchError] where the input has changed.
//   - It fills cells down that are written only where they change, and leaves out rows that
//     the mapping doesn't want.
//   - It numbers rows within their group, for mappings with position rules.
//   - It maps a row to a [mapping.Record], or says why the row can't be sent.
//   - It stops when its context ends.
//
// Two passes come before the first request, each only for mappings that need it:
// [FindDuplicates] and [FindPositions].
//
// An input is a [Source]: a [*csvfile.Reader], or the structs of a Go program by
// [Typed].
package rows

import (
	"context"
	"fmt"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// The codes of refusals that depend on other rows. Those that depend on the row
// alone are the codes of packages csvfile and mapping.
const (
	CodeDuplicateKey    = "DUPLICATE_KEY"    // another row has the same key
	CodeRepeatedHeader  = "REPEATED_HEADER"  // the row repeats the header: two files were joined
	CodeInvalidPosition = "INVALID_POSITION" // hubload_position holds no number
	CodeLeftOut         = "LEFT_OUT"         // the mapping doesn't want the row: it isn't refused
)

// reportPrefix begins the names of the columns that reports add to the input's.
const reportPrefix = "hubload_"

// A Source yields the rows of an input in order, from the first one on.
// A [*csvfile.Reader] is one. A Source that is an [io.Closer] is closed by whoever
// opened it.
type Source interface {
	// Header returns the names of the columns.
	Header() []string

	// Read returns the next row, valid until the next Read, or io.EOF after
	// the last one. Rows are numbered from 1 without gaps. Raw must be the same
	// bytes each time the input is read: changed input is recognised by them.
	Read() (*csvfile.Record, error)
}

// A Config says how rows are mapped, and what is known of them. The zero value of
// every field is useful; without a Mapper rows can't be mapped.
type Config struct {
	Mapper *mapping.Mapper

	// Total is called for each row that looks like the total of rows above; see
	// [Row.Total]. Refused says that the row isn't sent. May be nil.
	Total func(row *Row, refused bool)

	// Known are the slices that earlier processes have read, by the journal.
	Known journal.Slices

	// Key is the name of the mapping's unique property, "" without one.
	Key string

	// Ordinals number equal rows, for an automatic key; see [FindOrdinals].
	Ordinals Ordinals

	// Duplicates are the rows to be refused because they share a key; see
	// [FindDuplicates].
	Duplicates map[int64]Duplicate

	// Positions numbers the rows; see [FindPositions]. Without it numbers are
	// left out.
	Positions *Positions
}

// Prepare makes the passes over the input that come before its first row is sent: it
// sets Ordinals, unless they are set, where the key is automatic, Duplicates, where the
// key is made of columns, and Positions, where the mapping has position rules. The error
// is that of [FindOrdinals], [FindDuplicates] or [FindPositions], and says which it is.
func (c *Config) Prepare(ctx context.Context, open func() (Source, error)) (err error) {
	switch {
	case c.Key == "":
	case c.Mapper.AutoKey() == "":
		if c.Duplicates, err = FindDuplicates(ctx, open, c.Mapper); err != nil {
			return fmt.Errorf("looking for keys that several rows share: %w", err)
		}
	case c.Ordinals == nil:
		if c.Ordinals, err = FindOrdinals(ctx, open, c.Mapper); err != nil {
			return fmt.Errorf("counting equal rows: %w", err)
		}
	}
	if c.Positions, err = FindPositions(ctx, open, c.Mapper); err != nil {
		return fmt.Errorf("numbering the rows: %w", err)
	}
	return nil
}
