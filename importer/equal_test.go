// Which rows may share a request, and what the journal knows before they leave.

package importer

import (
	"fmt"
	"hash/maphash"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

// Values that HubSpot stores alike make equal rows: the law of [api.Normalized].
func TestEqualValuesMakeEqualRows(t *testing.T) {
	value := rapid.OneOf(
		rapid.StringMatching(`[ +-]?[0-3]{1,3}(\.[05]{0,3})?([eE][+-]?[0-3]{1,3})?`),
		rapid.SampledFrom([]string{
			"", " ", "a", " a", "A", "-0", "0", "+5", "5", ".5", "0.5", "1e999", "2e999", "1/2", "0x10", "16", "-Inf", "1_0",
			"2026-03-01", "1772323200000", "2026-03-01T00:00:00Z", "2026-03-01T01:00:00+01:00", "2026-03-01T00:00:00.000Z", "2026-03-02", "2026-3-1",
		}),
	)
	s := &slicer{seed: maphash.MakeSeed()}
	record := func(value string) *mapping.Record {
		return &mapping.Record{Properties: []mapping.Property{{Name: "p", Value: value}, {Name: "q", Value: "x"}}}
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := value.Draw(t, "a"), value.Draw(t, "b")
		_, one := s.hash(record(a))
		_, other := s.hash(record(b))
		if api.Normalized(a) == api.Normalized(b) && one != other {
			t.Fatalf("%q and %q are stored alike, and their rows may share a request", a, b)
		}
	})
}

func TestHashOfARow(t *testing.T) {
	s := &slicer{seed: maphash.MakeSeed()}
	record := func(value string, deals ...string) *mapping.Record {
		r := &mapping.Record{Properties: []mapping.Property{{Name: "name", Value: value}, {Name: "price", Value: ""}}}
		for _, id := range deals {
			r.Associations = append(r.Associations, mapping.Association{To: "deals", ID: id})
		}
		return r
	}
	equal := func(a, b *mapping.Record) bool {
		one, _ := s.hash(a)
		other, _ := s.hash(b)
		return one == other
	}
	bare := &mapping.Record{Properties: []mapping.Property{{Name: "name", Value: "a"}}}
	for name, ok := range map[string]bool{
		"the order of associations makes no difference": equal(record("a", "1", "2"), record("a", "2", "01")),
		"a new record has nothing to clear":             equal(record("a"), bare),
		"letters do":                                    !equal(record("a"), record("A")),
		"associations do":                               !equal(record("a", "1"), record("a", "2")) && !equal(record("a"), record("a", "1")),
	} {
		if !ok {
			t.Error(name)
		}
	}
	if content, properties := s.hash(record("a")); content == properties {
		t.Error("a row without associations has one hash for both")
	}
}

// TestRowsAreReadBeforeTheyLeave: batches may begin in another order than they were cut in,
// so whatever a batch holds is in a slice of its own or in one that the journal has. A row
// in an intent and in no slice was sent again by the next process.
func TestRowsAreReadBeforeTheyLeave(t *testing.T) {
	text := "name,price\n"
	for i := range 400 {
		text += fmt.Sprintf("r%d,1\n", i/3%40) // a lot of twins
	}
	source, err := csvfile.NewReader(strings.NewReader(text), csvfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := mapping.Parse([]byte(plainMapping))
	if err != nil {
		t.Fatal(err)
	}
	mapper, err := m.Compile(source.Header())
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Create(filepath.Join(t.TempDir(), "journal.jsonl"), journal.Header{Run: "0badcafe", Started: time.Unix(1e9, 0)})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	_, s, err := start(t.Context(), Import{Source: source, API: newWorld(), Limiter: ratelimit.New(ratelimit.Options{}), Journal: j, Name: "run", Rows: rows.Config{Mapper: mapper}, BatchSize: 10})
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	for {
		b, err := s.next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if b == nil {
			break
		}
		st, err := j.State()
		if err != nil {
			t.Fatal(err)
		}
		read := map[int64]bool{}
		known := b.slices
		for list := st.Slices(); list.Len() > 0; list = list.Rest() {
			known = append(known, list.First())
		}
		for _, sl := range known {
			for n := sl.From; n <= sl.To; n++ {
				read[n] = true
			}
		}
		for _, rw := range b.rows {
			if sent++; !read[rw.n] {
				t.Errorf("row %d may leave, and is in no slice", rw.n)
			}
		}
	}
	if sent != 400 {
		t.Errorf("%d of 400 rows are in batches", sent)
	}
}
