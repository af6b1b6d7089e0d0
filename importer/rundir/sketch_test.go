// What a sketch sees of shared rows, and what it misses.

package rundir

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/mapping"
)

// The estimate for inputs of many sizes that share a part of their rows: the table is of
// the smallest and largest of 20 estimates.
func TestSketchEstimates(t *testing.T) {
	for _, tt := range []struct {
		earlier, own, shared int
		least, most          float64 // per cent of own rows
	}{
		{100, 50, 0, 0, 0},
		{100, 50, 1, 2, 2},
		{4000, 4000, 1, 0.02, 0.03},
		{200_000, 200_000, 0, 0, 0},
		{200_000, 200_000, 2_000, 0.5, 1.6},
		{200_000, 200_000, 100_000, 46, 54},
		{200_000, 500, 500, 100, 100},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		for range 20 {
			a, b := newSketcher(), newSketcher()
			for i := range tt.earlier {
				h := rng.Uint64()
				a.add(h)
				if i < tt.shared {
					b.add(h)
				}
			}
			for range tt.own - tt.shared {
				b.add(rng.Uint64())
			}
			own := b.sketch()
			both, among := own.shared(a.sketch())
			share := 0.0
			if among > 0 {
				share = 100 * float64(len(both)) / float64(among)
			}
			if share < tt.least || share > tt.most {
				t.Errorf("%+v: %.2f %% of %d", tt, share, among)
			}
		}
	}
}

func TestSketchIsKept(t *testing.T) {
	s := newSketcher()
	for range 10_000 {
		s.add(rand.Uint64())
	}
	want := s.sketch()
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got sketch
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(sketch{})); diff != "" || len(got.hashes) != sketchSize || len(data) > 48<<10 {
		t.Errorf("%d bytes: %s", len(data), diff)
	}
}

func TestRowHash(t *testing.T) {
	rec := func(pairs ...string) *mapping.Record {
		r := new(mapping.Record)
		for i := 0; i < len(pairs); i += 2 {
			r.Properties = append(r.Properties, mapping.Property{Name: pairs[i], Value: pairs[i+1]})
		}
		return r
	}
	a := rowHash(rec("name", "a", "price", "1"))
	if a != rowHash(rec("price", "1", "name", "a")) {
		t.Error("the order of the columns matters")
	}
	linked := rec("name", "a", "price", "1")
	linked.Associations = []mapping.Association{{To: "deals", ID: "7"}}
	for i, other := range []*mapping.Record{rec("name", "a"), rec("name", "a", "price", "2"), rec("name", "a1", "price", ""), linked} {
		if rowHash(other) == a {
			t.Error(fmt.Sprint("row ", i, " has the same hash"))
		}
	}
}
