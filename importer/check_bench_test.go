// How fast a check is; performance.md wants 500,000 rows a second.

package importer

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// BenchmarkCheck checks rows of about 100 bytes in 8 columns by a schema.
func BenchmarkCheck(b *testing.B) {
	m, err := mapping.Parse([]byte(`
properties:
  name: { column: name, required: true }
  quantity: quantity
  price: price
  hs_sku: sku
  recurringbillingfrequency: billing
  hs_line_item_currency_code: currency
  description: comment
associations:
  - { to: deals, column: deal }
`))
	if err != nil {
		b.Fatal(err)
	}
	text := schema.Property{Type: "string"}
	list := []schema.Property{
		{Name: "quantity", Type: "number"},
		{Name: "price", Type: "number"},
		{Name: "recurringbillingfrequency", Type: "enumeration", Options: []schema.Option{{Value: "monthly"}, {Value: "annually"}}},
		{Name: "hs_line_item_currency_code", Type: "enumeration", Options: []schema.Option{{Value: "USD"}, {Value: "EUR"}}},
	}
	for _, name := range []string{"name", "hs_sku", "description"} {
		text.Name = name
		list = append(list, text)
	}
	var csv bytes.Buffer
	csv.WriteString("name,quantity,price,sku,deal,billing,currency,comment\n")
	for i := range 20_000 {
		fmt.Fprintf(&csv, "Annual support  tier %d,%d,%d.50,SKU-%08d,%d,annually,USD,a comment that is not quoted at all\n", i%7, i%90+10, i%900+100, i, 10_000_000+i)
	}
	r, err := csvfile.NewReader(bytes.NewReader(csv.Bytes()), csvfile.Options{})
	if err != nil {
		b.Fatal(err)
	}
	mapper, err := m.CompileFor(r.Header(), schema.New(list))
	if err != nil {
		b.Fatal(err)
	}
	watch := mapping.NewLinter(m.Object, mapper)
	b.SetBytes(int64(csv.Len()))
	b.ReportAllocs()
	total := int64(0)
	for b.Loop() {
		r, err := csvfile.NewReader(bytes.NewReader(csv.Bytes()), csvfile.Options{})
		if err != nil {
			b.Fatal(err)
		}
		check := Check{Source: r, Rows: rows.Config{Mapper: mapper}, Good: func(rec *rows.Row, record *mapping.Record) {
			watch.Lint(rec.Fields, record, func(s mapping.Warning, _ string) { b.Fatal(s) })
		}}
		n, err := check.Run(b.Context())
		if err != nil || n.Refused > 0 {
			b.Fatal(n, err)
		}
		total += n.Rows
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "rows/s")
}
