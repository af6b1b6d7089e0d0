// Texts as JSON strings: most of them stand there as they are.

package hubspot

import (
	"errors"

	"github.com/go-json-experiment/json/jsontext"
)

var errNotUTF8 = errors.New("it is not valid UTF-8")

// appendQuote appends s as a JSON string. The error is that s isn't valid UTF-8; what
// is appended then mustn't be sent.
//
// It is [jsontext.AppendQuote], which looks at each byte by itself: of a body that made
// a fourteenth of a whole import's CPU time.
func appendQuote(dst []byte, s string) ([]byte, error) {
	if isVerbatim(s) {
		dst = append(dst, '"')
		dst = append(dst, s...)
		return append(dst, '"'), nil
	}
	dst, err := jsontext.AppendQuote(dst, s)
	if err != nil {
		return dst, errNotUTF8
	}
	return dst, nil
}

const (
	ones  = 0x0101010101010101 // of each byte of eight the lowest bit
	highs = ones << 7

	blanks = 0x2020202020000000 // where three bytes are put before
)

// isVerbatim reports whether s is ASCII without a quote, a backslash or a control
// character.
func isVerbatim(s string) bool {
	n := len(s)
	switch {
	case n >= 8:
		found := uint64(0)
		for i := 0; i < n-8; i += 8 {
			found |= unusual(eight(s[i:]))
		}
		return (found|unusual(eight(s[n-8:])))&highs == 0
	case n >= 4:
		return unusual(four(s)|four(s[n-4:])<<32)&highs == 0
	case n > 0:
		return unusual(blanks|uint64(s[0])|uint64(s[n/2])<<8|uint64(s[n-1])<<16)&highs == 0
	}
	return true
}

func eight(s string) uint64 { return four(s) | four(s[4:])<<32 }

func four(s string) uint64 {
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// unusual is special with all bytes beyond ASCII besides.
func unusual(eight uint64) uint64 { return special(eight) | eight }

// special looks at eight bytes at once. The highest bit of a byte of the result is set
// where that byte is a quote, a backslash or a control character, and wrongly perhaps
// behind such a one: the first is right. The other bits mean nothing.
func special(eight uint64) uint64 {
	// What is below a blank and the quote, two above it, are together below '!' when
	// their second bit is turned over, and nothing else is.
	low, backslash := eight^2*ones, eight^'\\'*ones
	return (low-'!'*ones)&^low | (backslash-ones)&^backslash
}
