// The summary, written and read back.

package report

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/atomicfile"
)

func TestSummary(t *testing.T) {
	started := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	s := Summary{
		Counts:   Counts{Rows: 21, Created: 1, Existing: 2, Refused: 3, InDoubt: 4, Pending: 11},
		Requests: 5, Limited: 6, Retries: 7, Seconds: 1.5, RowsPerSecond: 12.5, ExitCode: 3,
		Run: "1a2b3c4d", Input: "a&b.csv", Object: "line_items", Account: 4242,
		Started: started, Finished: started.Add(time.Minute), SessionRows: 10,
	}
	const want = `{
  "rows": 21,
  "created": 1,
  "updated": 0,
  "unchanged": 0,
  "existing": 2,
  "refused": 3,
  "in_doubt": 4,
  "pending": 11,
  "left_out": 0,
  "ids_unknown": 0,
  "warnings": 0,
  "blank_lines": 0,
  "empty_rows": 0,
  "short_rows": 0,
  "long_rows": 0,
  "requests": 5,
  "limited_429": 6,
  "retries": 7,
  "seconds": 1.5,
  "rows_per_second": 12.5,
  "exit_code": 3,
  "run": "1a2b3c4d",
  "input": "a&b.csv",
  "object": "line_items",
  "account": 4242,
  "started": "2026-03-01T09:00:00Z",
  "finished": "2026-03-01T09:01:00Z",
  "session_rows": 10
}
`
	dir := t.TempDir()
	if _, err := ReadSummary(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a summary: %v", err)
	}
	for range 2 { // the second replaces the first
		if err := WriteSummary(dir, s); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, content(t, dir, summaryName)); diff != "" {
		t.Errorf("summary.json (-want +got):\n%s", diff)
	}
	got, err := ReadSummary(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

func TestSummaryThatIsNone(t *testing.T) {
	dir := t.TempDir()
	for name, data := range map[string][]byte{"half of one": []byte(`{"rows":`), "too large": append([]byte("{}"), bytes.Repeat([]byte(" "), maxSummary)...)} {
		if err := os.WriteFile(filepath.Join(dir, summaryName), data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadSummary(dir); err == nil {
			t.Errorf("%s was read", name)
		}
	}
}

func TestSummaryOnFailingDisk(t *testing.T) {
	for n := 1; ; n++ {
		dir := t.TempDir()
		if err := WriteSummary(dir, Summary{Run: "old"}); err != nil {
			t.Fatal(err)
		}
		d, err := atomicfile.OpenStorage(dir)
		if err != nil {
			t.Fatal(err)
		}
		f := &failing{Storage: d, n: n}
		err = writeSummary(atomicfile.NewDir(f), Summary{Run: "new"})
		d.Close()
		if len(f.done) < n {
			if n < 5 || err != nil {
				t.Errorf("%d operations: %v", n-1, err)
			}
			return
		}
		if !errors.Is(err, errDisk) {
			t.Errorf("operation %d, %s: %v", n, f.done[n-1], err)
		}
		s, err := ReadSummary(dir)
		if err != nil || s.Run != "old" && f.done[n-1] != "sync names" {
			t.Errorf("operation %d, %s: the summary is %q: %v", n, f.done[n-1], s.Run, err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 1 {
			t.Errorf("operation %d, %s: %v", n, f.done[n-1], entries)
		}
	}
}
