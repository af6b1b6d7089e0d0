// The faults there are: whether each carries the request out, and what the client gets to see of it.

package hubspottest

import (
	"cmp"
	"net/http"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// A kind is a named way to go wrong.
type kind struct {
	name, about string
	apply       func(*Account, *call, Fault) *response
}

// kinds is a function and not a variable because what it refers to refers back to it.
func kinds() []kind {
	return []kind{
		{"refuse-429", "429 of the ten-second limit, not applied", before(func(a *Account, c *call, _ Fault) *response {
			return c.limitedTenSecondly(a.config.Account)
		})},
		{"daily-429", "429 of the daily limit, not applied", before(func(_ *Account, c *call, _ Fault) *response { return c.limitedDaily() })},
		{"bare-429", "429 without a body and without HubSpot's headers, not applied", before(func(*Account, *call, Fault) *response {
			return &response{status: http.StatusTooManyRequests, bare: true}
		})},
		{"hangup-before", "connection closed without an answer, not applied", before(func(*Account, *call, Fault) *response { return hangup() })},
		{"hangup-after", "applied, then connection closed without an answer", after(func(*response) *response { return hangup() })},
		{"500", "500, not applied", status(500, "internal error")},
		{"502", "502, not applied", status(502, "Bad Gateway")},
		{"503", "503, not applied", status(503, "Service temporarily unavailable")},
		{"504", "504, not applied", status(504, "Gateway timeout")},
		{"500-after", "applied, then 500", spoiled(500, "internal error")},
		{"502-after", "applied, then 502", spoiled(502, "Bad Gateway")},
		{"503-after", "applied, then 503", spoiled(503, "Service temporarily unavailable")},
		{"504-after", "applied, then 504", spoiled(504, "Gateway timeout")},
		{"524-after", "applied, then 524 from the edge, as text", after(func(*response) *response { return page(524, "text/plain", "error code: 524") })},
		{"late-commit", "connection closed at once, applied a delay later (5s)", delayed(func(*call) *response { return hangup() })},
		{"late-504", "504 at once, applied a delay later (5s)", delayed(func(c *call) *response { return c.fail(504, "", "Gateway timeout") })},
		{"slow", "applied, then answered a delay later (30s)", slow},
		{"truncated", "applied; the answer breaks off within its body", after(func(r *response) *response { r.cut = true; return r })},
		{"html-200", "200 with a login page, not applied", before(func(*Account, *call, Fault) *response { return html(200, "Please log in") })},
		{"html-200-after", "applied, then 200 with a login page", after(func(*response) *response { return html(200, "Please log in") })},
		{"html-502", "502 with a proxy's page, not applied", before(func(*Account, *call, Fault) *response { return html(502, "502 Bad Gateway") })},
		{"empty-results", "201 COMPLETE with no results and no errors, not applied", before(func(_ *Account, c *call, _ Fault) *response {
			return c.outcome(http.StatusCreated, nil, nil)
		})},
		{"empty-results-after", "applied, then 201 COMPLETE with no results and no errors", after(edit(func(o *wireOutcome) {
			o.Results, o.Errors, o.NumErrors = []jsontext.Value{}, nil, 0
		}))},
		{"missing-result", "applied; one result is left out of the answer", after(edit(func(o *wireOutcome) {
			o.Results = o.Results[:max(0, len(o.Results)-1)]
		}))},
		{"wrong-trace", "applied, then answered with the results of another request", after(edit(confuse))},
		{"pending", "applied, then answered with status PENDING and no results", after(edit(func(o *wireOutcome) {
			o.Status, o.Results, o.Errors, o.NumErrors = "PENDING", []jsontext.Value{}, nil, 0
		}))},
		{"bad-json", "applied, then answered with JSON that has no end", after(func(r *response) *response {
			r.body = r.body[:len(r.body)*3/4]
			return r
		})},
		{"broken-gzip", "applied, then answered with gzip that is damaged", after(damage)},
		{"401", "401 EXPIRED_AUTHENTICATION, not applied", before(func(_ *Account, c *call, _ Fault) *response { return c.expired(c.arrived.Add(-time.Second)) })},
		{"403", "403 MISSING_SCOPES, not applied", before(func(_ *Account, c *call, _ Fault) *response {
			return c.missingScopes([]string{"crm.objects.line_items.write"})
		})},
		{"408", "408, not applied", status(408, "Request timeout")},
		{"409", "409 CONFLICT for the whole batch, not applied", before(func(_ *Account, c *call, _ Fault) *response {
			return c.fail(http.StatusConflict, "CONFLICT", constantName(c.route.objectType)+" already exists. Existing ID: 1")
		})},
		{"423", "423 Locked, not applied", status(423, "The record is locked")},
		{"477", "477 migration in progress with Retry-After (the delay; 1h), not applied", before(func(_ *Account, c *call, f Fault) *response {
			resp := c.fail(477, "", "A data hosting migration is in progress for this account")
			resp.set("Retry-After", strconv.Itoa(int(cmp.Or(f.Delay, time.Hour)/time.Second)))
			return resp
		})},
		{"redirect-308", "308 to another host, not applied", before(func(_ *Account, c *call, _ Fault) *response {
			resp := &response{status: http.StatusPermanentRedirect, bare: true}
			resp.set("Location", "https://elsewhere.invalid"+c.request.URL.Path)
			return resp
		})},
	}
}
