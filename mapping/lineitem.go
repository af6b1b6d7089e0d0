// The standard properties of line items.

package mapping

// IsLineItemProperty reports whether name is a standard property of line items
// that can be written. It is for when the account's own list can't be read,
// which holds the account's custom properties too.
func IsLineItemProperty(name string) bool {
	switch name {
	case "name", "description", "price", "quantity", "discount", "recurringbillingfrequency",
		"hs_allow_buyer_selected_quantity",
		"hs_billing_start_delay_days",
		"hs_billing_start_delay_months",
		"hs_billing_start_delay_type",
		"hs_bundle_id",
		"hs_cost_of_goods_sold",
		"hs_discount_percentage",
		"hs_external_id",
		"hs_images",
		"hs_is_editable_price",
		"hs_is_optional",
		"hs_line_item_currency_code",
		"hs_position_on_quote",
		"hs_pricing_model",
		"hs_product_id",
		"hs_product_type",
		"hs_recurring_billing_end_date",
		"hs_recurring_billing_number_of_payments",
		"hs_recurring_billing_period",
		"hs_recurring_billing_start_date",
		"hs_recurring_billing_terms",
		"hs_sku",
		"hs_tax_rate_group_id",
		"hs_tier_prices",
		"hs_tier_ranges",
		"hs_url",
		"hs_variant_id":
		return true
	}
	return false
}
