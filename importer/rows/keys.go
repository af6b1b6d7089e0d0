// Duplicates: rows of which another one has the same key.

package rows

import (
	"context"
	"fmt"
	"hash/maphash"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// A Duplicate is another row of the input that has the same key.
type Duplicate struct{ Row, Line int64 }

func (d Duplicate) message(line int64, key string) string {
	if key == schema.RecordID {
		return fmt.Sprintf("line %d and line %d (row %d) are for the same record: keep one of them", line, d.Line, d.Row)
	}
	return fmt.Sprintf("line %d and line %d (row %d) have the same key: give each row a key of its own", line, d.Line, d.Row)
}

// FindDuplicates reads the input once or twice and returns the rows whose key is
// another row's too, each with one of the others. Keys are compared as HubSpot compares
// them, so that A-1 and a-1 are the same, as are 007 and 7; see [api.Folded]. Rows that
// can't be mapped are left out: they are refused anyhow.
//
// The first pass finds candidates by a filter of 16 MiB, and the second compares their
// keys. Beyond the filter it needs about 200 bytes for each row that shares its key, and
// nothing for the others.
func FindDuplicates(ctx context.Context, open func() (Source, error), m *mapping.Mapper) (map[int64]Duplicate, error) {
	seed := maphash.MakeSeed()
	var seen filter
	candidates := map[uint64]bool{}
	err := eachRecord(ctx, open, m, func(_ *Row, rec *mapping.Record) {
		if h := maphash.String(seed, api.Folded(rec.Key)); seen.add(h) {
			candidates[h] = true
		}
	})
	if err != nil || len(candidates) == 0 {
		return nil, err
	}
	first := map[string]Duplicate{}
	out := map[int64]Duplicate{}
	err = eachRecord(ctx, open, m, func(row *Row, rec *mapping.Record) {
		key := api.Folded(rec.Key)
		if !candidates[maphash.String(seed, key)] {
			return
		}
		this := Duplicate{Row: row.Row, Line: row.Line}
		f, ok := first[key]
		if !ok {
			first[key] = this
			return
		}
		out[row.Row] = f
		if _, ok := out[f.Row]; !ok {
			out[f.Row] = this
		}
	})
	return out, err
}

// eachRecord reads an input from its start and calls f for each row that can be mapped.
func eachRecord(ctx context.Context, open func() (Source, error), m *mapping.Mapper, f func(*Row, *mapping.Record)) error {
	var rec mapping.Record
	return Each(ctx, open, Config{Mapper: m}, func(row *Row) error {
		if row.Map(&rec) == nil {
			f(row, &rec)
		}
		return nil
	})
}
