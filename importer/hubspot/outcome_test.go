// What HubSpot's answers prove, a case for each, and what headers say.

package hubspot_test

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
)

const refusedBatch = `{"status":"error","message":"Invalid input JSON on line 3, column 9: Cannot deserialize value","correlationId":"3784ea30-1111-2222-3333-444455556666"}`

func TestStatuses(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
		header []string
		proof  api.Outcome
		code   string
		stop   bool
		wait   time.Duration
		rate   api.Rate
	}{
		{name: "201 PENDING", status: 201, body: `{"status":"PENDING","results":[{"id":"1","objectWriteTraceId":"run-1"}]}`, proof: api.Unknown, code: "NOT_COMPLETE"},
		{name: "201 PROCESSING", status: 201, body: `{"status":"PROCESSING","results":[]}`, proof: api.Unknown, code: "NOT_COMPLETE"},
		{name: "201 CANCELED", status: 201, body: `{"status":"CANCELED","results":[]}`, proof: api.Unknown, code: "NOT_COMPLETE"},
		{name: "202", status: 202, body: created(1), proof: api.Unknown, code: "UNREADABLE_ANSWER"},
		{name: "204", status: 204, proof: api.Unknown, code: "UNREADABLE_ANSWER"},
		{name: "206", status: 206, body: created(1), proof: api.Unknown, code: "UNREADABLE_ANSWER"},
		{name: "400 without a category", status: 400, body: refusedBatch, proof: api.Refused, code: "HTTP_400"},
		{name: "400", status: 400, body: `{"status":"error","message":"The maximum number of inputs supported in a batch is 100.","correlationId":"a","category":"VALIDATION_ERROR"}`, proof: api.Refused, code: "VALIDATION_ERROR"},
		{name: "400 empty", status: 400, proof: api.Unknown, code: "HTTP_400"},
		{name: "400 of somebody else", status: 400, body: `{"error":"blocked"}`, proof: api.Unknown, code: "HTTP_400"},
		{name: "401", status: 401, body: `{"status":"error","message":"Authentication credentials not found.","correlationId":"b","category":"INVALID_AUTHENTICATION"}`, proof: api.Denied, code: "INVALID_AUTHENTICATION"},
		{name: "401 empty", status: 401, proof: api.Denied, code: "HTTP_401"},
		{name: "403", status: 403, body: `{"status":"error","message":"This app hasn't been granted all required scopes","errors":[{"message":"One or more of the following scopes are required.","context":{"requiredGranularScopes":["crm.objects.line_items.write"]}}],"category":"MISSING_SCOPES"}`, proof: api.Denied, code: "MISSING_SCOPES"},
		{name: "404", status: 404, body: `{"status":"error","message":"resource not found"}`, proof: api.Impossible, code: "HTTP_404", stop: true},
		{name: "405", status: 405, proof: api.Impossible, code: "HTTP_405", stop: true},
		{name: "408", status: 408, body: refusedBatch, proof: api.Unknown, code: "HTTP_408"},
		{name: "409", status: 409, body: `{"status":"error","message":"already exists","category":"CONFLICT"}`, proof: api.Refused, code: "CONFLICT"},
		{name: "413", status: 413, proof: api.Impossible, code: "HTTP_413"},
		{name: "414", status: 414, proof: api.Impossible, code: "HTTP_414", stop: true},
		{name: "415", status: 415, proof: api.Impossible, code: "HTTP_415", stop: true},
		{name: "422", status: 422, body: refusedBatch, proof: api.Refused, code: "HTTP_422"},
		{name: "423", status: 423, body: refusedBatch, proof: api.Unknown, code: "HTTP_423", wait: 2 * time.Second},
		{name: "423 Retry-After", status: 423, header: []string{"Retry-After", "9"}, proof: api.Unknown, code: "HTTP_423", wait: 9 * time.Second, rate: api.Rate{Wait: 9 * time.Second}},
		{name: "429 TEN_SECONDLY_ROLLING", status: 429, body: `{"status":"error","message":"You have reached your ten_secondly_rolling limit.","errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING"}`, proof: api.Limited, code: "TEN_SECONDLY_ROLLING", rate: api.Rate{Refused: true}},
		{name: "429 SECONDLY", status: 429, body: `{"message":"You have reached your secondly limit.","policyName":"SECONDLY"}`, header: []string{"Retry-After", "1"}, proof: api.Limited, code: "SECONDLY", wait: time.Second, rate: api.Rate{Refused: true, Wait: time.Second}},
		{name: "429 no body", status: 429, proof: api.Limited, code: "HTTP_429", rate: api.Rate{Refused: true}},
		{name: "429 HTML", status: 429, body: "<html>", proof: api.Limited, code: "HTTP_429", rate: api.Rate{Refused: true}},
		{name: "429 DAILY", status: 429, body: `{"message":"You have reached your daily limit.","errorType":"RATE_LIMIT","policyName":"DAILY"}`, proof: api.Limited, code: "DAILY", rate: api.Rate{Refused: true, Daily: true}},
		{name: "429 daily by its message", status: 429, body: `{"message":"You have reached your daily limit."}`, proof: api.Limited, code: "HTTP_429", rate: api.Rate{Refused: true, Daily: true}},
		{name: "477", status: 477, body: refusedBatch, header: []string{"Retry-After", "86400"}, proof: api.Busy, code: "HTTP_477", wait: 24 * time.Hour, rate: api.Rate{Wait: 24 * time.Hour}},
		{name: "500", status: 500, body: `{"status":"error","message":"internal error","category":"INTERNAL_ERROR"}`, proof: api.Unknown, code: "INTERNAL_ERROR"},
		{name: "502", status: 502, proof: api.Unknown, code: "HTTP_502"},
		{name: "503", status: 503, header: []string{"Retry-After", "3"}, proof: api.Unknown, code: "HTTP_503", wait: 3 * time.Second, rate: api.Rate{Wait: 3 * time.Second}},
		{name: "504", status: 504, proof: api.Unknown, code: "HTTP_504"},
		{name: "520", status: 520, proof: api.Unknown, code: "HTTP_520"},
		{name: "521 of cloudflare", status: 521, header: []string{"Server", "cloudflare"}, proof: api.Unknown, code: "HTTP_521"},
		{name: "522", status: 522, proof: api.Unknown, code: "HTTP_522"},
		{name: "524", status: 524, proof: api.Unknown, code: "HTTP_524"},
		{name: "999", status: 999, body: refusedBatch, proof: api.Unknown, code: "HTTP_999"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			requests := 0
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				requests++
				says(tt.status, tt.body, tt.header...)(w, r)
			})
			a := c.Create(ctx, lineItems(2))
			want(t, a, tt.proof, tt.code)
			tt.rate.Remaining = -1
			if a.Stop != tt.stop || a.Wait != tt.wait || a.Rate != tt.rate {
				t.Errorf("stop %t, wait %s, rate %+v, want %t, %s, %+v", a.Stop, a.Wait, a.Rate, tt.stop, tt.wait, tt.rate)
			}
			if len(a.Refusal.Traces) > 0 || requests != 1 {
				t.Errorf("%d requests, refusal of %q", requests, a.Refusal.Traces)
			}
		})
	}
}

