// Text in UTF-8 that was read in another encoding.

package format

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Mojibake returns what a text was before a program took its UTF-8 for windows-1252, as ü
// for Ã¼ and € for â‚¬; "" where that can't be. A text of another kind that looks so has
// capitals and signs in an order that no language writes.
func Mojibake(text string) string {
	var b strings.Builder
	found := false
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRuneInString(text[i:])
		if c < utf8.RuneSelf {
			b.WriteRune(c)
			i += size
			continue
		}
		read, n := misread(text[i:])
		if n == 0 {
			b.WriteRune(c)
			i += size
			continue
		}
		found = true
		b.WriteRune(read)
		i += n
	}
	if !found {
		return ""
	}
	return b.String()
}

// misread returns the character whose bytes in UTF-8 the text begins with, each read as a
// character of windows-1252, and the length of these; 0 where there is none.
func misread(text string) (c rune, n int) {
	var char [utf8.UTFMax]byte
	have, want := 0, 0
	for i, r := range text {
		if have > 0 && have == want {
			break
		}
		b, ok := windowsByte(r)
		if !ok {
			return 0, 0
		}
		if have == 0 {
			switch {
			case 0xC2 <= b && b <= 0xDF:
				want = 2
			case 0xE0 <= b && b <= 0xEF:
				want = 3
			case 0xF0 <= b && b <= 0xF4:
				want = 4
			default:
				return 0, 0
			}
		}
		char[have] = b
		have++
		n = i + utf8.RuneLen(r)
	}
	c, size := utf8.DecodeRune(char[:have])
	if have != want || size != want || !isUsual(c) {
		return 0, 0
	}
	return c, n
}

// isUsual leaves out the letters of phonetics, Armenian and others whose misread bytes are
// pairs that people write: É» at the end of a French quotation.
func isUsual(c rune) bool {
	return 0xA0 <= c && c <= 0x17F || 0x386 <= c && c <= 0x4FF || c >= 0x1E00
}

// windowsByte returns the byte that windows-1252 has for a character, or ISO 8859-1 for a
// control character.
func windowsByte(c rune) (byte, bool) {
	if 0x80 <= c && c < 0xA0 {
		return byte(c), true
	}
	return charmap.Windows1252.EncodeRune(c)
}
