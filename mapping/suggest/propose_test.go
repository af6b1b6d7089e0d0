// What is proposed for which columns.

package suggest

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// propose proposes for columns that are each written as name: cell|cell.
func propose(t *testing.T, s *schema.Schema, columns ...string) *Proposal {
	t.Helper()
	var header []string
	var cells [][]string
	depth := 0
	for _, c := range columns {
		name, list, _ := strings.Cut(c, ": ")
		header = append(header, name)
		cells = append(cells, strings.Split(list, "|"))
		depth = max(depth, len(cells[len(cells)-1]))
	}
	rows := make([][]string, depth)
	for i := range rows {
		for _, list := range cells {
			cell := ""
			if i < len(list) {
				cell = list[i]
			}
			rows[i] = append(rows[i], cell)
		}
	}
	p := Propose("", header, rows, s)
	lawful(t, p, header, s)
	return p
}

// lawful checks what holds for every proposal: what it writes is what it means, and
// fits the file and the account.
func lawful(t *testing.T, p *Proposal, header []string, s *schema.Schema) {
	t.Helper()
	text := p.Encode()
	m := p.Mapping()
	got, err := mapping.Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if diff := cmp.Diff(m, got); diff != "" {
		t.Fatalf("what was written is read otherwise (-meant +read):\n%s\n%s", diff, text)
	}
	if len(m.Properties) == 0 {
		return
	}
	if _, err := got.CompileFor(header, s); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

// one returns what is proposed for the only column, in one line.
func one(c *Column) string {
	switch {
	case c.Property != nil:
		return fmt.Sprintf("%s %s: %s", c.Confidence, c.Property.Name, strings.TrimPrefix(c.Property.YAML(), c.Property.Name+": "))
	case c.Association != nil:
		return fmt.Sprintf("%s %s", c.Confidence, c.Association.YAML())
	}
	return "-"
}

func TestProposals(t *testing.T) {
	for _, test := range []struct{ column, want string }{
		// Names.
		{"price: 1", `high price: { column: price, required: true }`},
		{" Unit Price : 1", `high price: { column: " Unit Price ", required: true }`},
		{"単価: 1", `high price: { column: 単価, required: true }`},
		{"Einzelpreis (EUR): 1", `high price: { column: Einzelpreis (EUR), required: true }`},
		{"Artikel-Nr.: A", "high hs_sku: Artikel-Nr."},
		{"ＳＫＵ: A", "high hs_sku: ＳＫＵ"},
		{"Rabatt in %: 5 %", `high hs_discount_percentage: { column: "Rabatt in %", symbol: "%" }`},
		{"金額: 100", "-"}, // HubSpot calculates it
		{"Customer: A", "-"},
		{"hubload_row: 1", ""},

		// Numbers.
		{"Qty: 1|2|1000", `high quantity: { column: Qty, required: true }`},
		{"Preis: 1.234,50 €|49,90 €", `medium price: { column: Preis, required: true, decimal: ",", group: ".", symbol: "€" }`},
		{"Price: $1,234.50|$9.00", `medium price: { column: Price, required: true, group: ",", symbol: "$" }`},
		{"Preis: 1 234,50|9,00", `medium price: { column: Preis, required: true, decimal: ",", group: " " }`},
		{"Price: 1'234.50|9.00", `medium price: { column: Price, required: true, group: "'" }`},
		{`単価: \1,200|\980`, `high price: { column: 単価, required: true, group: ",", symbol: "\\" }`},
		{"単価: 1,200円|980円", `high price: { column: 単価, required: true, group: ",", symbol: 円 }`},
		{"Menge: 5 Stk|10 Stk", `high quantity: { column: Menge, required: true, symbol: Stk }`},
		{"Price: 1,234|5,678", "low price: Price"}, // a thousand, or one and a bit
		{"Price: 1.234|5.678", "low price: Price"},
		{"Price: 0.125|0.5", `medium price: { column: Price, required: true }`},
		{"Price: cheap|dear|5", "low price: Price"},
		{"Price: 5|6|7|8|9|1|2|3|4|dear", `medium price: { column: Price, required: true }`},

		// Dates.
		{"Start: 2026-01-31", `medium hs_recurring_billing_start_date: Start`},
		{"開始日: 2026/01/31", `medium hs_recurring_billing_start_date: { column: 開始日, layout: "2006/01/02" }`},
		{"開始日: 2026年1月31日", `medium hs_recurring_billing_start_date: { column: 開始日, layout: "2006年1月2日" }`},
		{"Startdatum: 31.01.2026|01.02.2026", `medium hs_recurring_billing_start_date: { column: Startdatum, layout: "02.01.2006" }`},
		{"Start: 01/02/2026|31/01/2026", `medium hs_recurring_billing_start_date: { column: Start, layout: "02/01/2006" }`},
		{"Start: 01/02/2026|01/31/2026", `medium hs_recurring_billing_start_date: { column: Start, layout: "01/02/2006" }`},
		{"Start: 01/02/2026|03/04/2026", "low hs_recurring_billing_start_date: Start"},
		{"Start: 2026-01-31|soon", "medium hs_recurring_billing_start_date: Start"}, // no layout is needed
		{"Start: soon|later", "low hs_recurring_billing_start_date: Start"},

		// Words.
		{"請求周期: 月次|年次", "high recurringbillingfrequency: { column: 請求周期, values: { 年次: annually, 月次: monthly } }"},
		{"Abrechnung: monatlich|jährlich|einmalig", `high recurringbillingfrequency: { column: Abrechnung, values: { einmalig: "", jährlich: annually, monatlich: monthly } }`},
		{"Billing: monthly|annually", "high recurringbillingfrequency: Billing"},
		{"Billing: Monthly", "high recurringbillingfrequency: { column: Billing, values: { Monthly: monthly } }"},
		{"Art der Zahlung: monatlich|monatlich|jährlich", `medium recurringbillingfrequency: { column: Art der Zahlung, values: { jährlich: annually, monatlich: monthly } }`},
		{"Währung: €|EUR", `high hs_line_item_currency_code: { column: Währung, values: { EUR: EUR, "€": EUR } }`},
		{"Geld: EUR|USD|EUR", "medium hs_line_item_currency_code: Geld"},
		{"Laufzeit: 12 Monate|1 Jahr", `high hs_recurring_billing_period: { column: Laufzeit, values: { "1 Jahr": P1Y, "12 Monate": P12M } }`},
		{"契約期間: 12ヶ月|2週間", `high hs_recurring_billing_period: { column: 契約期間, values: { "12ヶ月": P12M, "2週間": P2W } }`},

		// Associations.
		{"Deal ID: 9002100472", `high { to: deals, column: Deal ID, required: true }`},
		{"取引ID: 9002100472", `high { to: deals, column: 取引ID, required: true }`},
		{"Deal: Big one", "low { to: deals, column: Deal }"},
		{"Deal-ID: ", "medium { to: deals, column: Deal-ID }"},
	} {
		p := propose(t, nil, test.column)
		got := ""
		if len(p.Columns) > 0 {
			got = one(&p.Columns[0])
		}
		if got != test.want {
			t.Errorf("%s\ngot  %s\nwant %s\n%+v", test.column, got, test.want, p.Columns)
		}
	}
}

func TestProposalsKnowTheFile(t *testing.T) {
	for name, test := range map[string]struct {
		columns []string
		want    []string
	}{
		"another column tells the decimal sign": {
			[]string{"Preis: 1.234|5.678", "Einkaufspreis: 9,50"},
			[]string{`medium price: { column: Preis, required: true, decimal: ",", group: "." }`, `high hs_cost_of_goods_sold: { column: Einkaufspreis, decimal: "," }`},
		},
		"another column tells day from month": {
			[]string{"Start: 01/02/2026", "End: 31/12/2026"},
			[]string{`medium hs_recurring_billing_start_date: { column: Start, layout: "02/01/2006" }`, `medium hs_recurring_billing_end_date: { column: End, layout: "02/01/2006" }`},
		},
		"of two columns for a property the surer one": {
			[]string{"Price (old): 1", "Price: 2"},
			[]string{"-", "medium price: { column: Price, required: true }"},
		},
		"two columns of one name": {
			[]string{"Price: 1", "Price : 2", "Name: A"},
			[]string{"-", "-", "medium name: { column: Name, required: true }"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := propose(t, nil, test.columns...)
			var got []string
			for i := range p.Columns {
				got = append(got, one(&p.Columns[i]))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestProposalsKnowTheAccount(t *testing.T) {
	s := schema.New([]schema.Property{
		{Name: "name", Label: "名前", Type: "string"},
		{Name: "price", Label: "Unit price", Type: "number"},
		{Name: "hs_margin", Label: "Margin", Type: "number", ReadOnly: true},
		{Name: "colour", Label: "Farbe", Type: "enumeration", Options: []schema.Option{{Value: "red", Label: "Rot"}, {Value: "blue", Label: "Blau"}}},
		{Name: "gift", Label: "Geschenk", Type: "bool"},
		{Name: "seen_at", Label: "Gesehen", Type: "datetime"},
		{Name: "twice_a", Label: "Twice", Type: "string"},
		{Name: "twice_b", Label: "Twice", Type: "string"},
	})
	for column, want := range map[string]string{
		"名前: A":                             "high name: { column: 名前, required: true }",
		"FARBE: Rot|blau":                   "high colour: { column: FARBE, values: { Rot: Rot, blau: blue } }",
		"colour: red|blue":                  "high colour: colour",
		"Geschenk: ja|nein":                 `high gift: { column: Geschenk, values: { ja: true, nein: false } }`,
		"Gesehen: 31.12.2026 09:30":         `high seen_at: { column: Gesehen, layout: "02.01.2006 15:04" }`,
		"Gesehen: 2026-12-31T09:30:00Z":     "high seen_at: Gesehen",
		"Twice: A":                          "-",
		"hs_margin: 5":                      "-",
		"Qty: 5":                            "-", // this account has no quantity
		"Something: monthly|monthly|weekly": "-",
	} {
		want = strings.NewReplacer("ja: true", `ja: "true"`, "nein: false", `nein: "false"`).Replace(want)
		p := propose(t, s, column)
		if got := one(&p.Columns[0]); got != want {
			t.Errorf("%s\ngot  %s\nwant %s\n%+v", column, got, want, p.Columns)
		}
	}
}

// Owners, stages and tax rates are looked up by what people write instead of ids.
func TestProposalsLookUp(t *testing.T) {
	s := schema.New([]schema.Property{
		{Name: "dealname", Label: "Deal name", Type: "string"},
		{Name: "name", Label: "Name", Type: "string"},
		{Name: "hubspot_owner_id", Label: "Deal owner", Type: "enumeration", ExternalOptions: true},
		{Name: "hs_tax_rate_group_id", Label: "Tax rate", Type: "enumeration", ExternalOptions: true},
		{Name: "dealstage", Label: "Deal stage", Type: "enumeration", Options: []schema.Option{{Value: "closedwon", Label: "Closed won"}}},
	})
	for _, tt := range []struct{ object, column, cells, want string }{
		{"deals", "Deal owner", "a@example.com|b@example.com", "by: email"},
		{"deals", "Deal owner", "1234567|1234568", ""},
		{"deals", "Deal stage", "Closed won|Closed lost", "by: label"},
		{"deals", "dealstage", "closedwon|closedwon", ""},
		{"line_items", "Tax rate", "19 %|7 %", "by: rate"},
		{"line_items", "Tax rate", "19|7", "by: rate"},
		{"line_items", "Tax rate", "VAT normal|VAT reduced", "by: name"},
		{"line_items", "Tax rate", "1234567|1234568", ""},
	} {
		header := []string{"Deal name", tt.column}
		if tt.object == "line_items" {
			header[0] = "Name"
		}
		var rows [][]string
		for cell := range strings.SplitSeq(tt.cells, "|") {
			rows = append(rows, []string{"A", cell})
		}
		p := Propose(tt.object, header, rows, s)
		lawful(t, p, header, s)
		got := one(&p.Columns[1])
		if !strings.HasPrefix(got, "high ") || tt.want != "" && !strings.Contains(got, tt.want) || tt.want == "" && strings.Contains(got, "by:") {
			t.Errorf("%s of %s is %s; want %q", tt.cells, tt.column, got, tt.want)
		}
	}
}

func TestProposalTellsWhatIsToDecide(t *testing.T) {
	p := propose(t, nil, "Name: A|B", "Start: 01/02/2026", "Price: 1,234", "Remark: x")
	p.CSV = mapping.CSV{Encoding: "utf-8", Delimiter: ';'}
	p.About = "How a.csv\nbecomes line_items."
	want := `# How a.csv\nbecomes line_items.
object: line_items
csv: { encoding: utf-8, delimiter: ";" }
properties:
  name: { column: Name, required: true }   # medium, a possible name of it: "A"
  # "01/02/2026" can be read in two ways, and no cell tells day from month. Use one of
  #   hs_recurring_billing_start_date: { column: Start, layout: "02/01/2006" }
  #   hs_recurring_billing_start_date: { column: Start, layout: "01/02/2006" }
  # hs_recurring_billing_start_date: Start   # left out; low, a possible name of it: "01/02/2026"
  # the cells can be read in two ways: "1,234" is 1.234, or 1234. Use one of
  #   price: { column: Price, decimal: "," }
  #   price: { column: Price, group: "," }
  # price: Price   # left out; low, a possible name of it: "1,234"
# No column is known to hold the ids of deals, and HubSpot shows line items without a deal nowhere.
# Add a column with the deals' ids to the file (Record ID in HubSpot's export of deals), and:
#   associations:
#     - { to: deals, column: Deal ID }
# Or, to import them without any record:
#   associations: []
# With a key no row is created twice, whatever file it comes in. Take the # away, and
# import with --create-key, which creates the property in the account:
# key: { property: hubload_key, auto: true }   # made of all that a row sends
# Columns that are not imported. To import one, write "property: column" under properties.
#   "Remark", such as "x"
`
	if diff := cmp.Diff(want, string(p.Encode())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestEachNameMeansOneProperty(t *testing.T) {
	for _, list := range [][]alias{aliases(), parents()} {
		for name, all := range meanings(list) {
			usual := 0
			for _, m := range all {
				if !m.vague {
					usual++
				}
			}
			if usual > 1 {
				t.Errorf("%q means %v", name, all)
			}
		}
	}
	for _, a := range aliases() {
		if !schema.IsLineItemProperty(a.property) && a.property != amount {
			t.Errorf("%s can't be written", a.property)
		}
	}
	options := schema.NewOptions(frequencies())
	for word, value := range frequencyWords() {
		if word != normalizeName(word) {
			t.Errorf("%q is written otherwise than it is looked for", word)
		}
		if _, ok := options.Value(value); !ok && value != "" {
			t.Errorf("%q becomes %q, which is no frequency", word, value)
		}
	}
}

// What is proposed for any file can be read, means what it says, and fits the file.
func FuzzPropose(f *testing.F) {
	f.Add("Name\x1fPrice", "A\x1f1,234\nB\x1f5.678,00 €")
	f.Add("取引ID\x1f請求周期", "1\x1f月次\n2\x1f#: {}")
	f.Add("Start\x1fStart ", "01/02/2026\x1f2026-01-01T00:00:00Z")
	f.Add("price\x1fcolour\x1fgift", "-5\x1fRot\x1fyes")
	f.Add("Discount %\x1fSKU", "5 %\x1f'# \\\"")
	s := schema.New([]schema.Property{
		{Name: "name", Type: "string"},
		{Name: "price", Type: "number"},
		{Name: "hs_recurring_billing_start_date", Type: "date"},
		{Name: "colour", Type: "enumeration", FieldType: "checkbox", Options: []schema.Option{{Value: "red", Label: "Rot"}, {Value: "a;b", Label: "#"}}},
		{Name: "gift", Type: "bool"},
		{Name: "seen_at", Type: "datetime"},
	})
	f.Fuzz(func(t *testing.T, head, body string) {
		if !utf8.ValidString(head) || !utf8.ValidString(body) || len(head)+len(body) > 1<<16 {
			return // csvfile gives valid text only
		}
		header := strings.Split(head, "\x1f")
		var rows [][]string
		for line := range strings.SplitSeq(body, "\n") {
			rows = append(rows, strings.Split(line, "\x1f"))
		}
		for _, schema := range []*schema.Schema{nil, s} {
			lawful(t, Propose("line_items", header, rows, schema), header, schema)
		}
	})
}
