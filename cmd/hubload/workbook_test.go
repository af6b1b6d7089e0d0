// Workbooks for the scripts.

package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdWorkbook writes an Excel workbook whose sheets are CSV files. Cells that look like
// numbers and dates are such, unless a ' stands before them, and a row whose first cell is
// "hidden:" is hidden: workbook FILE NAME CSV [NAME CSV ...]
//
// It writes by hand the little that scripts need. Each command of a script is this test's
// process, and excelize takes longer to initialise than the program (2026-11). The tests of
// package xlsxfile read what excelize writes.
func cmdWorkbook(ts *testscript.TestScript, neg bool, args []string) {
	var file bytes.Buffer
	z := zip.NewWriter(&file)
	part := func(name, text string) {
		w, err := z.Create(name)
		ts.Check(err)
		_, err = w.Write([]byte(xml.Header + text))
		ts.Check(err)
	}
	sheets, relations := "", ""
	for i := 1; i+1 < len(args); i += 2 {
		r := csv.NewReader(strings.NewReader(ts.ReadFile(args[i+1])))
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		ts.Check(err)
		n := i/2 + 1
		sheets += fmt.Sprintf(`<sheet name="%s" sheetId="%d" r:id="s%d"/>`, args[i], n, n)
		relations += fmt.Sprintf(`<Relationship Id="s%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n, relationType, n)
		part(fmt.Sprintf("xl/worksheets/sheet%d.xml", n), sheetText(rows))
	}
	const spreadsheet = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const packages = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	part("xl/workbook.xml", `<workbook `+spreadsheet+` xmlns:r="`+relationType+`"><sheets>`+sheets+`</sheets></workbook>`)
	part("xl/styles.xml", `<styleSheet `+spreadsheet+`><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`)
	part("xl/_rels/workbook.xml.rels", packages+relations+`<Relationship Id="styles" Type="`+relationType+`/styles" Target="styles.xml"/></Relationships>`)
	part("_rels/.rels", packages+`<Relationship Id="w" Type="`+relationType+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	part("[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`)
	ts.Check(z.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), file.Bytes(), 0o600))
}

const relationType = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

func sheetText(rows [][]string) string {
	var b strings.Builder
	b.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	for y, row := range rows {
		first, hidden := strings.CutPrefix(row[0], "hidden:")
		row[0] = first
		fmt.Fprintf(&b, `<row r="%d" hidden="%t">`, y+1, hidden)
		for x, cell := range row {
			writeCell(&b, fmt.Sprintf("%c%d", 'A'+x, y+1), cell)
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`</sheetData></worksheet>`)
	return b.String()
}

func writeCell(b *strings.Builder, at, cell string) {
	text, isText := strings.CutPrefix(cell, "'")
	_, notNumber := strconv.ParseFloat(cell, 64)
	day, notDay := time.Parse(time.DateOnly, cell)
	switch {
	case cell == "":
	case !isText && notNumber == nil:
		fmt.Fprintf(b, `<c r="%s"><v>%s</v></c>`, at, cell)
	case !isText && notDay == nil:
		fmt.Fprintf(b, `<c r="%s" s="1"><v>%d</v></c>`, at, int(day.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours()/24))
	default:
		fmt.Fprintf(b, `<c r="%s" t="inlineStr"><is><t>`, at)
		xml.EscapeText(b, []byte(text))
		b.WriteString(`</t></is></c>`)
	}
}
