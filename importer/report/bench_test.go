// How fast reports are written.

package report

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
)

const benchmarkMapping = "properties: { name: Product, quantity: Qty }"

func BenchmarkWrite(b *testing.B) {
	const rows = 200_000
	var input bytes.Buffer
	input.WriteString("Order no,Line,Product,Qty,Unit price,Start,Remark\n")
	for row := range rows {
		fmt.Fprintf(&input, "A-%06d,%d,\"Bolt M8, galvanised\",%d,12.50,2026-04-01,delivered to the back door of the hall\n", row/10, row%10, row%97)
	}
	all := func(f func(row int64) journal.Fate) []journal.Fate {
		fates := make([]journal.Fate, rows)
		for i := range fates {
			fates[i] = f(int64(i + 1))
		}
		return fates
	}
	for _, bc := range []struct {
		name    string
		fates   []journal.Fate
		options Options
	}{
		{"created", all(func(row int64) journal.Fate { return created(row, decimal(51_000_000_000+row)) }), Options{}},
		{"refused", all(func(row int64) journal.Fate { return refused(row, "quantity", "{value} is no number") }), Options{}},
		{"excel-safe", all(func(row int64) journal.Fate { return created(row, decimal(51_000_000_000+row)) }), Options{ExcelSafe: true}},
	} {
		b.Run(bc.name, func(b *testing.B) {
			dir := b.TempDir()
			st := journalOf(b, dir, bc.fates...)
			defer st.Close()
			src := mapped(b, source(input.Bytes(), csvfile.Options{}), benchmarkMapping)
			b.SetBytes(int64(input.Len()))
			b.ReportAllocs()
			for b.Loop() {
				mustWrite(b, dir, src, st, bc.options)
			}
			b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
