// JSON strings against the library's.

package hubspot

import (
	"bytes"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// sameQuote compares what is appended for a text with what jsontext makes of it.
func sameQuote(t *testing.T, s string) {
	t.Helper()
	want, wantErr := jsontext.AppendQuote([]byte("["), s)
	got, err := appendQuote([]byte("["), s)
	if (err != nil) != (wantErr != nil) {
		t.Fatalf("%q: %v, want %v", s, err, wantErr)
	}
	if err == nil && !bytes.Equal(got, want) {
		t.Fatalf("%q: %s, want %s", s, got, want)
	}
}

// Every byte in every place of texts that are up to three words long.
func TestQuote(t *testing.T) {
	for n := range 25 {
		for i := range n {
			for c := range 256 {
				s := bytes.Repeat([]byte("a"), n)
				s[i] = byte(c)
				sameQuote(t, string(s))
			}
		}
		sameQuote(t, string(bytes.Repeat([]byte("!"), n)))
		sameQuote(t, string(bytes.Repeat([]byte("\x7F"), n)))
	}
}

func FuzzQuote(f *testing.F) {
	for _, s := range []string{"", "Hosting, yearly", `a "b" \ c`, "日本", "\xff", "\u2028<&>", "tab\tand\x00"} {
		f.Add(s)
	}
	f.Fuzz(sameQuote)
}
