// Walking JSON that nobody vouches for: what isn't wanted costs no memory, what
// is deeper or longer than it may be is an error, and no type surprises.

package hubspot

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxDepth    = 64
	maxElements = 10_000 // of one array, and members of one object
	maxText     = 64 << 10
)

var (
	errNotObject = errors.New("it is not a JSON object")
	errBreaksOff = errors.New("it breaks off")
	errTooDeep   = fmt.Errorf("it is nested deeper than %d levels", maxDepth)
)

// A walker reads a document from its start to its end. Objects with a name twice
// are refused: two readers may take different ones of them. Bytes that aren't
// UTF-8 are tolerated, as U+FFFD, for HubSpot cuts long messages anywhere.
type walker struct{ *scanner }

func newWalker(document []byte) walker { return walker{&scanner{data: document}} }

// document calls member for each member of the JSON object that the document
// must be, whole and alone.
func (w walker) document(member func(name []byte) error) error {
	if w.kind() != '{' {
		return errNotObject
	}
	if err := w.object(member); err != nil {
		return err
	}
	if !w.done() {
		return errors.New("something stands after the JSON object")
	}
	return nil
}

// object calls member for each member of the value that comes next, and skips
// the value if it isn't an object. member must read or skip the member's value,
// after which name is no longer valid.
func (w walker) object(member func(name []byte) error) error {
	if w.kind() != '{' {
		return w.skip()
	}
	if err := w.enter(); err != nil {
		return err
	}
	var seen names
	for n := 0; ; n++ {
		more, err := w.more('}', n == 0)
		if !more {
			return err
		}
		if n == maxElements {
			return fmt.Errorf("an object in it has more than %d members", maxElements)
		}
		raw, err := w.name()
		if err != nil {
			return err
		}
		name := w.unquote(raw)
		if !seen.add(name) {
			return fmt.Errorf("an object in it has two members named %.50q", name)
		}
		if err := member(name); err != nil {
			return err
		}
	}
}

// names are those of an object's members.
type names struct {
	few     [16][]byte
	n       int
	lengths uint64          // a bit for the length of each, if that is below 64
	many    map[string]bool // all of them, once they are more
}

// add reports whether name is new.
func (s *names) add(name []byte) bool {
	if s.many != nil {
		if s.many[string(name)] {
			return false
		}
		s.many[string(name)] = true
		return true
	}
	length := uint64(1) << len(name)
	if s.lengths&length != 0 || length == 0 {
		for _, other := range s.few[:s.n] {
			if bytes.Equal(name, other) {
				return false
			}
		}
	}
	s.lengths |= length
	if s.n < len(s.few) {
		s.few[s.n] = name
		s.n++
		return true
	}
	s.many = map[string]bool{string(name): true}
	for _, other := range s.few {
		s.many[string(other)] = true
	}
	return true
}

// array calls element for each element of the value that comes next, and skips
// the value if it isn't an array. element must read or skip the element.
func (w walker) array(element func() error) error {
	if w.kind() != '[' {
		return w.skip()
	}
	if err := w.enter(); err != nil {
		return err
	}
	for n := 0; ; n++ {
		more, err := w.more(']', n == 0)
		if !more {
			return err
		}
		if n == maxElements {
			return fmt.Errorf("a list in it has more than %d elements", maxElements)
		}
		if err := element(); err != nil {
			return err
		}
	}
}

// text reads a string, or the beginning of a very long one; anything else is
// skipped and gives "".
func (w walker) text() (string, error) { return w.textLike("") }

// textLike is text, without a copy if the string is the expected one.
func (w walker) textLike(expected string) (string, error) {
	if w.kind() != '"' {
		return "", w.skip()
	}
	raw, err := w.raw()
	if err != nil {
		return "", err
	}
	s := w.unquote(raw)
	if string(s) == expected {
		return expected, nil
	}
	return strings.ToValidUTF8(string(s[:min(len(s), maxText)]), "\uFFFD"), nil
}

// texts reads a list of strings, or one string as a list of one.
func (w walker) texts() (list []string, err error) {
	if w.kind() == '"' {
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

// unquote returns what the string holds that was read last, without a copy where it can.
func (s *scanner) unquote(raw []byte) []byte {
	if !s.escaped {
		return raw[1 : len(raw)-1]
	}
	out, _ := jsontext.AppendUnquote(nil, raw) // the one error is U+FFFD for a bad byte
	return out
}
