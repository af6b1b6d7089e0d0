// Exports of known programs, whose columns mean something else than their names say.

package suggest

// An export is the line items that a program writes, known by some of its columns.
type export struct {
	program   string
	signature []string // normalized; all of them
	order     string   // normalized, the column that names the order; "" where its name says so
	columns   map[string]meaning
}

// A meaning is what a column holds: a property, or a reason why it is not proposed.
type meaning struct {
	property string
	reason   string
	doubtful bool // the property is right only if the reason's condition holds
}

// exports are facts from the programs' public documentation, read in November 2026.
func exports() []export {
	return []export{
		{ // help.shopify.com, "Exporting orders": one row for each line item, the order's cells on its first row
			"Shopify",
			[]string{"lineitemname", "lineitemquantity", "lineitemprice"},
			"name",
			map[string]meaning{
				"name": {reason: "Shopify's name of the order"}, "discountamount": {reason: "the discount of the whole order"},
				"lineitemcompareatprice": {reason: "the price before a reduction"}, "id": {reason: "Shopify's own id"},
			},
		},
		{ // docs.developer.amazonservices.com, ListOrderItems: ItemPrice is the price of the item multiplied by the quantity
			"Amazon",
			[]string{"itemprice", "sku", "itemtax"},
			"",
			map[string]meaning{
				"itemprice":             {reason: "Amazon's item-price is for all pieces of the line, and HubSpot's price is for one: divide it by the quantity in a spreadsheet"},
				"itempromotiondiscount": {reason: "a discount of the whole line, and HubSpot's is for one piece"},
				"orderitemid":           {reason: "Amazon's own id"}, "numberofitems": {reason: "how many pieces are in a package"},
			},
		},
		{ // developer.salesforce.com, OpportunityLineItem: Discount is a percentage, UnitPrice the sales price
			"Salesforce",
			[]string{"opportunityid", "unitprice", "quantity"},
			"",
			map[string]meaning{
				"discount": {property: "hs_discount_percentage", reason: "a percentage in Salesforce"}, "unitprice": {property: "price", reason: "the sales price"},
				"id": {reason: "Salesforce's own id"}, "product2id": {reason: "Salesforce's own id"}, "pricebookentryid": {reason: "Salesforce's own id"},
				"listprice": {reason: "the price before a reduction"}, "sortorder": {property: "hs_position_on_quote", reason: "the position"},
				"currencyisocode": {property: "hs_line_item_currency_code", reason: "the currency"}, "servicedate": {reason: "the date of one delivery"},
			},
		},
		{ // SAP table VBAP: NETPR is the price of KPEIN pieces
			"SAP",
			[]string{"matnr", "arktx"},
			"",
			map[string]meaning{
				"arktx": {property: "name", reason: "the short text of the item"}, "matnr": {property: "hs_sku", reason: "the material number"},
				"kwmeng": {property: "quantity", reason: "the quantity of the order"}, "fkimg": {property: "quantity", reason: "the billed quantity"},
				"netpr": {property: "price", reason: "the net price"}, "waerk": {property: "hs_line_item_currency_code", reason: "the document's currency"},
				"posnr": {property: "hs_position_on_quote", reason: "the item's number"}, "netwr": {reason: "the line's net value, which HubSpot calculates"},
			},
		},
		{ // quickbooks.intuit.com, "Import invoices": ItemRate is the price of one piece
			"QuickBooks",
			[]string{"itemquantity", "itemrate", "itemamount"},
			"",
			map[string]meaning{
				"itemproductservice": {property: "name", reason: "the product or service"}, "itemdescription": {property: "description", reason: "the item's description"},
				"itemrate": {property: "price", reason: "the price of one"}, "itemamount": {reason: "the line's total, which HubSpot calculates"},
				"itemtaxamount": {reason: "HubSpot calculates taxes"},
			},
		},
		{ // docs.stripe.com/api/prices/object: unit_amount is a whole number of cents, or of what a currency without cents counts
			"Stripe",
			[]string{"unitamount", "currency", "priceid"},
			"",
			map[string]meaning{
				"unitamount": {property: "price", reason: "Stripe counts most currencies in cents", doubtful: true},
				"id":         {reason: "Stripe's own id"}, "productid": {reason: "Stripe's own id"}, "priceid": {reason: "Stripe's own id"},
			},
		},
	}
}

// recognise returns the program that wrote the header, nil if none is known by it.
func recognise(header []string) *export {
	names := make(map[string]bool, len(header))
	for _, name := range header {
		names[normalizeName(name)] = true
	}
	for _, e := range exports() {
		known := true
		for _, name := range e.signature {
			known = known && names[name]
		}
		if known {
			return &e
		}
	}
	return nil
}
