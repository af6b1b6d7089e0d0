// Walking JSON that nobody vouches for: what isn't wanted costs no memory, what
// is deeper or longer than it may be is an error, and no type surprises.

package hubspot

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxDepth    = 64
	maxElements = 10_000 // of one array
	maxText     = 64 << 10
)

var (
	errNotObject = errors.New("it is not a JSON object")
	errTooDeep   = fmt.Errorf("it is nested deeper than %d levels", maxDepth)
)

// A walker reads a document from its start to its end. Objects with a name twice
// are refused: two readers may take different ones of them. Bytes that aren't
// UTF-8 are tolerated, as U+FFFD, for HubSpot cuts long messages anywhere.
type walker struct{ *jsontext.Decoder }

func newWalker(document []byte) walker {
	return walker{jsontext.NewDecoder(bytes.NewBuffer(document), jsontext.AllowInvalidUTF8(true))}
}

// document calls member for each member of the JSON object that the document
// must be, whole and alone.
func (w walker) document(member func(name []byte) error) error {
	if w.PeekKind() != '{' {
		return errNotObject
	}
	if err := w.object(member); err != nil {
		return err
	}
	switch _, err := w.ReadToken(); {
	case err == io.EOF:
		return nil
	case err != nil:
		return err
	}
	return errors.New("something stands after the JSON object")
}

// object calls member for each member of the value that comes next, and skips
// the value if it isn't an object. member must read or skip the member's value,
// after which name is no longer valid.
func (w walker) object(member func(name []byte) error) error {
	if w.PeekKind() != '{' {
		return w.skip()
	}
	if err := w.enter(); err != nil {
		return err
	}
	for w.PeekKind() != '}' {
		name, err := w.ReadValue()
		if err != nil {
			return err
		}
		if err := member(unquote(name)); err != nil {
			return err
		}
	}
	_, err := w.ReadToken()
	return err
}

// array calls element for each element of the value that comes next, and skips
// the value if it isn't an array. element must read or skip the element.
func (w walker) array(element func() error) error {
	if w.PeekKind() != '[' {
		return w.skip()
	}
	if err := w.enter(); err != nil {
		return err
	}
	for n := 0; w.PeekKind() != ']'; n++ {
		if n == maxElements {
			return fmt.Errorf("a list in it has more than %d elements", maxElements)
		}
		if err := element(); err != nil {
			return err
		}
	}
	_, err := w.ReadToken()
	return err
}

func (w walker) enter() error {
	if w.StackDepth() >= maxDepth {
		return errTooDeep
	}
	_, err := w.ReadToken()
	return err
}

// text reads a string, or the beginning of a very long one; anything else is
// skipped and gives "".
func (w walker) text() (string, error) {
	if w.PeekKind() != '"' {
		return "", w.skip()
	}
	raw, err := w.ReadValue()
	if err != nil {
		return "", err
	}
	s := unquote(raw)
	return strings.ToValidUTF8(string(s[:min(len(s), maxText)]), "\uFFFD"), nil
}

// texts reads a list of strings, or one string as a list of one.
func (w walker) texts() (list []string, err error) {
	if w.PeekKind() == '"' {
		s, err := w.text()
		return []string{s}, err
	}
	err = w.array(func() error {
		s, err := w.text()
		if s != "" {
			list = append(list, s)
		}
		return err
	})
	return list, err
}

// skip skips the value that comes next.
func (w walker) skip() error {
	at := w.StackDepth()
	raw, err := w.ReadValue()
	if err != nil {
		return err
	}
	if raw[0] != '{' && raw[0] != '[' {
		return nil
	}
	// A value is no deeper than it has brackets, and to count them is far
	// cheaper than to look where they stand.
	if at+bytes.Count(raw, []byte("{"))+bytes.Count(raw, []byte("[")) > maxDepth && at+depth(raw) > maxDepth {
		return errTooDeep
	}
	return nil
}

// depth returns how deep valid JSON is nested.
func depth(raw []byte) int {
	level, deepest := 0, 0
	quoted := false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}

// unquote returns what a JSON string holds, without a copy where it can.
func unquote(raw jsontext.Value) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	out, _ := jsontext.AppendUnquote(nil, raw) // the one error is U+FFFD for a bad byte
	return out
}
