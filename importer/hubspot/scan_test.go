// The scanner against the library's judgement.

package hubspot

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// FuzzScan has two laws. The scanner takes what jsontext takes, but for what is
// deeper than a walker allows; and its walk over objects, arrays and strings sees the
// tokens that jsontext sees.
func FuzzScan(f *testing.F) {
	for _, data := range answerSeeds(f) {
		f.Add(data)
	}
	for _, text := range []string{
		``, ` `, `{}`, `[]`, ` [ ] `, `[1,]`, `[,1]`, `[1 2]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{,"a":1}`, `{"a" 1}`, `{1:2}`,
		`[[1],{"a":[2,{"b":null}]}]`, `{"a":1}{`, `{"a":1} x`, `]`, `{]`, `[}`,
		`0`, `-0`, `01`, `-`, `1.`, `.1`, `1.5e`, `1E+9`, `1e-09`, `+1`, `--1`, `1x`, `truex`, `tru`, `nul`, `false`, `null true`,
		`"`, `"\`, `"\"`, `"\u12`, `"\u12g4"`, `"\ud800"`, `"\ud83d\ude00"`, `"\x"`, "\"\x1f\"", "\"\x7f\x80\xff\"", "\"12345\x00678\"", `"1234567"`, `"12345678"`, `"123456789\\"`,
		"\"\u65e5\u672c\u8a9e 1234 \u65e5\"", "\ufeff{}", "{\"a\":1}\x00",
		strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1),
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &scanner{data: data}
		err := s.skip()
		took := err == nil && s.done()
		valid := jsontext.Value(data).IsValid(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
		if deep := depth(data) > maxDepth; took != valid && !(valid && deep) {
			t.Fatalf("%q: taken %v (%v), but valid %v", data, took, err, valid)
		}
		if took {
			dec := jsontext.NewDecoder(bytes.NewReader(data), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
			compareTokens(t, walker{&scanner{data: data}}, dec)
		}
	})
}

// compareTokens walks a value with both.
func compareTokens(t *testing.T, w walker, dec *jsontext.Decoder) {
	t.Helper()
	token, err := dec.ReadToken()
	if err != nil {
		t.Fatal(err)
	}
	kind := token.Kind()
	switch c := w.kind(); c {
	case '{', '[':
		if byte(kind) != c {
			t.Fatalf("%c where jsontext sees %v", c, kind)
		}
		if err := w.enter(); err != nil {
			t.Fatal(err)
		}
		for first := true; ; first = false {
			more, err := w.more(c+2, first)
			if err != nil {
				t.Fatal(err)
			}
			if !more {
				break
			}
			if c == '{' {
				raw, err := w.name()
				if err != nil {
					t.Fatal(err)
				}
				name, err := dec.ReadToken()
				if got := string(w.unquote(raw)); err != nil || !sameText(got, name.String()) {
					t.Fatalf("name %q, want %q", got, name.String())
				}
			}
			compareTokens(t, w, dec)
		}
		if end, err := dec.ReadToken(); err != nil || byte(end.Kind()) != c+2 {
			t.Fatalf("%c ends where jsontext sees %v", c, end.Kind())
		}
	case '"':
		got, err := w.text()
		if want := token.String(); err != nil || kind != '"' || len(want) < maxText && !sameText(got, want) {
			t.Fatalf("%q where jsontext sees %q", got, want)
		}
	default:
		raw, err := w.raw()
		if err != nil || string(raw) != token.String() {
			t.Fatalf("%q where jsontext sees %v", raw, token)
		}
	}
}

// sameText compares texts up to how many U+FFFD stand for bytes that aren't UTF-8.
func sameText(a, b string) bool {
	squeeze := func(s string) string {
		for strings.Contains(s, "\uFFFD\uFFFD") {
			s = strings.ReplaceAll(s, "\uFFFD\uFFFD", "\uFFFD")
		}
		return s
	}
	return squeeze(strings.ToValidUTF8(a, "\uFFFD")) == squeeze(strings.ToValidUTF8(b, "\uFFFD"))
}

// depth returns how deep JSON is nested.
func depth(raw []byte) int {
	level, deepest := 0, 0
	quoted := false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}

func TestNames(t *testing.T) {
	for _, n := range []int{1, 5, 16, 17, 40} {
		var b strings.Builder
		for i := range n {
			b.WriteString(`"` + strings.Repeat("x", i) + `":` + `0,`)
		}
		once := `{"y":1,` + strings.TrimSuffix(b.String(), ",") + `}`
		for text, want := range map[string]bool{once: true, `{` + b.String() + `"":1}`: false} {
			w := newWalker([]byte(text))
			err := w.document(func([]byte) error { return w.skip() })
			if (err == nil) != want {
				t.Errorf("%d names, taken %v: %v", n, err == nil, err)
			}
		}
	}
}
