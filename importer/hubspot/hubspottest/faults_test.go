// Tests of the faults: what the client sees of each, and what was applied.

package hubspottest_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// TestEachFault provokes every fault there is, with a batch of three rows.
func TestEachFault(t *testing.T) {
	const all = 3
	type want struct {
		status  int // 0: no answer
		broken  bool
		applied int
		check   func(*testing.T, answer)
	}
	category := func(want string) func(*testing.T, answer) {
		return func(t *testing.T, a answer) {
			if got := a.refusal(t); got.Category != want || got.Status != "error" {
				t.Errorf("refusal %+v, want category %s", got, want)
			}
		}
	}
	policy := func(want string) func(*testing.T, answer) {
		return func(t *testing.T, a answer) {
			if got := a.refusal(t).PolicyName; got != want {
				t.Errorf("policy %q, want %q", got, want)
			}
		}
	}
	contains := func(want string) func(*testing.T, answer) {
		return func(t *testing.T, a answer) {
			if !strings.Contains(a.body, want) {
				t.Errorf("body %q, want %q in it", a.body, want)
			}
		}
	}
	results := func(status string, n int) func(*testing.T, answer) {
		return func(t *testing.T, a answer) {
			if o := a.outcome(t); o.Status != status || len(o.Results) != n || len(o.Errors) != 0 {
				t.Errorf("got %+v, want %s with %d results", o, status, n)
			}
		}
	}
	header := func(name, value string) func(*testing.T, answer) {
		return func(t *testing.T, a answer) {
			if got := a.header.Get(name); got != value {
				t.Errorf("%s is %q, want %q", name, got, value)
			}
		}
	}
	wants := map[string]want{
		"refuse-429":          {429, false, 0, policy("TEN_SECONDLY_ROLLING")},
		"daily-429":           {429, false, 0, policy("DAILY")},
		"bare-429":            {429, false, 0, header("X-HubSpot-Correlation-Id", "")},
		"hangup-before":       {0, true, 0, nil},
		"hangup-after":        {0, true, all, nil},
		"500":                 {500, false, 0, category("")},
		"502":                 {502, false, 0, category("")},
		"503":                 {503, false, 0, category("")},
		"504":                 {504, false, 0, category("")},
		"500-after":           {500, false, all, category("")},
		"502-after":           {502, false, all, category("")},
		"503-after":           {503, false, all, category("")},
		"504-after":           {504, false, all, category("")},
		"524-after":           {524, false, all, contains("error code: 524")},
		"late-commit":         {0, true, all, nil},
		"late-504":            {504, false, all, category("")},
		"slow":                {201, false, all, results("COMPLETE", all)},
		"truncated":           {201, true, all, nil},
		"html-200":            {200, false, 0, contains("<html>")},
		"html-200-after":      {200, false, all, contains("<html>")},
		"html-502":            {502, false, 0, contains("<html>")},
		"empty-results":       {201, false, 0, results("COMPLETE", 0)},
		"empty-results-after": {201, false, all, results("COMPLETE", 0)},
		"missing-result":      {201, false, all, results("COMPLETE", all-1)},
		"pending":             {201, false, all, results("PENDING", 0)},
		"broken-gzip":         {201, true, all, nil},
		"401":                 {401, false, 0, category("EXPIRED_AUTHENTICATION")},
		"403":                 {403, false, 0, category("MISSING_SCOPES")},
		"408":                 {408, false, 0, category("")},
		"409":                 {409, false, 0, category("CONFLICT")},
		"423":                 {423, false, 0, category("")},
		"477":                 {477, false, 0, header("Retry-After", "3600")},
		"redirect-308":        {308, false, 0, header("Location", "https://elsewhere.invalid"+createPath)},
		"bad-json": {201, false, all, func(t *testing.T, a answer) {
			if !strings.HasPrefix(a.body, `{"completedAt"`) || strings.HasSuffix(a.body, "}}") {
				t.Errorf("body %s", a.body)
			}
		}},
		"wrong-trace": {201, false, all, func(t *testing.T, a answer) {
			o := a.outcome(t)
			if len(o.Results) != all {
				t.Fatalf("got %+v", o)
			}
			for _, r := range o.Results {
				if strings.HasPrefix(r.Trace, "t-") || r.Properties["name"] != "" || len(r.ID) < 13 {
					t.Errorf("result %+v is our own", r)
				}
			}
		}},
	}
	for name, about := range hubspottest.FaultNames() {
		t.Run(name, func(t *testing.T) {
			w, ok := wants[name]
			if !ok || about == "" || strings.Contains(about, "\n") {
				t.Fatalf("fault %q is not tested or not described: %q", name, about)
			}
			fault := hubspottest.Fault{Name: name, Next: 1}
			if name == "slow" || strings.HasPrefix(name, "late-") {
				fault.Delay = time.Millisecond
			}
			c := serve(t, hubspottest.Config{Faults: []hubspottest.Fault{fault}})
			a := c.create(rows(all))
			c.account.Settle()
			if a.status != w.status || (a.err != nil) != w.broken {
				t.Fatalf("got status %d, error %v, body %q", a.status, a.err, a.body)
			}
			if n := c.account.Len("line_items"); n != w.applied {
				t.Errorf("%d records, want %d", n, w.applied)
			}
			if w.check != nil {
				w.check(t, a)
			}
			log := c.account.Requests()
			if len(log) != 1 || log[0].Fault != name || log[0].Status != w.status {
				t.Errorf("log %+v", log)
			}
			// Applied once, it is gone.
			c.create(rows(all)).want(t, 201)
		})
	}
}

