package mapping_test

import (
	"strings"
	"testing"

	"github.com/hubload/hubload/mapping"
)

// Recurring billing that HubSpot takes and that doesn't do what is meant.
func TestLintBilling(t *testing.T) {
	m, err := parse(t, "properties: { name: N, recurringbillingfrequency: F, hs_recurring_billing_period: T, hs_recurring_billing_end_date: E }\nassociations: []").Compile([]string{"N", "F", "T", "E"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ frequency, term, end, want string }{
		{"monthly", "P12M", "", ""},
		{"annually", "P1Y6M", "2027-01-01", ""},
		{"weekly", "P52W", "", ""},
		{"biweekly", "P12M", "", "TERM_AND_FREQUENCY T"},
		{"weekly", "P1Y", "", "TERM_AND_FREQUENCY T"},
		{"monthly", "P4W", "", "TERM_AND_FREQUENCY T"},
		{"weekly", "P14D", "", ""}, // the guide doesn't say
		{"", "P4W", "", ""},
		{"monthly", "", "", ""},
		{"monthly", "", "2027-01-01", "END_WITHOUT_TERM E"},
	} {
		row := []string{"a", tt.frequency, tt.term, tt.end}
		var rec mapping.Record
		if problems := m.Map(row, &rec); problems != nil {
			t.Fatal(problems)
		}
		var got []string
		mapping.NewLinter("", m).Lint(row, &rec, func(w mapping.Warning, cell string) {
			got = append(got, w.Code+" "+w.Column)
			if cell != tt.term && cell != tt.end {
				t.Errorf("%q is about %q", row, cell)
			}
		})
		if strings.Join(got, ", ") != tt.want {
			t.Errorf("%q: %q, want %q", row, got, tt.want)
		}
	}
}
