package importer

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/mapping"
)

func findDuplicates(t *testing.T, csv string) (map[int64]Duplicate, error) {
	t.Helper()
	m, err := mapping.Parse([]byte(keyMapping))
	if err != nil {
		t.Fatal(err)
	}
	mapper, err := m.Compile([]string{"name", "price"})
	if err != nil {
		t.Fatal(err)
	}
	return FindDuplicates(func() (Source, error) {
		return csvfile.NewReader(strings.NewReader(csv), csvfile.Options{})
	}, mapper)
}

func TestFindDuplicates(t *testing.T) {
	got, err := findDuplicates(t, "name,price\na,1\nb,2\n\na,3\nc,4\na,5\n")
	if err != nil {
		t.Fatal(err)
	}
	want := map[int64]Duplicate{1: {Row: 3, Line: 5}, 3: {Row: 1, Line: 2}, 5: {Row: 1, Line: 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFindDuplicatesGivesUpOnAKeyThatIsNone(t *testing.T) {
	var b strings.Builder
	b.WriteString("name,price\n")
	for i := range 11_000 {
		fmt.Fprintf(&b, "same,%d\n", i)
	}
	if _, err := findDuplicates(t, b.String()); err == nil {
		t.Error("11,000 rows with one key are taken for keyed")
	}
}

func TestRowsThatShareAKeyAreRefused(t *testing.T) {
	w := newWorld()
	tr := newTrial(t, w, 4).withKey(w)
	tr.csv += "r2,9\n"
	tr.change = func(im *Import) {
		im.Duplicates, _ = findDuplicates(t, tr.csv)
	}
	if err := tr.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	st := tr.state()
	for _, n := range []int64{2, 5} {
		f, _, _ := st.Fate(n)
		if f.Code != codeDuplicateKey || !strings.Contains(f.Message, "line 3 and line 6") && !strings.Contains(f.Message, "line 6 and line 3") {
			t.Errorf("fate of row %d: %+v", n, f)
		}
	}
	if c := st.Counts(); c.Created != 3 || len(w.ids["r2"]) != 0 {
		t.Errorf("counts %+v, r2 is %v", c, w.ids["r2"])
	}
}
