// Reports of an older state, and failures files that somebody changed.

package report

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
)

func TestChangedFailuresAreKept(t *testing.T) {
	dir := t.TempDir()
	st := journalOf(t, dir, refused(1, "", "m"))
	defer st.Close()
	var kept []string
	o := Options{Kept: func(name string) { kept = append(kept, name) }}
	src := source([]byte("a\n1\n"), csvfile.Options{})
	mustWrite(t, dir, src, st, o)
	mustWrite(t, dir, src, st, o)
	if len(kept) > 0 {
		t.Errorf("an unchanged failures.csv was kept as %q", kept)
	}
	report := content(t, dir, failuresName)
	for _, edited := range []string{"a\n2\n", "a\n3\n"} {
		if err := os.WriteFile(filepath.Join(dir, failuresName), []byte(edited), 0o600); err != nil {
			t.Fatal(err)
		}
		mustWrite(t, dir, src, st, o)
	}
	if len(kept) != 2 || content(t, dir, kept[0]) != "a\n2\n" || content(t, dir, "failures.edited-2.csv") != "a\n3\n" {
		t.Errorf("kept %q", kept)
	}
	if content(t, dir, failuresName) != report {
		t.Error("failures.csv isn't the report")
	}
	// A file from before the stamp may have been changed.
	if err := os.Remove(filepath.Join(dir, stampName)); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, dir, src, st, o)
	if len(kept) != 3 || content(t, dir, kept[2]) != report {
		t.Errorf("kept %q", kept)
	}
}

func TestStaleReports(t *testing.T) {
	dir := t.TempDir()
	old := journalOf(t, dir, created(1, "1"))
	defer old.Close()
	j, st, err := journal.Open(filepath.Join(dir, "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	st.Close()
	if err := errors.Join(j.Settle([]journal.Fate{created(2, "2")}), j.Close()); err != nil {
		t.Fatal(err)
	}
	later, err := journal.Load(filepath.Join(dir, "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer later.Close()
	src := source([]byte("a\n1\n2\n"), csvfile.Options{})
	mustWrite(t, dir, src, later, Options{})
	if err := WriteSummary(dir, Summary{Run: "new"}); err != nil {
		t.Fatal(err)
	}
	want := content(t, dir, resultsName)
	if _, err := Write(dir, src, old, Options{}); !errors.Is(err, ErrStale) {
		t.Errorf("got %v", err)
	}
	if got := content(t, dir, resultsName); got != want {
		t.Errorf("results.csv is %q", got)
	}
	change := func(s *Summary) { s.Run = "changed" }
	if err := UpdateSummary(dir, old, change); !errors.Is(err, ErrStale) {
		t.Errorf("got %v", err)
	}
	if err := UpdateSummary(dir, later, change); err != nil {
		t.Error(err)
	}
	if s, err := ReadSummary(dir); err != nil || s.Run != "changed" {
		t.Errorf("%q, %v", s.Run, err)
	}
}
