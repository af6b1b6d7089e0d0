// The law of a check: what it refuses is what an import refuses without sending it.

package importer

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
)

func TestCheckRefusesWhatRunRefuses(t *testing.T) {
	codes := map[string]int{}
	for seed := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 11))
			w := newDealWorld(0)
			w.unique = true
			tr := newTrial(t, w.world, 0)
			tr.sender = w
			tr.csv, tr.mapping = lawInput(rng)
			if strings.Contains(tr.mapping, "key:") {
				tr.key = "row_key"
			}
			var checked []journal.Fate
			tr.change = func(im *Import) {
				if err := im.Rows.Prepare(t.Context(), sourceOf(tr.csv)); err != nil {
					t.Fatal(err)
				}
				checked = checkedFates(t, tr.csv, im.Rows)
			}
			if err := tr.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			st := tr.state()
			defer st.Close()
			var refused []journal.Fate
			all, _ := st.Rows()
			for n := int64(1); n <= all; n++ {
				f, _, err := st.Fate(n)
				if err != nil {
					t.Fatal(err)
				}
				if f.Kind == journal.Refused && f.Attempts == 0 {
					refused = append(refused, f)
					codes[f.Code]++
				}
			}
			if diff := cmp.Diff(checked, refused); diff != "" {
				t.Errorf("seed %d: the check and the import (-check +import):\n%s\nof\n%s\nby\n%s", seed, diff, tr.csv, tr.mapping)
			}
		})
	}
	for _, code := range []string{
		csvfile.CodeFieldCount, csvfile.CodeUnclosedQuote, rows.CodeDuplicateKey, rows.CodeRepeatedHeader, rows.CodeInvalidPosition, "REQUIRED_EMPTY",
	} {
		if codes[code] < 10 {
			t.Errorf("only %d rows were refused with %s", codes[code], code)
		}
	}
}

func checkedFates(t *testing.T, csv string, c rows.Config) (fates []journal.Fate) {
	t.Helper()
	src, err := sourceOf(csv)()
	if err != nil {
		t.Fatal(err)
	}
	check := Check{Source: src, Rows: c, Refused: func(row *rows.Row, refused *rows.Refusal) error {
		fates = append(fates, refused.Fate(row.Row))
		return nil
	}}
	if _, err := check.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return fates
}

// lawInput draws a file and a mapping.
func lawInput(rng *rand.Rand) (csv, mapping string) {
	mapping = strings.Replace(plainMapping, "price: { column: price }", "price: { column: price, decimal: \",\", group: \".\" }", 1)
	header := "name,price,order"
	report := rng.IntN(3) == 0
	if report {
		header += ",hubload_row,hubload_position"
	}
	if rng.IntN(2) == 0 {
		mapping += "  hs_position_on_quote: { position: deals }\n"
	}
	mapping += "associations:\n  - { to: deals, column: order }\n"
	switch rng.IntN(3) {
	case 0:
		mapping += "key: { property: row_key, columns: [name] }\n"
	case 1:
		mapping += "key: { property: row_key, auto: true }\n"
	}
	var b strings.Builder
	b.WriteString(header + "\n")
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	for n := range 20 + rng.IntN(20) {
		switch rng.IntN(12) {
		case 0:
			b.WriteString(header)
		case 1:
			b.WriteString("too,few")
		case 2:
			b.WriteString(`"open,1,1`)
		default:
			fmt.Fprintf(&b, "%s,%s,%s", pick("", "same", fmt.Sprint("r", n), fmt.Sprint("r", n), fmt.Sprint("r", n)), pick("1", "1,5", "much", ""), pick("1", "2", "x", ""))
			if report {
				fmt.Fprintf(&b, ",%d,%s", n, pick("", "3", "x", fmt.Sprint(n+1)))
			}
		}
		b.WriteString("\n")
	}
	return b.String(), mapping
}
