// The package as a Go program uses it.

package mapping_test

import (
	"fmt"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

func Example() {
	m, err := mapping.Parse([]byte(`
properties:
  name: { column: Product, required: true }
  quantity: Qty
  hs_line_item_currency_code: { value: JPY }
associations:
  - { to: deals, column: Deal ID }
key: { property: migration_key, columns: [Order no, Line] }
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	mapper, err := m.Compile([]string{"Order no", "Line", "Product", "Qty", "Deal ID", "Remark"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("not used:", mapper.Unused())

	var rec mapping.Record // serves all rows, one after the other
	for _, row := range [][]string{
		{"A-17", "1", "Bolt M8", "200", "18012345678", ""},
		{"A-17", "2", "", "10", "1.8E+10", ""},
	} {
		problems := mapper.Map(row, &rec)
		for _, p := range problems {
			fmt.Printf("%s in %q: %s\n", p.Code, p.Column, p.Message)
		}
		if len(problems) == 0 {
			fmt.Println(rec.Key, rec.Properties, rec.Associations)
		}
	}
	// Output:
	// not used: [Remark]
	// A-17|1 [{name Bolt M8} {quantity 200} {hs_line_item_currency_code JPY} {migration_key A-17|1}] [{deals 18012345678 HUBSPOT_DEFINED 20}]
	// REQUIRED_EMPTY in "Product": the cell is empty and the property is required. Fill it in, or add default: to the rule.
	// ASSOCIATION_ID_INVALID in "Deal ID": {value} is not a record id: a spreadsheet has rounded it, so export the column again as text. Fix the cell: an id is a whole number greater than 0, in digits only.
}

func ExampleParse() {
	_, err := mapping.Parse([]byte(`
properties:
  name: { colum: Product }
  price: { column: Price, decimal: "," , layout: DD/MM/YYYY }
account: yes
`))
	fmt.Println(err)
	// Output:
	// line 3, column 11: unknown key "colum" in property "name"; did you mean "column"?
	// line 4, column 36: decimal is for numbers, and contradicts layout and timezone, which are for dates; keep one of the two
	// line 4, column 50: the layout "DD/MM/YYYY" lacks the day (02) and the month (01) and the year (2006); did you mean "02/01/2006"?
	// line 5, column 10: account must be a whole number from 1 to 9223372036854775807, in digits and without quotes
}

func ExampleForHeader() {
	header := []string{"name", "price", "Remark"}
	m := mapping.ForHeader("line_items", header, schema.IsLineItemProperty)
	fmt.Printf("%s", m.Encode())
	// Output:
	// object: line_items
	// properties:
	//   name: name
	//   price: price
}

func ExampleMapping_CompileFor() {
	m, err := mapping.Parse([]byte(`
properties:
  name: Product
  price: { column: Price, decimal: ",", group: "." }
  recurringbillingfrequency: Billing
  hs_recurring_billing_start_date: { column: Start, layout: 02/01/2006 }
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	schema := schema.New([]schema.Property{ // as the account lists them
		{Name: "name", Label: "Name", Type: "string"},
		{Name: "price", Label: "Unit price", Type: "number"},
		{Name: "recurringbillingfrequency", Label: "Billing frequency", Type: "enumeration", Options: []schema.Option{
			{Value: "monthly", Label: "Monthly"},
			{Value: "per_six_months", Label: "Semi-annually"},
		}},
		{Name: "hs_recurring_billing_start_date", Label: "Billing start date", Type: "date"},
	})
	mapper, err := m.CompileFor([]string{"Product", "Price", "Billing", "Start"}, schema)
	if err != nil {
		fmt.Println(err)
		return
	}
	var rec mapping.Record
	for _, row := range [][]string{
		{"Maintenance", "1.234,56", "Semi-annually", "31/01/2026"},
		{"Hosting", "1,234.56", "yearly", "30/02/2026"},
	} {
		problems := mapper.Map(row, &rec)
		for _, p := range problems {
			fmt.Println(p.Code, p.Message)
		}
		if len(problems) == 0 {
			fmt.Println(rec.Properties)
		}
	}
	// Output:
	// [{name Maintenance} {price 1234.56} {recurringbillingfrequency per_six_months} {hs_recurring_billing_start_date 2026-01-31}]
	// INVALID_NUMBER {value} is not a number as the rule says, with decimal: "," and group: ".". If the whole column is written this way, the price rule needs decimal: "." and group: "," instead; otherwise fix the cell.
	// INVALID_OPTION {value} is not one of the options. Write "monthly", "per_six_months", or add values: to the rule to say what this cell becomes.
	// INVALID_DATE {value} is not a day of the calendar, or not a time. Fix the cell.
}
