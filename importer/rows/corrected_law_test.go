// The law of corrected rows: whatever is corrected in however many failures files, each
// row of the source file is created once, and the corrected source file creates nothing.

package rows_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

const lawMapping = "properties: { name: { column: name, required: true } }\nkey: { property: row_key, auto: true }\n"

// A keyed account holds records by their keys, each with the row that it was made of.
type keyed struct {
	t       *testing.T
	m       *mapping.Mapper
	records map[string]int64
	rng     *rand.Rand
}

// put imports a file and returns the rows that were refused: those without a name, and
// for a while some others. Whose is the row of the source file that a row is.
func (k *keyed) put(csv string, ordinals rows.Ordinals, flaky bool, whose func(*rows.Row) int64) (refused []int64, created int) {
	c := rows.Config{Mapper: k.m, Key: "row_key", Ordinals: ordinals}
	var rec mapping.Record
	err := rows.Each(k.t.Context(), sourceOf(csv), c, func(row *rows.Row) error {
		if row.Map(&rec) != nil || flaky && k.rng.IntN(4) == 0 {
			refused = append(refused, whose(row))
			return nil
		}
		if _, exists := k.records[rec.Key]; !exists {
			k.records[rec.Key] = whose(row)
			created++
		}
		return nil
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return refused, created
}

func TestEachRowIsCreatedOnceHoweverItIsCorrected(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 7))
		name := func() string { return []string{"", "a", "b", "c"}[rng.IntN(4)] }
		names := make([]string, 2+rng.IntN(12))
		for i := range names {
			names[i] = name()
		}
		source := func(rows ...int64) string {
			var b strings.Builder
			b.WriteString("name,hubload_row\n")
			for _, n := range rows {
				fmt.Fprintf(&b, "%s,%d\n", names[n-1], n)
			}
			return b.String()
		}
		var all []int64
		for n := range names {
			all = append(all, int64(n+1))
		}
		original := source(all...)
		k := &keyed{t, mapperOf(t, lawMapping, original), map[string]int64{}, rng}
		ordinals, err := rows.FindOrdinals(t.Context(), sourceOf(original), k.m)
		if err != nil {
			t.Fatal(err)
		}
		flaky := seed%2 == 0
		open, _ := k.put(original, ordinals, flaky, func(row *rows.Row) int64 { return row.Row })
		first := map[int64]bool{}
		for _, n := range open {
			first[n] = true
		}
		var earlier []rows.Numbered
		_ = rows.Each(t.Context(), sourceOf(original), rows.Config{Mapper: k.m}, func(row *rows.Row) error {
			var rec mapping.Record
			if row.Map(&rec) == nil {
				earlier = append(earlier, rows.Numbered{Row: row.Row, Content: rows.ContentOf(&rec), Number: ordinals.Of(row.Row), Refused: first[row.Row]})
			}
			return nil
		})
		was := append([]string(nil), names...)
		done := map[int64]bool{}
		for range 1 + rng.IntN(4) {
			// Some of the rows that were refused at first, in any order, corrected or
			// not, and some that exist since then, as they are.
			var file []int64
			for n := range first {
				if !done[n] && (was[n-1] == "" || !flaky) && rng.IntN(2) == 0 {
					names[n-1] = name()
				}
				if rng.IntN(3) > 0 {
					file = append(file, n)
				}
			}
			csv := source(file...)
			of, corrected, err := rows.FindCorrected(t.Context(), sourceOf(csv), k.m, func(wanted func(rows.Content) bool) (list []rows.Numbered, _ error) {
				for _, e := range earlier {
					if wanted(e.Content) {
						list = append(list, e)
					}
				}
				return list, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			earlier = append(earlier, corrected...)
			refused, _ := k.put(csv, of, false, (*rows.Row).SourceRow)
			for _, n := range file {
				done[n] = true
			}
			for _, n := range refused {
				done[n] = false
			}
		}
		want := len(names) - len(first)
		for n := range first {
			if done[n] {
				want++
			}
		}
		if len(k.records) != want {
			t.Fatalf("seed %d: %d records, want %d of\n%q, corrected to\n%q", seed, len(k.records), want, was, names)
		}
		for n := range first {
			if !done[n] {
				names[n-1] = "" // what was never imported isn't in the account
			}
		}
		final := source(all...)
		again, err := rows.FindOrdinals(t.Context(), sourceOf(final), k.m)
		if err != nil {
			t.Fatal(err)
		}
		// A row that was refused for a while and left out leaves a gap in the numbers.
		if _, created := k.put(final, again, false, func(row *rows.Row) int64 { return row.Row }); created > 0 && !flaky {
			t.Fatalf("seed %d: the corrected source file creates %d more of\n%q, corrected to\n%q", seed, created, was, names)
		}
	}
}
