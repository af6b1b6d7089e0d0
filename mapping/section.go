// From YAML to rules by the library, and its errors in the mapping's words.

package mapping

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/mergekey"

	"github.com/hubload/hubload/mapping/internal/wording"
)

// A section is a part of the YAML that is keys with values, and what is wrong with it.
type section struct {
	node    *yaml.Node
	errs    Errors
	refused bool // it is not decoded: with aliases, a small file could become a huge mapping
}

func (s *section) failAt(n *yaml.Node, format string, args ...any) {
	s.errs = append(s.errs, &Error{n.Line, n.Column, fmt.Sprintf(format, args...)})
}

// fail reports what is wrong with the value of a key, or with the whole section.
func (s *section) fail(key, format string, args ...any) {
	n := s.at(key)
	if n == nil {
		n = s.node
	}
	s.failAt(n, format, args...)
}

// at returns the value of a key, nil if the key wasn't written.
func (s *section) at(key string) *yaml.Node {
	if s.node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(s.node.Content); i += 2 {
		if s.node.Content[i].Value == key {
			return s.node.Content[i+1]
		}
	}
	return nil
}

func (s *section) has(key string) bool { return s.at(key) != nil }

// exclude refuses keys that stand beside another one.
func (s *section) exclude(reason string, keys ...string) {
	for _, key := range keys {
		if s.has(key) {
			s.fail(key, "%s has no use beside %s; keep one of the two", key, reason)
		}
	}
}

// checkNode refuses what YAML has and a mapping doesn't need: aliases, tags and null.
// Texts may be empty only where they are values that are sent.
func (s *section) checkNode(n *yaml.Node, what string, mayBeEmpty bool) {
	quoted := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	switch {
	case n.Kind == yaml.AliasNode:
		s.failAt(n, "the alias %s can't stand in a mapping; write out what it stands for", wording.Quote("*"+n.Value))
		s.refused = true
		return
	case n.Anchor != "":
		s.failAt(n, "the anchor %s can't stand in a mapping; remove it", wording.Quote("&"+n.Anchor))
		s.refused = true
	case n.Style&yaml.TaggedStyle != 0:
		s.failAt(n, "the tag %s can't stand in a mapping; remove it, texts are taken as they are written", wording.Quote(n.Tag))
		s.refused = true
	case n.Kind != yaml.ScalarNode:
	case n == s.node:
		s.failAt(n, "the mapping must be keys with values such as { column: Product }, and is a single value")
		s.refused = true
	case n.Value == "" && !quoted:
		s.failAt(n, "%s has no value; write one, or \"\" for an empty text", what)
	case !quoted && !isWord(what) && slices.Contains([]string{"~", "null", "Null", "NULL"}, n.Value):
		s.failAt(n, "%s has no value: %s is YAML for none; write \"%s\" if the word is meant", what, n.Value, n.Value)
	case n.Value == "" && !mayBeEmpty:
		s.failAt(n, "%s is empty; write a text, or remove the key", what)
	}
	if n.Kind == yaml.SequenceNode {
		for _, element := range n.Content {
			s.checkNode(element, "an element of "+what, false)
		}
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		s.checkNode(key, "a key of "+what, true)
		if key.Kind != yaml.ScalarNode && key.Kind != yaml.AliasNode {
			s.failAt(key, "a key of %s must be a single value", what)
			s.refused = true
		}
		name := key.Value
		switch what {
		case "properties":
			name = "the column of " + wording.Quote(name)
		case "values":
			name = "the value for " + wording.Quote(name)
		case "where":
			name = "the condition for " + wording.Quote(name)
		}
		s.checkNode(value, name, what == "values" || name == "value")
	}
}

// isWord reports whether a text that is YAML for none is a word for an empty cell.
func isWord(what string) bool {
	return what == "an element of empty" || what == "an element of empty_words"
}

