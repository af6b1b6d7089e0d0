// Whole reports, byte for byte.

package report

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
)

var (
	resultHeader  = strings.Join(resultColumns, ",")
	failureHeader = strings.Join(failureColumns, ",")
)

// The same run over the same text in the dialects that files come in.
func TestReportsAreInTheInputsDialect(t *testing.T) {
	var (
		input = "Product,Qty,備考\n" +
			"支払,1,\"a \"\"b\"\"\"\n" +
			"Bolt,x,\"two\nlines\"\n" +
			"\n" +
			"表示,3,\n" +
			"Nut,4,能\n" +
			"ソ,5,pending\n"
		results = "Product,Qty,備考," + resultHeader + "\n" +
			"支払,1,\"a \"\"b\"\"\",1,2,created,51234567890,\n" +
			"表示,3,,3,6,existing,77,\n"
		failures = "Product,Qty,備考," + failureHeader + "\n" +
			"Bolt,x,\"two\nlines\",2,3,INVALID_INTEGER,quantity,\"\"\"x\"\" is no number\",false,1,c0ffee,1a2b3c4d\n"
		inDoubt = "Product,Qty,備考," + failureHeader + "\n" +
			"Nut,4,能,4,7,IN_DOUBT,,the answer was lost,true,2,,1a2b3c4d\n"
	)
	fates := []journal.Fate{
		created(1, "51234567890"),
		{Row: 2, Kind: journal.Refused, Code: "INVALID_INTEGER", Property: "quantity", Message: "{value} is no number", Attempts: 1, CorrelationID: "c0ffee"},
		{Row: 3, Kind: journal.Existing, ID: "77", Attempts: 1},
		{Row: 4, Kind: journal.InDoubt, Code: "IN_DOUBT", Message: "the answer was lost", Retryable: true, Attempts: 2},
	}
	lf := strings.NewReplacer()
	for _, tc := range []struct {
		name    string
		text    *strings.Replacer
		charset encoding.Encoding
		options csvfile.Options
	}{
		{"utf-8", lf, encoding.Nop, csvfile.Options{}},
		{"utf-8 with BOM", lf, unicode.UTF8BOM, csvfile.Options{}},
		{"semicolons", strings.NewReplacer(",", ";"), encoding.Nop, csvfile.Options{}},
		{"old Macs", strings.NewReplacer("\n", "\r"), encoding.Nop, csvfile.Options{}},
		{"Shift_JIS with CRLF", strings.NewReplacer("\n", "\r\n"), japanese.ShiftJIS, csvfile.Options{Encoding: "shift_jis"}},
		{"UTF-16 with BOM", strings.NewReplacer("\n", "\r\n", ",", "\t"), unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), csvfile.Options{}},
		{"UTF-16 big-endian", lf, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), csvfile.Options{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := func(text string) string {
				out, err := tc.charset.NewEncoder().String(tc.text.Replace(text))
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
			dir := t.TempDir()
			st := journalOf(t, dir, fates...)
			defer st.Close()
			src := mapped(t, source([]byte(file(input)), tc.options), "properties: { name: Product, quantity: Qty }")
			n := mustWrite(t, dir, src, st, Options{})
			if want := (Counts{Rows: 5, Created: 1, Existing: 1, Refused: 1, InDoubt: 1, Pending: 1}); n != want {
				t.Errorf("got %+v, want %+v", n, want)
			}
			for name, want := range map[string]string{resultsName: results, failuresName: failures, inDoubtName: inDoubt} {
				want = file(want)
				if name == failuresName && strings.Contains(want, "備考") && !strings.HasPrefix(want, "\uFEFF") {
					want = "\uFEFF" + want // Excel needs it
				}
				if diff := cmp.Diff(want, content(t, dir, name)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

func TestReportsWithoutRows(t *testing.T) {
	dir := t.TempDir()
	st := journalOf(t, dir, created(1, "1"))
	defer st.Close()
	if err := os.WriteFile(filepath.Join(dir, inDoubtName), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, dir, source([]byte("a,b\n1,2\n"), csvfile.Options{}), st, Options{})
	if got, want := content(t, dir, failuresName), "a,b,"+failureHeader+"\n"; got != want {
		t.Errorf("failures.csv is %q, want %q", got, want)
	}
	if _, err := os.Lstat(filepath.Join(dir, inDoubtName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in_doubt.csv of an earlier report is still there: %v", err)
	}

	dir = t.TempDir()
	none := journalOf(t, dir)
	defer none.Close()
	n := mustWrite(t, dir, source([]byte("a,b\n"), csvfile.Options{}), none, Options{})
	if n != (Counts{}) {
		t.Errorf("an empty input has %+v", n)
	}
	if got, want := content(t, dir, resultsName), "a,b,"+resultHeader+"\n"; got != want {
		t.Errorf("results.csv is %q, want %q", got, want)
	}
}

// A failures file is an input: its reports repeat none of its hubload_ columns,
// and point at the original file where it does.
func TestReportsOfAReport(t *testing.T) {
	const input = "hubload_row,Product,hubload_line,Qty,hubload_message\n" +
		"17,Bolt,20,1,m\n" + // carried through
		"\"18\",Nut,\"21\",2,m\n" +
		"+5,A,007,3,m\n" + // no plain numbers: the record's own
		",B,-1,4,m\n" +
		"0,C,99999999999999999999,5,m\n" +
		"23,D\x01,26,6,m\n" + // a bad record whose cells are told apart
		"24,E,27,7,8,m\n" // one whose cells aren't
	var fates []journal.Fate
	for row := int64(1); row <= 7; row++ {
		fates = append(fates, refused(row, "", "m"))
	}
	dir := t.TempDir()
	st := journalOf(t, dir, fates...)
	defer st.Close()
	mustWrite(t, dir, source([]byte(input), csvfile.Options{}), st, Options{})
	var want strings.Builder
	want.WriteString("Product,Qty," + failureHeader + "\n")
	for _, row := range []string{
		"Bolt,1,17,20", "Nut,2,18,21", "A,3,3,4", "B,4,4,5", "C,5,5,6", "D\x01,6,23,26",
	} {
		want.WriteString(row + ",INVALID,,m,false,1,,1a2b3c4d\n")
	}
	want.WriteString("24,\"E,27,7,8,m\",7,8,INVALID,,m,false,1,uncorrected-e0ba467c,1a2b3c4d\n")
	if diff := cmp.Diff(want.String(), content(t, dir, failuresName)); diff != "" {
		t.Errorf("failures.csv (-want +got):\n%s", diff)
	}
}

func TestReportOfNothingButHubloadsColumns(t *testing.T) {
	dir := t.TempDir()
	st := journalOf(t, dir, created(1, "1"), refused(2, "", "m"))
	defer st.Close()
	mustWrite(t, dir, source([]byte("hubload_row,hubload_line\n5,6\n1,2,3\n"), csvfile.Options{}), st, Options{})
	if got, want := content(t, dir, resultsName), resultHeader+"\n5,6,created,1,\n"; got != want {
		t.Errorf("results.csv is %q, want %q", got, want)
	}
	if got, want := content(t, dir, failuresName), failureHeader+"\n2,3,INVALID,,m,false,1,,1a2b3c4d\n"; got != want {
		t.Errorf("failures.csv is %q, want %q", got, want)
	}
}

// Reading failures.csv back gives the cells of the input, also of rows that the
// reader refused.
func TestFailuresGiveTheInputBack(t *testing.T) {
	utf8 := csvfile.Options{Encoding: "utf-8"}
	rows := []string{
		`plain,1`, `"quo""ted",'x`, "\"two\r\nlines\",\"\"", `  spaces ,=1+1`, `"a,b",@SUM`, `"",""`, `short,`,
	}
	input := "a,b\r\n" + strings.Join(rows, "\r\n") + "\r\na,b,long\r\nstray \" quote,2\r\n\xff,3\r\n"
	var fates []journal.Fate
	for row := int64(1); row <= int64(len(rows))+3; row++ {
		fates = append(fates, refused(row, "", "m"))
	}
	dir := t.TempDir()
	st := journalOf(t, dir, fates...)
	defer st.Close()
	mustWrite(t, dir, source([]byte(input), utf8), st, Options{})

	data := content(t, dir, failuresName)
	r, err := csvfile.NewReader(strings.NewReader(data), utf8)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	bad := []string{`a,b`, `"stray "" quote",2`, "\xff,3"}
	for i, want := range append(rows, bad...) {
		rec, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		cells := rec.AppendCells(nil, len(r.Header()))
		if got := string(bytes.Join(cells[:2], []byte(","))); got != want {
			t.Errorf("row %d came back as %q, was %q", i+1, got, want)
		}
	}
}

func TestInputThatLacksRows(t *testing.T) {
	dir := t.TempDir()
	st := journalOf(t, dir, created(1, "1"), created(2, "2"))
	defer st.Close()
	_, err := Write(dir, source([]byte("a\nx\n"), csvfile.Options{}), st, Options{})
	if !errors.Is(err, ErrMismatch) {
		t.Errorf("got %v, want ErrMismatch", err)
	}
	if got := content(t, dir, resultsName); got != "" {
		t.Errorf("a report was written all the same: %q", got)
	}
}

func TestLargeRows(t *testing.T) {
	var input bytes.Buffer
	input.WriteString("n,text\n")
	var fates []journal.Fate
	for row := int64(1); row <= 1000; row++ {
		size := 1
		if row%200 == 0 {
			size = 1<<20 - 100
		}
		input.WriteString(decimal(row) + "," + strings.Repeat("x", size) + "\n")
		fates = append(fates, created(row, decimal(row)))
	}
	dir := t.TempDir()
	st := journalOf(t, dir, fates...)
	defer st.Close()
	mustWrite(t, dir, source(input.Bytes(), csvfile.Options{}), st, Options{})
	lines := strings.Split(strings.TrimSuffix(input.String(), "\n"), "\n")
	want := lines[0] + "," + resultHeader + "\n"
	for i, l := range lines[1:] {
		n := int64(i + 1)
		want += l + "," + decimal(n) + "," + decimal(n+1) + ",created," + decimal(n) + ",\n"
	}
	if content(t, dir, resultsName) != want {
		t.Error("results.csv isn't the input with hubload's columns")
	}
}

// An input that breaks off after the rows that have a fate costs no report.
func TestReportsOfAnInputThatBreaksOff(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprint(z, "a\n")
	for i := range 50_000 {
		fmt.Fprintf(z, "%d\n", i*i)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for fated, want := range map[int64]bool{3: true, 50_000: false} {
		dir := t.TempDir()
		st := journalOf(t, dir, created(1, "11"), created(2, "12"), created(fated, "13"))
		src := source(packed.Bytes()[:packed.Len()/2], csvfile.Options{})
		n, err := Write(dir, src, st, Options{})
		st.Close()
		if got := errors.Is(err, ErrIncomplete); got != want || err == nil {
			t.Errorf("row %d: %v", fated, err)
		}
		if want && (n.Created != 3 || n.Pending != n.Rows-3 || strings.Count(content(t, dir, resultsName), "created") != 3) {
			t.Errorf("%+v", n)
		}
		if _, err := os.Stat(filepath.Join(dir, resultsName)); (err == nil) != want {
			t.Errorf("row %d: results.csv: %v", fated, err)
		}
	}
}

// A row that was created has become one that isn't well-formed.
func TestCreatedRowsThatAreBadNow(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "journal.jsonl")
	j, err := journal.Create(path, journal.Header{Run: "1a2b3c4d"})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	crc := journal.Checksum(journal.Checksum(0, []byte("1,2,3")), []byte("4,5,6"))
	n, err := j.Begin([]journal.Slice{{Span: journal.Span{From: 1, To: 2}, CRC: crc}}, nil, []int64{1, 2}, 1)
	if err == nil {
		err = j.End(n, []journal.Fate{created(1, "7"), created(2, "8")})
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{"a,b,c", "a,b,hubload_correlation_id"} {
		for _, now := range []string{"4,5,6", "4,5", "4,5,6,7", "4,\x01,6", "4,\xff,6", "\"4,5,6", "4,5,6\"", ""} {
			for _, o := range []Options{{}, {ExcelSafe: true}} {
				st, err := journal.Load(path)
				if err != nil {
					t.Fatal(err)
				}
				_, err = Write(dir, source([]byte(header+"\n1,2,3\n"+now+"\n"), csvfile.Options{Encoding: "utf-8"}), st, o)
				st.Close()
				if same := now == "4,5,6"; errors.Is(err, ErrMismatch) == same || (err == nil) != same {
					t.Errorf("%s, then %q: %v", header, now, err)
				}
			}
		}
	}
}

// What HubSpot warns about stands beside the row, with the cell's value put back, and a
// formula in it is no formula.
func TestWarningsInResults(t *testing.T) {
	dir := t.TempDir()
	st := journalOf(t, dir,
		journal.Fate{Row: 1, Kind: journal.Created, ID: "5", Warning: "CODE (price): {value of price} and {value of other}."},
		journal.Fate{Row: 2, Kind: journal.Unidentified, Warning: "=1+1"},
		created(3, "7"))
	defer st.Close()
	src := mapped(t, source([]byte("Price\n9 EUR\n2\n3\n"), csvfile.Options{}), "properties: { price: Price }")
	n := mustWrite(t, dir, src, st, Options{})
	if want := (Counts{Rows: 3, Created: 3, IDsUnknown: 1, Warnings: 2}); n != want {
		t.Errorf("got %+v, want %+v", n, want)
	}
	want := "Price," + resultHeader + "\n" +
		`9 EUR,1,2,created,5,"CODE (price): ""9 EUR"" and the value."` + "\n" +
		"2,2,3,created,,'=1+1\n" +
		"3,3,4,created,7,\n"
	if diff := cmp.Diff(want, content(t, dir, resultsName)); diff != "" {
		t.Error(diff)
	}
}

// Cells beyond the last column make no cell that nobody wrote: the message has them, and
// the row isn't taken as it stands.
func TestCellsBeyondTheLastColumn(t *testing.T) {
	dir := t.TempDir()
	st := journalOf(t, dir, refused(1, "", "m."), refused(2, "", "m."))
	defer st.Close()
	input := "a,b\n1,\"2\",\xE9 3,\"4\"\n5,6," + strings.Repeat("x", 2000) + "\n"
	mustWrite(t, dir, source([]byte(input), csvfile.Options{Encoding: "windows-1252"}), st, Options{})
	got := content(t, dir, failuresName)
	for _, want := range []string{
		"\n1,\"2\",1,2,INVALID,,\"m. Beyond the last column stands: \xE9 3,\"\"4\"\"\",false,1,uncorrected-",
		"\n5,6,2,3,INVALID,,m. Beyond the last column stands: " + strings.Repeat("x", maxBeyond-3) + "...,",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("failures.csv is\n%q, want it to hold\n%q", got, want)
		}
	}
}
