// Warnings about money that can't be meant.

package mapping

// Codes of warnings about the money of a line item.
const (
	CodeNegativeDiscount = "NEGATIVE_DISCOUNT"    // it raises the price
	CodeDiscountOver100  = "DISCOUNT_OVER_100"    // of the percentage
	CodeDiscountFraction = "DISCOUNT_IS_FRACTION" // 0.15 is 0.15 percent
	CodeDiscountTooHigh  = "DISCOUNT_ABOVE_PRICE"
	CodeTwoDiscounts     = "TWO_DISCOUNTS"   // an amount and a percentage
	CodePriceBesideTiers = "PRICE_AND_TIERS" // HubSpot's line items guide: price must not be set beside tiers
)

// moneyProperties are those without which no row has such a warning: of prices alone none
// is given.
var moneyProperties = []string{"discount", "hs_discount_percentage", "hs_tier_prices"}

func (l *Linter) lintMoney(rec *Record, warn func(Warning, string)) {
	discount, discountText := rec.amount("discount")
	percent, percentText := rec.amount("hs_discount_percentage")
	price, priceText := rec.amount("price")
	say := func(code, property, message, value string) {
		warn(Warning{code, l.columns[property], property, message}, value)
	}
	if discount < 0 {
		say(CodeNegativeDiscount, "discount", "{value} is a negative discount, which raises the price. Write discounts without a minus; scale: -1 in the rule turns the whole column.", discountText)
	}
	switch {
	case percent < 0:
		say(CodeNegativeDiscount, "hs_discount_percentage", "{value} is a negative discount, which raises the price. Write discounts without a minus; scale: -1 in the rule turns the whole column.", percentText)
	case percent > 100:
		say(CodeDiscountOver100, "hs_discount_percentage", "{value} is a discount of more than 100 percent, so that the price would be negative. Fix the cell, or the scale of the rule.", percentText)
	case 0 < percent && percent < 1:
		say(CodeDiscountFraction, "hs_discount_percentage", "{value} is a discount of less than one percent. If the column holds fractions, so that 0.15 means 15 %, add scale: 100 to the rule.", percentText)
	}
	if discount > price && priceText != "" {
		say(CodeDiscountTooHigh, "discount", "{value} is more than the price of the row, so that the price would be negative.", discountText)
	}
	if discount != 0 && percent != 0 {
		say(CodeTwoDiscounts, "discount", "the row has a discount of {value} and a percentage as well. Keep one of them.", discountText)
	}
	if priceText != "" && price != 0 {
		if _, tiers := rec.amount("hs_tier_prices"); tiers != "" {
			say(CodePriceBesideTiers, "price", "the row has a price of {value} and tier prices as well, beside which HubSpot's guide says that a price must not be set. Empty one of the two.", priceText)
		}
	}
}
