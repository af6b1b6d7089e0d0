// The options of an enumeration.

package mapping

import (
	"fmt"
	"strings"
)

// options are the values that an enumeration takes.
type options struct {
	sent   map[string]string // value or unambiguous label -> value
	folded map[string]bool   // the same without case
	twice  map[string]bool   // labels that several options have
	shown  []string          // values that are suggested, in the account's order
	list   string            // the first eight of them, for messages
}

func newOptions(all []PropertyOption) *options {
	o := &options{
		sent:   make(map[string]string, 2*len(all)),
		folded: make(map[string]bool, 2*len(all)),
		twice:  make(map[string]bool),
	}
	labels := make(map[string]string, len(all))
	for _, option := range all {
		if option.Value == "" {
			continue // an empty value clears a property
		}
		o.sent[option.Value] = option.Value
		if option.Hidden {
			continue
		}
		o.shown = append(o.shown, option.Value)
		if other, taken := labels[option.Label]; taken && other != option.Value {
			o.twice[option.Label] = true
		}
		labels[option.Label] = option.Value
	}
	for _, option := range all {
		if option.Hidden || option.Value == "" {
			continue
		}
		o.folded[fold(option.Value)] = true
		if _, taken := o.sent[option.Label]; !taken && option.Label != "" && !o.twice[option.Label] {
			o.sent[option.Label] = option.Value
			o.folded[fold(option.Label)] = true
		}
	}
	const most = 8
	o.list = quoteAll(o.shown[:min(most, len(o.shown))])
	if more := len(o.shown) - most; more > 0 {
		o.list += fmt.Sprintf(" and %d more", more)
	}
	return o
}

// several returns what is sent for a list of options, or the number of the first
// part that is none. HubSpot takes a ";" in front, which means: in addition to
// what the record has.
func (o *options) several(list string) (sent string, bad int) {
	if option, ok := o.sent[list]; ok {
		return option, 0
	}
	asIs, n := true, 0
	for part := range strings.SplitSeq(strings.TrimPrefix(list, ";"), ";") {
		n++
		option, ok := o.sent[part]
		if !ok {
			return "", n
		}
		asIs = asIs && option == part
	}
	if asIs {
		return list, 0
	}
	var b strings.Builder
	rest, appended := strings.CutPrefix(list, ";")
	for part := range strings.SplitSeq(rest, ";") {
		if b.Len() > 0 || appended {
			b.WriteByte(';')
		}
		b.WriteString(o.sent[part])
		appended = false
	}
	return b.String(), 0
}

// fault says of a text that is none of the options what to write. It doesn't name
// the option that the text is nearly, which would tell the text.
func (o *options) fault(text string) (what, fix string) {
	switch {
	case o.twice[text]:
		return "is the label of several options", "write the internal value of the one that is meant"
	case o.folded[fold(text)]:
		return "differs from an option in case or in white space", "write " + o.list + ", to the letter"
	case len(o.shown) == 0:
		return "is none of the options", "add it in HubSpot"
	}
	return "is none of the options", "write " + o.list + ", or say under values what it becomes"
}
