// Package wording helps to write messages: it quotes what the user wrote, and finds the name that was meant.
package wording

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// quote makes a text of the user fit for a message: what could disturb a
// terminal is escaped, and what is long is cut.
func Quote(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "..."
	}
	return strconv.Quote(s)
}

// quoteAll quotes a list for a message, at most ten of it.
func QuoteAll(list []string) string {
	const most = 10
	quoted := make([]string, 0, most)
	for _, s := range list[:min(most, len(list))] {
		quoted = append(quoted, Quote(s))
	}
	text := strings.Join(quoted, ", ")
	if more := len(list) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// didYouMean returns the end of a message that suggests the known name nearest
// to name, and instead when none is near.
func DidYouMean(name string, known []string, instead string) string {
	if near := Nearest(name, known); near != "" {
		return "did you mean " + Quote(near) + "?"
	}
	return instead
}

// nearest returns the known name that differs least from name, "" when all
// differ by more than a third of its letters. Case and surrounding white space
// count for nothing.
func Nearest(name string, known []string) string {
	const long = 100 // above it, names aren't mistyped but something else
	name = FoldCase(name)
	length := utf8.RuneCountInString(name)
	if length > long {
		return ""
	}
	best, least := "", length/3+1
	for _, k := range known {
		folded := FoldCase(k)
		n := utf8.RuneCountInString(folded)
		if n-length >= least || length-n >= least {
			continue
		}
		if d := distance([]rune(name), []rune(folded)); d < least {
			best, least = k, d
		}
	}
	return best
}

func FoldCase(s string) string { return strings.ToLower(strings.TrimSpace(norm.NFC.String(s))) }

// distance counts the letters to insert, delete or replace to make a into b.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, ra := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, rb := range b {
			replaced := diagonal
			if ra != rb {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
