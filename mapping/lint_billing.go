// Warnings about recurring billing that HubSpot takes and doesn't do what is meant.

package mapping

import "strings"

// Codes of warnings about recurring billing, by HubSpot's line items guide.
const (
	CodeTermAndFrequency = "TERM_AND_FREQUENCY" // weeks go with weekly and biweekly billing, months and years with the others
	CodeEndWithoutTerm   = "END_WITHOUT_TERM"   // an end date alone limits nothing
)

func (l *Linter) lintBilling(rec *Record, warn func(Warning, string)) {
	const period, frequency, end = "hs_recurring_billing_period", "recurringbillingfrequency", "hs_recurring_billing_end_date"
	_, term := rec.amount(period)
	_, often := rec.amount(frequency)
	_, until := rec.amount(end)
	inWeeks := strings.HasSuffix(term, "W")
	everyWeeks := often == "weekly" || often == "biweekly"
	if term != "" && often != "" && inWeeks != everyWeeks && (inWeeks || strings.ContainsAny(term, "YM")) {
		message := "{value} is a term in months or years beside billing by the week. Write the term in weeks, such as P52W."
		if inWeeks {
			message = "{value} is a term in weeks beside billing by the month or year. Write the term in months or years, such as P12M."
		}
		warn(Warning{CodeTermAndFrequency, l.columns[period], period, message}, term)
	}
	if until != "" && term == "" {
		warn(Warning{CodeEndWithoutTerm, l.columns[end], end, "{value} doesn't end the billing: HubSpot takes the end from the term. Map " + period + " too, such as P12M."}, until)
	}
}
