// HubSpot's error bodies, of which every field is optional.

package hubspot

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// An Error is an answer by which HubSpot, or something on the way to it, refused
// a request; or that there was no answer.
type Error struct {
	Status        int    // of HTTP; 0 when no answer came, then Err says why
	Category      string // such as VALIDATION_ERROR
	SubCategory   string
	Message       string // one sentence, shortened
	CorrelationID string // for HubSpot's support
	Policy        string // of a 429: the limit, such as TEN_SECONDLY_ROLLING
	Items         []ErrorItem
	Wait          time.Duration // how long the server asks to wait, 0 when it doesn't say
	Err           error
}

// An ErrorItem is one of the reasons of an Error.
type ErrorItem struct {
	Code     string // such as INVALID_OPTION
	Property string
	Message  string
}

func (e *Error) Error() string {
	if e.Status == 0 {
		return fmt.Sprint(e.Err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "HubSpot answered %d", e.Status)
	if what := cmp.Or(e.Category, e.Policy, http.StatusText(e.Status)); what != "" {
		fmt.Fprintf(&b, " %s", what)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", strings.TrimSuffix(e.Message, "."))
	}
	if e.CorrelationID != "" {
		fmt.Fprintf(&b, " (correlation id %s)", e.CorrelationID)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// Unauthorized reports whether the token was refused (401), or there is none to
// be had.
func (e *Error) Unauthorized() bool {
	var final *CredentialsError
	return e.Status == http.StatusUnauthorized || errors.As(e.Err, &final)
}

// Forbidden reports whether the token lacks a scope (403).
func (e *Error) Forbidden() bool { return e.Status == http.StatusForbidden }

// NotFound reports whether there is no such thing, or no such path (404).
func (e *Error) NotFound() bool { return e.Status == http.StatusNotFound }

// Temporary reports whether asking again may help.
func (e *Error) Temporary() bool {
	switch e.Status {
	case 0:
		return !untrusted(e.Err) && !e.Unauthorized()
	case http.StatusRequestTimeout, http.StatusLocked, http.StatusTooManyRequests, statusMigration:
		return true
	}
	return e.Status/100 == 2 || e.Status >= 500 // 2xx: an answer that broke off
}

// apiError is an error as it stands in an answer: the whole body, or one of the
// errors of a 207.
type apiError struct {
	category, subCategory, message string
	correlationID                  string
	policy, kind                   string   // of a 429: policyName, errorType
	traces                         []string // context.objectWriteTraceId
	ids                            []string // context.ids
	property                       string   // the first of context.propertyName
	objects                        []string // context.INVALID_OBJECT_IDS
	items                          []item
}

// item is one reason of an apiError: one property that is wrong, mostly.
type item struct {
	code, property, message string
	scopes                  []string // context.requiredGranularScopes
}

// decodeAPIError decodes the body of a refusal. It reports false for what isn't
// one of HubSpot's: a page of a proxy, say.
func decodeAPIError(body []byte) (apiError, bool) {
	w := newWalker(body)
	var e apiError
	err := w.document(func(name []byte) error { return e.member(w, name) })
	if err != nil || e.message == "" && e.category == "" {
		return apiError{}, false
	}
	return e, true
}

func (w walker) apiError() (e apiError, err error) {
	err = w.object(func(name []byte) error { return e.member(w, name) })
	return e, err
}

func (e *apiError) member(w walker, name []byte) (err error) {
	switch string(name) {
	case "category":
		e.category, err = w.text()
	case "subCategory": // a string or, in a 207, an object
		e.subCategory, err = w.text()
	case "message":
		e.message, err = w.text()
	case "correlationId":
		e.correlationID, err = w.text()
	case "policyName":
		e.policy, err = w.text()
	case "errorType":
		e.kind, err = w.text()
	case "context":
		err = w.object(func(name []byte) (err error) {
			switch string(name) {
			case "objectWriteTraceId":
				e.traces, err = w.texts()
			case "ids":
				e.ids, err = w.texts()
			case "propertyName":
				e.property, err = w.first()
			case "INVALID_OBJECT_IDS":
				e.objects, err = w.texts()
			default:
				err = w.skip()
			}
			return err
		})
	case "errors":
		err = w.array(func() error {
			it, err := w.item()
			if len(e.items) < maxItems {
				e.items = append(e.items, it)
			}
			return err
		})
	default:
		err = w.skip()
	}
	return err
}

// maxItems bounds the reasons that are kept of one error.
const maxItems = 20

func (w walker) item() (it item, err error) {
	err = w.object(func(name []byte) (err error) {
		switch string(name) {
		case "code":
			it.code, err = w.text()
		case "message":
			it.message, err = w.text()
		case "context":
			err = w.object(func(name []byte) (err error) {
				switch string(name) {
				case "propertyName":
					it.property, err = w.first()
				case "requiredGranularScopes", "requiredScopes":
					it.scopes, err = w.texts()
				default:
					err = w.skip()
				}
				return err
			})
		default:
			err = w.skip()
		}
		return err
	})
	return it, err
}

func (w walker) first() (string, error) {
	list, err := w.texts()
	if len(list) == 0 {
		return "", err
	}
	return list[0], err
}

// embeddedItems reads the JSON list that HubSpot puts behind the words "Property
// values were not valid: " of a message. It may be cut off anywhere; what stands
// before the cut is read.
func embeddedItems(message string) (items []item) {
	_, list, found := strings.Cut(message, "Property values were not valid: ")
	if !found {
		return nil
	}
	document := []byte(list)
	w := newWalker(document)
	var it item
	err := w.array(func() error {
		err := w.object(func(name []byte) (err error) {
			switch string(name) {
			case "error":
				it.code, err = w.text()
			case "name":
				it.property, err = w.text()
			case "message":
				start := w.at
				it.message, err = w.text()
				if err != nil { // the cut is in this string
					it.message = unquoteCut(document[start:])
				}
			default:
				err = w.skip()
			}
			return err
		})
		if err != nil {
			return err
		}
		if len(items) < maxItems {
			items = append(items, it)
		}
		it = item{}
		return nil
	})
	if err != nil && (it.code != "" || it.message != "") && len(items) < maxItems {
		items = append(items, it)
	}
	return items
}

// unquoteCut returns what is there of a JSON string without its end. raw begins
// before the string's quote.
func unquoteCut(raw []byte) string {
	_, raw, found := bytes.Cut(raw, []byte{'"'})
	if !found {
		return ""
	}
	// An escape that the cut has split is up to 11 bytes, for two surrogates.
	for cut := 0; cut <= min(11, len(raw)); cut++ {
		quoted := append(append([]byte{'"'}, raw[:len(raw)-cut]...), '"')
		if s, err := jsontext.AppendUnquote(nil, quoted); err == nil {
			return string(s)
		}
	}
	return ""
}

var (
	plainCode = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,63}$`)
	plainID   = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
)

// codeOf returns the first of codes that reads as one.
func codeOf(codes ...string) string {
	for _, c := range codes {
		if plainCode.MatchString(c) {
			return strings.Clone(c)
		}
	}
	return ""
}

// correlation returns the id that HubSpot's support finds a request by, "" when
// there is none or the text is something else.
func correlation(e apiError, h http.Header) string {
	for _, id := range []string{e.correlationID, h.Get("X-HubSpot-Correlation-Id")} {
		if plainID.MatchString(id) {
			return strings.Clone(id)
		}
	}
	return ""
}
