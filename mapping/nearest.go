// Which known name did the user mean?

package mapping

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// didYouMean returns the end of a message that suggests the known name nearest
// to name, and instead when none is near.
func didYouMean(name string, known []string, instead string) string {
	if near := nearest(name, known); near != "" {
		return "did you mean " + quote(near) + "?"
	}
	return instead
}

// nearest returns the known name that differs least from name, "" when all
// differ by more than a third of its letters. Case and surrounding white space
// count for nothing.
func nearest(name string, known []string) string {
	const long = 100 // above it, names aren't mistyped but something else
	name = fold(name)
	length := utf8.RuneCountInString(name)
	if length > long {
		return ""
	}
	best, least := "", length/3+1
	for _, k := range known {
		folded := fold(k)
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

func fold(s string) string { return strings.ToLower(strings.TrimSpace(norm.NFC.String(s))) }

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
