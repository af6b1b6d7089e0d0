// What the words of a column become: options, and currencies.

package mapping

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hubload/hubload/mapping/internal/wording"
	"github.com/hubload/hubload/mapping/schema"
)

// maxWords is how many different cells a column of words may have.
const maxWords = 60

// options finds what the cells of an enumeration become.
func (p *proposer) options(c *candidate) {
	list := frequencies()
	if c.definition != nil {
		if c.definition.ExternalOptions || len(c.definition.Options) == 0 {
			return
		}
		list = c.definition.Options
	} else if c.Property.Name != "recurringbillingfrequency" {
		return
	}
	o := schema.NewOptions(list)
	words := map[string]string{}
	switch c.Property.Name {
	case "recurringbillingfrequency":
		words = frequencyWords()
	case "hs_line_item_currency_code":
		words = currencyWords()
	}
	c.words("are none of the property's options", func(cell string) (string, bool) {
		if _, ok := o.Value(cell); ok {
			return cell, true
		}
		if c.kind == schema.TypeEnums {
			if _, bad := o.Values(cell); bad == 0 {
				return cell, true
			}
		}
		if value, ok := o.ValueFold(cell); ok {
			return value, true
		}
		for _, word := range []string{strings.TrimSpace(cell), plain(cell)} {
			if value, ok := words[word]; ok {
				if _, has := o.Value(value); has || value == "" {
					return value, true
				}
			}
		}
		return "", false
	})
}

// currencies does the same where the account's property is a text, or isn't known.
func (p *proposer) currencies(c *candidate) {
	c.words("are no currency codes", func(cell string) (string, bool) {
		if len(cell) == 3 && strings.Trim(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			return cell, true
		}
		value, ok := currencyWords()[strings.TrimSpace(cell)]
		return value, ok
	})
}

// words gives the rule values for cells that aren't sent as they are.
func (c *candidate) words(fault string, sent func(cell string) (string, bool)) {
	fits := c.cells.fitting(func(cell string) bool { _, ok := sent(cell); return ok })
	if !c.require(fits, fault) {
		return
	}
	values := make(map[string]string)
	changed := false
	var unknown []string
	for _, cell := range c.cells.sortedCells() {
		value, ok := sent(cell)
		if !ok || utf8.RuneCountInString(cell) > 100 {
			unknown = append(unknown, cell)
			continue
		}
		values[cell] = value
		changed = changed || value != cell
	}
	switch {
	case !changed:
		return
	case len(values) > maxWords:
		c.Confidence = Low
		c.Notes = append(c.Notes, fmt.Sprintf("%d different cells would need a value each", len(values)))
		return
	}
	c.Property.Values = values
	if len(unknown) > 0 {
		c.Notes = append(c.Notes, "no value is known for "+wording.QuoteAll(unknown)+": add what they become")
	}
}
