// The options of an enumeration.

package schema

import (
	"fmt"
	"strings"

	"github.com/hubload/hubload/mapping/internal/wording"
)

// Options are the values that an enumeration takes. They never change.
type Options struct {
	values     map[string]string // value or unambiguous label -> value
	folded     map[string]string // the same without case, the first of several
	ambiguous  map[string]bool   // labels of several options
	shown      []string          // values that are suggested, in the account's order
	firstEight string            // of shown, for messages
}

// NewOptions returns the options of a property.
func NewOptions(all []Option) *Options {
	o := &Options{
		values:    make(map[string]string, 2*len(all)),
		folded:    make(map[string]string, 2*len(all)),
		ambiguous: make(map[string]bool),
	}
	labels := make(map[string]string, len(all))
	for _, option := range all {
		if option.Value == "" {
			continue // an empty value clears a property
		}
		o.values[option.Value] = option.Value
		if option.Hidden {
			continue
		}
		o.shown = append(o.shown, option.Value)
		if other, taken := labels[option.Label]; taken && other != option.Value {
			o.ambiguous[option.Label] = true
		}
		labels[option.Label] = option.Value
	}
	for _, option := range all {
		if option.Hidden || option.Value == "" {
			continue
		}
		o.fold(option.Value, option.Value)
		if _, taken := o.values[option.Label]; !taken && option.Label != "" && !o.ambiguous[option.Label] {
			o.values[option.Label] = option.Value
			o.fold(option.Label, option.Value)
		}
	}
	const most = 8
	o.firstEight = wording.QuoteAll(o.shown[:min(most, len(o.shown))])
	if more := len(o.shown) - most; more > 0 {
		o.firstEight += fmt.Sprintf(" and %d more", more)
	}
	return o
}

func (o *Options) fold(text, value string) {
	if folded := wording.FoldCase(text); o.folded[folded] == "" {
		o.folded[folded] = value
	}
}

// Value returns the internal value of the option with this value or, if only one
// option has it, this label.
func (o *Options) Value(text string) (value string, ok bool) {
	value, ok = o.values[text]
	return value, ok
}

// ValueFold is like Value but ignores case and the white space around the text.
func (o *Options) ValueFold(text string) (value string, ok bool) {
	value, ok = o.folded[wording.FoldCase(text)]
	return value, ok
}

// Values returns the internal values of a list with ";" between its parts, or the
// number of the first part, from 1 on, that is not an option. HubSpot takes a ";" in
// front, which adds the values to those that the record has.
func (o *Options) Values(list string) (values string, bad int) {
	if value, ok := o.values[list]; ok {
		return value, 0
	}
	asIs, n := true, 0
	for part := range strings.SplitSeq(strings.TrimPrefix(list, ";"), ";") {
		n++
		value, ok := o.values[part]
		if !ok {
			return "", n
		}
		asIs = asIs && value == part
	}
	if asIs {
		return list, 0
	}
	rest, adds := strings.CutPrefix(list, ";")
	parts := strings.Split(rest, ";")
	for i, part := range parts {
		parts[i] = o.values[part]
	}
	values = strings.Join(parts, ";")
	if adds {
		values = ";" + values
	}
	return values, 0
}

// explain says of a text that is not an option what to write. It doesn't name the
// option that the text nearly is, because that would reveal the text.
func (o *Options) explain(text string) (what, fix string) {
	switch {
	case o.ambiguous[text]:
		return "is the label of several options", "Use the internal value of the one that is meant"
	case o.folded[wording.FoldCase(text)] != "":
		return "differs from an option in case or white space", "Write " + o.firstEight + ", exactly as shown here"
	case len(o.shown) == 0:
		return "is not one of the options", "Add the option in HubSpot"
	}
	return "is not one of the options", "Write " + o.firstEight + ", or add values: to the rule to say what this cell becomes"
}