// TestBrokenRefusal: a refusal before execution is one by its status alone, a
// refusal of a batch only with its whole body.
func TestBrokenRefusal(t *testing.T) {
	for status, proof := range map[int]api.Outcome{
		400: api.Unknown, 401: api.Denied, 404: api.Impossible, 429: api.Limited, 477: api.Busy, 503: api.Unknown,
	} {
		c, _ := raw(t, hubspot.Config{}, answerWith(fmt.Sprintf("HTTP/1.1 %d No\r\nContent-Length: 500\r\n\r\n%s", status, refusedBatch)))
		want(t, c.Create(ctx, lineItems(1)), proof, fmt.Sprintf("HTTP_%d", status))
	}
}

func TestResultsInAnotherOrder(t *testing.T) {
	a := serve(t, says(201, created(3))).Create(ctx, lineItems(3))
	wanted := []api.Created{
		{Trace: "run-3", ID: "900000002"},
		{Trace: "run-2", ID: "900000001"},
		{Trace: "run-1", ID: "900000000"},
	}
	if a.Outcome != api.Answered || !reflect.DeepEqual(a.Created, wanted) || a.Err != nil || len(a.Failures) > 0 {
		t.Errorf("%+v, want %+v", a, wanted)
	}
}

func TestResultsMissing(t *testing.T) {
	for _, body := range []string{
		`{"status":"COMPLETE","results":[],"startedAt":"2026-06-24T09:00:00Z"}`,
		`{"results":[]}`,
		`{"status":null,"results":[],"errors":null,"numErrors":"no"}`,
	} {
		for _, status := range []int{200, 201, 207} {
			a := serve(t, says(status, body)).Create(ctx, lineItems(3))
			if a.Outcome != api.Answered || len(a.Created)+len(a.Failures) > 0 {
				t.Errorf("%d %s: %+v", status, body, a)
			}
		}
	}
}

