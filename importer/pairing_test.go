// Who has a record in whichever way records are given to rows: compared with all ways there are.

package importer

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/hubload/hubload/mapping"
)

func TestPairing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kinds := rapid.IntRange(1, 4).Draw(t, "kinds")
		records := rapid.IntRange(0, 5).Draw(t, "records")
		var rows []*row
		var kindOf []int
		for kind := range kinds {
			for range rapid.IntRange(1, 3).Draw(t, "rows") {
				rows = append(rows, &row{rec: mapping.Record{Properties: []mapping.Property{{Name: "name", Value: strconv.Itoa(kind)}}}})
				kindOf = append(kindOf, kind)
			}
		}
		p := newPairing(rows)
		edges := make([][]int, records) // of each record, the rows that it may be
		for r := range records {
			p.record(strconv.Itoa(r))
			mask := rapid.IntRange(0, 1<<kinds-1).Draw(t, "kinds of a record")
			exact := rapid.Bool().Draw(t, "exact")
			for k := range kinds {
				if mask>>k&1 == 1 {
					p.may(k, r, exact)
				}
			}
			for i := range rows {
				if mask>>kindOf[i]&1 == 1 {
					edges[r] = append(edges[r], i)
				}
			}
		}
		p.pair()

		least, most := make([]int, kinds), make([]int, kinds)
		ways := 0
		counts := make([]int, kinds)
		taken := make([]bool, len(rows))
		var give func(r int)
		give = func(r int) {
			if r == records {
				for k, n := range counts {
					if ways == 0 || n < least[k] {
						least[k] = n
					}
					if ways == 0 || n > most[k] {
						most[k] = n
					}
				}
				ways++
				return
			}
			if len(edges[r]) == 0 {
				give(r + 1) // nobody's
				return
			}
			for _, i := range edges[r] {
				if !taken[i] {
					taken[i] = true
					counts[kindOf[i]]++
					give(r + 1)
					counts[kindOf[i]]--
					taken[i] = false
				}
			}
		}
		give(0)

		owners := map[string]int{}
		certain := make([]int, kinds)
		for i := range rows {
			id, ok := p.found(i)
			if !ok {
				continue
			}
			certain[kindOf[i]]++
			owners[id]++
			if owners[id] > 1 {
				t.Fatalf("record %s has two rows", id)
			}
			if i > 0 && kindOf[i] == kindOf[i-1] {
				if _, ok := p.found(i - 1); !ok {
					t.Fatalf("row %d is found, and row %d, which is its like, isn't", i, i-1)
				}
			}
		}
		for k := range kinds {
			want := 0
			if least[k] == most[k] {
				want = least[k]
			}
			if ways > 0 && certain[k] != want {
				t.Fatalf("%d rows of kind %d are found, and %d to %d have records in %d ways", certain[k], k, least[k], most[k], ways)
			}
		}
		if ways > 0 {
			return
		}
		// Some records are nobody's. Whoever may have one of them isn't found.
		for r, rows := range edges {
			if p.owner[r] < 0 {
				for _, i := range rows {
					if _, ok := p.found(i); ok {
						t.Fatalf("record %d finds no place, and row %d is found", r, i)
					}
				}
			}
		}
	})
}

func TestPairingOfManyLikeRows(t *testing.T) {
	for name, exact := range map[string]bool{"to the letter": true, "by meaning": false} {
		t.Run(name, func(t *testing.T) {
			const n = 1500
			rows := make([]*row, n)
			for i := range rows {
				rows[i] = new(row)
			}
			p := newPairing(rows)
			for r := range n {
				p.record(strconv.Itoa(r))
				p.may(0, r, exact)
			}
			p.pair()
			for i := range n {
				if id, ok := p.found(i); !ok || id != strconv.Itoa(i) {
					t.Fatalf("row %d has %q", i, id)
				}
			}
		})
	}
}
