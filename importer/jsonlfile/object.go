// Objects and their values.

package jsonlfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/hubload/hubload/importer/csvfile"
)

// object calls f for each key of an object and its value, until f returns false. The
// problem says which value can't stand in a table, and the error why the text isn't one
// object; f was called for what comes before it.
func object(text []byte, f func(key []byte, value jsontext.Value) bool) (*csvfile.Problem, error) {
	if value := jsontext.Value(text); !value.IsValid() {
		// Which keys it has is unclear, such as where one stands twice.
		return nil, whatIsWrong(text)
	}
	d := jsontext.NewDecoder(bytes.NewReader(text))
	if d.PeekKind() != '{' {
		return nil, errors.New("it is " + kindName(d.PeekKind()))
	}
	d.ReadToken()
	var p *csvfile.Problem
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		if k := value.Kind(); p == nil && (k == '{' || k == '[') {
			p = &csvfile.Problem{Code: CodeNested, Column: key, Message: fmt.Sprintf("The value of %.100q is %s: write what is inside of it under keys of its own.", key, kindName(k))}
		}
		if !f([]byte(key), value) {
			break
		}
	}
	return p, nil
}

// whatIsWrong is the error of decoding a text that isn't valid.
func whatIsWrong(text []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(text))
	if _, err := d.ReadValue(); err != nil {
		return err
	}
	if _, err := d.ReadToken(); err == nil || err == io.EOF {
		return errors.New("more follows behind it")
	}
	return errors.New("more follows behind it")
}

// reason is an error of the decoder without what it quotes of the text.
func reason(err error) string {
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		switch {
		case errors.Is(err, jsontext.ErrDuplicateName):
			return "a key stands in it twice"
		case errors.Is(err, io.ErrUnexpectedEOF):
			return "it ends too early"
		}
		return fmt.Sprintf("something is wrong at its byte %d", e.ByteOffset+1)
	}
	return err.Error()
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a text"
	case '0':
		return "a number"
	}
	return "one word"
}

// cell is a value as a cell of the CSV. Texts stand in quotes and nothing else does, so
// that a report can be written in which every value is of the type that it had.
func cell(value jsontext.Value) []byte {
	switch value.Kind() {
	case 'n':
		return nil
	case '"':
		text, err := jsontext.AppendUnquote(nil, value)
		if err != nil {
			return nil // valid JSON has only texts that can be unquoted
		}
		return quoted(text)
	case '{', '[':
		return quoted(value)
	}
	return bytes.Clone(value)
}

func quoted(text []byte) []byte {
	out := append(make([]byte, 0, len(text)+2), '"')
	out = append(out, bytes.ReplaceAll(text, []byte(`"`), []byte(`""`))...)
	return append(out, '"')
}
