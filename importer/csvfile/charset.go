// Character sets: their names, decoding without loss, encoding, and what text may not hold.

package csvfile

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/transform"
)

// A charset is an encoding that files may have. UTF-16 is transcoded as it is
// read and written, so that all other code sees UTF-8; the bytes of the rest
// stay as they are up to the single field.
type charset struct {
	name  string
	bom   string
	table encoding.Encoding // nil for Unicode
	utf16 bool              // UTF-16
	big   bool              // UTF-16 with the high byte first

	// trails says that the second byte of a character may be ASCII, from @
	// to ~, and so be mistaken for a delimiter.
	trails bool
}

var (
	utf8Set  = &charset{name: "utf-8", bom: "\xEF\xBB\xBF"}
	utf16LE  = &charset{name: "utf-16le", bom: "\xFF\xFE", utf16: true}
	utf16BE  = &charset{name: "utf-16be", bom: "\xFE\xFF", utf16: true, big: true}
	shiftJIS = &charset{name: "shift_jis", table: japanese.ShiftJIS, trails: true}
	eucJP    = &charset{name: "euc-jp", table: japanese.EUCJP}
	windows  = &charset{name: "windows-1252", table: charmap.Windows1252}
	latin1   = &charset{name: "iso-8859-1", table: charmap.ISO8859_1}
)

const knownNames = "utf-8, utf-16, utf-16le, utf-16be, shift_jis, euc-jp, windows-1252, iso-8859-1"

// charsetNamed returns nil for "utf-16", whose byte order the file decides,
// and false for a name that isn't known.
func charsetNamed(name string) (*charset, bool) {
	switch strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(name)) {
	case "utf8", "ascii", "usascii":
		return utf8Set, true
	case "utf16", "ucs2", "unicode":
		return nil, true
	case "utf16le", "ucs2le":
		return utf16LE, true
	case "utf16be", "ucs2be":
		return utf16BE, true
	case "shiftjis", "sjis", "xsjis", "mskanji", "windows31j", "cp932", "ms932", "932":
		return shiftJIS, true
	case "eucjp", "xeucjp", "ujis":
		return eucJP, true
	case "windows1252", "cp1252", "1252", "ansi":
		return windows, true
	case "iso88591", "latin1", "l1", "cp819":
		return latin1, true
	}
	return nil, false
}

// lead reports whether c starts a character whose second byte may be ASCII.
func (c *charset) lead(b byte) bool {
	return c.trails && (0x81 <= b && b <= 0x9F || 0xE0 <= b && b <= 0xFC)
}

// trail reports whether b may follow a lead byte.
func trail(b byte) bool { return 0x40 <= b && b <= 0xFC && b != 0x7F }

// decoder turns a charset's bytes into UTF-8. Its zero value is for UTF-8.
type decoder struct{ table transform.Transformer }

func (c *charset) newDecoder() decoder {
	if c.table == nil {
		return decoder{}
	}
	return decoder{c.table.NewDecoder().Transformer}
}

// append appends src as UTF-8 to dst. bad is the offset of the first byte in
// src that has no meaning, -1 when all have.
func (d decoder) append(dst, src []byte) (_ []byte, bad int) {
	if d.table == nil {
		return append(dst, src...), -1
	}
	start := len(dst)
	// One byte becomes three at most: a katakana of half width, or U+FFFD.
	if need := start + 3*len(src); cap(dst) < need {
		dst = append(make([]byte, 0, 2*need), dst...)
	}
	d.table.Reset()
	n, _, _ := d.table.Transform(dst[start:start+3*len(src)], src, true)
	dst = dst[:start+n]
	// The decoders write U+FFFD for what they can't read, without an error,
	// and none of these charsets has U+FFFD itself.
	if at := bytes.Index(dst[start:], []byte("\uFFFD")); at >= 0 {
		d.table.Reset()
		_, bad, _ = d.table.Transform(make([]byte, at), src, true)
		return dst, bad
	}
	return dst, -1
}

// encode appends r in the charset to dst and reports whether it has r. UTF-16
// takes UTF-8 here, as its output is transcoded afterwards.
func (c *charset) encode(dst []byte, r rune) ([]byte, bool) {
	if r < utf8.RuneSelf || c.table == nil {
		return utf8.AppendRune(dst, r), true
	}
	code, err := c.table.NewEncoder().Bytes([]byte(string(r)))
	return append(dst, code...), err == nil
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// badText returns the place of the first byte in text that is not UTF-8 or
// starts a character that a field may not hold: a control character other than
// TAB, LF and CR, or a noncharacter. The rune is utf8.RuneError for what is not
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