// decode loads the section into a struct or a map.
func (s *section) decode(into any, what string) {
	err := s.node.Load(into, yaml.WithKnownFields(), yaml.WithPlugin(mergekey.New(mergekey.WithDisable(true))))
	var all *yaml.LoadErrors
	if !errors.As(err, &all) {
		if err != nil {
			s.failAt(s.node, "%s can't be read: %v", what, err)
		}
		return
	}
	for _, e := range all.Errors {
		var ours Errors
		if errors.As(e, &ours) {
			s.errs = append(s.errs, ours...)
			continue
		}
		s.errs = append(s.errs, &Error{e.Mark.Line, e.Mark.Column, s.reword(e, into, what)})
	}
}

var definedTwice = regexp.MustCompile(`^mapping key (".*") already defined at line (\d+)$`)

// reword says in the mapping's words what the library found.
func (s *section) reword(e *yaml.LoadError, into any, what string) string {
	if i := strings.LastIndex(e.Message, " not found in type "); i >= 0 {
		key, known := strings.TrimPrefix(e.Message[:i], "field "), keysOf(reflect.TypeOf(into).Elem())
		return fmt.Sprintf("unknown key %s in %s; %s", wording.Quote(key), what, wording.DidYouMean(key, known, "the keys here are "+wording.QuoteAll(known)))
	}
	if m := definedTwice.FindStringSubmatch(e.Message); m != nil {
		key, _ := strconv.Unquote(m[1])
		return fmt.Sprintf("%s stands here for the second time, after line %s; remove one of the two", wording.Quote(key), m[2])
	}
	if key := keyAt(s.node, e.Mark); key != "" {
		what = key
	}
	is := ", and is a single value"
	if strings.HasPrefix(e.Message, "cannot construct !!seq") {
		is = ", and is a list"
	} else if strings.HasPrefix(e.Message, "cannot construct !!map") {
		is = ", and is keys with values"
	}
	_, target, _ := strings.Cut(e.Message[max(strings.LastIndex(e.Message, " into "), 0):], " into ")
	switch {
	case target == "bool":
		return what + " must be true or false, without quotes"
	case target == "string":
		return what + " must be a single value" + is
	case strings.HasPrefix(target, "[]"):
		return what + " must be a list such as [a, b]" + is
	}
	return what + " must be keys with values such as { column: Product }" + is
}

// keyAt returns the key whose value begins at a place, "" if there is none.
func keyAt(n *yaml.Node, at yaml.Mark) string {
	for i, value := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && value.Line == at.Line && value.Column == at.Column {
			return n.Content[i-1].Value
		}
		if key := keyAt(value, at); key != "" {
			return key
		}
	}
	return ""
}

// keysOf returns the keys of a struct, those of its inlined structs included.
func keysOf(t reflect.Type) (keys []string) {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for f := range t.Fields() {
		key, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			keys = append(keys, keysOf(f.Type)...)
		case key != "-":
			keys = append(keys, cmp.Or(key, strings.ToLower(f.Name)))
		}
	}
	return keys
}

// number returns a whole number from 1 to most, 0 if the key wasn't written.
func (s *section) number(key, text string, most int64) int64 {
	n := s.at(key)
	if n == nil || n.Kind != yaml.ScalarNode {
		return 0
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v < 1 || v > most || text != strconv.FormatInt(v, 10) || n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		s.fail(key, "%s must be a whole number from 1 to %d, in digits and without quotes", key, most)
		return 0
	}
	return v
}

// boolean refuses what the library takes for true or false besides these.
func (s *section) boolean(key string) {
	n := s.at(key)
	known := func(e *Error) bool { return e.Line == n.Line && e.Column == n.Column }
	if n != nil && n.Value != "true" && n.Value != "false" && !slices.ContainsFunc(s.errs, known) {
		s.fail(key, "%s must be true or false, without quotes", key)
	}
}

// character returns a text of one character, 0 if the key wasn't written.
func (s *section) character(key, text string) rune {
	c, size := utf8.DecodeRuneInString(text)
	if text == "" {
		return 0
	}
	if size != len(text) {
		s.fail(key, "%s must be one character", key)
		return 0
	}
	return c
}

// word reports whether a key has the only value that it can have.
func (s *section) word(key, text, only, without string) bool {
	if text != "" && text != only {
		s.fail(key, "%s can only be %s; without the key, %s", key, only, without)
	}
	return text == only
}
