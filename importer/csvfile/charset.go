// Character sets: their names, decoding without loss, encoding, and what text may not hold.

package csvfile

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	xkorean "golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/transform"
)

// A charset is an encoding that files may have. UTF-16 and ISO-2022-JP are transcoded as
// they are read and written, so that all other code sees UTF-8; the bytes of the rest
// stay as they are up to the single field.
type charset struct {
	name  string
	bom   string
	table encoding.Encoding // nil for Unicode
	utf16 bool              // UTF-16
	big   bool              // UTF-16 with the high byte first

	// stream says that no byte means anything by itself: like UTF-16, the text is
	// transcoded as it is read and written.
	stream bool

	// leads are the bytes that start a character whose second byte may be ASCII, from @
	// to ~, and so be mistaken for a delimiter; from and to in pairs.
	leads string
}

var (
	utf8Set  = &charset{name: "utf-8", bom: "\xEF\xBB\xBF"}
	utf16LE  = &charset{name: "utf-16le", bom: "\xFF\xFE", utf16: true}
	utf16BE  = &charset{name: "utf-16be", bom: "\xFE\xFF", utf16: true, big: true}
	shiftJIS = &charset{name: "shift_jis", table: japanese.ShiftJIS, leads: "\x81\x9F\xE0\xFC"}
	eucJP    = &charset{name: "euc-jp", table: japanese.EUCJP}
	jis      = &charset{name: "iso-2022-jp", table: japanese.ISO2022JP, stream: true}
	korean   = &charset{name: "euc-kr", table: xkorean.EUCKR, leads: "\x81\xFE"}
	gb18030  = &charset{name: "gb18030", table: simplifiedchinese.GB18030, leads: "\x81\xFE"}
	big5     = &charset{name: "big5", table: traditionalchinese.Big5, leads: "\x81\xFE"}
	windows  = &charset{name: "windows-1252", table: charmap.Windows1252}
	central  = &charset{name: "windows-1250", table: charmap.Windows1250}
	cyrillic = &charset{name: "windows-1251", table: charmap.Windows1251}
	turkish  = &charset{name: "windows-1254", table: charmap.Windows1254}
	latin1   = &charset{name: "iso-8859-1", table: charmap.ISO8859_1}
	latin2   = &charset{name: "iso-8859-2", table: charmap.ISO8859_2}
	latin9   = &charset{name: "iso-8859-15", table: charmap.ISO8859_15}
	mac      = &charset{name: "macintosh", table: charmap.Macintosh}
	dos      = &charset{name: "cp850", table: charmap.CodePage850}
)

const knownNames = "utf-8, utf-16, utf-16le, utf-16be, windows-1250, windows-1251, windows-1252, windows-1254, iso-8859-1, iso-8859-2, iso-8859-15, shift_jis, euc-jp, iso-2022-jp, euc-kr, gb18030, big5, macintosh, cp850"

// aliases are other names of the charsets, without -, _ and spaces.
var aliases = map[string]*charset{
	"utf8": utf8Set, "ascii": utf8Set, "usascii": utf8Set,
	"utf16le": utf16LE, "ucs2le": utf16LE, "utf16be": utf16BE, "ucs2be": utf16BE,
	"shiftjis": shiftJIS, "sjis": shiftJIS, "xsjis": shiftJIS, "mskanji": shiftJIS, "windows31j": shiftJIS, "cp932": shiftJIS, "ms932": shiftJIS, "932": shiftJIS,
	"eucjp": eucJP, "xeucjp": eucJP, "ujis": eucJP,
	"iso2022jp": jis, "jis": jis,
	"euckr": korean, "cp949": korean, "uhc": korean, "ms949": korean, "949": korean, "ksc56011987": korean, "windows949": korean,
	"gb18030": gb18030, "gbk": gb18030, "gb2312": gb18030, "cp936": gb18030, "936": gb18030, "windows936": gb18030,
	"big5": big5, "big5hkscs": big5, "cp950": big5, "950": big5, "windows950": big5,
	"windows1252": windows, "cp1252": windows, "1252": windows, "ansi": windows,
	"windows1250": central, "cp1250": central, "1250": central,
	"windows1251": cyrillic, "cp1251": cyrillic, "1251": cyrillic,
	"windows1254": turkish, "cp1254": turkish, "1254": turkish,
	"iso88591": latin1, "latin1": latin1, "l1": latin1, "cp819": latin1,
	"iso88592": latin2, "latin2": latin2, "l2": latin2,
	"iso885915": latin9, "latin9": latin9, "l9": latin9,
	"macintosh": mac, "macroman": mac, "mac": mac, "xmacroman": mac,
	"cp850": dos, "ibm850": dos, "850": dos, "dos": dos,
}

// charsetNamed returns nil for "utf-16", whose byte order the file decides,
// and false for a name that isn't known.
func charsetNamed(name string) (*charset, bool) {
	name = strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(name))
	switch name {
	case "utf16", "ucs2", "unicode":
		return nil, true
	}
	cs, ok := aliases[name]
	return cs, ok
}

// lead reports whether b starts a character whose second byte may be ASCII.
func (c *charset) lead(b byte) bool {
	for i := 0; i < len(c.leads); i += 2 {
		if c.leads[i] <= b && b <= c.leads[i+1] {
			return true
		}
	}
	return false
}

// trail reports whether b may follow a lead byte.
func trail(b byte) bool { return 0x40 <= b && b <= 0xFE && b != 0x7F }

// transcoded reports whether all other code sees UTF-8 instead of the file's bytes.
func (c *charset) transcoded() bool { return c.utf16 || c.stream }

// decoder turns a charset's bytes into UTF-8. Its zero value is for UTF-8.
type decoder struct{ table transform.Transformer }

func (c *charset) newDecoder() decoder {
	if c.table == nil || c.stream {
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
	if c.stream && err == nil {
		code = []byte(string(r)) // the whole line is transcoded afterwards
	}
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
