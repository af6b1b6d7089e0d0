// Inputs for torture: rows that tell who they are, some of them wrong, and how to mend those.

//go:build unix

package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

const (
	keyProperty = "row_key"
	whoProperty = "hs_sku" // by it a record of the account tells which row it is
)

func ordersHeader() []string {
	return []string{"Product", "Qty", "Unit price", "SKU", "Remark", "Billing", "Ref"}
}

// An orderRow is a row and what may become of it.
type orderRow struct {
	row, line   int
	who         string
	cells       []string
	fixed       []string // the same row without what is wrong with it
	mayBeRefuse bool     // something is wrong with it
}

// newOrders makes n rows; about share of them are wrong.
func newOrders(n int, share float64, repeatRefs bool, rng *rand.Rand) []*orderRow {
	rows := make([]*orderRow, n)
	for i := range rows {
		// Few different products: content repeats, all but the SKU and the Ref.
		p := rng.IntN(7)
		name := fmt.Sprintf("Product %d", p)
		remark := []string{"", "plain", "two\nlines", `says "hello"`, "a, b", "日本語", " spaces "}[p]
		if rng.IntN(40) == 0 {
			name += "\nwith, a \"second\" line"
		}
		r := &orderRow{row: i + 1, who: fmt.Sprintf("row-%06d", i+1)}
		r.fixed = []string{name, fmt.Sprint(1 + p), "9.50", r.who, remark, []string{"", "月次", "yearly"}[p%3], fmt.Sprintf("ref-%d", i+1)}
		r.cells = append([]string(nil), r.fixed...)
		if rng.Float64() < share {
			r.mayBeRefuse = true
			switch rng.IntN(5) {
			case 0:
				r.cells[0] = "" // the mapping wants one
			case 1:
				r.cells[1] = "ten pcs" // its type wants a number
			case 2:
				r.cells[1] = "-1" // and the account none below zero, which its type doesn't say
			case 3:
				r.cells[5] = "daily" // not among the mapping's values
			case 4:
				r.cells[1], r.cells[2] = "many", "cheap"
			}
			if repeatRefs && i > 0 && rng.IntN(3) == 0 {
				other := rows[rng.IntN(i)]
				r.cells[6], other.mayBeRefuse = other.cells[6], true
			}
		}
		rows[i] = r
	}
	return rows
}

// writeOrders writes rows as a CSV, and notes on which line each begins.
func writeOrders(path string, rows []*orderRow) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := 1
	write := func(cells []string) {
		before := b.Len()
		_ = w.Write(cells)
		w.Flush()
		line += bytes.Count(b.Bytes()[before:], []byte("\n"))
	}
	write(ordersHeader())
	for _, r := range rows {
		r.line = line
		write(r.cells)
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}

func writeOrdersMapping(path, key string) error {
	text := `properties:
  name: { column: Product, required: true }
  quantity: Qty
  price: Unit price
  hs_sku: { column: SKU, required: true }
  description: Remark
  recurringbillingfrequency: { column: Billing, values: { 月次: monthly, yearly: annually } }
`
	switch key {
	case "columns":
		text += "key: { property: " + keyProperty + ", columns: [Ref] }\n"
	case "auto":
		text += "key: { property: " + keyProperty + ", auto: true }\n"
	}
	return os.WriteFile(path, []byte(text), 0o600)
}

// mend repairs a failures file in place, as somebody would with a spreadsheet, and
// returns its rows as they are now.
func mend(runDir string, rows []*orderRow) ([]*orderRow, error) {
	path := filepath.Join(runDir, "failures.csv")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, err
	}
	width := len(ordersHeader())
	byWho := make(map[string]*orderRow, len(rows))
	for _, r := range rows {
		byWho[r.who] = r
	}
	var mended []*orderRow
	for _, cells := range records[1:] {
		was := byWho[cells[3]]
		if was == nil {
			return nil, fmt.Errorf("failures.csv holds a row that calls itself %q", cells[3])
		}
		m := *was
		m.mayBeRefuse = false
		m.cells = append([]string(nil), was.fixed...)
		if was.cells[6] != was.fixed[6] || strings.Contains(strings.Join(cells, " "), "DUPLICATE_KEY") {
			m.cells[6] = "mended-" + was.who
		}
		copy(cells[:width], m.cells)
		mended = append(mended, &m)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(records); err != nil {
		return nil, err
	}
	return mended, os.WriteFile(path, b.Bytes(), 0o600)
}
