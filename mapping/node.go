// Strict reading of YAML nodes: texts, numbers, switches, lists, keys.

package mapping

import (
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"

	"github.com/hubload/hubload/mapping/internal/wording"
)

// A reader reads nodes and collects what is wrong with them. Its methods return
// the zero value for a nil node, which stands for a key that wasn't written, and
// for one that is wrong.
type reader struct{ errs Errors }

func (r *reader) fail(n *yaml.Node, format string, args ...any) {
	r.errs = append(r.errs, &Error{n.Line, n.Column, fmt.Sprintf(format, args...)})
}

// is reports whether n is of the kind. Aliases are refused everywhere: there
// is nothing in a mapping that they would make shorter, and they allow a small
// file to stand for a huge one. Tags are refused because they ask for what this
// package never does: to take a text for something else.
func (r *reader) is(kind yaml.Kind, n *yaml.Node, what string) bool {
	if n.Anchor != "" {
		r.fail(n, "the anchor %s can't stand in a mapping; remove it", wording.Quote("&"+n.Anchor))
	}
	if n.Style&yaml.TaggedStyle != 0 {
		r.fail(n, "the tag %s can't stand in a mapping; remove it, texts are taken as they are written", wording.Quote(n.Tag))
	}
	switch n.Kind {
	case kind:
		return true
	case yaml.AliasNode:
		r.fail(n, "the alias %s can't stand in a mapping; write out what it stands for", wording.Quote("*"+n.Value))
	default:
		want, example := kindName(kind)
		got, _ := kindName(n.Kind)
		r.fail(n, "%s must be %s%s, and is %s", what, want, example, got)
	}
	return false
}

func kindName(kind yaml.Kind) (name, example string) {
	switch kind {
	case yaml.SequenceNode:
		return "a list", " such as [a, b]"
	case yaml.MappingNode:
		return "keys with values", " such as { column: Product }"
	default:
		return "a single value", ""
	}
}

// isPlain reports whether a scalar stands without quotes.
func isPlain(n *yaml.Node) bool {
	const quotes = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	return n.Style&quotes == 0
}

// text returns the text of n as it is written. It may be empty, if there are
// quotes to say so.
func (r *reader) text(n *yaml.Node, what string) string {
	if n == nil || !r.is(yaml.ScalarNode, n, what) {
		return ""
	}
	if isPlain(n) {
		switch n.Value {
		case "":
			r.fail(n, "%s has no value; write one, or \"\" for an empty text", what)
		case "~", "null", "Null", "NULL":
			r.fail(n, "%s has no value: %s is YAML for none; write \"%s\" if the word is meant", what, n.Value, n.Value)
		}
	}
	return n.Value
}

// name returns a text that may not be empty.
func (r *reader) name(n *yaml.Node, what string) string {
	before := len(r.errs)
	text := r.text(n, what)
	if n != nil && text == "" && len(r.errs) == before {
		r.fail(n, "%s is empty; write a text, or remove the key", what)
	}
	return text
}

// number returns a whole number from 1 to most.
func (r *reader) number(n *yaml.Node, what string, most int64) int64 {
	if n == nil || !r.is(yaml.ScalarNode, n, what) {
		return 0
	}
	v, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil || v < 1 || v > most || !isPlain(n) || n.Value != strconv.FormatInt(v, 10) {
		r.fail(n, "%s must be a whole number from 1 to %d, in digits and without quotes", what, most)
		return 0
	}
	return v
}

// boolean returns true or false.
func (r *reader) boolean(n *yaml.Node, what string) bool {
	if n == nil || !r.is(yaml.ScalarNode, n, what) {
		return false
	}
	if !isPlain(n) || n.Value != "true" && n.Value != "false" {
		r.fail(n, "%s must be true or false, without quotes", what)
	}
	return n.Value == "true"
}

// list returns the elements of a list.
func (r *reader) list(n *yaml.Node, what string) []*yaml.Node {
	if n == nil || !r.is(yaml.SequenceNode, n, what) {
		return nil
	}
	return n.Content
}

// An entry is a key and what stands behind it.
type entry struct {
	key   string
	at    *yaml.Node // the key's node
	value *yaml.Node
}

// entries returns the entries of n in the order written, without those whose
// key is wrong or stands there for the second time.
func (r *reader) entries(n *yaml.Node, what string) []entry {
	if n == nil || !r.is(yaml.MappingNode, n, what) {
		return nil
	}
	entries := make([]entry, 0, len(n.Content)/2)
	first := make(map[string]int) // key -> line
	for i := 0; i+1 < len(n.Content); i += 2 {
		at := n.Content[i]
		before := len(r.errs)
		key := r.text(at, "a key of "+what)
		if len(r.errs) > before {
			continue
		}
		if line, twice := first[key]; twice {
			r.fail(at, "%s stands here for the second time, after line %d; remove one of the two", wording.Quote(key), line)
			continue
		}
		first[key] = at.Line
		entries = append(entries, entry{key, at, n.Content[i+1]})
	}
	return entries
}

// section returns the values of a set of keys by key. Keys of notYet are part
// of the mapping's design and not of this version: they must not be ignored, nor
// be taken for misspelt. Whole is false when something is wrong, so that what
// seems to be missing may only be misspelt.
func (r *reader) section(n *yaml.Node, what string, known, notYet []string) (values map[string]*yaml.Node, whole bool) {
	before := len(r.errs)
	values = make(map[string]*yaml.Node)
	for _, e := range r.entries(n, what) {
		switch {
		case slices.Contains(known, e.key):
			values[e.key] = e.value
		case slices.Contains(notYet, e.key):
			r.fail(e.at, "the key %s in %s is not supported by this version of hubload yet; remove it", wording.Quote(e.key), what)
		case slices.Contains(formatKeys(), e.key):
			r.fail(e.at, "the key %s has its place in the rule of a property, beside its column; move it there", wording.Quote(e.key))
		default:
			r.fail(e.at, "unknown key %s in %s; %s", wording.Quote(e.key), what,
				wording.DidYouMean(e.key, known, "the keys here are "+wording.QuoteAll(known)))
		}
	}
	return values, len(r.errs) == before
}
