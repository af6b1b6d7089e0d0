// Existing rows whose ids nobody knows.

package journal

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExistingWithoutAnID(t *testing.T) {
	fates := []Fate{
		{Row: 1, Kind: Existing, ID: "900", Attempts: 1},
		{Row: 2, Kind: Existing, Attempts: 1},
		{Row: 3, Kind: Existing, ID: "901", Attempts: 1},
		{Row: 4, Kind: Existing, Attempts: 1},
		{Row: 5, Kind: Existing, Attempts: 3},
		{Row: 6, Kind: Existing, ID: "902", Attempts: 3},
	}
	f, _ := write(t, []step{begin(1, []Slice{{Span{1, 6}, 7}}, nil, []int64{1, 2, 3, 4, 5, 6}, 1), end(1), settle(fates...)})
	if text := `"existing":["1,3=900a","2,4","5@3","6=902@3"]`; !strings.Contains(string(f.data), text) {
		t.Errorf("%s doesn't hold %s", f.data, text)
	}
	j, s, err := reopen(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range fates {
		if got, ok, err := s.Fate(want.Row); err != nil || !ok || got != want {
			t.Errorf("row %d: %+v, %t, %v", want.Row, got, ok, err)
		}
	}
	if diff := cmp.Diff(Counts{Existing: 6}, s.Counts()); diff != "" {
		t.Error(diff)
	}
	if err := j.Settle([]Fate{{Row: 2, Kind: Existing, ID: "903"}}); err == nil {
		t.Error("a row that exists was settled once more")
	}
}

func TestACreatedRowNeedsAnID(t *testing.T) {
	_, err := new(idReader).read(nil, 1)
	if err == nil {
		t.Error("no text reads as an id")
	}
}