func TestMultiStatus(t *testing.T) {
	a := serve(t, says(207, `{"completedAt":"2026-06-24T09:00:00Z","status":"COMPLETE","results":[
		{"id":"41","properties":{"row_key":"k2"},"objectWriteTraceId":"run-2"},
		{"id":"42","properties":{"row_key":null}}],
		"errors":[
		{"status":"error","category":"VALIDATION_ERROR","subCategory":{"x":1},"message":"One error for two rows","context":{"objectWriteTraceId":["run-1","run-4"]}},
		{"category":"RATE_LIMITS","message":"No row"},
		{"category":"CONFLICT","message":"Foreign row","context":{"objectWriteTraceId":"other-1"}}],
		"numErrors":3}`, "X-HubSpot-Correlation-Id", "c0ffee-1")).Create(ctx, lineItems(4))
	wanted := api.Answer{
		Outcome: api.Answered,
		Created: []api.Created{{Trace: "run-2", ID: "41"}, {ID: "42", Properties: map[string]string{}}},
		Failures: []api.Failure{
			{Traces: []string{"run-1"}, Code: "VALIDATION_ERROR", Message: "One error for two rows.", CorrelationID: "c0ffee-1"},
			{Traces: []string{"run-4"}, Code: "VALIDATION_ERROR", Message: "One error for two rows.", CorrelationID: "c0ffee-1"},
			{Code: "RATE_LIMITS", Message: "No row.", CorrelationID: "c0ffee-1", Retryable: true},
			{Traces: []string{"other-1"}, Code: "CONFLICT", Message: "Foreign row.", CorrelationID: "c0ffee-1", Conflict: true},
		},
		Completeness: api.Completeness{Final: true, Results: 2, NumErrors: 3, Unnamed: 1},
		Rate:         api.Rate{Remaining: -1},
	}
	if !reflect.DeepEqual(a, wanted) {
		t.Errorf("got  %+v\nwant %+v", a, wanted)
	}
}

func TestErrorIsTyped(t *testing.T) {
	a := serve(t, says(403, `{"message":"Scopes are missing","category":"MISSING_SCOPES","subCategory":"A.B","correlationId":"c-1"}`)).Create(ctx, lineItems(1))
	var e *hubspot.Error
	if !errors.As(a.Err, &e) || !e.Forbidden() || e.Unauthorized() || e.Temporary() || e.Category != "MISSING_SCOPES" || e.SubCategory != "A.B" {
		t.Fatalf("%#v", a.Err)
	}
	const text = "HubSpot answered 403 MISSING_SCOPES: Scopes are missing (correlation id c-1)"
	if e.Error() != text {
		t.Errorf("%q, want %q", e.Error(), text)
	}
}

