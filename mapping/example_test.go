// The package as a Go program uses it.

package mapping_test

import (
	"fmt"

	"github.com/hubload/hubload/mapping"
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
	// REQUIRED_EMPTY in "Product": the cell is empty and the property is required; fill it in, or give the rule a default
	// ASSOCIATION_ID_INVALID in "Deal ID": {value} is no record id; write a whole number greater than 0, in digits only; a spreadsheet has rounded it, so export the column again as text
}

func ExampleParse() {
	_, err := mapping.Parse([]byte(`
properties:
  name: { colum: Product }
  price: { column: Price, decimal: "," }
account: yes
`))
	fmt.Println(err)
	// Output:
	// line 3, column 11: unknown key "colum" in property "name"; did you mean "column"?
	// line 4, column 27: the key "decimal" in property "price" is not supported by this version of hubload yet; remove it
	// line 5, column 10: account must be a whole number from 1 to 9223372036854775807, in digits and without quotes
}

func ExampleForHeader() {
	header := []string{"name", "price", "Remark"}
	m := mapping.ForHeader("line_items", header, mapping.IsLineItemProperty)
	fmt.Printf("%s", m.Encode())
	// Output:
	// object: line_items
	// properties:
	//   name: name
	//   price: price
}
