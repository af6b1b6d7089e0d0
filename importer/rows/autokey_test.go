package rows_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

const autoMapping = `
properties: { name: name, price: price }
associations:
  - { to: deals, column: deal, optional: true }
  - { to: quotes, column: company, match: name }
key: { property: row_key, auto: true }
`

// keys are the keys of the rows that can be sent, "" for the others.
func keys(t *testing.T, text, csv string) (list []string) {
	t.Helper()
	c := rows.Config{Mapper: mapperOf(t, text, csv), Key: "row_key"}
	if err := c.Prepare(t.Context(), sourceOf(csv)); err != nil {
		t.Fatal(err)
	}
	var rec mapping.Record
	err := rows.Each(t.Context(), sourceOf(csv), c, func(row *rows.Row) error {
		key := ""
		if row.Map(&rec) == nil {
			key = rec.Key
		}
		list = append(list, key)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A key that changes with the version would create everything twice: these are for good.
func TestKeysStayWhatTheyAre(t *testing.T) {
	const csv = "name,price,deal,company\na,1,12,Acme\na,1,12,Acme\na,,,\n"
	want := []string{"ejv2lrmx5bqutb5f6zyqvpqqsl", "azjv2b43pymr56bm4utdtumfr7", "vrfkw6ecwvudpdesfdffd3gazk"}
	if diff := cmp.Diff(want, keys(t, autoMapping, csv)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestKeysAreOfWhatTheRowSends(t *testing.T) {
	const csv = "name,price,deal,company\na,1,12,Acme\n"
	want := keys(t, autoMapping, csv)[0]
	if len(want) != 26 {
		t.Errorf("the key is %q", want)
	}
	for name, again := range map[string]struct{ mapping, csv string }{
		"columns in another order": {autoMapping, "company,deal,price,name\nAcme,12,1,a\n"},
		"another delimiter":        {autoMapping, "name;price;deal;company\na;1;12;Acme\n"},
		"an unused column":         {autoMapping, "name,price,deal,company,more\na,1,12,Acme,x\n"},
		"another case to look up":  {autoMapping, "name,price,deal,company\na,1,12,ACME \n"},
		"zeros before an id":       {autoMapping, "name,price,deal,company\na,1,0012,Acme\n"},
		"rules in another order": {`
associations:
  - { to: quotes, column: company, match: name }
  - { to: deals, column: deal, optional: true }
properties: { price: price, name: name }
key: { property: row_key, auto: true }`, csv},
		"positions": {strings.Replace(autoMapping, "price: price }", "price: price, hs_position_on_quote: { position: deals } }", 1), csv},
		"an empty cell that clears": {
			strings.Replace(autoMapping, "price: price }", "price: price, description: { column: note, empty: clear } }", 1),
			"name,price,deal,company,note\na,1,12,Acme,\n",
		},
	} {
		if got := keys(t, again.mapping, again.csv)[0]; got != want {
			t.Errorf("%s: the key is %s, want %s", name, got, want)
		}
	}
	seen := map[string]string{want: csv}
	for _, row := range []string{
		"A,1,12,Acme", "a,1.0,12,Acme", "a,1,13,Acme", "a,1,,Acme", "a,1,12,", "1,a,12,Acme", "a,,12,Acme", ",1,12,Acme", "a,1,12,Acme2", "a1,,12,Acme",
	} {
		key := keys(t, autoMapping, "name,price,deal,company\n"+row+"\n")[0]
		if before, twice := seen[key]; twice {
			t.Errorf("%s and %s have one key", row, before)
		}
		seen[key] = row
	}
}

func TestEqualRowsAreNumbered(t *testing.T) {
	const csv = "name,price,deal,company\na,1,,\nb,1,,\na,1,,\nc,1,x,\na,1,,\nb,1,,\nc,1,x,\n"
	got, err := rows.FindOrdinals(t.Context(), sourceOf(csv), mapperOf(t, autoMapping, csv))
	if diff := cmp.Diff(rows.Ordinals{3: 2, 5: 3, 6: 2}, got); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	list := keys(t, autoMapping, csv)
	seen := map[string]bool{}
	for i, key := range list {
		if refused := i == 3 || i == 6; (key == "") != refused || seen[key] && !refused {
			t.Errorf("row %d has the key %q: %q", i+1, key, list)
		}
		seen[key] = true
	}
}

// numbered are rows of a source file, "row name number" each, with ! after those that
// were refused.
func numbered(t *testing.T, m *mapping.Mapper, list ...string) (out []rows.Numbered) {
	t.Helper()
	for _, text := range list {
		var n rows.Numbered
		var name string
		text, n.Refused = strings.CutSuffix(text, "!")
		if _, err := fmt.Sscan(text, &n.Row, &name, &n.Number); err != nil {
			t.Fatal(err)
		}
		var rec mapping.Record
		if problems := m.Map([]string{name, ""}, &rec); len(problems) > 0 {
			t.Fatal(problems)
		}
		n.Content = rows.ContentOf(&rec)
		out = append(out, n)
	}
	return out
}

func TestCorrectedRowsTakeFreeNumbers(t *testing.T) {
	for name, tt := range map[string]struct {
		earlier   []string
		csv       string // of name and hubload_row
		want      rows.Ordinals
		corrected int
	}{
		"equal to none":              {nil, "a,1\nb,2\n", rows.Ordinals{}, 2},
		"equal to rows that exist":   {[]string{"2 a 1", "3 a 2", "4 b 1"}, "a,1\n", rows.Ordinals{1: 3}, 1},
		"equal to each other":        {nil, "a,1\na,2\na,3\n", rows.Ordinals{2: 2, 3: 3}, 3},
		"as it was":                  {[]string{"1 a 1!", "2 a 2"}, "a,1\n", rows.Ordinals{}, 0},
		"as it was, the later one":   {[]string{"1 a 1", "2 a 2!"}, "a,2\n", rows.Ordinals{1: 2}, 0},
		"as it was, and a new one":   {[]string{"1 a 1", "2 a 2!"}, "a,2\na,3\n", rows.Ordinals{1: 2, 2: 3}, 1},
		"a new one, and as it was":   {[]string{"1 a 1", "9 a 2!"}, "a,3\na,9\n", rows.Ordinals{1: 3, 2: 2}, 1},
		"refused, in another file":   {[]string{"1 a 1", "2 a 2!"}, "a,3\n", rows.Ordinals{1: 3}, 1},
		"two that change places":     {[]string{"1 a 1!", "2 b 1!"}, "b,1\na,2\n", rows.Ordinals{}, 2},
		"corrected before":           {[]string{"1 a 1", "5 a 2"}, "a,5\na,9\n", rows.Ordinals{1: 2, 2: 3}, 1},
		"corrected before, unsorted": {[]string{"1 a 1", "9 a 2"}, "a,5\na,9\n", rows.Ordinals{1: 3, 2: 2}, 1},
		"a line that was added":      {[]string{"1 a 1"}, "a,\n", rows.Ordinals{1: 2}, 1},
		"a line that was copied":     {[]string{"1 a 1", "2 a 2!"}, "a,2\na,2\n", rows.Ordinals{1: 2, 2: 3}, 1},
	} {
		csv := "name,hubload_row\n" + tt.csv
		m := mapperOf(t, "properties: { name: name }\nkey: { property: row_key, auto: true }\n", csv)
		got, corrected, err := rows.FindCorrected(t.Context(), sourceOf(csv), m, func(wanted func(rows.Content) bool) (list []rows.Numbered, err error) {
			for _, n := range numbered(t, m, tt.earlier...) {
				if wanted(n.Content) {
					list = append(list, n)
				}
			}
			return list, nil
		})
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil || len(corrected) != tt.corrected {
			t.Errorf("%s: %d corrected, %v, -want +got:\n%s", name, len(corrected), err, diff)
		}
	}
}

// generated is an input of n rows that takes no memory.
type generated struct {
	n, row int64
	name   func(row int64) string
	rec    csvfile.Record
}

func (g *generated) Header() []string { return []string{"name"} }

func (g *generated) Read() (*csvfile.Record, error) {
	if g.row == g.n {
		return nil, io.EOF
	}
	g.row++
	g.rec = csvfile.Record{Row: g.row, Line: g.row + 1, Fields: []string{g.name(g.row)}}
	return &g.rec, nil
}

// The memory is that of the filter, and grows with rows that have equals alone.
func TestNumberingNeedsLittleMemory(t *testing.T) {
	million := int64(1_000_000)
	if testing.Short() {
		million = 100_000
	}
	for name, tt := range map[string]struct {
		rows  int64
		name  func(int64) string
		equal int
		most  uint64 // bytes that stay
	}{
		"distinct":      {3 * million, func(n int64) string { return fmt.Sprint(n) }, 0, 1 << 20},
		"100,000 equal": {100_000, func(int64) string { return "same" }, 99_999, 8 << 20},
	} {
		m := mapperOf(t, "properties: { name: name }\nkey: { property: row_key, auto: true }\n", "name\n")
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		out, err := rows.FindOrdinals(t.Context(), func() (rows.Source, error) { return &generated{n: tt.rows, name: tt.name}, nil }, m)
		runtime.GC()
		runtime.ReadMemStats(&after)
		if err != nil || len(out) != tt.equal {
			t.Errorf("%s: %d equal rows, %v", name, len(out), err)
		}
		if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > int64(tt.most) {
			t.Errorf("%s: %d bytes stay, want at most %d", name, used, tt.most)
		}
		runtime.KeepAlive(out)
	}
}
