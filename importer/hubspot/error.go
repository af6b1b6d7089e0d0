// The typed error of a request that was refused, or not answered.

package hubspot

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

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

// Untrusted reports whether the server may not be HubSpot: its certificate is wrong, or it
// answers with a redirect. Nothing more should be sent to it.
func (e *Error) Untrusted() bool { return e.Status/100 == 3 || untrusted(e.Err) }

// Temporary reports whether asking again may help.
func (e *Error) Temporary() bool {
	switch e.Status {
	case 0:
		return !e.Untrusted() && !e.Unauthorized()
	case http.StatusRequestTimeout, http.StatusLocked, http.StatusTooManyRequests, statusMigration:
		return true
	}
	return e.Status/100 == 2 || e.Status >= 500 // 2xx: an answer that broke off
}

// Rate is what the answer says about the rate limit; see [api.ReadError].
func (e *Error) Rate() api.Rate {
	if e.rate == (api.Rate{}) {
		return api.Rate{Remaining: -1}
	}
	return e.rate
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
