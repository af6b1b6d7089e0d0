// Limits as text.

package ratelimit

import (
	"strings"
	"testing"
	"time"
)

func TestParseLimit(t *testing.T) {
	for s, want := range map[string]Limit{
		"190/10s":     {190, 10 * time.Second},
		"19/s":        {19, time.Second},
		"1/1m":        {1, time.Minute},
		"100/m":       {100, time.Minute},
		"100000/24h":  {100_000, 24 * time.Hour},
		"5/1ms":       {5, time.Millisecond},
		"190/1m30s":   {190, 90 * time.Second},
		"250/10000ms": {250, 10 * time.Second},
	} {
		if got, err := ParseLimit(s); err != nil || got != want {
			t.Errorf("ParseLimit(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", "/", "190", "190/", "/10s", "190/10", "0/10s", "-1/10s", "1.5/s", "190/0s", "190/-10s", "190/25h",
		"1/1ns", "100001/s", "99999999999999999999/s", "190/10s/1", " 190/10s", "190 / 10s", "190/99999999h",
	} {
		got, err := ParseLimit(s)
		if err == nil {
			t.Errorf("ParseLimit(%q) = %v, want an error", s, got)
		} else if !strings.Contains(err.Error(), "190/10s") {
			t.Errorf("ParseLimit(%q): %q doesn't show how to write one", s, err)
		}
	}
}

// What parses is written in a form that parses to the same.
func FuzzParseLimit(f *testing.F) {
	for _, s := range []string{"190/10s", "19/s", "1/1m30s", "x", "5/1.5ms"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseLimit(s)
		if err != nil {
			return
		}
		if again, err := ParseLimit(l.String()); err != nil || again != l {
			t.Errorf("ParseLimit(%q) = %v, but ParseLimit(%q) = %v, %v", s, l, l.String(), again, err)
		}
	})
}
