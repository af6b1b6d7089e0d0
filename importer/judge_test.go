// The judge's table.

package importer

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/api"
)

func TestJudge(t *testing.T) {
	plain := func(traces ...string) []sentRow {
		var rows []sentRow
		for _, tr := range traces {
			rows = append(rows, sentRow{trace: tr})
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
		"refused after a halving, with key":    {[]sentRow{{trace: "a", key: "k", again: true}}, whole, []verdict{readBack}},
		"refused after a halving":              {[]sentRow{{trace: "a", again: true}}, whole, []verdict{refused}},
		"lost":                                 {plain("a", "b"), api.Answer{}, []verdict{unknown, unknown}},
		"limited":                              {plain("a"), api.Answer{Outcome: api.Limited}, []verdict{retry}},
		"limited, ambiguous":                   {taint(plain("a")), api.Answer{Outcome: api.Limited}, []verdict{retry}},
		"unreachable":                          {plain("a"), api.Answer{Outcome: api.Unreachable}, []verdict{retry}},
		"busy":                                 {plain("a"), api.Answer{Outcome: api.Busy}, []verdict{retry}},
		"denied":                               {plain("a"), api.Answer{Outcome: api.Denied}, []verdict{retry}},
		"impossible":                           {plain("a"), api.Answer{Outcome: api.Impossible}, []verdict{retry}},
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
