// HubSpot's error bodies, of which every field is optional.

package hubspot

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/hubload/hubload/importer/api"
)

// An Error is an answer by which HubSpot, or something on the way to it, refused
// a request; or that there was no answer.
type Error struct {
	Status        int    // of HTTP; 0 when no answer came, then Err says why
	Category      string // such as VALIDATION_ERROR
	SubCategory   string
	Message       string        // one sentence, shortened
	CorrelationID string        // for HubSpot's support
	Policy        string        // of a 429: the limit, such as TEN_SECONDLY_ROLLING
	Wait          time.Duration // how long the server asks to wait, 0 when it doesn't say
	Err           error

	rate api.Rate
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

// Untrusted reports whether what answered isn't HubSpot for all that is known: its
// certificate is wrong, or it sends the request elsewhere. Nothing more should be sent.
func (e *Error) Untrusted() bool { return e.Status/100 == 3 || untrusted(e.Err) }

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

// Rate is what the answer says about the rate limit. With [Error.Temporary] it
// lets an engine wait that knows no HTTP; see [api.ReadError].
func (e *Error) Rate() api.Rate {
	if e.rate == (api.Rate{}) {
		return api.Rate{Remaining: -1}
	}
	return e.rate
}

// apiError is an error as it stands in an answer: the whole body, or one of the
// errors of a 207. Every field is optional.
type apiError struct {
	Category      string               `json:"category"`
	SubCategory   string               `json:"subCategory"` // or, in a 207, an object, which is skipped
	Message       string               `json:"message"`
	CorrelationID string               `json:"correlationId"`
	Policy        string               `json:"policyName"` // of a 429
	Kind          string               `json:"errorType"`  // of a 429
	Context       object[errorContext] `json:"context"`
	Items         reasons              `json:"errors"`
}

type errorContext struct {
	Traces     texts `json:"objectWriteTraceId"`
	IDs        texts `json:"ids"`
	Properties texts `json:"propertyName"`
	Objects    texts `json:"INVALID_OBJECT_IDS"`
	Scopes     texts `json:"requiredGranularScopes"`
	OldScopes  texts `json:"requiredScopes"`
}

// traces are the inputs that the error names.
func (e *apiError) traces() []string { return e.Context.v.Traces }

// A reason is one reason of an error: one property that is wrong, mostly.
type reason struct {
	Code    string               `json:"code"`
	Message string               `json:"message"`
	Context object[errorContext] `json:"context"`

	// In the list that a message embeds, these two are named otherwise.
	EmbeddedCode string `json:"error"`
	Property     string `json:"name"`
}

func (r *reason) property() string { return cmp.Or(r.Property, r.Context.v.Properties.first()) }
func (r *reason) code() string     { return cmp.Or(r.Code, r.EmbeddedCode) }
func (r *reason) scopes() []string { return append(r.Context.v.Scopes, r.Context.v.OldScopes...) }

// maxReasons bounds the reasons that are kept of one error.
const maxReasons = 20

type reasons []reason

func (rs *reasons) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	return elements(dec, func() error {
		var r object[reason]
		err := r.UnmarshalJSONFrom(dec)
		if len(*rs) < maxReasons {
			*rs = append(*rs, r.v)
		}
		return err
	})
}

// apiError decodes a refusal. It reports false for what isn't one of HubSpot's: a page
// of a proxy, say.
func (r *response) apiError() (apiError, bool) {
	var e apiError
	if err := decode(r.body, &e); err != nil || e.Message == "" && e.Category == "" {
		return apiError{CorrelationID: correlation("", r.header)}, false
	}
	r.tidy(&e)
	return e, true
}

// tidy takes the request's secret out of an error, and what isn't one out of its
// correlation id.
func (r *response) tidy(e *apiError) {
	context := &e.Context.v
	lists := []texts{context.Traces, context.IDs, context.Properties, context.Objects, context.Scopes, context.OldScopes}
	said := []*string{&e.Category, &e.SubCategory, &e.Message, &e.CorrelationID, &e.Policy, &e.Kind}
	for i := range e.Items {
		why := &e.Items[i]
		said = append(said, &why.Code, &why.Message, &why.EmbeddedCode, &why.Property)
		lists = append(lists, why.Context.v.Properties, why.Context.v.Scopes, why.Context.v.OldScopes)
	}
	for _, s := range said {
		*s = r.redact(*s)
	}
	for _, list := range lists {
		for i, s := range list {
			list[i] = r.redact(s)
		}
	}
	e.CorrelationID = correlation(e.CorrelationID, r.header)
}

// embeddedReasons reads the JSON list that HubSpot puts behind the words "Property
// values were not valid: " of a message. It may be cut off anywhere; what stands
// before the cut is read.
func embeddedReasons(message string) (all reasons) {
	_, text, found := strings.Cut(message, "Property values were not valid: ")
	if !found {
		return nil
	}
	dec := jsontext.NewDecoder(strings.NewReader(text))
	err := json.UnmarshalDecode(dec, &all, lenient)
	if err == nil || len(all) == 0 {
		return all
	}
	// The cut is in a string that may be the message of the last reason.
	last := &all[len(all)-1]
	if last.Message == "" && dec.StackPointer().LastToken() == "message" {
		last.Message = unquoteCut(text[dec.InputOffset():])
	}
	if last.Message == "" && last.code() == "" {
		return all[:len(all)-1]
	}
	return all
}

// unquoteCut returns what is there of a JSON string without its end. raw begins
// before the string's quote.
func unquoteCut(raw string) string {
	_, raw, found := strings.Cut(raw, `"`)
	if !found {
		return ""
	}
	// An escape that the cut has split is up to 11 bytes, for two surrogates.
	for cut := 0; cut <= min(11, len(raw)); cut++ {
		if s, err := jsontext.AppendUnquote(nil, `"`+raw[:len(raw)-cut]+`"`); err == nil {
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
func correlation(said string, h http.Header) string {
	for _, id := range []string{said, h.Get("X-HubSpot-Correlation-Id")} {
		if plainID.MatchString(id) {
			return strings.Clone(id)
		}
	}
	return ""
}

// readError returns nil for a 2xx that is complete, else an [*Error].
func (r *response) readError() error {
	switch {
	case r.status/100 == 2 && r.err == nil:
		return nil
	case r.status/100 == 3:
		return &Error{Status: r.status, Err: r.redirect(), rate: r.rate()}
	case r.status == 0 || r.status/100 == 2:
		return &Error{Status: r.status, Err: r.err, rate: r.rate()}
	}
	e, _ := r.apiError()
	message := ""
	if e.Message != "" {
		message = explain(e, r.status, nil).Message
	}
	return r.newError(e, message)
}

// newError makes the typed error of a refusal.
func (r *response) newError(e apiError, message string) *Error {
	return &Error{
		Status:        r.status,
		Category:      codeOf(e.Category, e.Kind),
		SubCategory:   codeOf(e.SubCategory),
		Message:       message,
		CorrelationID: e.CorrelationID,
		Policy:        codeOf(e.Policy),
		Wait:          retryAfter(r.header),
		Err:           r.err,
		rate:          r.rate(),
	}
}
