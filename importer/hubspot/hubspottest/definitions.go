// The properties that line items, deals and products have from the start.

package hubspottest

import "strings"

// defaultDefinitions are those of a new account. Types without any are open to every name.
func defaultDefinitions(objectType string) *definitions {
	d := &definitions{byName: make(map[string]*Property)}
	add := func(list []Property) {
		for _, p := range list {
			p.standard = true
			p.complete(objectType)
			d.byName[p.Name] = &p
		}
	}
	switch objectType {
	case "line_items":
		add(lineItemProperties())
	case "deals":
		add(dealProperties())
	case "products":
		add(productProperties())
	case "contacts":
		d.open = true
		// Records are found by it and it is unique in effect, though its definition does not say so (properties guide).
		add([]Property{{Name: "email", Label: "Email", key: true}})
	default:
		d.open = true
	}
	add(systemDefinitions())
	return d
}

func lineItemProperties() []Property {
	return []Property{
		{Name: "hs_product_id", Label: "Product ID", Type: "number", Description: "ID of the product in the library that this line item comes from"},
		{Name: "name", Label: "Name"},
		{Name: "description", Label: "Description", FieldType: "textarea"},
		{Name: "hs_sku", Label: "SKU"},
		{Name: "price", Label: "Unit price", Type: "number", NotNegative: true},
		{Name: "quantity", Label: "Quantity", Type: "number"},
		{Name: "amount", Label: "Net price", Type: "number", Calculated: true},
		{Name: "discount", Label: "Unit discount", Type: "number"},
		{Name: "hs_discount_percentage", Label: "Discount Percentage", Type: "number"},
		{Name: "hs_line_item_currency_code", Label: "Currency", Type: "enumeration", Options: same(currencies)},
		{Name: "hs_tax_rate_group_id", Label: "Tax rate", Type: "enumeration", External: true},
		{Name: "recurringbillingfrequency", Label: "Billing frequency", Type: "enumeration", Options: []Option{
			{"Weekly", "weekly"},
			{"Every two weeks", "biweekly"},
			{"Monthly", "monthly"},
			{"Quarterly", "quarterly"},
			{"Semi-annually", "per_six_months"},
			{"Annually", "annually"},
			{"Every two years", "per_two_years"},
			{"Every three years", "per_three_years"},
			{"Every four years", "per_four_years"},
			{"Every five years", "per_five_years"},
		}},
		{Name: "hs_recurring_billing_period", Label: "Term", Description: "ISO-8601 duration, such as P12M"},
		{Name: "hs_recurring_billing_start_date", Label: "Billing start date", Type: "date"},
		{Name: "hs_recurring_billing_end_date", Label: "Billing end date", Type: "date"},
		// Calculated is what the line items guide for 2026-09 says of it and of the billing terms.
		{Name: "hs_recurring_billing_number_of_payments", Label: "Number of payments", Type: "number", Calculated: true, settable: true},
		// The values of the next two are reported differently; a client has to read them.
		{Name: "hs_recurring_billing_terms", Label: "Billing terms", Type: "enumeration", Calculated: true, settable: true, Options: []Option{
			{"Fixed number of payments", "FIXED"},
			{"Automatically renew until canceled", "AUTOMATICALLY_RENEW"},
			{"Forever", "FOREVER"},
		}},
		{Name: "hs_billing_start_delay_type", Label: "Billing start delay type", Type: "enumeration", Options: []Option{
			{"Delayed start by days", "hs_billing_start_delay_days"},
			{"Delayed start by months", "hs_billing_start_delay_months"},
			{"At checkout", "hs_billing_start_at_checkout"},
		}},
		{Name: "hs_billing_start_delay_days", Label: "Billing start delay (days)", Type: "number"},
		{Name: "hs_billing_start_delay_months", Label: "Billing start delay (months)", Type: "number"},
		{Name: "hs_position_on_quote", Label: "Position on quote", Type: "number"},
		{Name: "hs_product_type", Label: "Product type", Type: "enumeration", Options: []Option{
			{"Inventory", "inventory"}, {"Non-Inventory", "non_inventory"}, {"Service", "service"},
		}},
		{Name: "hs_pricing_model", Label: "Pricing model", Type: "enumeration", Options: []Option{
			{"Flat", "flat"}, {"Volume", "volume"}, {"Graduated", "graduated"}, {"Stairstep", "stairstep"},
		}},
		{Name: "hs_tier_ranges", Label: "Tier ranges"},
		{Name: "hs_tier_prices", Label: "Tier prices"},
		{Name: "hs_images", Label: "Image URLs"},
		{Name: "hs_url", Label: "URL"},
		{Name: "hs_variant_id", Label: "Variant ID", Type: "number"},
		{Name: "hs_bundle_id", Label: "Bundle ID"},
		{Name: "hs_external_id", Label: "External ID", Unique: true},
		{Name: "hs_is_optional", Label: "Is optional", Type: "bool"},
		{Name: "hs_is_editable_price", Label: "Is editable price", Type: "bool"},
		{Name: "hs_allow_buyer_selected_quantity", Label: "Allow buyer selected quantity", Type: "bool"},
		{Name: "hs_cost_of_goods_sold", Label: "Unit cost", Type: "number"},
		{Name: "hs_pre_discount_amount", Label: "Pre discount amount", Type: "number", Calculated: true},
		{Name: "hs_total_discount", Label: "Total discount", Type: "number", Calculated: true},
		{Name: "hs_tax_amount", Label: "Tax amount", Type: "number", Calculated: true},
		{Name: "hs_post_tax_amount", Label: "Post-tax amount", Type: "number", Calculated: true},
		{Name: "hs_acv", Label: "Annual contract value", Type: "number", Calculated: true},
		{Name: "hs_arr", Label: "Annual recurring revenue", Type: "number", Calculated: true},
		{Name: "hs_mrr", Label: "Monthly recurring revenue", Type: "number", Calculated: true},
		{Name: "hs_tcv", Label: "Total contract value", Type: "number", Calculated: true},
		{Name: "hs_margin", Label: "Margin", Type: "number", Calculated: true},
		{Name: "hs_margin_acv", Label: "ACV margin", Type: "number", Calculated: true},
		{Name: "hs_margin_arr", Label: "ARR margin", Type: "number", Calculated: true},
		{Name: "hs_margin_mrr", Label: "MRR margin", Type: "number", Calculated: true},
		{Name: "hs_margin_tcv", Label: "TCV margin", Type: "number", Calculated: true},
		{Name: "hs_term_in_months", Label: "Term in months", Type: "number", Calculated: true},
		{Name: "hs_effective_unit_price", Label: "Effective unit price", Type: "number", Calculated: true},
	}
}

