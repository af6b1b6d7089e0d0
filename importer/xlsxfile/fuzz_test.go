// The law: whatever a sheet holds, its rows come in ascending order and as wide as the
// header, or it is refused with a FileError.

package xlsxfile

import (
	"errors"
	"io"
	"testing"

	"github.com/hubload/hubload/importer/csvfile"
)

func FuzzRead(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="str"><v>b</v></c></row><row r="3" hidden="1"><c s="1"><v>46096.5</v></c><c t="e"><v>#N/A</v></c></row>`, `<si><t>a,"
</t></si>`)
	f.Add(`<row><c t="inlineStr"><is><r><t>x</t></r><rPh><t>y</t></rPh></is></c></row><row><c t="b"><v>1</v></c></row>`, ``)
	f.Add(`<row/><row r="9"><c r="B9"><f>1+1</f><v>2</v></c></row>`, `<si/>`)
	f.Fuzz(func(t *testing.T, rows, texts string) {
		path := handmade(t, map[string]string{
			"xl/worksheets/sheet1.xml": "<worksheet><sheetData>" + rows + "</sheetData></worksheet>",
			"xl/sharedStrings.xml":     "<sst>" + texts + "</sst>",
			"xl/styles.xml":            `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>`,
		})
		refused := func(err error) {
			if _, ok := errors.AsType[*csvfile.FileError](err); !ok {
				t.Fatalf("%v (%T)", err, err)
			}
		}
		r, err := Open(path, Options{Options: csvfile.Options{SkipTitles: true}})
		if err != nil {
			refused(err)
			return
		}
		defer r.Close()
		last := r.HeaderLine()
		for {
			rec, err := r.Read()
			if err == io.EOF {
				return
			}
			if err != nil {
				refused(err)
				return
			}
			if rec.Line <= last {
				t.Fatalf("row %d follows row %d", rec.Line, last)
			}
			last = rec.Line
			if rec.Problem == nil && len(rec.Fields) != len(r.Header()) {
				t.Fatalf("row %d has %d fields, the header %d", rec.Line, len(rec.Fields), len(r.Header()))
			}
		}
	})
}
