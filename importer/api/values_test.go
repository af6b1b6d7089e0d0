// Values that mean the same, and those that only look alike.

package api

import "testing"

func TestNormalized(t *testing.T) {
	for _, tt := range []struct {
		sent, held string
		want       bool
	}{
		{"a", "a", true},
		{"", "", true},
		{"10.50", "10.5", true},
		{"10.50", "10.51", false},
		{"1e3", "1000", true},
		{"+5", "5", true},
		{".5", "0.50", true},
		{"-0", "0", true},
		{"0.1", "0.10000000000000001", false},
		{"12345678901234567890", "12345678901234567890.0", true},
		{"12345678901234567890", "12345678901234567891", false},
		{"2026-03-01", "1772323200000", true},
		{"1772323200000", "2026-03-01T00:00:00Z", true},
		{"2026-03-01", "2026-03-01T00:00:00.000Z", true},
		{"2026-03-01T09:30:00+01:00", "2026-03-01T08:30:00Z", true},
		{"2026-03-01T09:30:00+0100", "2026-03-01T08:30:00Z", true},
		{"2026-03-01", "2026-03-01T00:00:01Z", false},
		{"2026-03-01", "2026-03-02", false},

		{"a", "A", false},
		{"a", " a ", true},
		{"a", "", false},
		{"", "0", false},
		{"0", "", false},
		{"1,000", "1000", false},
		{"0x10", "16", false},
		{"1/2", "0.5", false},
		{"1_000", "1000", false},
		{"NaN", "nan", false},
		{"1e999999999", "1e999999998", false},
	} {
		if got := Normalized(tt.sent) == Normalized(tt.held); got != tt.want {
			t.Errorf("%q and %q: %t", tt.sent, tt.held, got)
		}
	}
}
