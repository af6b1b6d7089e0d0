// A secret: a string that can be sent, and not shown.

package hubspot

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
)

const redacted = "[redacted]"

// A Secret is a token or a password. However it is printed, logged or marshalled, it
// reads [redacted]. Only [Secret.Reveal] shows it (and the verb %p, which go vet refuses
// for a string).
//
// Package fmt doesn't call the methods of unexported fields and shows the plain string. A
// struct must keep its secret as a [hidden].
type Secret string

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) String() string               { return redacted }
func (s Secret) GoString() string             { return redacted }
func (s Secret) LogValue() slog.Value         { return slog.StringValue(redacted) }
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + redacted + `"`), nil }

// Format writes [redacted] for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// A hidden is a secret in a struct: fmt prints nothing of a function.
type hidden func() Secret

func hide(s Secret) hidden { return func() Secret { return s } }

// sendable reports whether s can be sent in a header. A token with a line break or a blank
// was pasted wrongly.
func (s Secret) sendable() bool {
	if len(s) == 0 || len(s) > maxToken {
		return false
	}
	return !strings.ContainsFunc(string(s), func(r rune) bool { return r <= ' ' || r > '~' })
}

// leastSecret is the length from which a secret is cut out of answers. HubSpot's are
// longer. A made-up one of a test account may be an ordinary word, which must stay.
const leastSecret = 16

// leastRun is how many characters of a secret in a row are cut out. Two or three answers
// with longer runs could give away all of it.
const leastRun = 12

// redact cuts s out of what a server said, because some echo the request. In the body it
// finds only the plain secret; texts are redacted again after they are decoded.
func (s Secret) redact(r *response) {
	if len(s) < leastSecret {
		return
	}
	r.secret = hide(s)
	if bytes.Contains(r.body, []byte(s)) {
		r.body = bytes.ReplaceAll(r.body, []byte(s), []byte(redacted))
	}
	for _, values := range r.header {
		for i, v := range values {
			values[i] = s.redactText(v)
		}
	}
	if r.err != nil {
		if text := s.redactText(r.err.Error()); text != r.err.Error() {
			r.err = errors.New(text)
		}
	}
}

// redact cuts the request's secret out of a text of the answer.
func (r *response) redact(text string) string {
	if r.secret == nil {
		return text
	}
	return r.secret().redactText(text)
}

// escape is an ASCII character as JSON or a URL may spell it.
var escape = regexp.MustCompile(`\\u00[0-7][0-9A-Fa-f]|%[0-7][0-9A-Fa-f]`)

// redactText cuts out of text all runs of s, however they are spelled: as they are, with
// escapes, or as base64 wherever in it s begins.
func (s Secret) redactText(text string) string {
	if len(text) < leastRun {
		return text
	}
	plain := escape.ReplaceAllStringFunc(text, func(e string) string {
		c, _ := strconv.ParseUint(e[len(e)-2:], 16, 8)
		return string(rune(c))
	})
	out := cutRuns(plain, string(s))
	for skip := range min(3, len(s)) {
		group := s[skip:]
		group = group[:len(group)/3*3]
		out = cutRuns(out, base64.StdEncoding.EncodeToString([]byte(group)))
		out = cutRuns(out, base64.URLEncoding.EncodeToString([]byte(group)))
	}
	if out == plain {
		return text
	}
	return out
}

// cutRuns replaces what text and secret have in common, where that is long. A run of
// leastRun characters holds one of the secret's blocks of half of it, whole.
func cutRuns(text, secret string) string {
	const half = leastRun / 2
	for b := 0; b+half <= len(secret); b += half {
		for from := 0; ; {
			i := strings.Index(text[from:], secret[b:b+half])
			if i < 0 {
				break
			}
			start, end := from+i, from+i+half
			left := commonSuffix(text[:start], secret[:b])
			right := commonPrefix(text[end:], secret[b+half:])
			if left+half+right < leastRun {
				from = start + 1
				continue
			}
			text = text[:start-left] + redacted + text[end+right:]
			from = start - left + len(redacted)
		}
	}
	return text
}

func commonSuffix(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}
