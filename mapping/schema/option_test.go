package schema

import (
	"strings"
	"testing"
)

// The option that is meant comes first, and one that only looks alike isn't named: RMB is
// no mistyped RUB.
func TestCloseOptions(t *testing.T) {
	o := NewOptions([]Option{
		{Value: "AED", Label: "AED"},
		{Value: "CNY", Label: "CNY"},
		{Value: "EUR", Label: "EUR"},
		{Value: "GBP", Label: "GBP"},
		{Value: "RUB", Label: "RUB"},
		{Value: "USD", Label: "USD"},
		{Value: "per_six_months", Label: "Semi-annually"},
	})
	for text, want := range map[string]string{
		"€": `Write "EUR" if that is meant`, "US$": `Write "USD" if`, "RMB": `Write "CNY" if`, "UK£": `Write "GBP" if`, "eur": `Write "EUR"`,
		"EUT": `Write "AED", "CNY"`, "$": `Write "AED", "CNY"`, "Semi annually": `Write "Semi-annually" if`,
	} {
		if _, fix := o.explain(text); !strings.HasPrefix(fix, want) {
			t.Errorf("%s: %s, want %s", text, fix, want)
		}
	}
}
