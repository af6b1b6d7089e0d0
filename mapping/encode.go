// From rules back to YAML.

package mapping

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Encode returns the mapping as YAML, from which [Parse] makes an equal mapping,
// provided that Parse could have given m. Equal mappings give equal bytes, in
// this and in later versions of the package: a run compares them to tell whether
// its mapping has changed.
//
// That is why the YAML is written here. The library's layout may change, and it writes
// U+2028 in a key so that it can't read it back (v4.0.0, found by TestEncodeAwkwardTexts).
func (m *Mapping) Encode() []byte {
	var b bytes.Buffer
	if m.Object != "" {
		fmt.Fprintf(&b, "object: %s\n", scalar(m.Object))
	}
	if m.Account != 0 {
		fmt.Fprintf(&b, "account: %d\n", m.Account)
	}
	if csv := m.CSV.encode(); len(csv) > 0 {
		fmt.Fprintf(&b, "csv: %s\n", flow(csv))
	}
	if len(m.Properties) > 0 {
		b.WriteString("properties:\n")
		for i := range m.Properties {
			fmt.Fprintf(&b, "  %s: %s\n", scalar(m.Properties[i].Name), m.Properties[i].encode())
		}
	}
	if len(m.Associations) > 0 {
		b.WriteString("associations:\n")
		for i := range m.Associations {
			fmt.Fprintf(&b, "  - %s\n", m.Associations[i].encode())
		}
	}
	if m.Unassociated {
		b.WriteString("associations: []\n")
	}
	if m.Nameless {
		b.WriteString("allow: [nameless]\n")
	}
	if m.Mode != Create {
		fmt.Fprintf(&b, "mode: %s\n", m.Mode)
	}
	if m.WriteAll {
		b.WriteString("write: all\n")
	}
	if m.ID != nil {
		fmt.Fprintf(&b, "id: { column: %s }\n", scalar(m.ID.Column))
	}
	if rows := m.Rows.encode(); len(rows) > 0 {
		fmt.Fprintf(&b, "rows: %s\n", flow(rows))
	}
	if m.Seen != "" {
		fmt.Fprintf(&b, "seen: %s\n", m.Seen)
	}
	if m.Key != nil {
		fmt.Fprintf(&b, "key: %s\n", m.Key.encode())
	}
	if b.Len() == 0 {
		return []byte("{}\n")
	}
	return b.Bytes()
}

func (c CSV) encode() (pairs []string) {
	if c.Encoding != "" {
		pairs = append(pairs, "encoding: "+scalar(c.Encoding))
	}
	if c.Delimiter != 0 {
		pairs = append(pairs, "delimiter: "+strconv.Quote(string(c.Delimiter)))
	}
	if c.HeaderLine != 0 {
		pairs = append(pairs, fmt.Sprintf("header_line: %d", c.HeaderLine))
	}
	if len(c.Empty) > 0 {
		pairs = append(pairs, "empty: "+list(c.Empty))
	}
	return pairs
}

// list returns texts as a list of YAML.
func list(texts []string) string {
	scalars := make([]string, len(texts))
	for i, text := range texts {
		scalars[i] = scalar(text)
	}
	return "[" + strings.Join(scalars, ", ") + "]"
}

// YAML returns the rule as one line of YAML, as it stands under properties.
func (p *PropertyRule) YAML() string { return scalar(p.Name) + ": " + p.encode() }

// YAML returns the rule as one line of YAML, without the "- " in front of it.
func (a *AssociationRule) YAML() string { return a.encode() }

// YAML returns the rule as one line of YAML, without "key: " in front of it.
func (k *KeyRule) YAML() string { return k.encode() }

