// Answers from anybody: no panic, no invented record, no memory without end.

package hubspot

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

// answerSeeds are the answers in testdata.
func answerSeeds(f *testing.F) (seeds [][]byte) {
	f.Helper()
	names, err := filepath.Glob("testdata/answers/*.json")
	if err != nil || len(names) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, data)
	}
	return seeds
}

// FuzzAnswer has one law: whatever the answer, there is no panic, and a record
// is only created if its id stands in the bytes.
func FuzzAnswer(f *testing.F) {
	for _, data := range answerSeeds(f) {
		for _, status := range []int{200, 201, 207, 400, 429} {
			f.Add(status, data)
		}
	}
	inputs := []api.Input{
		{Trace: "run-1", Record: &mapping.Record{Properties: []mapping.Property{{Name: "industry", Value: "Metalworks"}, {Name: "row_key", Value: "k1"}}}},
		{Trace: "run-2", Record: &mapping.Record{Associations: []mapping.Association{{To: "deals", ID: "38374264688"}}}},
	}
	f.Fuzz(func(t *testing.T, status int, data []byte) {
		if status < 100 || status > 999 {
			return // net/http doesn't give these
		}
		r := &response{status: status, header: http.Header{}, body: data, bodySent: true}
		a := r.answer(inputs, "row_key")
		if len(a.Created) > 0 && a.Outcome != api.Answered {
			t.Errorf("proof %d with %d records", a.Outcome, len(a.Created))
		}
		for _, c := range a.Created {
			if c.ID == "" || strings.Trim(c.ID, "0123456789") != "" || len(c.ID) > 19 || !bytes.Contains(data, []byte(c.ID)) {
				t.Errorf("created %+v of %q", c, data)
			}
		}
		if a.Outcome == api.Answered && (a.Err != nil || status/100 != 2) || a.Outcome != api.Answered && a.Refusal.Code == "" {
			t.Errorf("status %d: %+v", status, a)
		}
		for _, f := range append(a.Failures, a.Refusal) {
			if len([]rune(f.Message)) > maxMessage || len(f.Traces) > 1 || len(f.CorrelationID) > 64 {
				t.Errorf("%+v", f)
			}
		}
		b := batch[record]{NumErrors: -1}
		if decode(data, &b) != nil {
			return
		}
		found := newLookupResult([]string{"k1", "k2"})
		for i := range b.Results {
			found.addRecord(&b.Results[i], data, "row_key")
		}
		for _, ids := range found.ids() {
			for _, id := range ids {
				if !bytes.Contains(data, []byte(id)) {
					t.Errorf("found %q of %q", id, data)
				}
			}
		}
	})
}

func TestSeeds(t *testing.T) {
	for name, want := range map[string]api.Answer{
		"201.json":            {Created: make([]api.Created, 2)},
		"207.json":            {Created: make([]api.Created, 1), Failures: make([]api.Failure, 1)},
		"207_documented.json": {Created: make([]api.Created, 1), Failures: make([]api.Failure, 1)},
		"207_read.json":       {Failures: make([]api.Failure, 1)},
	} {
		data, err := os.ReadFile(filepath.Join("testdata", "answers", name))
		if err != nil {
			t.Fatal(err)
		}
		a := (&response{status: 207, body: data}).answer(nil, "")
		if a.Outcome != api.Answered || len(a.Created) != len(want.Created) || len(a.Failures) != len(want.Failures) {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// TestBombs: answers of 16 MiB, each made to cost as much as it can.
func TestBombs(t *testing.T) {
	const allowed = 80 << 20 // in all, also of what is garbage at once; the answer itself comes on top
	answer := func(status int) func([]byte) {
		return func(body []byte) { (&response{status: status, body: body, bodySent: true}).answer(nil, "k") }
	}
	batch, refusal := answer(207), answer(400)
	property := func(body []byte) {
		var p property
		decode(body, &p, json.MatchCaseInsensitiveNames(true))
	}
	trace := `{"context":{"objectWriteTraceId":["run-1"]},"errors":[` + strings.Repeat(`{"code":"a"},`, 99) + `{"code":"a"}]},`
	for _, tt := range []struct {
		name                   string
		decode                 func([]byte)
		before, element, after string
	}{
		{"results", batch, `{"results":[`, `{"id":1},`, `]}`},
		{"empty results", batch, `{"results":[`, `{},`, `]}`},
		{"nulls", batch, `{"results":[`, `null,`, `]}`},
		{"errors", batch, `{"errors":[`, `{},`, `]}`},
		{"items", batch, `{"errors":[`, trace, `]}`},
		{"traces", batch, `{"errors":[{"context":{"objectWriteTraceId":[`, `"aa",`, `]}}]}`},
		{"one string", batch, `{"errors":[{"message":"`, `x`, `"}]}`},
		{"one message", refusal, `{"message":"Property values were not valid: [`, `{},`, `]"}`},
		{"options", batch, `{"errors":[{"message":"no was not one of the allowed options: [`, `a, `, `]"}]}`},
		{"scopes", refusal, `{"message":"m","errors":[{"context":{"requiredGranularScopes":[`, `"aa",`, `]}}]}`},
		{"options of a property", property, `{"name":"x","options":[`, `{"value":"a"},`, `]}`},
		{"names", batch, `{"results":[],"x":{`, `"aaaaaaaa":0,`, `"b":0}}`},
		{"deep", batch, `{"results":[],"x":`, `[`, ``},
		{"escaped string", refusal, `{"message":"`, `\u0041`, `"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := (maxAnswer - len(tt.before) - len(tt.after)) / len(tt.element)
			body := []byte(tt.before + strings.Repeat(tt.element, n-1) + strings.TrimSuffix(tt.element, ",") + tt.after)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			tt.decode(body)
			runtime.ReadMemStats(&after)
			if got := after.TotalAlloc - before.TotalAlloc; got > allowed {
				t.Errorf("%d MiB were allocated, want at most %d", got>>20, allowed>>20)
			}
		})
	}
}

func TestDepth(t *testing.T) {
	const maxDepth = 10_000                                                         // of the library, which reads deep lists without a call for each
	for n, ok := range map[int]bool{1: true, maxDepth - 1: true, maxDepth: false} { // one more is the document itself
		body := []byte(`{"results":[],"x":` + strings.Repeat(`[`, n) + strings.Repeat(`]`, n) + `}`)
		var b batch[record]
		if err := decode(body, &b); (err == nil) != ok {
			t.Errorf("%d levels: %v", n+1, err)
		}
	}
}
