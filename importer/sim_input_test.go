// The input of a simulated run: good rows, rows that can't be sent, and rows that the account refuses or holds already.

package importer_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

const simMapping = `
properties:
  name: { column: Name, required: true }
  price: Price
  hs_line_item_currency_code: Currency
associations:
  - { to: deals, column: Deal }
`

const simKeyMapping = simMapping + `
key: { property: ` + simKey + `, columns: [Key] }
`

// A simRow is a row as whoever made it knows it.
type simRow struct {
	name  string // of its record: no other row has it
	key   string
	unfit bool // can't be sent
	wrong bool // the account refuses it
	held  bool // the account holds a record with its key from before
}

// A simInput is the whole input; row n is rows[n-1].
type simInput struct {
	csv        string
	rows       []simRow
	byName     map[string]int
	duplicates map[int64]importer.Duplicate
}

const aDeal, noDeal = "17000000001", "17000000999"

func newSimInput(p *simPlan) *simInput {
	r := rand.New(rand.NewPCG(p.seed, 2))
	in := &simInput{byName: map[string]int{}, duplicates: map[int64]importer.Duplicate{}}
	var b strings.Builder
	b.WriteString("Name,Price,Currency,Deal,Key\n")
	for n := 1; n <= p.rows; n++ {
		row := simRow{name: fmt.Sprintf("Item %d", n), key: fmt.Sprintf("Key-%d", n)}
		name, price, currency, deal, more := row.name, fmt.Sprint(n), "EUR", aDeal, ""
		switch {
		case chance(r, p.unfit):
			row.unfit = true
			switch twin := n - 1; {
			case chance(r, 0.3):
				name = ""
			case chance(r, 0.3):
				deal = "1.7E+10"
			case p.key && twin > 0 && !in.rows[twin-1].unfit && !in.rows[twin-1].held:
				row.key = in.rows[twin-1].key
				in.rows[twin-1].unfit = true
				in.duplicates[int64(n)] = importer.Duplicate{Row: int64(twin)}
				in.duplicates[int64(twin)] = importer.Duplicate{Row: int64(n)}
			default:
				more = ",one cell too many"
			}
		case chance(r, p.wrong):
			row.wrong = true
			switch {
			case chance(r, 0.3) && p.account.Quirks.Targets != hubspottest.AcceptTargets:
				deal = noDeal
			case chance(r, 0.5):
				price = "much"
			default:
				currency = "Taler"
			}
		case chance(r, p.held):
			row.held = true
		}
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s%s\n", name, price, currency, deal, row.key, more)
		in.byName[row.name] = n
		in.rows = append(in.rows, row)
	}
	in.csv = b.String()
	return in
}

// furnish puts into the account what has to be there before the run.
func (in *simInput) furnish(a *hubspottest.Account, p *simPlan) error {
	if _, err := a.AddRecord("deals", aDeal, nil); err != nil {
		return err
	}
	if !p.key {
		return nil
	}
	if err := a.AddProperty("line_items", hubspottest.Property{Name: simKey, Unique: true}); err != nil {
		return err
	}
	for _, row := range in.rows {
		if !row.held {
			continue
		}
		key := row.key
		if p.account.Quirks.FoldUnique {
			key = " " + strings.ToUpper(key)
		}
		if _, err := a.AddRecord("line_items", "", map[string]string{"name": row.name, simKey: key}); err != nil {
			return err
		}
	}
	return nil
}
