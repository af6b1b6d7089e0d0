// One sentence for a failure, from the kilobytes that HubSpot writes.

package hubspot

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxMessage = 300 // characters
	maxOptions = 8
	maxOthers  = 3
	maxOption  = 40 // characters of one option
)

// compose returns the sentence for the first reason, whose text is given, and names the
// others briefly.
func compose(text string, all []reason) string {
	text = shortenOptions(text)
	var tail strings.Builder
	if scopes := all[0].scopes(); len(scopes) > 0 {
		fmt.Fprintf(&tail, " (needs %s)", tidy(strings.Join(scopes[:min(len(scopes), maxOptions)], ", ")))
	}
	if others := all[1:]; len(others) > 0 {
		tail.WriteString("; refused too: ")
		for i, r := range others {
			if i == maxOthers {
				fmt.Fprintf(&tail, " and %d more", len(others)-i)
				break
			}
			if i > 0 {
				tail.WriteString(", ")
			}
			fmt.Fprintf(&tail, "%s (%s)", orUnnamed(propertyName(r.property())), orUnnamed(codeOf(r.code())))
		}
	}
	if what := advice(all[0].code(), text); what != "" {
		tail.WriteString(". " + what)
	}
	end := cut(tail.String(), maxMessage/2)
	text = strings.TrimRight(tidy(text), " .;:,")
	return sentence(cut(text, maxMessage-1-utf8.RuneCountInString(end)) + end)
}

// advice says what to do about refusals that HubSpot makes since version 2026-09. Its own
// messages don't say it.
func advice(code, text string) string {
	switch {
	case code == "MISSING_REQUIRED_PROPERTY":
		return "The account requires this property of every record: add it to the mapping, or fill the cell"
	case code == "MISSING_CONDITIONAL_REQUIRED_PROPERTY":
		return "The account requires this property beside the value of another one: add it to the mapping, or fill the cell"
	case lacksEditAssociations(text):
		return "Give the user of this token the permission to edit associations in HubSpot, or use the token of a private app"
	}
	return ""
}

// lacksEditAssociations reports whether a message says that the token's user may not
// associate records: HubSpot has no code for it (changelog "CRM API write validation
// enforcement").
func lacksEditAssociations(text string) bool {
	return strings.Contains(strings.ToLower(text), "missing 'edit associations' permission")
}

func orUnnamed(s string) string {
	if s == "" {
		return "unnamed"
	}
	return s
}

// sentence returns text as one line of at most 300 characters with a full stop.
func sentence(text string) string {
	text = cut(tidy(text), maxMessage-1)
	if text != "" && !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return strings.Clone(text) // not a part of the answer it came in
}

// tidy returns text as one line without blanks around it, and drops what a terminal may
// act on: control, bidirectional and other invisible characters.
func tidy(text string) string {
	var b strings.Builder
	blank := false
	for _, r := range text {
		switch {
		case unicode.IsSpace(r):
			blank = b.Len() > 0
			continue
		case unicode.Is(unicode.C, r):
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// cut shortens text to n characters, but not inside a {value ...}.
func cut(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	const dots = "..."
	at := 0
	for range max(n-len(dots), 0) {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	if open := strings.LastIndex(text[:at], "{value"); open >= 0 && !strings.Contains(text[open:at], "}") {
		at = open
	}
	return strings.TrimRight(text[:at], " ") + dots
}

// plainMessage returns a message without the JSON list that may be part of it.
func plainMessage(message string) string {
	before, _, _ := strings.Cut(message, ": [{")
	return before
}

// shortenOptions keeps only the first of a message's allowed options, which may be all
// the countries of the world.
func shortenOptions(text string) string {
	const opening = "allowed options: ["
	before, list, found := strings.Cut(text, opening)
	if !found {
		return text
	}
	whole := false
	if end := strings.LastIndexByte(list, ']'); end >= 0 {
		list, whole = list[:end], true
	}
	options, total := optionsOf(list, whole)
	var b strings.Builder
	b.WriteString(before)
	b.WriteString("allowed options: ")
	b.WriteString(strings.Join(options, ", "))
	switch {
	case !whole:
		b.WriteString(" (and more)")
	case total > len(options):
		fmt.Fprintf(&b, " (and %d more)", total-len(options))
	}
	return b.String()
}

// optionsOf returns the first options of a list, and how many it has. HubSpot writes a
// list of values, or a dump of the options' definitions in which each value follows the
// word "value". The last option of an incomplete list may be cut, so it doesn't count.
func optionsOf(list string, whole bool) (options []string, total int) {
	next := nextValue
	if !strings.Contains(list, valueField) {
		next = nextWord
	}
	for list != "" {
		option, rest, complete := next(list)
		list = rest
		if !complete && !whole {
			break
		}
		if option = strings.TrimSpace(option); option == "" {
			continue
		}
		if total++; total <= maxOptions {
			options = append(options, cut(option, maxOption))
		}
	}
	return options, total
}

const valueField = `value: "`

func nextValue(list string) (option, rest string, complete bool) {
	_, rest, found := strings.Cut(list, valueField)
	if !found {
		return "", "", false
	}
	for i := 0; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '"':
			return strings.ReplaceAll(rest[:i], `\`, ""), rest[i+1:], true
		}
	}
	return rest, "", false
}

func nextWord(list string) (option, rest string, complete bool) {
	return strings.Cut(list, ", ")
}
