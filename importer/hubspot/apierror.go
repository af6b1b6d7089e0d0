// HubSpot's error bodies, of which every field is optional.

package hubspot

import (
	"cmp"
	"net/http"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// apiError is an error of an answer: the whole body, or one of the errors of a 207. Every
// field is optional.
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
	r.redactError(&e)
	return e, true
}

// redactError cuts the request's secret out of an error, and finds its correlation id.
func (r *response) redactError(e *apiError) {
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

// embeddedReasons reads the JSON list that follows the words "Property values were not
// valid: " in a message. It may be cut off anywhere; what comes before the cut is read.
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

// unquoteCut returns what is left of a JSON string without its end. raw begins before the
// string's quote.
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
	plainCode = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)
	plainID   = regexp.MustCompile(`^[A-Za-z0-9-]+$`)
)

// codeOf returns the first of codes that has the form of one, or "".
func codeOf(codes ...string) string {
	for _, c := range codes {
		if len(c) <= 64 && plainCode.MatchString(c) {
			return strings.Clone(c)
		}
	}
	return ""
}

// correlation returns the id by which HubSpot's support finds a request, or "".
func correlation(said string, h http.Header) string {
	for _, id := range []string{said, h.Get("X-HubSpot-Correlation-Id")} {
		if len(id) <= 64 && plainID.MatchString(id) {
			return strings.Clone(id)
		}
	}
	return ""
}
