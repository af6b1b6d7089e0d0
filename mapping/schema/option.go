// The options of an enumeration.

package schema

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hubload/hubload/mapping/internal/wording"
)

// Options are the values that an enumeration takes. They never change.
type Options struct {
	values     map[string]string // value or unambiguous label -> value
	folded     map[string]string // the same without case, the first of several
	ambiguous  map[string]bool   // labels of several options
	shown      []string          // values that are suggested, in the account's order
	labels     []string          // the same, and the labels that are taken
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
		o.labels = append(o.labels, option.Value)
		label := strings.TrimSpace(option.Label)
		if _, taken := o.values[label]; !taken && label != "" && !o.ambiguous[option.Label] {
			o.values[label] = option.Value
			o.fold(label, option.Value)
			o.labels = append(o.labels, label)
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
// number of the first part, from 1 on, that is not an option. White space around parts and empty parts are
// dropped, but for a ";" in front, by which HubSpot adds the values to those that the
// record has. A list of empty parts gives "".
func (o *Options) Values(list string) (values string, bad int) {
	if value, ok := o.values[list]; ok {
		return value, 0
	}
	rest, adds := strings.CutPrefix(list, ";")
	asIs, part := true, 0
	for text := range strings.SplitSeq(rest, ";") {
		part++
		value := o.values[strings.TrimSpace(text)]
		if value == "" && strings.TrimSpace(text) != "" {
			return "", part
		}
		asIs = asIs && value == text && text != ""
	}
	if asIs {
		return list, 0
	}
	var parts []string
	for text := range strings.SplitSeq(rest, ";") {
		if value := o.values[strings.TrimSpace(text)]; value != "" {
			parts = append(parts, value)
		}
	}
	values = strings.Join(parts, ";")
	if adds && values != "" {
		values = ";" + values
	}
	return values, 0
}

// explain says of a text that is not an option what to write. The option that it nearly
// is comes first: an account may have hundreds.
func (o *Options) explain(text string) (what, fix string) {
	switch near := o.near(text); {
	case o.ambiguous[text]:
		return "is the label of several options", "Use the internal value of the one that is meant"
	case near != "" && wording.FoldCase(near) == wording.FoldCase(text):
		return "differs from an option in case", "Write " + wording.Quote(near)
	case near != "":
		return "is not one of the options", "Write " + wording.Quote(near) + " if that is meant, or add values: to the rule to say what this cell becomes"
	case len(o.shown) == 0:
		return "is not one of the options", "Add the option in HubSpot"
	}
	return "is not one of the options", "Write " + o.firstEight + ", or add values: to the rule to say what this cell becomes"
}

// near returns the value or label that a text nearly is, "" if there is none. Three letters
// are a code, and one letter makes another code of it: RMB is not a mistyped RUB.
func (o *Options) near(text string) string {
	const code = 3
	if value := o.folded[wording.FoldCase(text)]; value != "" {
		return value
	}
	if value := o.values[CurrencyWords()[strings.TrimSpace(text)]]; value != "" {
		return value
	}
	if utf8.RuneCountInString(text) <= code {
		return ""
	}
	return wording.Nearest(text, o.labels)
}

// CurrencyWords returns the signs and words that mean one currency. $, kr and Fr. are not
// among them: several countries write them.
func CurrencyWords() map[string]string { return currencyWords }

var currencyWords = map[string]string{
	"€": "EUR", "Euro": "EUR", "EURO": "EUR", "euro": "EUR", "ユーロ": "EUR",
	"£": "GBP", "UK£": "GBP", "GB£": "GBP", "円": "JPY", "日本円": "JPY", "¥": "JPY",
	"US$": "USD", "U$S": "USD", "米ドル": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD",
	"RMB": "CNY", "CN¥": "CNY", "元": "CNY", "人民币": "CNY", "人民元": "CNY",
	"SFr.": "CHF", "sFr.": "CHF", "SFr": "CHF", "R$": "BRL", "zł": "PLN", "Kč": "CZK", "₹": "INR", "₩": "KRW", "₺": "TRY", "Ft": "HUF",
}
