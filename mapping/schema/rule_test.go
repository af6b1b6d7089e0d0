// Rules of an account's administrators.

package schema_test

import (
	"testing"

	"github.com/hubload/hubload/mapping/schema"
)

func TestBreaksRule(t *testing.T) {
	for _, tt := range []struct {
		value, kind, argument string
		want                  bool
	}{
		{"10", "MAX_NUMBER", "9", true},
		{"9.00", "MAX_NUMBER", "9", false},
		{"-1", "MIN_NUMBER", "0", true},
		{"0", "MIN_NUMBER", "0", false},
		{"much", "MAX_NUMBER", "9", false}, // another check's subject
		{"10", "MAX_NUMBER", "nine", false},
		{"1e99999999", "MAX_NUMBER", "9", false},
		{"日本語", "MAX_LENGTH", "3", false},
		{"日本語x", "MAX_LENGTH", "3", true},
		{"ab", "MIN_LENGTH", "3", true},
		{"", "MIN_LENGTH", "3", false},
		{"A-1", "REGEX", "[A-Z]-[0-9]+", false},
		{"xA-1", "REGEX", "[A-Z]-[0-9]+", true},
		{"a", "REGEX", "(?<=b)a", false}, // of Java
		{"a", "FORMAT", "x", false},
	} {
		if got := schema.BreaksRule(tt.value, tt.kind, []string{tt.argument}); got != tt.want {
			t.Errorf("%q and %s %s: %t", tt.value, tt.kind, tt.argument, got)
		}
	}
	if schema.BreaksRule("10", "MAX_NUMBER", nil) {
		t.Error("a rule without an argument is broken")
	}
}
