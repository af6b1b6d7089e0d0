// What text may not hold, although it decodes.

package csvfile

import (
	"unicode/utf8"
)

// badText returns the place of the first byte in text that is no UTF-8 or
// starts a character that a field may not hold: a control character other than
// TAB, LF and CR, or a noncharacter. The rune is utf8.RuneError for what is no
// UTF-8. The place is -1 when all is well.
func badText(text []byte) (int, rune) {
	for i := 0; i < len(text); {
		c, size := rune(text[i]), 1
		if c >= utf8.RuneSelf {
			if c, size = utf8.DecodeRune(text[i:]); c == utf8.RuneError && size == 1 {
				return i, c
			}
		}
		if isControl(c) || isNoncharacter(c) {
			return i, c
		}
		i += size
	}
	return -1, 0
}

func isControl(c rune) bool {
	return c < 0x20 && c != '\t' && c != '\n' && c != '\r' || 0x7F <= c && c < 0xA0
}

func isNoncharacter(c rune) bool {
	return c&0xFFFE == 0xFFFE || 0xFDD0 <= c && c <= 0xFDEF
}
