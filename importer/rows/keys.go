// Keys: rows that share one, and keys that are made of the rows' numbers.

package rows

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"

	"github.com/hubload/hubload/mapping"
)

const (
	// maxDuplicates is how many rows may share keys before the key is taken
	// for a wrong one.
	maxDuplicates = 10_000

	// maxCandidates bounds the memory of the second pass. The filter of the
	// first names about 2 in 1,000 rows wrongly at 10 million rows.
	maxCandidates = 1_000_000
)

var errTooManyDuplicates = errors.New("more than 10,000 rows share their keys: the key's columns don't tell the rows apart")

// A Duplicate is another row of the input that has the same key.
type Duplicate struct{ Row, Line int64 }

func (d Duplicate) message(line int64) string {
	return fmt.Sprintf("line %d and line %d (row %d) have the same key: give each row a key of its own", line, d.Line, d.Row)
}

// FindDuplicates reads the input once or twice and returns the rows whose key is
// another row's too, each with one of the others. Rows that can't be mapped are
// left out: they are refused anyhow. The memory doesn't grow with the input: the
// first pass finds candidates by a filter of 16 MiB, and the second compares their
// keys. More than 10,000 rows that share keys are an error.
func FindDuplicates(ctx context.Context, open func() (Source, error), m *mapping.Mapper) (map[int64]Duplicate, error) {
	seed := maphash.MakeSeed()
	var seen filter
	candidates := map[uint64]bool{}
	err := eachKey(ctx, open, m, func(_ *Row, key string) error {
		h := maphash.String(seed, key)
		if seen.add(h) {
			candidates[h] = true
		}
		if len(candidates) > maxCandidates {
			return errTooManyDuplicates
		}
		return nil
	})
	if err != nil || len(candidates) == 0 {
		return nil, err
	}
	first := map[string]Duplicate{}
	out := map[int64]Duplicate{}
	err = eachKey(ctx, open, m, func(row *Row, key string) error {
		if !candidates[maphash.String(seed, key)] {
			return nil
		}
		f, ok := first[key]
		if !ok {
			first[key] = Duplicate{Row: row.Row, Line: row.Line}
			return nil
		}
		out[row.Row] = f
		if _, ok := out[f.Row]; !ok {
			out[f.Row] = Duplicate{Row: row.Row, Line: row.Line}
		}
		if len(out) > maxDuplicates {
			return errTooManyDuplicates
		}
		return nil
	})
	return out, err
}

func eachKey(ctx context.Context, open func() (Source, error), m *mapping.Mapper, f func(row *Row, key string) error) error {
	var rec mapping.Record
	return Each(ctx, open, Config{Mapper: m}, func(row *Row) error {
		if row.Map(&rec) != nil {
			return nil
		}
		return f(row, rec.Key)
	})
}

// AutoKey returns the keys of an import's rows: 26 characters, the same for the
// same import and row, on any machine and at any time. The import is named by
// everything that makes it the same one: what is read, how it is mapped, and
// where it goes.
func AutoKey(imports ...string) func(row int64) string {
	name := sha256.Sum256([]byte(strings.Join(imports, "\x00")))
	return func(row int64) string {
		h := sha256.Sum256(binary.BigEndian.AppendUint64(name[:], uint64(row)))
		return strings.ToLower(base32.StdEncoding.EncodeToString(h[:]))[:26]
	}
}