// TestFaultsLeaveRefusalsAlone: where the account refuses by itself there are no results to spoil.
func TestFaultsLeaveRefusalsAlone(t *testing.T) {
	for _, name := range []string{"empty-results-after", "missing-result", "wrong-trace", "pending"} {
		c := serve(t, hubspottest.Config{Faults: []hubspottest.Fault{{Name: name, Next: 1}}})
		c.create(inputs(untraced("nonsense", "1"))).want(t, 400)
	}
}

// TestFaultsThatHideErrors: an answer without results says nothing of the bad rows either.
func TestFaultsThatHideErrors(t *testing.T) {
	for name, status := range map[string]string{"empty-results-after": "COMPLETE", "pending": "PENDING"} {
		c := serve(t, hubspottest.Config{Faults: []hubspottest.Fault{{Name: name, Next: 1}}})
		o := c.create(inputs(traced("good", "name", "a"), traced("bad", "nonsense", "1"))).outcome(t)
		if o.Status != status || len(o.Results) != 0 || len(o.Errors) != 0 || o.NumErrors != 0 || c.account.Len("line_items") != 1 {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestWhenFaultsApply(t *testing.T) {
	hit := func(t *testing.T, n int, faults ...string) string {
		var config hubspottest.Config
		for _, s := range faults {
			f, err := hubspottest.ParseFault(s)
			if err != nil {
				t.Fatal(err)
			}
			config.Faults = append(config.Faults, f)
		}
		c := bare(t, config)
		var s strings.Builder
		for range n {
			switch a := c.create(rows(1)); a.status {
			case 201:
				s.WriteByte('.')
			default:
				s.WriteByte(byte('0' + a.status%100))
			}
		}
		return s.String()
	}
	for _, x := range []struct {
		want   string
		faults []string
	}{
		{"..3..3.", []string{"503=every-3"}},
		{"22.....", []string{"502=next-2"}},
		{"2.3..3.", []string{"502=next-1", "503=every-3"}},
		{"..2..2.", []string{"502=every-3", "503=every-3"}},
		{"3333333", []string{"503=1"}},
		{"3333333", []string{"503=100%", "502=1"}},
	} {
		if got := hit(t, len(x.want), x.faults...); got != x.want {
			t.Errorf("%v: %s, want %s", x.faults, got, x.want)
		}
	}
	got := hit(t, 2000, "503=10%")
	if n := strings.Count(got, "3"); n < 150 || n > 250 {
		t.Errorf("503=10%% hit %d of 2,000", n)
	}
	if again := hit(t, 2000, "503=0.1"); got != again {
		t.Error("the same seed hit other requests")
	}
}

// TestFaultWhen chooses by what a request says, and sees each request that it could apply to.
func TestFaultWhen(t *testing.T) {
	c, seen := bare(t, hubspottest.Config{}), 0
	c.account.SetFaults(hubspottest.Fault{Name: "hangup-after", When: func(r *http.Request, body []byte) bool {
		seen++
		return strings.Contains(string(body), "row 2")
	}})
	c.create(rows(1)).want(t, 201)
	if a := c.create(rows(2)); a.err == nil || seen != 2 || c.account.Len("line_items") != 3 {
		t.Errorf("%+v, %d requests seen, %d records", a, seen, c.account.Len("line_items"))
	}
}

func TestFaultsOfAllRequests(t *testing.T) {
	c := bare(t, hubspottest.Config{Faults: []hubspottest.Fault{{Name: "503", Next: 1}}})
	c.get("/account-info/v3/details").want(t, 200)
	c.account.SetFaults(hubspottest.Fault{Name: "503", Next: 2, All: true})
	c.get("/account-info/v3/details").want(t, 503)
	c.send("POST", "/oauth/v3/token", "application/x-www-form-urlencoded", "").want(t, 503)
	c.create(rows(1)).want(t, 201)
	c.account.SetFaults(hubspottest.Fault{Name: "missing-result", Next: 1, All: true})
	read := `{"idProperty":"hs_object_id","inputs":[{"id":"900000000001"}],"properties":[],"propertiesWithHistory":[]}`
	if n := len(c.post("/crm/v3/objects/line_items/batch/read", read).want(t, 200).outcome(t).Results); n != 0 {
		t.Errorf("%d results", n)
	}
}

func TestParseFault(t *testing.T) {
	for text, want := range map[string]hubspottest.Fault{
		"503=0.25":                 {Name: "503", Probability: 0.25},
		"hangup-after=1":           {Name: "hangup-after", Probability: 1},
		"truncated=50%":            {Name: "truncated", Probability: 0.5},
		"502@all=every-3":          {Name: "502", All: true, Every: 3},
		"late-commit=next-2:1m30s": {Name: "late-commit", Next: 2, Delay: 90 * time.Second},
	} {
		got, err := hubspottest.ParseFault(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v, want %+v", text, got, err, want)
		}
		if again, err := hubspottest.ParseFault(got.String()); err != nil || !reflect.DeepEqual(again, got) {
			t.Errorf("%s was written as %s, which is %+v, %v", text, got, again, err)
		}
	}
	for _, text := range []string{
		"", "503", "=1", "503=", "503=0", "503=2", "503=-0.1", "503=NaN", "503=101%", "503=every-0", "503=every-x", "503=next--1", "503=0.1:", "503=0.1:5", "503=0.1:-5s",
		"nonsense=1", "503@some=1", "503@all@all=1",
	} {
		if f, err := hubspottest.ParseFault(text); err == nil {
			t.Errorf("%q was taken as %+v", text, f)
		}
	}
}

func TestWrongFaultsPanic(t *testing.T) {
	for _, f := range []hubspottest.Fault{{}, {Name: "nonsense", Next: 1}, {Name: "503"}, {Name: "503", Next: 1, Every: 1}, {Name: "503", Every: -1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v was taken", f)
				}
			}()
			hubspottest.New(hubspottest.Config{Faults: []hubspottest.Fault{f}})
		}()
	}
}

// TestLateCommit: the client is sure that nothing happened, and then it does.
func TestLateCommit(t *testing.T) {
	for name, status := range map[string]int{"late-commit": 0, "late-504": 504} {
		synctest.Test(t, func(t *testing.T) {
			c := bare(t, hubspottest.Config{Faults: []hubspottest.Fault{{Name: name, Next: 1}}})
			start := time.Now()
			if a := c.create(rows(2)); a.status != status || time.Since(start) != 0 {
				t.Errorf("status %d after %v", a.status, time.Since(start))
			}
			c.create(inputs(traced("next", "name", "the buffer of the first body is in use again"))).want(t, 201)
			if n := c.account.Len("line_items"); n != 1 {
				t.Errorf("%d records at once, want the second request's", n)
			}
			c.account.Settle()
			if n := c.account.Len("line_items"); n != 3 || time.Since(start) != 5*time.Second {
				t.Errorf("%d records after %v", n, time.Since(start))
			}
			for o := range c.account.Objects("line_items") {
				if o.TraceID != "next" && !strings.HasPrefix(o.Properties["name"], "row ") {
					t.Errorf("record %+v", o)
				}
			}
		})
	}
}

func TestSlowIsAppliedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := bare(t, hubspottest.Config{Faults: []hubspottest.Fault{{Name: "slow", Next: 1}}})
		start := time.Now()
		done := make(chan struct{})
		go func() {
			defer close(done)
			if a := c.create(rows(1)); a.status != 201 {
				t.Errorf("status %d", a.status)
			}
			if d := time.Since(start); d != 30*time.Second {
				t.Errorf("answered after %v", d)
			}
		}()
		synctest.Wait()
		if n := c.account.Len("line_items"); n != 1 {
			t.Errorf("%d records while the client waits", n)
		}
		<-done
	})
}

func TestRetryAfterIsTheDelay(t *testing.T) {
	c := bare(t, hubspottest.Config{Faults: []hubspottest.Fault{{Name: "477", Next: 1, Delay: 20 * time.Second}}})
	if got := c.create(rows(1)).header.Get("Retry-After"); got != "20" {
		t.Errorf("Retry-After %q", got)
	}
}

// TestRedirectIsNotFollowedHere makes sure that the tests' client shows redirects as they come.
func TestRedirectIsNotFollowedHere(t *testing.T) {
	c := serve(t, hubspottest.Config{Faults: []hubspottest.Fault{{Name: "redirect-308", Probability: 1}}})
	c.create(rows(1)).want(t, http.StatusPermanentRedirect)
}
