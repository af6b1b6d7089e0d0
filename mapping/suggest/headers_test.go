// Header rows of real programs and the right answer for each column.

package suggest

import (
	"os"
	"strings"
	"testing"

	"github.com/hubload/hubload/mapping"
)

// samples are the cells that a column of the table has by its target or by @name.
var samples = map[string]string{
	"name": "Desk lamp|Bulb E27|Chair oak|Support plan|Cable two metres", "description": "Warm white|Dimmable, 8 W|Oiled|Phone and mail|Black",
	"hs_sku": "LAMP-1|BULB-E27|CHAIR-9|SUP-1|CAB-2M", "quantity": "2|3|1|4|5", "price": "39.90|4.50|129.00|10.00|7.25",
	"discount": "1.00|0.50|9.00|1.00|0.25", "hs_discount_percentage": "5|10|5|10|15", "hs_line_item_currency_code": "EUR|EUR|EUR|USD|EUR",
	"recurringbillingfrequency": "monthly|monthly|annually|annually|monthly", "to deals": "9002100472|9002100472|9002100473|9002100474|9002100475",
	"@total": "79.80|13.50|129.00|40.00|36.25", "@money": "4.90|0.00|12.35|3.10|4.90", "@tax": "19|19|7|19|19",
	"@text": "alpha|beta|gamma|delta|epsilon", "@person": "Jane Doe|Bob Ray|Ann Lee|Max Moe|Eva Kim", "@email": "a@example.com|b@example.com|c@example.com|d@example.com|e@example.com",
	"@date": "2026-03-15|2026-04-01|2026-05-31|2026-06-01|2026-07-01", "@usdate": "03/15/2026|04/01/2026|05/31/2026|06/01/2026|07/01/2026", "@stamp": "2026-03-15 10:12|2026-04-01 11:00|2026-05-31 12:30|2026-06-01 08:15|2026-07-01 09:45",
	"@order": "A-1001|A-1001|A-1002|A-1003|A-1004", "@dealname": "Acme renewal|Acme renewal|Beta new|Gamma expansion|Delta pilot", "@deprice": "39,90|4,50|1.129,00|10,00|7,25", "@detotal": "79,80|13,50|1.129,00|40,00|36,25",
}

func cellsOf(name string) string {
	for short, long := range map[string]string{"@name": "name", "@sku": "hs_sku", "@qty": "quantity", "@price": "price", "@pct": "hs_discount_percentage", "@currency": "hs_line_item_currency_code", "@deal": "to deals", "@description": "description"} {
		if name == short {
			name = long
		}
	}
	return samples[name]
}

type headerRow struct {
	title                  string
	header, cells, answers []string
}

func headerRows(t *testing.T) []headerRow {
	t.Helper()
	data, err := os.ReadFile("testdata/headers.txt")
	if err != nil {
		t.Fatal(err)
	}
	var rows []headerRow
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\n")
		if title, ok := strings.CutPrefix(line, "## "); ok {
			rows = append(rows, headerRow{title: title})
			continue
		}
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		column, answer, ok := strings.Cut(line, " > ")
		if !ok {
			t.Fatalf("%q has no answer", line)
		}
		name, cells, given := strings.Cut(column, ": ")
		switch {
		case !given:
			cells = cellsOf(answer)
		case strings.HasPrefix(cells, "@"):
			cells = cellsOf(cells)
		}
		if strings.Count(cells, "|") != 4 {
			t.Fatalf("%q has not 5 cells", line)
		}
		r := &rows[len(rows)-1]
		r.header, r.cells, r.answers = append(r.header, name), append(r.cells, cells), append(r.answers, answer)
	}
	return rows
}

// answer is what the table says of a column.
func answer(c *Column) string {
	text := c.Target()
	switch {
	case text == "":
		return "-"
	case c.Association != nil:
		text = "to " + text
	}
	if !c.Used() {
		text = "?" + text
	}
	return text
}

func TestKnownHeaders(t *testing.T) {
	all := headerRows(t)
	if len(all) < 60 {
		t.Errorf("only %d header rows", len(all))
	}
	for _, r := range all {
		t.Run(r.title, func(t *testing.T) {
			rows := make([][]string, 5)
			for _, list := range r.cells {
				for i, cell := range strings.Split(list, "|") {
					rows[i] = append(rows[i], cell)
				}
			}
			p := Propose("", r.header, rows, nil)
			lawful(t, p, r.header, nil)
			for i := range p.Columns {
				c, want := &p.Columns[i], r.answers[i]
				if got := answer(c); got != want {
					t.Errorf("%s is %s (%v, %s); want %s", c.Name, got, c.Confidence, c.Reason, want)
				}
			}
			accepts(t, p.Mapping(), r.header, rows)
		})
	}
}

// accepts checks that a proposed mapping refuses no row of the file that it was made for.
func accepts(t *testing.T, m *mapping.Mapping, header []string, rows [][]string) {
	t.Helper()
	mapper, err := m.CompileFor(header, nil)
	if err != nil {
		t.Fatal(err)
	}
	var rec mapping.Record
	for i, row := range rows {
		for _, p := range mapper.Map(row, &rec) {
			t.Errorf("row %d, %s: %s %s", i+1, p.Column, p.Code, p.Message)
		}
	}
}
