// What becomes of workbooks: those that excelize writes, and some that nobody should.

package xlsxfile

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/hubload/hubload/importer/csvfile"
)

// readAll returns the header and the rows as "line field|field" or "line CODE column
// message".
func readAll(t testing.TB, path string, o Options) (r *csvfile.Reader, got []string, err error) {
	t.Helper()
	if r, err = Open(path, o); err != nil {
		return nil, nil, err
	}
	t.Cleanup(func() { r.Close() })
	got = append(got, strings.Join(r.Header(), "|"))
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return r, got, nil
		}
		if err != nil {
			return r, got, err
		}
		if p := rec.Problem; p != nil {
			got = append(got, fmt.Sprintf("%d %s %s: %s", p.Line, p.Code, p.Column, p.Message))
			continue
		}
		got = append(got, fmt.Sprintf("%d %s", rec.Line, strings.Join(rec.Fields, "|")))
	}
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// save writes a workbook that excelize made.
func save(t testing.TB, f *excelize.File) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.xlsx")
	must(t, f.SaveAs(path), f.Close())
	return path
}

func TestCells(t *testing.T) {
	f := excelize.NewFile()
	day := time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC)
	format := func(code string) int {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		must(t, err)
		return id
	}
	header := []any{"text", "number", "date", "other"}
	must(t, f.SetSheetRow("Sheet1", "A1", &header))
	cells := map[string]any{
		"A2": "00012345", "B2": 1234.5, "C2": day, "D2": true,
		"A3": "a, \"b\"\nc", "B3": 0.1 + 0.2, "C3": day.Add(9*time.Hour + 30*time.Minute),
		"A5": " spaces ", "B5": 9002100472, "C5": 46096, "D5": 0.15,
		"A6": "東京", "B6": -5, "C6": 0.5, "D6": 1.5,
		"A7": "last",
	}
	for at, value := range cells {
		must(t, f.SetCellValue("Sheet1", at, value))
	}
	must(t,
		f.SetCellFormula("Sheet1", "D3", "1+1"), // without a value, as nobody computed it
		f.SetCellStyle("Sheet1", "C5", "C5", format(`[$-407]d. mmmm yyyy;@`)),
		f.SetCellStyle("Sheet1", "C6", "C6", format(`hh:mm AM/PM`)),
		f.SetCellStyle("Sheet1", "D5", "D5", format(`0.00%`)),
		f.SetCellStyle("Sheet1", "D6", "D6", format(`[h]:mm`)),
		f.SetCellStyle("Sheet1", "B2", "B2", format(`#,##0.00 "days"`)),
		f.SetRowVisible("Sheet1", 5, false),
	)
	r, got, err := readAll(t, save(t, f), Options{})
	must(t, err)
	want := []string{
		"text|number|date|other",
		"2 00012345|1234.5|2026-03-15|true",
		"3 a, \"b\"\nc|0.3|2026-03-15T09:30:00|",
		"5  spaces |9002100472|2026-03-15|0.15",
		"6 東京|-5|12:00:00|1.5",
		"7 last|||",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if s := r.Stats(); s.HiddenRows != 1 || s.BlankLines != 1 || s.ShortRows != 0 || s.Unended {
		t.Errorf("stats are %+v", s)
	}
	if d := r.Dialect(); !d.BOM || d.Delimiter != ',' {
		t.Errorf("the dialect of reports is %+v", d)
	}
}

