package rows_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
)

// readBefore returns the slices of a journal that knows the first four rows, two by two.
func readBefore(t *testing.T, lines []string) journal.Slices {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	j, err := journal.Create(path, journal.Header{Run: "0badcafe", Started: time.Unix(1e9, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for from := int64(1); from < 5; from += 2 {
		crc := journal.Checksum(journal.Checksum(0, []byte(lines[from-1])), []byte(lines[from]))
		if _, err := j.Begin([]journal.Slice{{Span: journal.Span{From: from, To: from + 1}, CRC: crc}}, nil, nil, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	st, err := journal.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st.Slices()
}

func TestInputIsVerified(t *testing.T) {
	lines := []string{"a,1", "b,2", "c,3", "d,4", "e,5"}
	known := readBefore(t, lines)
	all := "1 known, 2 verified, 3 known, 4 verified, "
	for name, tt := range map[string]struct{ csv, want string }{
		"unchanged":      {"a,1\nb,2\nc,3\nd,4\ne,5\n", all + "5 new"},
		"another form":   {"a,1\r\nb,2\r\n\r\nc,3\r\nd,4\r\n", strings.TrimSuffix(all, ", ")},
		"grown":          {"a,1\nb,2\nc,3\nd,4\ne,5\nf,6\n", all + "5 new, 6 new"},
		"a changed cell": {"a,1\nb,2\nc,x\nd,4\n", "1 known, 2 verified, 3 known, rows 3 to 4: the input has changed here since these rows were read"},
		"a row less":     {"a,1\nb,2\nd,4\n", "1 known, 2 verified, 3 known, rows 4 to 4: the input is shorter than it was: these rows are gone"},
		"shorter":        {"a,1\nb,2\n", "1 known, 2 verified, rows 3 to 4: the input is shorter than it was: these rows are gone"},
		"empty":          {"", "rows 1 to 4: the input is shorter than it was: these rows are gone"},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			err := rows.Each(t.Context(), sourceOf("Name,Price\n"+tt.csv), rows.Config{Known: known}, func(row *rows.Row) error {
				what := "new"
				if row.Known {
					what = map[bool]string{false: "known", true: "verified"}[row.Verified]
				}
				got = append(got, fmt.Sprint(row.Row, " ", what))
				return nil
			})
			if err != nil {
				var mismatch *rows.MismatchError
				if !errors.As(err, &mismatch) {
					t.Errorf("%v is not a MismatchError", err)
				}
				got = append(got, err.Error())
			}
			if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
