// Reading JSON of requests, with HubSpot's messages about what is wrong with it.

package hubspottest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
)

// A reader takes a request's JSON apart.
type reader struct {
	*jsontext.Decoder
	body   []byte
	text   []byte // strings that were read
	quirks *Quirks
}

func newReader(c *call, text []byte) *reader {
	return &reader{jsontext.NewDecoder(bytes.NewBuffer(c.body)), c.body, text, c.quirks}
}

// The names that the messages of a mistyped member use.
const (
	batchType  = "com.hubspot.inbounddb.publicobject.core.v2.SimplePublicObjectBatchInput$Json"
	assocType  = "com.hubspot.inbounddb.publicobject.core.v2.PublicAssociationsForObject$Json"
	stringType = "java.lang.String"
	mapType    = "java.util.LinkedHashMap"
	listType   = "java.util.ArrayList"
)

// An inputError is what is wrong with a body as such.
type inputError struct{ category, message string }

func (e *inputError) Error() string { return e.message }

// invalidInput refuses a body. HubSpot gives a category to what is missing, and none to what cannot be read.
func (c *call) invalidInput(err error) *response {
	category := ""
	if e := new(inputError); errors.As(err, &e) {
		category = e.category
	}
	return c.fail(http.StatusBadRequest, category, err.Error())
}

func missing(member string) error {
	return &inputError{"VALIDATION_ERROR", "Invalid input JSON: some of required attributes are not set [" + member + "]"}
}

func (r *reader) wrong(offset int64, what string) error {
	before := r.body[:min(int(offset), len(r.body))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return &inputError{"", fmt.Sprintf("Invalid input JSON on line %d, column %d: %s", line, column, what)}
}

// mismatch is the error for a value of the wrong kind, or for no JSON at all.
func (r *reader) mismatch(want string) error {
	kind := map[jsontext.Kind]string{'{': "Object", '[': "Array", '"': "String", '0': "Number", 't': "Boolean", 'f': "Boolean", 'n': "Null"}[r.PeekKind()]
	if kind == "" {
		return r.syntax()
	}
	return r.wrong(r.InputOffset()+1, "Cannot deserialize value of type `"+want+"` from "+kind+" value")
}

// syntax is the error for what is no JSON.
func (r *reader) syntax() error {
	_, err := r.ReadToken()
	if se := new(jsontext.SyntacticError); errors.As(err, &se) {
		return r.wrong(se.ByteOffset, se.Err.Error())
	}
	return r.wrong(r.InputOffset(), "Unexpected end-of-input")
}

// object reads the members of an object; each call of member takes one value.
func (r *reader) object(want string, member func(name []byte) error) error {
	if r.PeekKind() != '{' {
		return r.mismatch(want)
	}
	_, _ = r.ReadToken()
	for r.PeekKind() == '"' {
		name, err := r.string()
		if err != nil {
			return err
		}
		if err := member(name); err != nil {
			return err
		}
	}
	return r.end('}')
}

// array reads the elements of an array; each call of element takes one.
func (r *reader) array(element func() error) error {
	if r.PeekKind() != '[' {
		return r.mismatch(listType)
	}
	_, _ = r.ReadToken()
	for k := r.PeekKind(); k != ']' && k != 0; k = r.PeekKind() {
		if err := element(); err != nil {
			return err
		}
	}
	return r.end(']')
}

func (r *reader) end(k jsontext.Kind) error {
	if r.PeekKind() != k {
		return r.syntax()
	}
	_, _ = r.ReadToken()
	return nil
}

// string reads a string, or what the quirk takes for one.
func (r *reader) string() ([]byte, error) {
	k := r.PeekKind()
	from := len(r.text)
	switch {
	case k == '"':
		raw, err := r.ReadValue()
		if err != nil {
			return nil, r.readError(err)
		}
		if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 {
			r.text = append(r.text, inner...) // nearly always; unquoting would look at each character again
		} else if r.text, err = jsontext.AppendUnquote(r.text, raw); err != nil {
			return nil, r.readError(err)
		}
	case r.quirks.Numbers && k == 'n':
		_, _ = r.ReadToken()
	case r.quirks.Numbers && (k == '0' || k == 't' || k == 'f'):
		raw, err := r.ReadValue()
		if err != nil {
			return nil, r.readError(err)
		}
		r.text = append(r.text, raw...)
	default:
		return nil, r.mismatch(stringType)
	}
	return r.text[from:len(r.text):len(r.text)], nil
}

func (r *reader) readError(err error) error {
	if se := new(jsontext.SyntacticError); errors.As(err, &se) {
		return r.wrong(se.ByteOffset, se.Err.Error())
	}
	return r.wrong(r.InputOffset(), err.Error())
}

// skip passes over a member that the specification does not know.
func (r *reader) skip(name []byte) error {
	if r.quirks.UnknownMembers {
		return r.wrong(r.InputOffset(), "Unrecognized field \""+string(name)+"\"")
	}
	if err := r.SkipValue(); err != nil {
		return r.readError(err)
	}
	return nil
}

// null takes a null that stands for an absent member.
func (r *reader) null() bool {
	if r.PeekKind() != 'n' {
		return false
	}
	_, _ = r.ReadToken()
	return true
}

// whole reads the one object that a body is.
func (r *reader) whole(member func(name []byte) error) error {
	if err := r.object(batchType, member); err != nil {
		return err
	}
	if _, err := r.ReadToken(); !errors.Is(err, io.EOF) {
		return r.wrong(r.InputOffset(), "Trailing content after the value")
	}
	return nil
}