func TestTitlesAndCellsBeyondTheHeader(t *testing.T) {
	f := excelize.NewFile()
	for at, value := range map[string]any{"A1": "Stock\nof March", "B2": "made by", "A4": "Name", "B4": "Qty", "A5": "Bolt", "B5": 1, "D5": "a note", "A6": "Nut"} {
		must(t, f.SetCellValue("Sheet1", at, value))
	}
	path := save(t, f)
	for name, o := range map[string]csvfile.Options{"by columns": {Columns: []string{"Qty"}}, "pinned": {HeaderLine: 4}} {
		r, got, err := readAll(t, path, Options{Options: o})
		must(t, err)
		if diff := cmp.Diff([]string{"Name|Qty", "5 Bolt|1", "6 Nut|"}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if r.HeaderLine() != 4 || r.Stats().LongRows != 1 {
			t.Errorf("%s: the header is on line %d, stats %+v", name, r.HeaderLine(), r.Stats())
		}
	}
}

func TestSheets(t *testing.T) {
	f := excelize.NewFile()
	for _, name := range []string{"Müller & Co", "Lookup", "Empty"} {
		_, err := f.NewSheet(name)
		must(t, err)
	}
	must(t, f.SetCellValue("Sheet1", "A1", "one"), f.SetCellValue("Müller & Co", "A1", "two"), f.SetCellValue("Lookup", "A1", "three"), f.SetSheetVisible("Lookup", false))
	path := save(t, f)
	_, _, err := readAll(t, path, Options{})
	if err == nil || !strings.Contains(err.Error(), "several sheets: Sheet1, Müller & Co, Lookup (hidden), Empty. Name one of them with --sheet") {
		t.Errorf("without a name: %v", err)
	}
	for name, want := range map[string]string{"Sheet1": "one", "müller & co": "two", "Lookup": "three"} {
		_, got, err := readAll(t, path, Options{Sheet: name})
		if err != nil || got[0] != want {
			t.Errorf("sheet %s: %q, %v", name, got, err)
		}
	}
	if _, _, err := readAll(t, path, Options{Sheet: "Sheet2"}); err == nil || !strings.Contains(err.Error(), "no sheet \"Sheet2\"") {
		t.Errorf("a sheet that isn't there: %v", err)
	}
	if _, _, err := readAll(t, path, Options{Sheet: "Empty"}); err == nil || !strings.Contains(err.Error(), "no header") {
		t.Errorf("an empty sheet: %v", err)
	}
	f = excelize.NewFile()
	_, err = f.NewSheet("Other")
	must(t, err, f.SetCellValue("Other", "A1", "here"))
	r, got, err := readAll(t, save(t, f), Options{})
	if err != nil || got[0] != "here" || len(r.Notes()) != 1 {
		t.Errorf("the only sheet that holds anything: %q, %v", got, err)
	}
}

func TestErrors(t *testing.T) {
	path := handmade(t, map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData>
<row><c t="inlineStr"><is><t>Name</t></is></c><c t="inlineStr"><is><t>Price</t></is></c><c t="inlineStr"><is><t>Note</t></is></c></row>
<row><c t="str"><v>a</v></c><c t="e"><v>#N/A</v></c></row>
<row><c t="str"><v>b</v></c><c><v>2</v></c><c t="e"><v>#REF!</v></c></row>
<row><c t="str"><v>c</v></c><c t="str"><v>#N/A</v></c></row>
</sheetData></worksheet>`})
	_, got, err := readAll(t, path, Options{Options: csvfile.Options{Columns: []string{"Name", "Price"}}})
	must(t, err)
	want := []string{
		"Name|Price|Note",
		"2 CELL_ERROR Price: Cell B2 of the sheet holds the error #N/A: repair its formula, and save the workbook.",
		"3 b|2|#REF!", // nothing reads the column
		"4 c|#N/A|",   // a text
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, got, err = readAll(t, path, Options{Options: csvfile.Options{Columns: []string{"Price"}}, Empty: []string{"#N/A"}})
	must(t, err)
	if got[1] != "2 a|#N/A|" {
		t.Errorf("an error that stands for nothing: %q", got[1])
	}
}

// handmade writes a workbook of parts. Those that aren't given are the least that it takes.
func handmade(t testing.TB, parts map[string]string) string {
	t.Helper()
	all := map[string]string{
		"_rels/.rels": `<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="r2" Type="http://x/sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="r3" Type="http://x/styles" Target="styles.xml"/></Relationships>`,
		"xl/workbook.xml": `<x:workbook xmlns:x="y"><x:sheets><x:sheet name="S" sheetId="1" r:id="r1"/></x:sheets></x:workbook>`,
	}
	for name, text := range parts {
		all[name] = text
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range all {
		w, err := z.Create(name)
		must(t, err)
		_, err = io.WriteString(w, text)
		must(t, err)
	}
	must(t, z.Close())
	path := filepath.Join(t.TempDir(), "handmade.xlsx")
	must(t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

func sheetOf(rows string) map[string]string {
	return map[string]string{"xl/worksheets/sheet1.xml": "<worksheet><sheetData><row><c t=\"str\"><v>a</v></c></row>" + rows + "</sheetData></worksheet>"}
}

func TestHandmade(t *testing.T) {
	with := func(parts map[string]string, name, text string) map[string]string { parts[name] = text; return parts }
	for _, c := range []struct {
		name  string
		parts map[string]string
		want  string // all rows, or a part of the error
		fail  bool
	}{
		{"rich text, and how it is read aloud", with(sheetOf(`<row><c t="s"><v>0</v></c></row>`), "xl/sharedStrings.xml", `<sst><si><r><t>東</t></r><r><rPr><b/></rPr><t xml:space="preserve">京 </t></r><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si></sst>`), "a/2 東京 ", false},
		{"escapes", sheetOf(`<row><c t="str"><v>x_x000A_y&amp;</v></c></row>`), "a/2 x\ny&", false},
		{"rows that are left out", sheetOf(`<row r="4"><c r="A4"><v>1</v></c></row>`), "a/4 1", false},
		{"dates of the calendar from 1904", with(with(sheetOf(`<row><c s="1"><v>0</v></c></row>`), "xl/styles.xml", `<styleSheet><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`),
			"xl/workbook.xml", `<workbook><workbookPr date1904="1"/><sheets><sheet name="S" id="r1"/></sheets></workbook>`), "a/2 1904-01-01", false},
		{"a sheet that is cut off", map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="str"><v>a</v></c></row><row>`}, "damaged", true},
		{"a sheet that ends in the middle", map[string]string{"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c t="str"><v>a</v></c></row>`}, "ends too early", true},
		{"XML that is broken", sheetOf(`<row><c><v>1</v></c></row><row <c></row>`), "damaged", true},
		{"a text that isn't there", sheetOf(`<row><c t="s"><v>7</v></c></row>`), "no text number", true},
		{"rows out of order", sheetOf(`<row r="9"/><row r="3"/>`), "follows row 9", true},
		{"cells out of order", sheetOf(`<row><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>`), "out of order", true},
		{"too many rows", sheetOf(`<row r="1048577"/>`), "more than 1048576 rows", true},
		{"too many columns", sheetOf(`<row><c r="XFE2"><v>1</v></c></row>`), "16384 columns", true},
		{"an endless tag", sheetOf("<row " + strings.Repeat("x", 3<<20) + "/>"), "longer than 1 MiB", true},
		{"an endless text", sheetOf("<row><c t=\"str\"><v>" + strings.Repeat("x", 3<<20) + "</v></c></row>"), "longer than 1 MiB", true},
		{"a record that is too large", sheetOf("<row>" + strings.Repeat(`<c t="str"><v>`+strings.Repeat("x", 32_000)+`</v></c>`, 40) + "</row><row><c><v>2</v></c></row>"), "a/CSV_TOO_LARGE/3 2", false},
		{"no workbook", map[string]string{"_rels/.rels": "<x/>"}, "not an Excel workbook", true},
		{"a binary workbook", map[string]string{"_rels/.rels": "<x/>", "xl/workbook.bin": ""}, ".xlsb", true},
		{"OpenDocument", map[string]string{"_rels/.rels": "<x/>", "mimetype": "", "content.xml": ""}, "OpenDocument", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, got, err := readAll(t, handmade(t, c.parts), Options{})
			if c.fail {
				if e, ok := err.(*csvfile.FileError); !ok || !strings.Contains(err.Error(), c.want) || e.Path == "" {
					t.Fatalf("%v (%T), want a FileError with %q", err, err, c.want)
				}
				return
			}
			must(t, err)
			for i, row := range got {
				if fields := strings.Fields(row); strings.Contains(row, csvfile.CodeTooLarge) {
					got[i] = fields[1]
				}
			}
			if all := strings.Join(got, "/"); all != c.want {
				t.Errorf("%q, want %q", all, c.want)
			}
		})
	}
}

func TestBombs(t *testing.T) {
	bomb := func(change func(z *zip.Writer)) string {
		path := handmade(t, sheetOf(""))
		old, err := zip.OpenReader(path)
		must(t, err)
		defer old.Close()
		path += ".xlsx"
		f, err := os.Create(path)
		must(t, err)
		z := zip.NewWriter(f)
		for _, part := range old.File {
			if !strings.Contains(part.Name, "sheet1") {
				must(t, z.Copy(part))
			}
		}
		change(z)
		must(t, z.Close(), f.Close())
		return path
	}
	for want, path := range map[string]string{
		"packed as a ZIP bomb is": bomb(func(z *zip.Writer) {
			_, err := z.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, CompressedSize64: 1000, UncompressedSize64: 1 << 30})
			must(t, err)
		}),
		"list of parts is longer than 4 MiB": bomb(func(z *zip.Writer) {
			for i := range 50_000 {
				_, err := z.CreateRaw(&zip.FileHeader{Name: fmt.Sprintf("%0100d", i)})
				must(t, err)
			}
		}),
	} {
		if _, err := Open(path, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestManyTexts(t *testing.T) {
	var sst, rows strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&sst, "<si><t>%0100d</t></si>", i)
		fmt.Fprintf(&rows, `<row><c t="s"><v>%d</v></c></row>`, i)
	}
	before, _ := filepath.Glob(filepath.Join(os.TempDir(), "hubload-texts-*"))
	parts := sheetOf(rows.String())
	parts["xl/sharedStrings.xml"] = "<sst>" + sst.String() + "</sst>"
	_, got, err := readAll(t, handmade(t, parts), Options{})
	must(t, err)
	for i, row := range got[1:] {
		if want := fmt.Sprintf("%d %0100d", i+2, i); row != want {
			t.Fatalf("row %q, want %q", row, want)
		}
	}
	if after, _ := filepath.Glob(filepath.Join(os.TempDir(), "hubload-texts-*")); len(after) > len(before) {
		t.Errorf("temporary files are left behind: %q", after)
	}
}

func TestChangedFile(t *testing.T) {
	path := handmade(t, sheetOf(strings.Repeat("<row><c t=\"str\"><v>"+strings.Repeat("x", 1000)+"</v></c></row>", 2000)))
	r, err := Open(path, Options{})
	must(t, err)
	defer r.Close()
	must(t, os.Chtimes(path, time.Now(), time.Now().Add(time.Hour)))
	for err == nil {
		_, err = r.Read()
	}
	if !strings.Contains(err.Error(), csvfile.ErrChanged.Error()) {
		t.Errorf("the error is %v, want that the file changed", err)
	}
}

func TestIsDateFormat(t *testing.T) {
	for code, want := range map[string]bool{
		"General": false, "0.00": false, `#,##0.00 "days"`: false, `0.00E+00`: false, `[Red]0;[Blue]-0`: false, `0\d`: false, `@`: false, `[>=100]0`: false, `_-* #,##0.00 _€_-`: false,
		"[h]:mm": false, "[mm]:ss": false,
		"yyyy-mm-dd": true, `dd\.mm\.yy`: true, `[$-407]d. mmmm yyyy;@`: true, "hh:mm AM/PM": true, `ggge"年"m"月"d"日"`: true, "mmm-yy": true, "ss.0": true,
	} {
		if isDateFormat(code) != want {
			t.Errorf("isDateFormat(%q) = %t", code, !want)
		}
	}
}

func TestDatesAndNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"1": "1900-01-01", "59": "1900-02-28", "60": "60", "61": "1900-03-01", "46096": "2026-03-15", "46096.999999999": "2026-03-16", "46096.5": "2026-03-15T12:00:00",
		"0.0000115741": "00:00:01", "-1": "-1", "2958465": "9999-12-31", "2958466": "2958466", "x": "x", "46096.0000000116": "2026-03-15T00:00:00.001",
	} {
		if got := date(in, false); got != want {
			t.Errorf("date(%s) = %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"1234.0999999999999": "1234.1", "45.600000000000001": "45.6", "1E-3": "0.001", "1.5E+20": "150000000000000000000", "9002100472": "9002100472", "-0.5": "-0.5", "007": "007", "": "", "inf": "inf",
	} {
		if got := number(in); got != want {
			t.Errorf("number(%s) = %s, want %s", in, got, want)
		}
	}
	for i, ref := range map[int]string{0: "A", 25: "Z", 26: "AA", 27: "AB", 701: "ZZ", 702: "AAA", maxColumns - 1: "XFD"} {
		if column(ref+"12") != i || reference(i) != ref {
			t.Errorf("column %d is %s: column() = %d, reference() = %s", i, ref, column(ref+"12"), reference(i))
		}
	}
}
