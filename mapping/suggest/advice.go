// What to do about line items that no column associates with a record.

package suggest

import (
	"strings"

	"github.com/hubload/hubload/mapping"
)

// advice says how the line items can be associated, where nothing does so yet.
func (p *proposer) advice() []string {
	if !p.isLineItem() {
		return nil
	}
	var numbers []string // columns whose cells a property of the deal may hold
	for _, g := range p.guesses {
		switch {
		case g.Association != nil && g.Used():
			return nil
		case g.Association != nil && g.cells.Total > 0, g.Target() == "" && p.known.orders[normalizeName(g.Name)]:
			numbers = append(numbers, g.Name)
		}
	}
	if p.export != nil && p.export.program == "Shopify" {
		numbers = append(numbers, "Name") // the order's
	}
	lines := []string{"No column is known to hold the ids of deals, and HubSpot shows line items without a deal nowhere."}
	if len(numbers) > 0 {
		lines = append(lines, "If a unique property of the deals holds the values of "+strings.Join(numbers, " or ")+", write its name for PROPERTY:")
		rule := mapping.AssociationRule{To: "deals", Column: numbers[0], Match: "PROPERTY"}
		lines = append(lines, "  associations:", "    - "+rule.YAML())
	} else {
		lines = append(lines, "Add a column with the deals' ids to the file (Record ID in HubSpot's export of deals), and:")
		rule := mapping.AssociationRule{To: "deals", Column: "Deal ID"}
		lines = append(lines, "  associations:", "    - "+rule.YAML())
	}
	return append(lines, "Or, to import them without any record:", "  associations: []")
}
