// The page says what is so, and shows what it is given as text.

package report

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/journal"
)

const hostile = `<script>alert(1)</script><img src=x onerror=alert(2)>"'` + "\u202e\x1b[31m{{.Run}}"

func writtenPage(t *testing.T, s Summary, f *Findings) string {
	t.Helper()
	dir := t.TempDir()
	if err := WritePage(dir, Place{"account 4242 " + hostile, "hubload import " + hostile, "hubload resolve " + hostile}, s, f); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	if os.PathSeparator == '/' && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	data, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestPageEscapesAll(t *testing.T) {
	var f Findings
	for _, kind := range []journal.Kind{journal.Refused, journal.InDoubt, journal.Created} {
		f.add(3, 4, &journal.Fate{Kind: kind, Code: hostile, Property: hostile}, hostile)
	}
	page := writtenPage(t, Summary{
		Counts: Counts{Rows: 3, Created: 1, Refused: 1, InDoubt: 1, Warnings: 1},
		Run:    hostile, Input: "/data/" + hostile, Object: hostile, Started: time.Now(), Finished: time.Now(),
	}, &f)
	if strings.Contains(page, "<script") || strings.Contains(page, "<img") || strings.Contains(page, "\x1b") || strings.Contains(strings.ToLower(page), " onerror=alert(2)>\"") {
		t.Error("a text was taken for HTML")
	}
	if found := regexp.MustCompile(`(?i)\b(src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1); true {
		for _, m := range found {
			switch m[2] {
			case "failures.csv", "results.csv", "in_doubt.csv", "summary.json":
			default:
				t.Errorf("the page refers to %q", m[2])
			}
		}
	}
	// It is well-formed: every tag that is opened is closed.
	dec := xml.NewDecoder(strings.NewReader(page))
	dec.Strict, dec.AutoClose, dec.Entity = false, []string{"meta", "br"}, xml.HTMLEntity
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestPageSaysWhatToDo(t *testing.T) {
	var f Findings
	for row := range int64(12) {
		f.add(row+1, row+2, &journal.Fate{Kind: journal.Refused, Code: "INVALID_NUMBER", Property: "price"}, fmt.Sprintf(`"x%d" is not a number. Fix the cell.`, row))
	}
	f.add(20, 21, &journal.Fate{Kind: journal.Refused, Code: "REQUIRED_EMPTY", Property: "name"}, "the cell is empty")
	s := Summary{Counts: Counts{Rows: 2000, Created: 1987, Refused: 13}, Input: `C:\data\orders.csv`, Object: "line_items", Account: 4242, Timeline: []Moment{{0, 0, 0}, {1, 1000, 0}, {2, 1000, 1}, {3, 2000, 1}}}
	page := writtenPage(t, s, &f)
	for _, want := range []string{
		"<title>Import of orders.csv</title>", "1,987 of 2,000 rows are in account 4242", "rows into account 4242",
		"Refused: 13", `>12</td><td><code>INVALID_NUMBER</code>`, "&#34;x0&#34; is not a number. Fix the cell.", "row 1, line 2",
		"<pre>hubload import ", "<polyline", "the top is 1,000", "A vertical line is where the rate limit refused requests.",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if strings.Contains(page, "In doubt") || strings.Contains(page, "Warnings") {
		t.Error("it speaks of rows that there are none of")
	}
	for verdict, c := range map[string]Counts{
		"Every row is in account 4242 ":                            {Rows: 2, Created: 1, Existing: 1},
		"The import has not ended: 5 of 9 rows are still to come.": {Rows: 9, Created: 4, Pending: 5},
		"1 of 2 rows are in account 4242 ":                         {Rows: 2, Created: 1, InDoubt: 1},
	} {
		if !strings.Contains(writtenPage(t, Summary{Counts: c}, nil), verdict) {
			t.Errorf("%+v is not %q", c, verdict)
		}
	}
}

// The page stays small, whatever the run.
func TestPageIsBounded(t *testing.T) {
	var f Findings
	for row := range int64(maxListed + 50) {
		f.add(row, row, &journal.Fate{Kind: journal.Refused, Code: fmt.Sprint("CODE_", row%500)}, strings.Repeat("long ", 200))
	}
	if len(f.rows) != maxListed || len(f.refused) != maxReasons {
		t.Errorf("%d rows and %d reasons", len(f.rows), len(f.refused))
	}
	sum := int64(0)
	for _, r := range f.refused {
		sum += r.Count
	}
	if sum != maxListed+50 {
		t.Errorf("the reasons are of %d rows", sum)
	}
	page := writtenPage(t, Summary{Counts: Counts{Rows: maxListed + 50, Refused: maxListed + 50}}, &f)
	if !strings.Contains(page, "50 more are in failures.csv") {
		t.Error("it doesn't say that there are more")
	}
}
