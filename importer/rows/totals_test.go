package rows_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

func TestTotalsAreNoticed(t *testing.T) {
	const items = `
properties: { name: name, quantity: qty, price: price }
associations: [{ to: deals, column: deal }]
`
	const filled = items + "rows: { fill_down: [deal] }\n"
	for name, tt := range map[string]struct {
		mapping, csv string
		want         []string // row and column, ! for a row that is refused
	}{
		"a row without a deal":              {items, "1,a,1,10\n1,b,3,5\n,Summe,4,15\n", []string{"!3 qty"}},
		"a word for an id":                  {items, "1,a,1,10\n1,b,3,5\nSumme,,4,99\n", []string{"!3 qty"}},
		"with decimals":                     {items, "1,a,1,0.1\n1,b,3,0.2\n,,,0.3\n", []string{"!3 price"}},
		"a name that says it":               {items, "1,a,1,10\n1,b,3,5\n1,Total,4,99\n", []string{"3 qty"}},
		"filled down":                       {filled, "1,a,1,10\n,b,3,5\n,Alles,4,99\n", []string{"3 qty"}},
		"subtotals and all":                 {items, "1,a,1,10\n1,b,3,5\n,s,4,\n2,c,5,1\n2,d,1,2\n,s,6,\n,all,10,\n", []string{"!3 qty", "!6 qty", "!7 qty"}},
		"a sum in a row that lacks nothing": {items, "1,a,1,10\n1,b,3,5\n1,c,4,15\n", nil},
		"one row above":                     {items, "1,a,4,10\n,b,4,10\n", nil},
		"no sum":                            {items, "1,a,1,10\n1,b,3,5\n,c,5,16\n", nil},
		"nothing":                           {items, "1,a,0,0\n1,b,0,0\n,c,0,0\n", nil},
	} {
		csv := "deal,name,qty,price\n" + tt.csv
		var got []string
		c := rows.Config{Mapper: mapperOf(t, tt.mapping, csv), Total: func(row *rows.Row, refused bool) {
			text := fmt.Sprint(row.Row) + " " + row.Total()
			if refused {
				text = "!" + text
			}
			got = append(got, text)
		}}
		var rec mapping.Record
		err := rows.Each(t.Context(), sourceOf(csv), c, func(row *rows.Row) error {
			refused := row.Map(&rec)
			if says := refused != nil && strings.Contains(refused.Message, "looks like a total"); says != (refused != nil && row.Total() != "") {
				t.Errorf("%s: row %d: %v", name, row.Row, refused)
			}
			return nil
		})
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// Sums of some of the rows only tell nothing.
func TestTotalsNeedEveryRow(t *testing.T) {
	const csv = "deal,name,qty\n1,a,1\n1,b,9\n1,c,3\n,s,4\n"
	c := rows.Config{Mapper: mapperOf(t, "properties: { name: name, quantity: qty }\nassociations: [{ to: deals, column: deal }]\n", csv), Total: func(row *rows.Row, _ bool) {
		t.Errorf("row %d is called a total", row.Row)
	}}
	var rec mapping.Record
	err := rows.Each(t.Context(), sourceOf(csv), c, func(row *rows.Row) error {
		if row.Row != 2 {
			row.Map(&rec)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
