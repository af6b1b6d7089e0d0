// Commands for the user to copy.

package main

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,~-]+$`)

// quoted is s as a shell takes it. What isn't shown as it is, such as a wide space or
// bytes that are not UTF-8, is written as bytes: $'...' of bash, zsh and ksh.
func quoted(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	if utf8.ValidString(s) && strings.IndexFunc(s, isEscaped) < 0 {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		switch {
		case r == '\'' || r == '\\':
			b.WriteString(`\` + s[:n])
		case isEscaped(r):
			for _, c := range []byte(s[:n]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		default:
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
	return b.String() + "'"
}

// isEscaped reports whether a character isn't shown as it is.
func isEscaped(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