func dealProperties() []Property {
	return []Property{
		{Name: "dealname", Label: "Deal name"},
		{Name: "amount", Label: "Amount", Type: "number"},
		{Name: "closedate", Label: "Close date", Type: "datetime"},
		{Name: "deal_currency_code", Label: "Currency", Type: "enumeration", Options: same(currencies)},
		{Name: "dealstage", Label: "Deal stage", Type: "enumeration", FieldType: "radio", Options: []Option{
			{"Appointment scheduled", "appointmentscheduled"},
			{"Qualified to buy", "qualifiedtobuy"},
			{"Presentation scheduled", "presentationscheduled"},
			{"Decision maker bought-in", "decisionmakerboughtin"},
			{"Contract sent", "contractsent"},
			{"Closed won", "closedwon"},
			{"Closed lost", "closedlost"},
		}},
		{Name: "pipeline", Label: "Pipeline", Type: "enumeration", Options: []Option{{"Sales pipeline", "default"}}},
		{Name: "dealtype", Label: "Deal type", Type: "enumeration", FieldType: "radio", Options: []Option{
			{"New business", "newbusiness"}, {"Existing business", "existingbusiness"},
		}},
		{Name: "description", Label: "Deal description", FieldType: "textarea"},
		{Name: "hubspot_owner_id", Label: "Deal owner", Type: "enumeration", External: true},
	}
}

func productProperties() []Property {
	return []Property{
		{Name: "name", Label: "Name"},
		{Name: "description", Label: "Product description", FieldType: "textarea"},
		{Name: "hs_sku", Label: "SKU"},
		{Name: "price", Label: "Unit price", Type: "number", NotNegative: true},
		{Name: "hs_cost_of_goods_sold", Label: "Unit cost", Type: "number"},
		{Name: "hs_product_type", Label: "Product type", Type: "enumeration", Options: []Option{
			{"Inventory", "inventory"}, {"Non-Inventory", "non_inventory"}, {"Service", "service"},
		}},
		{Name: "recurringbillingfrequency", Label: "Billing frequency", Type: "enumeration", External: true},
		{Name: "hs_recurring_billing_period", Label: "Term"},
		{Name: "hs_images", Label: "Image URLs"},
		{Name: "hs_url", Label: "URL"},
	}
}

// systemDefinitions are what every type of objects has.
func systemDefinitions() []Property {
	return []Property{
		{Name: "createdate", Label: "Create date", Type: "datetime", ReadOnly: true},
		{Name: "hs_createdate", Label: "Object create date/time", Type: "datetime", ReadOnly: true},
		{Name: "hs_lastmodifieddate", Label: "Last modified date", Type: "datetime", ReadOnly: true},
		{Name: "hs_object_id", Label: "Record ID", Type: "number", ReadOnly: true},
		{Name: "hs_object_source", Label: "Record creation source", ReadOnly: true},
		{Name: "hs_object_source_id", Label: "Record creation source ID", ReadOnly: true},
		{Name: "hs_object_source_label", Label: "Record source", ReadOnly: true},
		{Name: "hs_created_by_user_id", Label: "Created by user ID", Type: "number", ReadOnly: true},
		{Name: "hs_updated_by_user_id", Label: "Updated by user ID", Type: "number", ReadOnly: true},
		{Name: "hs_read_only", Label: "Read only object", Type: "bool", ReadOnly: true},
		{Name: "hs_was_imported", Label: "Performed in an import", Type: "bool", ReadOnly: true},
		{Name: "hs_merged_object_ids", Label: "Merged record IDs", Type: "enumeration", FieldType: "checkbox", ReadOnly: true},
		{Name: "hs_unique_creation_key", Label: "Unique creation key", Description: "Unique property used for idempotent creates", Unique: true, ReadOnly: true},
	}
}

// same makes options whose labels are their values.
func same(values string) (list []Option) {
	for _, v := range strings.Fields(values) {
		list = append(list, Option{Label: v, Value: v})
	}
	return list
}

const currencies = `
	AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC
	CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD
	JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN
	NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
	THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW`
