// What an answer to a create proves.

package hubspot

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/hubload/hubload/importer/api"
)

// Codes of hubload's own, for what HubSpot gave no code.
const (
	codeNoConnection  = "NO_CONNECTION"
	codeNoAnswer      = "NO_ANSWER"
	codeUnreadable    = "UNREADABLE_ANSWER"
	codeNotComplete   = "NOT_COMPLETE"
	codeRedirect      = "REDIRECT"
	codeNoCredentials = "NO_CREDENTIALS"
	codeInvalidUTF8   = "INVALID_UTF8"
)

const (
	statusMigration = 477 // HubSpot's own: the account is being moved
	lockedFor       = 2 * time.Second
	statusDone      = "COMPLETE"
)

// classify says what a status proves about a create. explained says that the answer
// holds an error in HubSpot's form. A 4xx without one may come from a proxy, and HubSpot's
// own answer may have been another.
//
// HubSpot advises to wait and retry after a 5xx. That is right for reads. A create may
// have been executed, or may be executed later.
func classify(status int, explained bool) api.Outcome {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return api.Denied
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge,
		http.StatusRequestURITooLong, http.StatusUnsupportedMediaType:
		return api.Impossible
	case http.StatusTooManyRequests:
		return api.Limited
	case statusMigration:
		return api.Busy
	case http.StatusRequestTimeout, http.StatusLocked:
		return api.Unknown
	}
	if status/100 == 4 && explained {
		return api.Refused
	}
	return api.Unknown
}

// answer says what r proves about inputs.
func (r *response) answer(inputs []api.Input, key string) api.Answer {
	return r.writeAnswer(func() api.Answer { return r.batchAnswer(inputs, key) }, inputs)
}

// writeAnswer says what r proves about a request that writes. done says what a 2xx
// proves.
func (r *response) writeAnswer(done func() api.Answer, inputs []api.Input) api.Answer {
	if r.status == 0 {
		return r.noResponse()
	}
	var a api.Answer
	switch r.status / 100 {
	case 2:
		a = done()
	case 3:
		a = failed(api.Unknown, codeRedirect, r.redirect())
		a.Stop = true
	default:
		a = r.refusal(inputs)
	}
	a.Rate = r.rate()
	if a.Wait = a.Rate.Wait; r.status == http.StatusLocked {
		a.Wait = max(a.Wait, lockedFor)
	}
	return a
}

// failed returns an answer that consists of an error of our own.
func failed(p api.Outcome, code string, err error) api.Answer {
	return api.Answer{
		Outcome: p,
		Refusal: api.Failure{Code: code, Message: sentence(err.Error()), Retryable: retryable(p)},
		Rate:    api.Rate{Remaining: -1},
		Err:     err,
	}
}

func retryable(p api.Outcome) bool {
	return p != api.Refused && p != api.Impossible
}

// noResponse says what a missing answer proves.
func (r *response) noResponse() api.Answer {
	var final *CredentialsError
	switch {
	case r.bodySent:
		return failed(api.Unknown, codeNoAnswer, r.err)
	case errors.As(r.err, &final):
		return failed(api.Denied, codeNoCredentials, r.err)
	}
	a := failed(api.Unreachable, codeNoConnection, r.err)
	a.Stop = untrusted(r.err)
	return a
}

// batchAnswer says what a 2xx proves, by its body: HubSpot has changed the status between
// 200 and 201 before.
func (r *response) batchAnswer(inputs []api.Input, key string) api.Answer {
	switch {
	case r.err != nil:
		return failed(api.Unknown, codeUnreadable, fmt.Errorf("answer %d broke off: %w", r.status, r.err))
	case r.status != http.StatusOK && r.status != http.StatusCreated && r.status != http.StatusMultiStatus:
		return failed(api.Unknown, codeUnreadable, fmt.Errorf("HubSpot doesn't answer a write with status %d", r.status))
	}
	b := batch[record]{NumErrors: -1}
	err := decode(r.body, &b)
	switch {
	case err != nil:
		return failed(api.Unknown, codeUnreadable, fmt.Errorf("answer %d can't be read: %w", r.status, err))
	case b.Status != "" && b.Status != statusDone:
		return failed(api.Unknown, codeNotComplete, fmt.Errorf("answer %d isn't final: its status is %s", r.status, cmp.Or(codeOf(b.Status), "no word")))
	case b.Results == nil && b.Errors == nil:
		return failed(api.Unknown, codeUnreadable, fmt.Errorf("answer %d holds neither results nor errors", r.status))
	}
	a := api.Answer{Outcome: api.Answered}
	created, unclear := r.created(b.Results, inputs, key)
	a.Created = created
	a.Completeness = api.Completeness{Final: b.Status == statusDone, Results: len(b.Results), NumErrors: int(b.NumErrors)}
	for _, e := range b.Errors {
		r.redactError(&e)
		if len(e.traces()) == 0 {
			a.Completeness.Unnamed++
		}
		// Next to a record whose id can't be read, an error that names no
		// row proves nothing: it may be about any of them, or about that one.
		if len(e.traces()) > 0 || unclear == 0 {
			a.Failures = append(a.Failures, failures(e, r.status, inputs)...)
		}
	}
	return a
}

// refusal says what an answer proves that is neither 2xx nor 3xx.
func (r *response) refusal(inputs []api.Input) api.Answer {
	e, explained := r.apiError()
	proof := classify(r.status, explained)
	f := explain(e, r.status, inputs)
	f.Retryable = f.Retryable || retryable(proof)
	err := r.newError(e, f.Message)
	if !explained {
		f.Message = sentence(err.Error())
	}
	return api.Answer{
		Outcome: proof,
		Refusal: f,
		// A smaller batch may pass a 413; nothing helps the others.
		Stop: proof == api.Impossible && r.status != http.StatusRequestEntityTooLarge,
		Err:  err,
	}
}

// redirect names the host that the server points to, and not the path: that may hold
// anything.
func (r *response) redirect() error {
	to, err := url.Parse(r.header.Get("Location"))
	if err != nil || to.Host == "" {
		return fmt.Errorf("the server answers with a redirect (%d), and redirects are never followed. Set the base URL to the API's own address", r.status)
	}
	return fmt.Errorf("the server answers with a redirect (%d) to %s, and redirects are never followed. Set the base URL to the API's own address", r.status, to.Host)
}
