// Flags that are more than a string.

package main

import "testing"

func TestRangeFlag(t *testing.T) {
	for _, c := range []struct {
		unit, value string
		want        int // 0: refused
	}{
		{"N", "7", 7},
		{"N", "7%", 0},
		{"N", "", 0},
		{"N", "101", 0},
		{"PCT", "7", 7},
		{"PCT", "7%", 7},
		{"PCT", "0%", 0},
		{"PCT", "%", 0},
		{"PCT", "7%%", 0},
	} {
		f := rangeFlag{min: 1, max: 100, unit: c.unit}
		err := f.Set(c.value)
		if f.n != c.want || (err == nil) != (c.want > 0) {
			t.Errorf("%q of %s: %d, %v", c.value, c.unit, f.n, err)
		}
	}
}
