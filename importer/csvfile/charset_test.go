// What the tables of character sets hold.

package csvfile

import (
	"bytes"
	"testing"
)

// TestTablesHoldNothingElseBad: the Reader looks for bad text only where a decoded cell
// holds the byte 0xC2.
func TestTablesHoldNothingElseBad(t *testing.T) {
	for _, cs := range []*charset{shiftJIS, eucJP, windows, latin1} {
		d := cs.newDecoder()
		decoded, controls := 0, 0
		for code := 0; code < 3<<16; code++ {
			text := []byte{byte(code >> 8), byte(code)}
			switch {
			case code < 0x80:
				continue
			case code < 0x100:
				text = text[1:]
			case code >= 1<<16 && code < 2<<16:
				text = append([]byte{0x8F}, text...) // the three bytes of EUC-JP
			case code >= 2<<16:
				text = append([]byte{0x8E}, text...)
			}
			out, bad := d.append(nil, text)
			if bad >= 0 {
				continue
			}
			decoded++
			high := bytes.TrimFunc(out, func(c rune) bool { return c < 0x80 })
			at, c := badText(high)
			if at < 0 || c < 0x80 { // those of ASCII are found in the bytes of the record
				continue
			}
			if controls++; bytes.IndexByte(high, 0xC2) < 0 {
				t.Errorf("%s: %X is %U", cs.name, text, c)
			}
		}
		if decoded < 100 {
			t.Errorf("%s decodes only %d codes", cs.name, decoded)
		}
		if cs == latin1 && controls == 0 {
			t.Errorf("%s has no control characters beyond ASCII", cs.name)
		}
	}
}
