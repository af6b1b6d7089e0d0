// The judge's table.

package importer

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

func TestJudge(t *testing.T) {
	plain := func(traces ...string) []sentRow {
		var rows []sentRow
		for _, tr := range traces {
			rows = append(rows, sentRow{trace: tr, record: &mapping.Record{Properties: []mapping.Property{{Name: "name", Value: tr}}}})
		}
		return rows
	}
	keyed := func(rows []sentRow) []sentRow {
		for i := range rows {
			rows[i].key = "k" + rows[i].trace
		}
		return rows
	}
	taint := func(rows []sentRow) []sentRow {
		for i := range rows {
			rows[i].ambiguous = true
		}
		return rows
	}
	made := func(trace, id string) api.Created { return api.Created{Trace: trace, ID: id} }
	bad := func(traces ...string) api.Failure { return api.Failure{Traces: traces, Code: "BAD"} }
	answered := func(created []api.Created, failures ...api.Failure) api.Answer {
		return api.Answer{Outcome: api.Answered, Created: created, Failures: failures}
	}
	changing := func(rows []sentRow) []sentRow {
		for i := range rows {
			rows[i].id = fmt.Sprint(i + 1)
		}
		return keyed(rows)
	}
	again := func(rows []sentRow) []sentRow {
		for i := range rows {
			rows[i].again = true
		}
		return rows
	}
	whole := api.Answer{Outcome: api.Refused, Refusal: api.Failure{Code: "BAD"}}

	for name, test := range map[string]struct {
		rows []sentRow
		ans  api.Answer
		want []verdict
	}{
		"all created, in another order":        {plain("a", "b"), answered([]api.Created{made("b", "2"), made("a", "1")}), []verdict{created, created}},
		"one created, one refused":             {plain("a", "b"), answered([]api.Created{made("b", "2")}, bad("a")), []verdict{refused, created}},
		"one error for two rows":               {plain("a", "b"), answered(nil, bad("a", "b")), []verdict{refused, refused}},
		"one missing":                          {plain("a", "b"), answered([]api.Created{made("b", "2")}), []verdict{unknown, created}},
		"nothing in it":                        {plain("a", "b"), answered(nil), []verdict{unknown, unknown}},
		"created and refused":                  {plain("a"), answered([]api.Created{made("a", "1")}, bad("a")), []verdict{unknown}},
		"created twice":                        {plain("a"), answered([]api.Created{made("a", "1"), made("a", "2")}), []verdict{unknown}},
		"without an id":                        {plain("a"), answered([]api.Created{made("a", "")}), []verdict{unknown}},
		"of another request":                   {plain("a"), answered([]api.Created{made("x", "1")}), []verdict{unknown}},
		"no traces, no keys":                   {plain("a", "b"), answered([]api.Created{made("", "1"), made("", "2")}), []verdict{unknown, unknown}},
		"no traces, but keys":                  {keyed(plain("a", "b")), answered([]api.Created{{Key: "kb", ID: "2"}, {Key: "ka", ID: "1"}}), []verdict{created, created}},
		"another's trace beats our key":        {keyed(plain("a")), answered([]api.Created{{Trace: "x", Key: "ka", ID: "1"}}), []verdict{unknown}},
		"an error without a name":              {plain("a", "b"), answered([]api.Created{made("a", "1")}, bad()), []verdict{created, unknown}},
		"an error without a name, no results":  {plain("a", "b"), answered(nil, bad()), []verdict{unknown, unknown}},
		"an error without a name, one row":     {plain("a"), answered(nil, bad()), []verdict{refused}},
		"two errors without a name, one row":   {plain("a"), answered(nil, bad(), bad()), []verdict{unknown}},
		"refused alone":                        {plain("a"), whole, []verdict{refused}},
		"refused in company":                   {plain("a", "b"), whole, []verdict{split, split}},
		"refused alone, ambiguous":             {taint(plain("a")), whole, []verdict{unknown}},
		"refused alone, ambiguous, with a key": {taint(keyed(plain("a"))), whole, []verdict{readBack}},
		"refused by name, ambiguous":           {taint(plain("a")), answered(nil, bad("a")), []verdict{unknown}},
		"created, ambiguous":                   {taint(keyed(plain("a"))), answered([]api.Created{made("a", "1")}), []verdict{created}},
		"conflict with a key":                  {keyed(plain("a")), answered(nil, api.Failure{Traces: []string{"a"}, Conflict: true}), []verdict{readBack}},
		"conflict without one":                 {plain("a"), answered(nil, api.Failure{Traces: []string{"a"}, Conflict: true}), []verdict{refused}},
		"refused after a halving, with key":    {[]sentRow{{trace: "a", key: "k", again: true, record: new(mapping.Record)}}, whole, []verdict{readBack}},
		"refused after a halving":              {[]sentRow{{trace: "a", again: true, record: new(mapping.Record)}}, whole, []verdict{refused}},
		"lost":                                 {plain("a", "b"), api.Answer{}, []verdict{unknown, unknown}},
		"limited":                              {plain("a"), api.Answer{Outcome: api.Limited}, []verdict{retry}},
		"limited, ambiguous":                   {taint(plain("a")), api.Answer{Outcome: api.Limited}, []verdict{retry}},
		"unreachable":                          {plain("a"), api.Answer{Outcome: api.Unreachable}, []verdict{retry}},
		"busy":                                 {plain("a"), api.Answer{Outcome: api.Busy}, []verdict{retry}},
		"denied":                               {plain("a"), api.Answer{Outcome: api.Denied}, []verdict{retry}},
		"impossible":                           {plain("a"), api.Answer{Outcome: api.Impossible}, []verdict{retry}},
		"changed, in another order":            {changing(plain("a", "b")), answered([]api.Created{made("b", "2"), made("a", "1")}), []verdict{updated, updated}},
		"changed, by its id":                   {changing(plain("a", "b")), answered([]api.Created{made("", "2")}), []verdict{readBack, updated}},
		"changed, merged with another":         {changing(plain("a")), answered([]api.Created{made("a", "77")}), []verdict{updated}},
		"changed, of another request":          {changing(plain("a")), answered([]api.Created{made("x", "1")}), []verdict{readBack}},
		"changed, left out":                    {changing(plain("a", "b")), answered(nil), []verdict{readBack, readBack}},
		"changed, absent by an error":          {changing(plain("a", "b")), answered([]api.Created{made("a", "1")}, bad()), []verdict{updated, readBack}},
		"changed, named twice":                 {changing(plain("a")), answered([]api.Created{made("a", "1")}, bad("a")), []verdict{readBack}},
		"changed, refused by name":             {changing(plain("a", "b")), answered([]api.Created{made("a", "1")}, bad("b")), []verdict{updated, refused}},
		"changed, refused in company":          {changing(plain("a", "b")), whole, []verdict{split, split}},
		"changed, refused alone":               {changing(plain("a")), whole, []verdict{refused}},
		"changed, refused after a halving":     {again(changing(plain("a"))), whole, []verdict{readBack}},
		"changed, refused, ambiguous":          {taint(changing(plain("a"))), answered(nil, bad("a")), []verdict{readBack}},
		"changed, lost":                        {changing(plain("a", "b")), api.Answer{}, []verdict{unknown, unknown}},
		"changed, limited":                     {changing(plain("a")), api.Answer{Outcome: api.Limited}, []verdict{retry}},
		"a proof of a later version":           {plain("a"), api.Answer{Outcome: 200}, []verdict{unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []verdict
			for _, r := range judge(test.rows, test.ans) {
				got = append(got, r.verdict)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// What an answer proves that echoes no traces, by its counts and the values it gives back.
func TestJudgeByValues(t *testing.T) {
	record := func(properties ...string) *mapping.Record { // name=value
		r := new(mapping.Record)
		for _, p := range properties {
			name, value, _ := strings.Cut(p, "=")
			r.Properties = append(r.Properties, mapping.Property{Name: name, Value: value})
		}
		return r
	}
	rows := func(records ...*mapping.Record) []sentRow {
		var out []sentRow
		for i, r := range records {
			out = append(out, sentRow{trace: fmt.Sprint("run-", i), record: r})
		}
		return out
	}
	result := func(id string, properties ...string) api.Created {
		c := api.Created{ID: id, Properties: map[string]string{}}
		for _, p := range record(properties...).Properties {
			c.Properties[p.Name] = p.Value
		}
		return c
	}
	final := func(numErrors, unnamed int, failures []api.Failure, results ...api.Created) api.Answer {
		return api.Answer{
			Outcome: api.Answered, Created: results, Failures: failures,
			Completeness: api.Completeness{Final: true, Results: len(results), NumErrors: numErrors, Unnamed: unnamed},
		}
	}
	anonymous := []api.Failure{{Code: "BAD"}}
	// answer says of itself that it has a number of results, whatever can be read of them.
	answer := func(numErrors, unnamed int, failures []api.Failure, n int, readable ...api.Created) api.Answer {
		a := final(numErrors, unnamed, failures, readable...)
		a.Completeness.Results = n
		return a
	}
	open := func(a api.Answer) api.Answer { a.Completeness.Final = false; return a }

	for name, test := range map[string]struct {
		rows []sentRow
		ans  api.Answer
		want string // a verdict and an id a row
	}{
		"complete, in another order": {
			rows(record("name=a", "price=1"), record("name=b", "price=2")), final(-1, 0, nil, result("2", "name=b", "price=2"), result("1", "name=a", "price=1")),
			"created 1, created 2",
		},
		"as HubSpot stores them": {
			rows(record("name=a ", "price=10.50", "day=2026-03-01"), record("name=b", "price=2", "day=2026-03-02")),
			final(-1, 0, nil, result("2", "name=b", "price=2.0", "day=1772409600000"), result("1", "name=a", "price=10.5", "day=1772323200000")),
			"created 1, created 2",
		},
		"a property is left out": {
			rows(record("name=a", "price=1"), record("name=b", "price=2")), final(-1, 0, nil, result("2", "name=b"), result("1", "price=1")),
			"created 1, created 2",
		},
		"a row sends less than another": {
			rows(record("name=a"), record("name=a", "price=1")), final(-1, 0, nil, result("2", "name=a", "price=1"), result("1", "name=a")),
			"created 1, created 2",
		},
		"a row sends less, and its record has more": {
			rows(record("name=a"), record("name=a", "price=1")), final(-1, 0, nil, result("2", "name=a", "price=1"), result("1", "name=a", "price=1")),
			"created , created ",
		},
		"one value was changed": {
			rows(record("name=a"), record("name=b")), final(-1, 0, nil, result("2", "name=B!"), result("1", "name=a")),
			"created 1, created 2",
		},
		"two values were changed": {
			rows(record("name=a"), record("name=b")), final(-1, 0, nil, result("2", "name=B!"), result("1", "name=A!")),
			"created , created ",
		},
		"no values at all": {
			rows(record("name=a"), record("name=b")), final(-1, 0, nil, result("2"), result("1")),
			"created , created ",
		},
		"equal properties": {
			rows(record("name=a"), record("name=a"), record("name=b")), final(-1, 0, nil, result("1", "name=a"), result("2", "name=a"), result("3", "name=b")),
			"created [1 2], created [1 2], created 3",
		},
		"the others are refused by name": {
			rows(record("name=a"), record("name=b")), final(1, 0, []api.Failure{{Traces: []string{"run-0"}, Code: "BAD"}}, result("2", "name=B!")),
			"refused , created 2",
		},
		"one error names nobody": {
			rows(record("name=a"), record("name=b"), record("name=c")), final(1, 1, anonymous, result("3", "name=c"), result("1", "name=a")),
			"created 1, refused , created 3",
		},
		"two errors name nobody": {
			rows(record("name=a"), record("name=b"), record("name=c")), final(2, 1, anonymous, result("3", "name=c")),
			"split , split , created 3",
		},
		"an error names nobody, and the count is short": {
			rows(record("name=a"), record("name=b"), record("name=c")), final(1, 1, anonymous, result("3", "name=c")),
			"unknown , unknown , created 3",
		},
		"an error names nobody, and a result fits nobody": {
			rows(record("name=a"), record("name=b")), final(1, 1, anonymous, result("1", "name=A!")),
			"unknown , unknown ",
		},
		"an error names nobody, among equal rows": {
			rows(record("name=a"), record("name=a")), final(1, 1, anonymous, result("1", "name=a")),
			"unknown , unknown ",
		},
		"merged": {
			rows(record("name=a"), record("name=a"), record("name=b")), final(-1, 0, nil, result("1", "name=a"), result("2", "name=b")),
			"merged [1], merged [1], created 2",
		},
		"fewer results, and not by merging": {
			rows(record("name=a"), record("name=b")), final(-1, 0, nil, result("1", "name=a")),
			"created 1, unknown ",
		},
		"not final": {
			rows(record("name=a"), record("name=b")), open(final(-1, 0, nil, result("1", "name=a"), result("2", "name=B!"))),
			"created 1, unknown ",
		},
		"an error names nobody, and a result has no id": {
			rows(record("name=a"), record("name=b"), record("name=c")),
			answer(1, 1, anonymous, 2, result("1", "name=a")),
			"created 1, unknown , unknown ",
		},
		"fewer results, one of them without an id": {
			rows(record("name=a"), record("name=a"), record("name=b")),
			answer(-1, 0, nil, 2, result("1", "name=a")),
			"unknown , unknown , unknown ",
		},
		"a row is named twice, and the counts fit": {
			rows(record("name=a"), record("name=b")),
			answer(-1, 0, nil, 2, api.Created{Trace: "run-0", ID: "1"}, api.Created{Trace: "run-0", ID: "2"}),
			"unknown , unknown ",
		},
		"a row is named twice, an error nobody, and the counts fit": {
			rows(record("name=a"), record("name=b"), record("name=c")),
			answer(1, 1, anonymous, 2, api.Created{Trace: "run-0", ID: "1"}, api.Created{Trace: "run-0", ID: "2"}),
			"unknown , unknown , unknown ",
		},
		"a result of another request": {
			rows(record("name=a")), final(-1, 0, nil, api.Created{Trace: "x", ID: "1"}),
			"unknown ",
		},
		"more results than rows": {
			rows(record("name=a")), final(-1, 0, nil, result("1", "name=a"), result("2", "name=a")),
			"unknown ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, r := range judge(test.rows, test.ans) {
				of := r.id
				if len(r.among) > 0 {
					of = fmt.Sprint(r.among)
				}
				got = append(got, r.verdict.String()+" "+of)
			}
			if s := strings.Join(got, ", "); s != test.want {
				t.Errorf("got  %s\nwant %s", s, test.want)
			}
		})
	}

	// An error that names nobody is the only row's that is left: it is refused for that
	// error's reason, and with a key a read has the last word.
	for _, key := range []string{"", "k"} {
		sent := rows(record("name=a"), record("name=b"))
		sent[0].key, sent[1].key = key, key
		if key != "" {
			sent[0].key, sent[1].key = "ka", "kb"
		}
		got := judge(sent, final(1, 1, anonymous, result("1", "name=a")))
		want := refused
		if key != "" {
			want = readBack
		}
		if got[1].verdict != want || got[1].failure.Code != "BAD" {
			t.Errorf("key %q: %v %+v", key, got[1].verdict, got[1].failure)
		}
	}

	// By trace some, and the row that is merged with one of them.
	traced := rows(record("name=a"), record("name=a"))
	ans := final(-1, 0, nil, api.Created{Trace: "run-0", ID: "1"})
	if got := judge(traced, ans); got[0].id != "1" || got[1].verdict != merged || len(got[1].among) > 0 {
		t.Errorf("merged with a row that is named: %+v", got)
	}
}
