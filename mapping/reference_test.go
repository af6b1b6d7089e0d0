// The reference says what a mapping can hold, and nothing else.

package mapping_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/hubload/hubload/mapping"
)

// Its example is a mapping, whatever its comments say.
func TestReferenceExample(t *testing.T) {
	var example strings.Builder
	for line := range strings.Lines(mapping.Reference) {
		if utf8.RuneCountInString(line) > 89 {
			t.Errorf("longer than 88 columns: %s", line)
		}
		if strings.HasPrefix(line, "White space around") {
			break
		}
		if code, found := strings.CutPrefix(line, "  "); found {
			example.WriteString(regexp.MustCompile(` {3,}[^ ].*`).ReplaceAllStringFunc(code, func(s string) string {
				if strings.TrimSpace(code) == strings.TrimSpace(s) {
					return s // nothing but indented
				}
				return ""
			}))
		}
	}
	m := parse(t, example.String())
	if len(m.Properties) != 6 || len(m.CSV.Empty) != 3 || m.CSV.HeaderLine != 5 || !m.Nameless || m.Key == nil || len(m.Rows.Where) != 2 || len(m.Rows.FillDown) != 2 {
		t.Errorf("%s\n%+v", example.String(), m)
	}
}

// Each key that a mapping knows is explained, and each that is explained is known.
func TestReferenceNamesEachKey(t *testing.T) {
	_, list, _ := strings.Cut(mapping.Reference, "Keys of a property:")
	properties, rest, _ := strings.Cut(list, "Keys of an association:")
	associations, rest, _ := strings.Cut(rest, "Keys of key")
	key, rows, _ := strings.Cut(rest, "Keys of rows:")
	for _, part := range []struct{ text, yaml string }{
		{properties, "properties: { a: { nokey: 1 } }"},
		{associations, "associations: [ { nokey: 1 } ]"},
		{key, "key: { nokey: 1 }"},
		{rows, "rows: { nokey: 1 }"},
	} {
		_, err := mapping.Parse([]byte(part.yaml))
		if err == nil {
			t.Fatal(part.yaml)
		}
		_, known, _ := strings.Cut(err.Error(), "the keys here are ")
		explained := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?m)^  ([a-z_]+)(?:, ([a-z]+))? `).FindAllStringSubmatch(part.text, -1) {
			for _, name := range m[1:] {
				if name == "" {
					continue
				}
				explained[name] = true
				probe := strings.Replace(part.yaml, "nokey", name, 1)
				if _, err := mapping.Parse([]byte(probe)); err != nil && strings.Contains(err.Error(), "unknown key") {
					t.Errorf("%s is explained and unknown: %v", name, err)
				}
			}
		}
		for _, m := range regexp.MustCompile(`"([a-z_]+)"`).FindAllStringSubmatch(known, -1) {
			if !explained[m[1]] && m[1] != "sign" {
				t.Errorf("%s is not explained", m[1])
			}
		}
	}
}