func (p *PropertyRule) encode() string {
	var pairs []string
	if p.Column != "" {
		pairs = append(pairs, "column: "+scalar(p.Column))
	}
	if p.Value != nil {
		pairs = append(pairs, "value: "+scalar(*p.Value))
	}
	if p.Position != "" {
		pairs = append(pairs, "position: "+scalar(p.Position))
	}
	if p.Match != "" {
		pairs = append(pairs, "match: "+scalar(p.Match))
		if p.Object != defaultObject(p.Name) {
			pairs = append(pairs, "of: "+scalar(p.Object))
		}
	}
	if p.By != "" {
		pairs = append(pairs, "by: "+p.By)
	}
	if p.Required {
		pairs = append(pairs, "required: true")
	}
	if p.Trim {
		pairs = append(pairs, "trim: true")
	}
	if p.Split != "" {
		pairs = append(pairs, "split: "+scalar(p.Split))
	}
	if p.Strip != "" {
		pairs = append(pairs, "strip: "+scalar(p.Strip))
	}
	if p.Decimal != 0 {
		pairs = append(pairs, "decimal: "+strconv.Quote(string(p.Decimal)))
	}
	if p.Group != 0 {
		pairs = append(pairs, "group: "+strconv.Quote(string(p.Group)))
	}
	if p.Symbol != "" {
		pairs = append(pairs, "symbol: "+scalar(p.Symbol))
	}
	if p.Scale != "" {
		pairs = append(pairs, "scale: "+p.Scale)
	}
	if p.Unit != "" {
		pairs = append(pairs, "unit: "+p.Unit)
	}
	if p.Layout != "" {
		pairs = append(pairs, "layout: "+scalar(p.Layout))
	}
	if p.Timezone != "" {
		pairs = append(pairs, "timezone: "+scalar(p.Timezone))
	}
	if len(p.Values) > 0 {
		var values []string
		for _, cell := range slices.Sorted(maps.Keys(p.Values)) {
			values = append(values, scalar(cell)+": "+scalar(p.Values[cell]))
		}
		pairs = append(pairs, "values: "+flow(values))
	}
	if p.Default != "" {
		pairs = append(pairs, "default: "+scalar(p.Default))
	}
	if p.Clear {
		pairs = append(pairs, "empty: clear")
	}
	if len(p.Words) > 0 {
		pairs = append(pairs, "empty_words: "+list(p.Words))
	}
	if len(pairs) == 1 && p.Column != "" {
		return scalar(p.Column)
	}
	return flow(pairs)
}

func (a *AssociationRule) encode() string {
	pairs := []string{"to: " + scalar(a.To), "column: " + scalar(a.Column)}
	if a.Match != "" {
		pairs = append(pairs, "match: "+scalar(a.Match))
	}
	if a.Check {
		pairs = append(pairs, "exists: check")
	}
	if a.Label != "" {
		pairs = append(pairs, "label: "+scalar(a.Label))
	}
	if a.Type != 0 {
		pairs = append(pairs, "type: "+strconv.Itoa(a.Type), "category: "+scalar(a.Category))
	}
	if a.Required {
		pairs = append(pairs, "required: true")
	}
	if a.Optional {
		pairs = append(pairs, "optional: true")
	}
	if a.Split != "" {
		pairs = append(pairs, "split: "+scalar(a.Split))
	}
	if a.Strip != "" {
		pairs = append(pairs, "strip: "+scalar(a.Strip))
	}
	if len(a.Words) > 0 {
		pairs = append(pairs, "empty_words: "+list(a.Words))
	}
	return flow(pairs)
}

func (k *KeyRule) encode() string {
	if k.Auto {
		return flow([]string{"property: " + scalar(k.Property), "auto: true"})
	}
	return flow([]string{"property: " + scalar(k.Property), "columns: " + list(k.Columns)})
}

func flow(pairs []string) string { return "{ " + strings.Join(pairs, ", ") + " }" }

// scalar returns a text as YAML reads it back: bare where no YAML reader could
// take it for anything else, in double quotes otherwise. All escapes that Go
// writes for valid UTF-8 mean the same in YAML.
func scalar(s string) string {
	if isBare(s) {
		return s
	}
	return strconv.Quote(s)
}

// isBare reports whether s begins with a letter, goes on with letters, digits
// and a few harmless signs, and is not a word that means something in YAML.
func isBare(s string) bool {
	switch strings.ToLower(s) {
	case "", "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		return false
	}
	for i, c := range s {
		if !unicode.IsLetter(c) && (i == 0 || !unicode.IsDigit(c) && !strings.ContainsRune("_-./() ", c)) {
			return false
		}
	}
	return !strings.HasSuffix(s, " ")
}
