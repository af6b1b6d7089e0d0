// From HubSpot's errors to failures: which rows, which code, which property.

package hubspot

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/hubload/hubload/importer/api"
)

const maxProperty = 100 // characters of a property's name, by HubSpot's rule

// failures returns a failure for each row that an error of a 207 names, or one that names
// no row. Rows don't share a failure, because its message has the values of one row cut
// out of it.
func failures(e apiError, status int, inputs []api.Input) []api.Failure {
	if len(e.traces()) == 0 {
		return []api.Failure{explain(e, status, inputs)}
	}
	out := make([]api.Failure, len(e.traces()))
	for i, trace := range e.traces() {
		out[i] = explain(e, status, named(inputs, trace))
		out[i].Traces = []string{trace}
	}
	return out
}

// named returns the input with a trace, or none.
func named(inputs []api.Input, trace string) []api.Input {
	for i := range inputs {
		if inputs[i].Trace == trace {
			return inputs[i : i+1]
		}
	}
	return nil
}

// explain returns the failure for an error about inputs, without its traces.
func explain(e apiError, status int, inputs []api.Input) api.Failure {
	reasons := reasonsOf(e)
	first := reasons[0]
	f := api.Failure{
		Code:          cmp.Or(codeOf(first.code(), e.Category, e.Policy, e.Kind), fmt.Sprintf("HTTP_%d", status)),
		Property:      propertyName(first.property()),
		CorrelationID: e.CorrelationID,
		Conflict:      conflicts(e, reasons, status),
		Retryable:     passing(e),
	}
	text := cmp.Or(first.Message, plainMessage(e.Message))
	if lacksEditAssociations(text) {
		f.Code, f.Property = api.CodeEditAssociations, ""
	}
	if objects := e.Context.v.Objects; len(objects) > 0 {
		text += ": " + strings.Join(objects, ", ")
	}
	if f.Property == "" && len(inputs) == 1 && strings.Contains(strings.ToLower(text), "association") {
		f.Property = associationIn(text, inputs[0].Record)
	}
	if text == "" {
		text = fmt.Sprintf("HubSpot refused it and gave no reason (%s)", f.Code)
	}
	values := valuesOf(inputs, f.Property)
	f.Message = compose(values.mask(text), reasons)
	return f
}

// reasonsOf returns the reasons that an error gives, at least one. They are in its inner
// errors, or in the JSON list inside its message, or there is only a category.
func reasonsOf(e apiError) []reason {
	var all []reason
	for _, r := range e.Items {
		if r.code() != "" || r.property() != "" {
			all = append(all, r)
		}
	}
	if len(all) == 0 {
		all = embeddedReasons(e.Message)
	}
	if len(all) > 0 {
		return all
	}
	only := reason{Property: e.Context.v.Properties.first()}
	for _, r := range e.Items {
		only.Message = cmp.Or(only.Message, r.Message)
		scopes := &only.Context.v.Scopes
		*scopes = append(*scopes, r.scopes()...)
	}
	if e.Message != "" {
		only.Message = "" // the outer one says more where the inner have no code
	}
	return []reason{only}
}

// propertyName returns s if it may be a property's name, else "".
func propertyName(s string) string {
	if len(s) > maxProperty || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return strings.Clone(s)
}

// conflicts reports whether a record with the row's unique value exists already. It may
// wrongly be true for a 409 with another reason: a read by the key decides.
func conflicts(e apiError, all []reason, status int) bool {
	if status == http.StatusConflict {
		return true
	}
	for _, r := range append(all, reason{Code: e.Category, Message: e.Message}) {
		switch r.code() {
		case "CONFLICT", "OBJECT_ALREADY_EXISTS", "CONFLICTING_UNIQUE_VALUE":
			return true
		}
		if strings.Contains(strings.ToLower(r.Message), "already has that value") {
			return true
		}
	}
	return false
}

// passing reports whether an error is about HubSpot's state and not about the row.
func passing(e apiError) bool {
	switch e.Category {
	case "RATE_LIMIT", "RATE_LIMITS", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT", "LOCKED":
		return true
	}
	return false
}
