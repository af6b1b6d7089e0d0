// Warnings: kept for rows that were created, shared by like rows, and counted.

package journal

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWarnings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	j, err := Create(path, testHeader)
	if err != nil {
		t.Fatal(err)
	}
	warned := func(row int64, id, text string) Fate { return Fate{Row: row, Kind: Created, ID: id, Warning: text} }
	n, err := j.Begin([]Slice{{Span{1, 6}, 1}}, nil, []int64{1, 2, 3, 4, 5, 6}, 1)
	if err != nil {
		t.Fatal(err)
	}
	fates := []Fate{
		warned(1, "900", "odd"), warned(2, "901", ""), warned(3, "902", "odd"),
		{Row: 4, Kind: Unidentified, Warning: "odd"},
		{Row: 5, Kind: Unidentified, Warning: "odd"},
		{Row: 6, Kind: Refused, Code: "C", Attempts: 1, Warning: "not kept"},
	}
	if err := j.End(n, fates); err != nil {
		t.Fatal(err)
	}
	if err := j.Settle([]Fate{warned(4, "903", "odd"), warned(5, "904", "")}); err != nil { // the ids were found
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	st, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if diff := cmp.Diff(Counts{Created: 5, Refused: 1, Warned: 3}, st.Counts()); diff != "" {
		t.Error(diff)
	}
	for row, want := range map[int64]string{1: "odd", 2: "", 3: "odd", 4: "odd", 5: "", 6: ""} {
		if f, ok, err := st.Fate(row); err != nil || !ok || f.Warning != want {
			t.Errorf("row %d: %+v, %v", row, f, err)
		}
	}
}