func TestRateHeaders(t *testing.T) {
	for _, tt := range []struct {
		name                     string
		max, interval, remaining string
		n                        int
		per                      time.Duration
		left                     int
	}{
		{"as HubSpot says", "110", "10000", "108", 110, 10 * time.Second, 108},
		{"none left", "190", "10000", "0", 190, 10 * time.Second, 0},
		{"absent", "", "", "", 0, 0, -1},
		{"only Max", "110", "", "", 0, 0, -1},
		{"zero", "0", "10000", "5", 0, 0, 5},
		{"zero interval", "110", "0", "5", 0, 0, 5},
		{"negative", "-110", "10000", "-1", 0, 0, -1},
		{"abc", "abc", "10000", "abc", 0, 0, -1},
		{"float", "11.5", "1e4", "1.0", 0, 0, -1},
		{"huge", "9999999999999999999999", "10000", "99999999999999999999", 0, 0, -1},
		{"a window of a month", "110", "2592000000", "1", 0, 0, 1},
		{"an interval beyond time", "110", "9223372036854775807", "1", 0, 0, 1},
		{"blanks", " 110 ", "10000", "7", 110, 10 * time.Second, 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var header []string
			for name, v := range map[string]string{"Max": tt.max, "Interval-Milliseconds": tt.interval, "Remaining": tt.remaining} {
				if v != "" {
					header = append(header, "X-HubSpot-RateLimit-"+name, v)
				}
			}
			got := serve(t, says(201, created(1), header...)).Create(ctx, lineItems(1)).Rate
			if got.Limit.N != tt.n || got.Limit.Per != tt.per || got.Remaining != tt.left {
				t.Errorf("got %+v, want %d per %s, %d left", got, tt.n, tt.per, tt.left)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	for value, wanted := range map[string]time.Duration{
		"5": 5 * time.Second, " 5 ": 5 * time.Second, "0": 0, "-5": 0, "soon": 0, "1.5": 0, "99999999999": 24 * time.Hour,
		"Mon, 02 Jan 2006 15:04:05 GMT": 0, "Fri, 01 Jan 2999 00:00:00 GMT": 24 * time.Hour,
	} {
		if a := serve(t, says(429, "", "Retry-After", value)).Create(ctx, lineItems(1)); a.Wait != wanted || a.Rate.Wait != wanted {
			t.Errorf("Retry-After %q: %s, %s, want %s", value, a.Wait, a.Rate.Wait, wanted)
		}
	}
	in := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	if a := serve(t, says(429, "", "Retry-After", in)).Create(ctx, lineItems(1)); a.Wait < 59*time.Minute || a.Wait > time.Hour {
		t.Errorf("Retry-After in an hour: %s", a.Wait)
	}
}

func TestInvalidUTF8IsNotSent(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	for name, in := range map[string]api.Input{
		"value": lineItem("run-1", "name", "caf\xe9"),
		"name":  lineItem("run-1", "n\xff", "x"),
		"trace": lineItem("run\xff", "name", "x"),
	} {
		a := c.Create(ctx, append(lineItems(1), in))
		want(t, a, api.Impossible, "INVALID_UTF8")
		if strings.Contains(fmt.Sprint(a), "caf") {
			t.Errorf("%s: the value is repeated: %v", name, a)
		}
	}
	var refused *hubspot.Error
	if _, err := c.FindByProperty(ctx, "", "row_key", []string{"\xff"}); err == nil || errors.As(err, &refused) {
		t.Errorf("find: %v", err)
	}
}

func TestWrongUsePanics(t *testing.T) {
	c := newClient(t, hubspot.Config{})
	for name, f := range map[string]func(){
		"Create of 0":   func() { c.Create(ctx, nil) },
		"Create of 101": func() { c.Create(ctx, lineItems(101)) },
		"archive of 0":  func() { c.Archive(ctx, nil) },
		"read of 0":     func() { c.FindByProperty(ctx, "", "k", nil) },
		"Update of 0":   func() { c.Update(ctx, nil) },
		"Update of 101": func() { c.Update(ctx, make([]api.Input, 101)) },
		"read of 101":   func() { c.ReadProperties(ctx, "", make([]string, 101), nil) },
	} {
		func() {
			defer func() {
				if r := recover(); r == nil || !strings.Contains(fmt.Sprint(r), name) {
					t.Errorf("%s: %v", name, r)
				}
			}()
			f()
		}()
	}
}
