// Reads: one GET, or a property's POST, and what they share.

package hubspot

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hubload/hubload/importer/api"
)

// Account asks which account the token belongs to. Its errors are [*Error].
func (c *Client) Account(ctx context.Context) (api.Account, error) {
	var a api.Account
	err := c.read(ctx, http.MethodGet, c.accountPath("details"), nil, func(w walker, name []byte) (err error) {
		switch string(name) {
		case "portalId":
			a.PortalID, err = w.number()
		case "timeZone":
			a.TimeZone, err = w.text()
		case "companyCurrency":
			a.CompanyCurrency, err = w.text()
		case "uiDomain":
			a.UIDomain, err = w.text()
		case "accountType":
			a.AccountType, err = w.text()
		default:
			err = w.skip()
		}
		return err
	})
	if err == nil && a.PortalID <= 0 {
		err = &Error{Status: http.StatusOK, Err: errors.New("the answer names no account")}
	}
	return a, err
}

// DailyUsage asks for the account's use of its daily quota. Its errors are
// [*Error]; accounts without a daily quota may well answer 403 or 404.
func (c *Client) DailyUsage(ctx context.Context) (api.Usage, error) {
	var usages []api.Usage
	err := c.read(ctx, http.MethodGet, c.accountPath("api-usage/daily/private-apps"), nil, func(w walker, name []byte) error {
		if string(name) != "results" {
			return w.skip()
		}
		return w.array(func() error {
			var u api.Usage
			err := w.object(func(name []byte) (err error) {
				switch string(name) {
				case "usageLimit":
					u.Limit, err = w.number()
				case "currentUsage":
					u.Current, err = w.number()
				case "resetsAt":
					u.ResetsAt, err = w.time()
				default:
					err = w.skip()
				}
				return err
			})
			if u.Limit > 0 {
				usages = append(usages, u)
			}
			return err
		})
	})
	if err == nil && len(usages) == 0 {
		err = &Error{Status: http.StatusOK, Err: errors.New("the answer names no daily limit")}
	}
	if err != nil {
		return api.Usage{}, err
	}
	return usages[0], nil
}

// time reads a time as HubSpot writes it, RFC 3339 or milliseconds since 1970;
// anything else gives the zero time.
func (w walker) time() (time.Time, error) {
	if w.kind() == '"' {
		s, err := w.text()
		t, parseErr := time.Parse(time.RFC3339, s)
		if parseErr != nil {
			return time.Time{}, err
		}
		return t, err
	}
	ms, err := w.number()
	if ms <= 0 {
		return time.Time{}, err
	}
	return time.UnixMilli(ms), err
}

// read sends one request and calls member for each member of the JSON object
// that answers it.
func (c *Client) read(ctx context.Context, method, path string, body []byte, member func(w walker, name []byte) error) error {
	r := c.send(ctx, method, path, newBody(body))
	defer r.release()
	if err := r.readError(); err != nil {
		return err
	}
	w := newWalker(r.body)
	if err := w.document(func(name []byte) error { return member(w, name) }); err != nil {
		return &Error{Status: r.status, Err: fmt.Errorf("the answer can't be read: %w", err)}
	}
	return nil
}

// readError returns nil for a 2xx that is complete, else an [*Error].
func (r *reply) readError() error {
	switch {
	case r.status/100 == 2 && r.err == nil:
		return nil
	case r.status/100 == 3:
		return &Error{Status: r.status, Err: r.redirect()}
	case r.status == 0 || r.status/100 == 2:
		return &Error{Status: r.status, Err: r.err}
	}
	e, _ := decodeAPIError(r.body)
	e.correlationID = correlation(e, r.header)
	message := ""
	if e.message != "" {
		message = explain(e, r.status, nil).Message
	}
	return r.newError(e, message, nil)
}

// newError makes the typed error of a refusal of inputs; none for a read.
func (r *reply) newError(e apiError, message string, inputs []api.Input) *Error {
	out := &Error{
		Status:        r.status,
		Category:      codeOf(e.category, e.kind),
		SubCategory:   codeOf(e.subCategory),
		Message:       message,
		CorrelationID: e.correlationID,
		Policy:        codeOf(e.policy),
		Wait:          retryAfter(r.header),
		Err:           r.err,
	}
	for _, it := range reasonsOf(e) {
		text := sentence(shortenOptions(valuesOf(inputs, it.property).mask(it.message)))
		if item := (ErrorItem{it.code, it.property, text}); item != (ErrorItem{}) {
			out.Items = append(out.Items, item)
		}
	}
	return out
}
