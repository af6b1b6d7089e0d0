// A row that names a deal by a value of its own.

package mapping_test

import (
	"fmt"
	"log"

	"github.com/hubload/hubload/mapping"
)

func ExampleRecord_Resolve() {
	m, err := mapping.Parse([]byte(`
properties: { name: Product }
associations: [ { to: deals, column: Order no, match: external_id } ]
`))
	if err != nil {
		log.Fatal(err)
	}
	mapper, err := m.Compile([]string{"Product", "Order no"})
	if err != nil {
		log.Fatal(err)
	}
	var rec mapping.Record
	if problems := mapper.Map([]string{"Hosting", "A-17"}, &rec); problems != nil {
		log.Fatal(problems)
	}
	l := rec.Lookups[0]
	fmt.Println("look for", l.To, "by", l.Property, l.Value)

	rec.Resolve([]string{"3141592653"}) // as somebody has found out
	fmt.Println("leads to", rec.Associations[0].To, rec.Associations[0].ID)
	// Output:
	// look for deals by external_id A-17
	// leads to deals 3141592653
}
