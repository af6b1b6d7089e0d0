// From YAML to a mapping, and what may be wrong with it: size, characters, syntax.

package mapping

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// maxSize is how long a mapping may be, in bytes.
const maxSize = 1 << 20

// Parse reads a mapping from YAML of at most 1 MiB, in UTF-8 with or without a
// byte order mark.
//
// It is strict: an unknown key, a key that is written twice, a value of the wrong type,
// rules that contradict each other, anchors, aliases and tags are errors. A text is
// taken as it is written, whatever YAML would make of it. The error is of type [Errors]
// and holds all errors of the file, or only the first where the text isn't YAML.
//
// Parse doesn't look at what only the input can tell, such as whether a column
// exists; see [Mapping.Compile].
func Parse(data []byte) (*Mapping, error) {
	root, syntax := load(data)
	if syntax != nil {
		return nil, Errors{syntax}
	}
	s := &section{node: root}
	var m Mapping
	if s.checkNode(root, "the mapping", false); !s.refused {
		s.mapping(&m)
	}
	if err := s.errs.orNil(); err != nil {
		return nil, err
	}
	return &m, nil
}

// load returns the root node of the only document in data.
func load(data []byte) (*yaml.Node, *Error) {
	if len(data) > maxSize {
		return nil, &Error{1, 1, fmt.Sprintf("the mapping has %d bytes; it can have at most %d", len(data), maxSize)}
	}
	if err := checkCharacters(data); err != nil {
		return nil, err
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, syntaxError(err)
	}
	var first, second yaml.Node
	if err := loader.Load(&first); err == io.EOF {
		return nil, &Error{1, 1, "the mapping is empty; it needs properties at least, such as \"properties: { name: Product }\""}
	} else if err != nil {
		return nil, syntaxError(err)
	}
	if err := loader.Load(&second); err == nil {
		return nil, &Error{second.Line, second.Column, "a second document begins here; put each mapping into its own file"}
	} else if err != io.EOF {
		return nil, syntaxError(err)
	}
	return first.Content[0], nil
}

// syntaxError turns an error of the YAML library into ours.
func syntaxError(err error) *Error {
	const advice = "; put texts with special characters in quotes, and indent by spaces"
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		return &Error{1, 1, "this is not valid YAML: " + err.Error() + advice}
	}
	at, context := e.Mark, ""
	if e.ContextMsg != "" {
		context = " " + e.ContextMsg
		if e.ContextMark.Line > 0 && e.ContextMark != e.Mark {
			context += fmt.Sprintf(" that begins in line %d, column %d", e.ContextMark.Line, e.ContextMark.Column)
		}
	}
	return &Error{max(at.Line, 1), max(at.Column, 1), "this is not valid YAML: " + e.Message + context + advice}
}

// checkCharacters finds the first byte that isn't UTF-8 and the first character
// that YAML forbids, because the library says of them what but not where.
func checkCharacters(data []byte) *Error {
	line, column := 1, 1
	for i, size := 0, 0; i < len(data); i += size {
		var c rune
		c, size = utf8.DecodeRune(data[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			return &Error{line, column, "this is not UTF-8; save the mapping as UTF-8"}
		case c < ' ' && c != '\t' && c != '\n' && c != '\r', c == 0xfffe, c == 0xffff:
			return &Error{line, column, fmt.Sprintf("the character %U can't stand in YAML; write it as an escape in double quotes, or remove it", c)}
		case c == '\n', c == '\r' && !bytes.HasPrefix(data[i+1:], []byte("\n")):
			line, column = line+1, 1
		case c == '\ufeff' && i == 0:
			// A byte order mark takes no place.
		default:
			column++
		}
	}
	return nil
}

// An Error is one thing that is wrong with a mapping.
type Error struct {
	// Line and Column are 1-based, Column in characters. They say where in the
	// YAML the error is. Line 0 means that it is not about a place there.
	Line, Column int

	// Message says what is wrong and how to repair it.
	Message string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// Errors are all the errors that were found, at least one, in the order of
// their places.
type Errors []*Error

// Error returns a line for each error.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the single errors to errors.As.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, err := range e {
		all[i] = err
	}
	return all
}

// orNil sorts the errors and returns them as an error, nil when there are none.
func (e Errors) orNil() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return e
}
