// A secret: a string that can be sent, and not shown.

package hubspot

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

const redacted = "[redacted]"

// A Secret is a token or a password. However it is printed, logged or
// marshalled, it reads [redacted]; only [Secret.Reveal] gives it away (and the
// verb %p, which makes no sense of a string and which go vet refuses).
//
// Package fmt can't ask an unexported field for its methods and shows the plain
// string. A struct that keeps a secret must keep it behind a [hidden].
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

// A hidden is a secret in a struct: a function has nothing to print.
type hidden func() Secret

func hide(s Secret) hidden { return func() Secret { return s } }

// sendable reports whether s can stand in a header: a token with a line break
// or a blank in it was pasted wrongly.
func (s Secret) sendable() bool {
	if len(s) == 0 || len(s) > maxToken {
		return false
	}
	return !strings.ContainsFunc(string(s), func(r rune) bool { return r <= ' ' || r > '~' })
}

// leastSecret is how long a secret is, to be cut out of answers. HubSpot's are
// longer; a made-up one of a test account may be a word, and without that word
// an answer would be another one.
const leastSecret = 16

// redact cuts s out of all that a server said: some echo the request.
func (s Secret) redact(r *response) {
	if len(s) < leastSecret {
		return
	}
	if bytes.Contains(r.body, []byte(s)) {
		r.body = bytes.ReplaceAll(r.body, []byte(s), []byte(redacted))
	}
	for _, values := range r.header {
		for i, v := range values {
			values[i] = strings.ReplaceAll(v, string(s), redacted)
		}
	}
	if r.err != nil && strings.Contains(r.err.Error(), string(s)) {
		r.err = fmt.Errorf("%s", strings.ReplaceAll(r.err.Error(), string(s), redacted))
	}
}
