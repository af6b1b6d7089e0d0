// Values of a row, replaced by placeholders in what a server says about them.

package hubspot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

const (
	// A shorter value of another property stays: it may be a word of the message itself.
	// A shorter value of the failing property is only found between word boundaries.
	minValue = 4

	// A value may be cut off by the server. This much of its beginning is still the value.
	minBeginning = 16
)

// placeholders are the values that may not stay in a message, each with the text that
// replaces it. Messages go into the journal, which holds no property values. Whoever has
// the row can put them back.
type placeholders []placeholder

type placeholder struct {
	value string
	text  string
	loose bool // found inside of words too
}

// valuesOf returns the placeholders for messages about inputs. failing is the property
// that the message is about, "" when it isn't known.
func valuesOf(inputs []api.Input, failing string) placeholders {
	var out placeholders
	seen := map[placeholder]bool{}
	add := func(name, value string) {
		p := placeholder{value: value}
		switch n := utf8.RuneCountInString(value); {
		case n == 0:
			return
		case name == failing:
			p.text, p.loose = "{value}", n >= minValue
		case n >= minValue:
			p.text = "{value of " + name + "}"
		default:
			return
		}
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	for _, in := range inputs {
		for _, p := range in.Record.Properties {
			add(p.Name, p.Value)
			add(p.Name, strings.TrimSpace(p.Value))
		}
		for _, a := range in.Record.Associations {
			add(a.To, a.ID)
		}
	}
	return out
}

// valueItself is the placeholder for the value that the message is about.
func valueItself(value string) placeholders {
	if value == "" {
		return nil
	}
	return placeholders{{value: value, text: "{value}", loose: utf8.RuneCountInString(value) >= minValue}}
}

// mask returns text with its placeholders. It replaces from left to right, the longest
// value first, so that no placeholder ends up inside another.
func (ps placeholders) mask(text string) string {
	ps = slices.DeleteFunc(slices.Clone(ps), func(p placeholder) bool {
		return !strings.Contains(text, p.value[:min(len(p.value), minValue)])
	})
	if len(ps) == 0 {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		length, best := 0, ""
		for _, p := range ps {
			n := p.at(text, i)
			if n > length || n == length && n > 0 && p.text == "{value}" {
				length, best = n, p.text
			}
		}
		if length == 0 {
			b.WriteByte(text[i])
			i++
			continue
		}
		b.WriteString(best)
		i += length
	}
	return b.String()
}

// at returns how many bytes of text from i on are p's value: all of it, or what the
// server left of it.
func (p placeholder) at(text string, i int) int {
	if text[i] != p.value[0] {
		return 0
	}
	n := commonPrefix(text[i:], p.value)
	whole := n == len(p.value)
	atEnd := i+n == len(text) && n >= minValue
	if !whole && !atEnd && n < minBeginning {
		return 0
	}
	if !p.loose && (inWord(text, i) || whole && inWord(text, i+n)) {
		return 0
	}
	return n
}

func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// inWord reports whether a word goes on across position i of text.
func inWord(text string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i:])
	return isWord(before) && isWord(after)
}

func isWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// associationIn returns the object type of the one association of rec whose id
// stands in text, "" when there is none or more than one.
func associationIn(text string, rec *mapping.Record) string {
	found := ""
	for _, a := range rec.Associations {
		if containsWord(text, a.ID) {
			if found != "" && found != a.To {
				return ""
			}
			found = a.To
		}
	}
	return found
}

func containsWord(text, word string) bool {
	for from := 0; word != ""; from++ {
		i := strings.Index(text[from:], word)
		if i < 0 {
			break
		}
		from += i
		if !inWord(text, from) && !inWord(text, from+len(word)) {
			return true
		}
	}
	return false
}
