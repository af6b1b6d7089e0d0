// Each row of the input is in exactly one report, or is pending.

package report

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
)

// rawRows are drawn as raw CSV of two columns, some of it not well-formed.
func rawRows() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.StringMatching(`[a-z=+'-]{0,5},[0-9]{1,3}`),
		rapid.StringMatching(`"([a-z,;\n]|""){0,6}","[ =@]?"`),
		rapid.SampledFrom([]string{"short", "a,b,c", `x",1`, `"open,1`, "ctl\x01,1", "\"a\"b,2", ",", "\xff,1"}),
	)
}

func fates() *rapid.Generator[journal.Kind] {
	return rapid.SampledFrom([]journal.Kind{0, journal.Created, journal.Existing, journal.Refused, journal.InDoubt})
}

// drawn is an input with its fates, and what the reports of it have to hold.
type drawn struct {
	input  string
	fates  []journal.Fate
	counts Counts
	rows   map[journal.Kind][]string // raw cells, row, line
}

func draw(t *rapid.T) drawn {
	d := drawn{input: "a,b\n", rows: map[journal.Kind][]string{}}
	for _, row := range rapid.SliceOfN(rawRows(), 0, 30).Draw(t, "rows") {
		d.input += row + "\n"
	}
	perKind := map[journal.Kind]*int64{
		0: &d.counts.Pending, journal.Created: &d.counts.Created, journal.Existing: &d.counts.Existing,
		journal.Refused: &d.counts.Refused, journal.InDoubt: &d.counts.InDoubt,
	}
	each(t, d.input, func(rec *csvfile.Record) {
		kind := fates().Draw(t, "kind")
		if rec.Problem != nil && kind != 0 {
			kind = journal.Refused // no other can be sent
		}
		cells := bytes.Join(rec.AppendCells(nil, max(2, rec.Cells()))[:2], []byte(","))
		d.rows[kind] = append(d.rows[kind], string(cells)+","+decimal(rec.Row)+","+decimal(rec.Line))
		d.counts.Rows++
		*perKind[kind]++
		if kind != 0 {
			d.fates = append(d.fates, journal.Fate{Row: rec.Row, Kind: kind, ID: decimal(rec.Row)})
		}
	})
	return d
}

// each reads a CSV in UTF-8, bad records included.
func each(t tester, data string, f func(*csvfile.Record)) {
	t.Helper()
	r, err := csvfile.NewReader(strings.NewReader(data), csvfile.Options{Encoding: "utf-8", Delimiter: ','})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		f(rec)
	}
}

func TestReportsPartitionTheInput(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		dir, err := os.MkdirTemp(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		st := journalOf(t, dir, d.fates...)
		defer st.Close()
		counts, err := Write(dir, source([]byte(d.input), csvfile.Options{Encoding: "utf-8"}), st, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if counts != d.counts {
			t.Fatalf("got %+v, want %+v", counts, d.counts)
		}
		for name, kinds := range map[string][]journal.Kind{
			resultsName:  {journal.Created, journal.Existing},
			failuresName: {journal.Refused},
			inDoubtName:  {journal.InDoubt},
		} {
			var got, want []string
			if data := content(t, dir, name); data != "" || name != inDoubtName || counts.InDoubt > 0 {
				each(t, data, func(rec *csvfile.Record) {
					// a, b, hubload_row, hubload_line; what isn't UTF-8 in the
					// input makes a bad record of its row here too.
					got = append(got, string(bytes.Join(rec.AppendCells(nil, 12)[:4], []byte(","))))
				})
			}
			for _, k := range kinds {
				want = append(want, d.rows[k]...)
			}
			slices.SortFunc(want, byRow)
			if !slices.Equal(got, want) {
				t.Fatalf("%s has\n%q, want\n%q", name, got, want)
			}
		}
	})
}

// byRow orders raw rows by their last number, the line, as the input does.
func byRow(a, b string) int {
	line := func(s string) int {
		n, _ := strconv.Atoi(s[strings.LastIndexByte(s, ',')+1:])
		return n
	}
	return cmp.Compare(line(a), line(b))
}
