// What a check refuses is what an import refuses by itself, in the same words.

package rundir_test

import (
	"encoding/csv"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/mapping"
)

type blindVisitor struct{}

func (blindVisitor) Known(rundir.Known)                     {}
func (blindVisitor) Begin(*rundir.Checked, *mapping.Mapper) {}
func (blindVisitor) Good(*rows.Row, *mapping.Record)        {}
func (blindVisitor) Refused(row *rows.Row, r *rows.Refusal) {}
func (blindVisitor) LeftOut(*rows.Row, *rows.Refusal)       {}

// refusedBefore are the rows of a failures file that were never sent: number, code,
// property and message. Without a file there are none.
func refusedBefore(t *testing.T, dir string) (list []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "failures.csv"))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff")))
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, name := range records[0] {
		at[name] = i
	}
	for _, rec := range records[1:] {
		if rec[at["hubload_attempts"]] == "0" {
			list = append(list, strings.Join([]string{rec[at["hubload_row"]], rec[at["hubload_code"]], rec[at["hubload_property"]], rec[at["hubload_message"]]}, " | "))
		}
	}
	return list
}

func FuzzCheckRefusesWhatImportRefuses(f *testing.F) {
	for seed := range uint64(12) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 1))
		pick := func(list ...string) string { return list[rng.IntN(len(list))] }
		var text strings.Builder
		text.WriteString("Product,Deal,Price,Pct,Start,Term,Billing,Tax\n")
		for range 3 + rng.IntN(20) {
			cells := []string{
				pick("a", "b", " ", "NULL", "=\"001\"", "-", "#NAME?"), pick("9002100472", " 9002100472\t", "", "NULL", "'9002100472", "1;2", "x", "1.5E+9"),
				pick("1", "1.5", "1,5", "(5)", "5-", "€5", "1.234,50", "x", "", "n/a", "１"), pick("15", "15 %", "0.15", "101", "-1", ""),
				pick("2026-03-15", "2026-03-15T00:00:00Z", "2026-03-31T22:00:00Z", "46096", "15. März 2026", "31.6.2026", ""),
				pick("P12M", "24", "24.0", "1.5", "x", ""), pick("monthly", "Monthly ", "MONTHLY", "weekley", ""), pick("19 %", "DE VAT", "81", "5 %", ""),
			}
			for i, cell := range cells {
				cells[i] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			text.WriteString(strings.Join(cells, ",") + "\n")
		}
		d := newDesk(t, hubspottest.Config{}, text.String())
		d.options.Unassociated = rng.IntN(4) == 0
		d.write(t, "orders.mapping.yaml", pick("", "csv: { empty: [NULL, n/a] }\n")+"properties:\n"+
			"  name: "+pick("Product", "{ column: Product, trim: true }", "{ column: Product, required: true, strip: a }")+"\n"+
			"  price: "+pick("Price", `{ column: Price, decimal: "," }`, `{ column: Price, decimal: ",", group: ".", symbol: "€" }`, "{ column: Price, default: 1 }")+"\n"+
			"  hs_discount_percentage: "+pick("Pct", `{ column: Pct, symbol: "%" }`, "{ column: Pct, scale: 100 }")+"\n"+
			"  hs_recurring_billing_start_date: "+pick("Start", "{ column: Start, layout: excel }", "{ column: Start, layout: 2. January 2006 }")+"\n"+
			"  hs_recurring_billing_period: "+pick("Term", "{ column: Term, unit: months }")+"\n"+
			"  recurringbillingfrequency: "+pick("Billing", "{ column: Billing, values: { monthly: monthly, MONTHLY: monthly } }")+"\n"+
			"  hs_tax_rate_group_id: "+pick("Tax", "{ column: Tax, by: rate }", "{ column: Tax, by: name }")+"\n"+
			"associations:\n  - { to: deals, column: Deal"+pick("", ", required: true", ", optional: true", `, strip: "'"`, `, split: ";"`)+" }\n"+
			pick("", "allow: [nameless]\n"))
		_, refused := rundir.Check(t.Context(), d.options, d.path("checked"), true, blindVisitor{})
		for range d.account.Objects("line_items") {
			t.Fatal("the check has created a record")
		}
		_, err := rundir.Import(t.Context(), d.options)
		if _, wrong := errors.AsType[*rundir.Error](refused); wrong && err != nil && err.Error() == refused.Error() {
			for range d.account.Objects("line_items") {
				t.Fatal("the import has created a record of a file that the check refuses")
			}
			return
		}
		if refused != nil || err != nil {
			t.Fatalf("the check says %v, the import %v", refused, err)
		}
		if diff := cmp.Diff(refusedBefore(t, d.path("checked")), refusedBefore(t, d.path("run"))); diff != "" {
			t.Errorf("check and import differ (-check +import):\n%s", diff)
		}
	})
}
