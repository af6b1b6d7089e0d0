// The input of a simulated run: good rows, rows that can't be sent, and rows that the account refuses or holds already.

package importer_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/rows"
)

const simMapping = `
properties:
  name: { column: Name, required: true }
  price: Price
  hs_line_item_currency_code: Currency
associations:
  - { to: deals, column: Deal }
`

// The other parts of a mapping, as the plan wants them.
const (
	simLinks = `
  - { to: deals, column: Order, match: external_id }
`
	simProperties = `
  hs_product_id: { column: SKU, match: hs_sku }
`
	simNumbers = `
  hs_position_on_quote: { position: deals }
`
	simKeyRule = `
key: { property: ` + simKey + `, columns: [Key] }
`
)

func (p *simPlan) mapping() string {
	text := simMapping
	if p.match {
		properties := simProperties
		if p.numbered {
			properties += simNumbers
		}
		text = strings.Replace(text, "\nassociations", properties+"associations", 1) + simLinks
	}
	if p.key {
		text += simKeyRule
	}
	return text
}

// A simRow is a row as whoever made it knows it.
type simRow struct {
	name  string // no other row has it; its record's is that without what follows twinMark
	twin  int    // the first row that sends the same; 0: none does
	key   string
	unfit bool // can't be sent
	wrong bool // the account refuses it
	held  bool // the account holds a record with its key from before

	lost    bool   // unfit because it leads to a record that isn't there
	deal    int    // that its Order leads to; 0: to none
	product int    // likewise its SKU
	number  string // within its deals; "" when the plan has none
}

// twinMark parts the name of a twin's record from the number of its row.
const twinMark = " twin "

// recordName is the name of a row's record.
func recordName(name string) string {
	name, _, _ = strings.Cut(name, twinMark)
	return name
}

// drawTwin makes a row the twin of one of those before it, if that one is good.
func (in *simInput) drawTwin(r *rand.Rand, n int) (row simRow, ok bool) {
	first := max(n-1-r.IntN(min(n-1, 60)), 1)
	if t := in.rows[first-1].twin; t > 0 {
		first = t
	}
	other := in.rows[first-1]
	if other.unfit || other.wrong || other.held {
		return row, false
	}
	return simRow{name: fmt.Sprint(other.name, twinMark, n), twin: first}, true
}

// rowOf is the row that a request holds, by its trace and the name of its record.
func (in *simInput) rowOf(trace, name string) string {
	n, _ := strconv.Atoi(trace[strings.LastIndex(trace, "-")+1:])
	if 1 <= n && n <= len(in.rows) && recordName(in.rows[n-1].name) == name {
		return in.rows[n-1].name
	}
	return name
}

// A simInput is the whole input; row n is rows[n-1].
type simInput struct {
	csv        string
	rows       []simRow
	byName     map[string]int
	duplicates map[int64]rows.Duplicate
	positions  *rows.Positions
}

// The deals and products of a plan that matches have these ids.
const (
	firstDeal, deals       = 18000000001, 25
	firstProduct, products = 19000000001, 40
)

const aDeal, noDeal = "17000000001", "17000000999"

func newSimInput(p *simPlan) *simInput {
	r := rand.New(rand.NewPCG(p.seed, 2))
	in := &simInput{byName: map[string]int{}, duplicates: map[int64]rows.Duplicate{}}
	var b strings.Builder
	b.WriteString("Name,Price,Currency,Deal,Key,Order,SKU\n")
	links := rand.New(rand.NewPCG(p.seed, 3))
	counts := map[string]int{}
	twins := rand.New(rand.NewPCG(p.seed, 4))
	for n := 1; n <= p.rows; n++ {
		if n > 1 && chance(twins, p.twins) {
			if row, ok := in.drawTwin(twins, n); ok {
				price := pick(twins, "%d", "%d", "%d.0", "%d.00")
				fmt.Fprintf(&b, "%s,"+price+",EUR,%s,,,\n", recordName(row.name), row.twin, aDeal)
				in.byName[row.name] = n
				in.rows = append(in.rows, row)
				continue
			}
		}
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
				in.duplicates[int64(n)] = rows.Duplicate{Row: int64(twin)}
				in.duplicates[int64(twin)] = rows.Duplicate{Row: int64(n)}
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
		order, sku := row.drawLinks(links, p, n)
		if p.numbered && more == "" {
			parent := deal + "/" + strings.ToLower(strings.TrimSpace(order))
			counts[parent]++
			row.number = fmt.Sprint(counts[parent])
		}
		fmt.Fprintf(&b, "%s,%s,%s,%s,%s,%s,%s%s\n", name, price, currency, deal, row.key, order, sku, more)
		in.byName[row.name] = n
		in.rows = append(in.rows, row)
	}
	in.csv = b.String()
	return in
}

// drawLinks draws what a row leads to, and returns its cells.
func (row *simRow) drawLinks(r *rand.Rand, p *simPlan, n int) (order, sku string) {
	if !p.match {
		return "", ""
	}
	if !chance(r, 0.1) {
		row.deal = 1 + n/11%deals
		if chance(r, 0.1) {
			row.deal = 1 + r.IntN(deals) // out of order
		}
		order = fmt.Sprint("Order-", row.deal)
		if !p.account.Quirks.ExactUnique && chance(r, 0.3) {
			order = " " + strings.ToUpper(order)
		}
	}
	if chance(r, 0.7) {
		row.product = 1 + r.IntN(products)
		sku = fmt.Sprint("Sku-", row.product)
	}
	if !row.unfit && !row.held && chance(r, p.lost) {
		row.unfit, row.lost, row.wrong = true, true, false
		switch r.IntN(3) {
		case 0:
			order = fmt.Sprint("Nobody's-", r.IntN(9))
		case 1:
			sku = "Sku-none"
		default:
			sku = "Sku-twice"
		}
	}
	return order, sku
}

// furnishLinks adds what rows lead to.
func furnishLinks(a *hubspottest.Account) error {
	if err := a.AddProperty("deals", hubspottest.Property{Name: "external_id", Unique: true}); err != nil {
		return err
	}
	for i := range deals {
		if _, err := a.AddRecord("deals", fmt.Sprint(firstDeal+i), map[string]string{"external_id": fmt.Sprint("Order-", i+1)}); err != nil {
			return err
		}
	}
	for i := range products + 2 {
		sku := fmt.Sprint("Sku-", i+1)
		if i >= products {
			sku = "Sku-twice"
		}
		if _, err := a.AddRecord("products", fmt.Sprint(firstProduct+i), map[string]string{"hs_sku": sku}); err != nil {
			return err
		}
	}
	return nil
}

// furnish puts into the account what has to be there before the run.
func (in *simInput) furnish(a *hubspottest.Account, p *simPlan) error {
	if _, err := a.AddRecord("deals", aDeal, nil); err != nil {
		return err
	}
	if p.match {
		if err := furnishLinks(a); err != nil {
			return err
		}
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
		if !p.account.Quirks.ExactUnique {
			key = " " + strings.ToUpper(key)
		}
		if _, err := a.AddRecord("line_items", "", map[string]string{"name": row.name, simKey: key}); err != nil {
			return err
		}
	}
	return nil
}
