// Refusals of the first request that no row can help.

package importer

import (
	"errors"
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

func TestHopeless(t *testing.T) {
	record := func(property string, deals ...string) *row {
		rw := &row{rec: mapping.Record{Properties: []mapping.Property{{Name: property, Value: "x"}}}}
		for _, id := range deals {
			rw.rec.Associations = append(rw.rec.Associations, mapping.Association{To: "deals", ID: id})
		}
		return rw
	}
	refusal := func(code, property string) api.Answer {
		return api.Answer{Outcome: api.Refused, Refusal: api.Failure{Code: code, Property: property}}
	}
	byRow := func(code, property string) api.Answer {
		return api.Answer{Outcome: api.Answered, Failures: []api.Failure{{Code: code, Property: property, Traces: []string{"1", "2"}}}}
	}
	for name, test := range map[string]struct {
		answer api.Answer
		rows   []*row
		want   bool
	}{
		"a property that no account has":             {byRow("PROPERTY_DOESNT_EXIST", "a"), []*row{record("a"), record("a")}, true},
		"a property that one row sends":              {byRow("PROPERTY_DOESNT_EXIST", "a"), []*row{record("a"), record("b")}, false},
		"a required one in no column":                {byRow("MISSING_REQUIRED_PROPERTY", "b"), []*row{record("a"), record("a")}, true},
		"a required one that some rows fill":         {byRow("MISSING_REQUIRED_PROPERTY", "b"), []*row{record("a"), record("b")}, false},
		"a condition of the row":                     {byRow("MISSING_CONDITIONAL_REQUIRED_PROPERTY", "b"), []*row{record("a"), record("a")}, false},
		"no permission to associate":                 {refusal(api.CodeEditAssociations, ""), []*row{record("a", "7"), record("a", "8")}, true},
		"no permission, and a row that needs none":   {refusal(api.CodeEditAssociations, ""), []*row{record("a", "7"), record("a")}, false},
		"a refusal without a property":               {refusal("VALIDATION_ERROR", ""), []*row{record("a", "7")}, false},
		"a refusal beside a record that was created": {api.Answer{Outcome: api.Answered, Created: []api.Created{{ID: "1"}}, Failures: byRow("PROPERTY_DOESNT_EXIST", "a").Failures}, []*row{record("a"), record("a")}, false},
	} {
		var stopped *StoppedError
		var inputs []api.Input
		for _, rw := range test.rows {
			inputs = append(inputs, api.Input{Record: &rw.rec})
		}
		if err := hopeless(test.answer, inputs); errors.As(err, &stopped) != test.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
