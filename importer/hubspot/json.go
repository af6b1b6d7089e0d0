// Reading JSON that nobody vouches for: what isn't wanted costs no memory, and a value
// of another type than expected is skipped.

package hubspot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxElements = 10_000 // of one array
	maxText     = 64 << 10
)

var (
	errNotObject = errors.New("it is not a JSON object")
	errBreaksOff = errors.New("it breaks off")
)

// lenient reads strings and booleans where they are, and skips whatever else stands
// there. Bytes that aren't UTF-8 become U+FFFD: HubSpot cuts long messages anywhere.
// Objects with a name twice are refused: two readers may take different ones of them.
var lenient = json.JoinOptions(
	jsontext.AllowInvalidUTF8(true),
	json.WithUnmarshalers(json.JoinUnmarshalers(json.UnmarshalFromFunc(readString), json.UnmarshalFromFunc(readBool))),
)

// decode decodes the JSON object that body must be, whole and alone.
func decode(body []byte, v any, more ...json.Options) error {
	if jsontext.Value(body).Kind() != '{' {
		return errNotObject
	}
	err := json.Unmarshal(body, v, append(more, lenient)...)
	var syntax *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jsontext.ErrDuplicateName):
		return errors.New("an object in it has a name twice")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errBreaksOff
	case errors.As(err, &syntax):
		return fmt.Errorf("it is not valid JSON at byte %d", syntax.ByteOffset)
	case errors.As(err, &semantic) && semantic.Err != nil:
		return semantic.Err
	}
	return errors.New("it is not what was expected")
}

func readString(dec *jsontext.Decoder, s *string) error {
	if dec.PeekKind() != '"' {
		return dec.SkipValue()
	}
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	if *s = token.String(); len(*s) > maxText {
		*s = strings.ToValidUTF8((*s)[:maxText], "\uFFFD")
	}
	return nil
}

func readBool(dec *jsontext.Decoder, b *bool) error {
	*b = dec.PeekKind() == 't'
	return dec.SkipValue()
}

// An object is a JSON object that may be missing.
type object[T any] struct {
	v     T
	there bool
}

func (o *object[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return dec.SkipValue()
	}
	o.there = true
	return json.UnmarshalDecode(dec, &o.v)
}

// A list is a JSON array of objects; nil when there is none. An element that isn't an
// object is an empty one.
type list[T any] []T

func (l *list[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() == '[' {
		*l = list[T]{}
	}
	return elements(dec, func() error {
		var none T
		*l = append(*l, none)
		if dec.PeekKind() != '{' {
			return dec.SkipValue()
		}
		element := &(*l)[len(*l)-1]
		if u, ok := any(element).(json.UnmarshalerFrom); ok { // spares a tenth of the time
			return u.UnmarshalJSONFrom(dec)
		}
		return json.UnmarshalDecode(dec, element)
	})
}

// members calls member for each member of the object that comes next, or skips what
// isn't an object. The name is valid until member reads on.
func members(dec *jsontext.Decoder, member func(name []byte) error) error {
	if dec.PeekKind() != '{' {
		return dec.SkipValue()
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for dec.PeekKind() != '}' {
		name, err := dec.ReadValue()
		if err != nil {
			return err
		}
		if bytes.IndexByte(name, '\\') >= 0 {
			name, _ = jsontext.AppendUnquote([]byte{'"'}, name)
			name = append(name, '"')
		}
		if err := member(name[1 : len(name)-1]); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// elements calls element for each element of the array that comes next, or skips what
// isn't an array.
func elements(dec *jsontext.Decoder, element func() error) error {
	if dec.PeekKind() != '[' {
		return dec.SkipValue()
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for n := 0; dec.PeekKind() != ']'; n++ {
		if n == maxElements {
			return fmt.Errorf("a list in it has more than %d elements", maxElements)
		}
		if err := element(); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// texts is a list of strings, or one string as a list of one.
type texts []string

func (t *texts) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	one := func() error {
		var s string
		err := readString(dec, &s)
		if s != "" {
			*t = append(*t, s)
		}
		return err
	}
	if dec.PeekKind() == '"' {
		return one()
	}
	return elements(dec, one)
}

// first returns the first text, or "".
func (t texts) first() string {
	if len(t) == 0 {
		return ""
	}
	return t[0]
}

// A number is a whole number that isn't negative, written as a number or a string;
// anything else is -1.
type number int64

func (n *number) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	i, parseErr := strconv.ParseInt(string(bytes.Trim(raw, `"`)), 10, 64)
	if parseErr != nil || i < 0 {
		i = -1
	}
	*n = number(i)
	return err
}

// A recordID is an id of decimal digits, as HubSpot's are, written as a string or a
// number. Anything else is "".
type recordID string

func (id *recordID) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if raw[0] == '"' {
		raw = raw[1 : len(raw)-1]
	}
	if n, err := strconv.ParseUint(string(raw), 10, 63); err == nil && n > 0 && raw[0] != '0' {
		*id = recordID(raw)
	}
	return nil
}
