// Bodies of requests: read strictly by the specification, refused with HubSpot's messages.

package hubspottest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// HubSpot's limits for the inputs of one request.
const (
	maxInputs          = 100   // of a batch of objects (guide "Using object APIs")
	maxAssociatedFrom  = 1_000 // of a batch that reads associations (guide "Associate records")
	maxInputsOfHistory = 50    // of a batch that reads histories (activepieces/activepieces#9359)
)

// javaTypes name the types in the messages about a mistyped member, as in a recorded answer.
var javaTypes = map[reflect.Kind]string{
	reflect.Struct: "com.hubspot.inbounddb.publicobject.core.v2.SimplePublicObjectBatchInput$Json",
	reflect.Map:    "java.util.LinkedHashMap", reflect.Slice: "java.util.ArrayList",
	reflect.String: "java.lang.String", reflect.Int32: "int", reflect.Int: "int", reflect.Bool: "boolean",
}

var jsonKinds = map[jsontext.Kind]string{
	'{': "Object", '[': "Array", '"': "String", '0': "Number", 't': "Boolean", 'f': "Boolean", 'n': "Null",
}

// decode reads the body of a request into v. Null is an absent member, and an error where the member is a string.
func (c *call) decode(v any) *response {
	err := json.Unmarshal(c.body, v,
		json.RejectUnknownMembers(c.quirks.UnknownMembers),
		json.WithUnmarshalers(json.UnmarshalFromFunc(c.decodeString)))
	if err == nil {
		return nil
	}
	syntactic, semantic := new(jsontext.SyntacticError), new(json.SemanticError)
	switch {
	case errors.As(err, &syntactic):
		return c.unreadable(syntactic.ByteOffset, syntactic.Err.Error())
	case errors.As(err, &semantic):
		return c.unreadable(semantic.ByteOffset, semanticMessage(semantic))
	}
	return c.unreadable(int64(len(c.body)), "Unexpected end-of-input")
}

// decodeString refuses what is not a string, or takes it with the quirk Numbers.
func (c *call) decodeString(d *jsontext.Decoder, s *string) error {
	switch k := d.PeekKind(); {
	case k == '"':
		return errors.ErrUnsupported
	case !c.quirks.Numbers || k == '{' || k == '[' || k == 0:
		return &json.SemanticError{ByteOffset: d.InputOffset(), JSONKind: k, GoType: reflect.TypeFor[string]()}
	}
	raw, err := d.ReadValue()
	if *s = string(raw); *s == "null" {
		*s = ""
	}
	return err
}

func semanticMessage(e *json.SemanticError) string {
	switch {
	case errors.Is(e.Err, json.ErrUnknownName):
		return "Unrecognized field " + strconv.Quote(e.JSONPointer.LastToken())
	case errors.Is(e.Err, strconv.ErrRange):
		return "Numeric value (" + string(e.JSONValue) + ") out of range of int"
	case e.GoType == nil || jsonKinds[e.JSONKind] == "":
		return cmp.Or(e.Err, error(e)).Error()
	}
	return "Cannot deserialize value of type `" + javaTypes[e.GoType.Kind()] + "` from " + jsonKinds[e.JSONKind] + " value"
}

// unreadable refuses a body that is not JSON or not of the right shape. HubSpot gives no category then.
func (c *call) unreadable(offset int64, what string) *response {
	at := min(int(offset), len(c.body))
	for at < len(c.body) && strings.IndexByte(" \t\r\n:,", c.body[at]) >= 0 {
		at++
	}
	before := c.body[:at]
	line, column := bytes.Count(before, []byte("\n"))+1, len(before)-bytes.LastIndexByte(before, '\n')
	return c.fail(http.StatusBadRequest, "", fmt.Sprintf("Invalid input JSON on line %d, column %d: %s", line, column, what))
}

func (c *call) missing(member string) *response {
	return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "Invalid input JSON: some of required attributes are not set ["+member+"]")
}

// checkCount refuses a batch without inputs or with too many.
func (c *call) checkCount(given bool, n, limit int) *response {
	c.inputs = n
	switch {
	case !given:
		return c.missing("inputs")
	case n > limit:
		return c.fail(http.StatusBadRequest, "VALIDATION_ERROR", "The maximum number of inputs supported in a batch is "+strconv.Itoa(limit)+
			". Please reduce the number of items and try again")
	}
	return nil
}
