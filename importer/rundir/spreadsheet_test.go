// What a spreadsheet does to cells.

package rundir

import "testing"

func TestRewritten(t *testing.T) {
	for _, c := range []struct {
		was, is string
		want    bool
	}{
		{"2026-03-20", "20.03.2026", true},
		{"2026-03-20", "3/20/2026", true},
		{"2026-03-20", "20/03/2026", true},
		{"2026-03-20", "20-Mar-26", true},
		{"2026-03-04", "04.03.2026", true},
		{"2026-03-04", "04/03/2026", false}, // or 3 April, on purpose
		{"2026-03-03", "3/3/2026", true},
		{"2026-03-20", "21.03.2026", false},
		{"2026-03-20", "", false},
		{"2026-03-20 09:30:15", "20.03.2026 09:30", true},
		{"2026-03-20T09:30:15", "3/20/2026 9:30:15 AM", true},
		{"2026-03-20 09:30:15", "20.03.2026 09:31", false},
		{"49.00", "49", true},
		{"49.50", "49,5", true},
		{"1", "1,000", false}, // a thousand
		{"1", "1.000", false},
		{"00123", "123", true},
		{"00123", "124", false},
		{"4007249000000", "4,00725E+12", true},
		{"12345678901234567890", "12345678901234500000", true},
		{"12345", "12346", false},
		{"true", "WAHR", true},
		{"true", "FALSCH", false},
		{"x", "y", false},
		{" a", "a", true},
		{"12-3", "12. Mrz", false},
		{"1.5", "01. Mai", false},
	} {
		if got := rewritten(c.was, c.is); got != c.want {
			t.Errorf("rewritten(%q, %q) = %t", c.was, c.is, got)
		}
	}
}
