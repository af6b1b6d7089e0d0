// UTF-16 files, transcoded on the way in and on the way out.

package csvfile

import (
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// An utf16Reader yields UTF-8. It makes invalid UTF-8 of what is not UTF-16, so
// that it is found by the same check as in any other file: a surrogate on its
// own becomes its three bytes, and an odd byte at the end becomes 0xFF. (The
// decoder of x/text would make U+FFFD of both.)
type utf16Reader struct {
	src    io.Reader
	unit   binary.ByteOrder
	in     []byte // in[:rest] wasn't decoded yet
	rest   int
	out    []byte // decoded and not yet read
	outBuf []byte // backs out
	err    error
}

func newUTF16Reader(src io.Reader, big bool) *utf16Reader {
	u := &utf16Reader{src: src, unit: binary.LittleEndian, in: make([]byte, sampleSize)}
	if big {
		u.unit = binary.BigEndian
	}
	return u
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		var n int
		n, u.err = u.src.Read(u.in[u.rest:])
		if n == 0 && u.err == nil {
			return 0, nil
		}
		u.decode(u.in[:u.rest+n], u.err == io.EOF)
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

// decode decodes b and keeps a character that isn't complete for the next
// call, unless b is the last.
func (u *utf16Reader) decode(b []byte, last bool) {
	u.out = u.outBuf[:0]
	for len(b) >= 2 {
		r, size := rune(u.unit.Uint16(b)), 2
		if utf16.IsSurrogate(r) {
			if len(b) < 4 && !last {
				break
			}
			if len(b) >= 4 {
				if pair := utf16.DecodeRune(r, rune(u.unit.Uint16(b[2:]))); pair != utf8.RuneError {
					r, size = pair, 4
				}
			}
		}
		if utf16.IsSurrogate(r) {
			u.out = append(u.out, 0xE0|byte(r>>12), 0x80|byte(r>>6)&0x3F, 0x80|byte(r)&0x3F)
		} else {
			u.out = utf8.AppendRune(u.out, r)
		}
		b = b[size:]
	}
	if last && len(b) > 0 {
		u.out, b = append(u.out, 0xFF), nil
	}
	u.outBuf = u.out
	u.rest = copy(u.in, b)
}

// appendUTF16 appends text that an utf16Reader yielded, or other UTF-8, as
// UTF-16. A byte that is neither becomes half a surrogate pair, so that what
// was no text stays none.
func appendUTF16(dst, text []byte, big bool) []byte {
	var unit binary.AppendByteOrder = binary.LittleEndian
	if big {
		unit = binary.BigEndian
	}
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			r = 0xDC00 | rune(text[0])
			if len(text) >= 3 && text[0] == 0xED && text[1]&0xE0 == 0xA0 && text[2]&0xC0 == 0x80 {
				r, size = 0xD000|rune(text[1]&0x3F)<<6|rune(text[2]&0x3F), 3
			}
		}
		text = text[size:]
		if r >= 0x10000 {
			high, low := utf16.EncodeRune(r)
			dst = unit.AppendUint16(dst, uint16(high))
			r = low
		}
		dst = unit.AppendUint16(dst, uint16(r))
	}
	return dst
}
