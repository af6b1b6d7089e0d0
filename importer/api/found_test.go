// Values that are equal to HubSpot.

package api_test

import (
	"testing"

	"github.com/hubload/hubload/importer/api"
)

func TestFolded(t *testing.T) {
	for a, b := range map[string]string{" A-1\t": "a-1", "007": "7", "1.50": "01.5", "0.0": "0", "000": "0", "É": "é"} {
		if api.Folded(a) != api.Folded(b) {
			t.Errorf("%q and %q are %q and %q", a, b, api.Folded(a), api.Folded(b))
		}
	}
	for a, b := range map[string]string{"a b": "ab", "7a": "07a", "1.5.0": "1.5", "-1": "1", "0": "", ".5": "0.5"} {
		if api.Folded(a) == api.Folded(b) {
			t.Errorf("%q and %q are both %q", a, b, api.Folded(a))
		}
	}
}
