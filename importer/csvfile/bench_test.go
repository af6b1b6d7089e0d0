// How fast it is, beside encoding/csv in the same run.

package csvfile

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"
)

// table returns rows of about 100 bytes in 8 columns, without a header.
func table(rows int, quoted bool) []byte {
	var b bytes.Buffer
	for i := range rows {
		name := "Annual support, tier"
		if !quoted {
			name = "Annual support  tier"
		}
		if quoted {
			fmt.Fprintf(&b, "\"%s %d\",%d,\"%d.50\",\"SKU-%08d\",%d,\"annually\",\"USD\",\"a comment, quoted\"\n", name, i%7, i%90+10, i%900+100, i, 10_000_000+i)
		} else {
			fmt.Fprintf(&b, "%s %d,%d,%d.50,SKU-%08d,%d,annually,USD,a comment that is not quoted at all\n", name, i%7, i%90+10, i%900+100, i, 10_000_000+i)
		}
	}
	return b.Bytes()
}

const tableHeader = "name,quantity,price,sku,deal,billing,currency,comment\n"

// an endless source repeats the same rows n times.
func endless(header string, rows []byte, n int) io.Reader {
	readers := []io.Reader{strings.NewReader(header)}
	for range n {
		readers = append(readers, bytes.NewReader(rows))
	}
	return io.MultiReader(readers...)
}

func BenchmarkRead(b *testing.B) {
	const chunk = 1000
	plain, quoted := table(chunk, false), table(chunk, true)
	sjis, err := japanese.ShiftJIS.NewEncoder().Bytes(bytes.ReplaceAll(plain, []byte("Annual support  tier"), []byte("年間サポート 段階")))
	if err != nil {
		b.Fatal(err)
	}
	utf8Text := bytes.ReplaceAll(plain, []byte("Annual support  tier"), []byte("年間サポート 段階"))
	for _, c := range []struct {
		name     string
		rows     []byte
		encoding string
		std      bool
	}{
		{"plain/csvfile", plain, "", false},
		{"plain/encoding_csv", plain, "", true},
		{"quoted/csvfile", quoted, "", false},
		{"quoted/encoding_csv", quoted, "", true},
		{"utf8/csvfile", utf8Text, "", false},
		{"utf8/encoding_csv", utf8Text, "", true},
		{"shift_jis/csvfile", sjis, "shift_jis", false},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.rows) / chunk))
			src := endless(tableHeader, c.rows, b.N/chunk+1)
			var next func() error
			if c.std {
				r := csv.NewReader(src)
				r.ReuseRecord = true
				next = func() error { _, err := r.Read(); return err }
			} else {
				r, err := NewReader(src, Options{Encoding: c.encoding})
				if err != nil {
					b.Fatal(err)
				}
				next = func() error {
					rec, err := r.Read()
					if err == nil && rec.Problem != nil {
						b.Fatal(rec.Problem)
					}
					return err
				}
			}
			for range b.N {
				if err := next(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
