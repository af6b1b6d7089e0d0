// Warnings of answers: whose they are, and what the journal holds of them.

package importer

import (
	"testing"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
)

func TestWarningText(t *testing.T) {
	normalized := api.Warning{Property: "start", Code: "PROPERTY_VALUE_NORMALIZED", Message: "{value} was normalized.", Raw: "secret", Stored: "hidden"}
	for want, warnings := range map[string][]api.Warning{
		"": nil,
		"PROPERTY_VALUE_NORMALIZED (start): {value of start} was normalized.": {normalized, normalized},
		"PROPERTY_VALUE_NORMALIZED (start): {value of start} was normalized. WARNING: {value of name} is odd.": {
			normalized, {Code: "WARNING", Message: "{value of name} is odd."},
		},
	} {
		if got := warningText(warnings); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestWarningsGoWithTheirRows: by its trace, or by the value as it was sent, which the
// warning repeats; equal rows have equal warnings.
func TestWarningsGoWithTheirRows(t *testing.T) {
	row := func(trace, day string) sentRow {
		return sentRow{trace: trace, record: &mapping.Record{Properties: []mapping.Property{{Name: "day", Value: day}}}}
	}
	warned := func(trace, id, raw string) api.Created {
		return api.Created{
			Trace: trace, ID: id, Properties: map[string]string{"day": "9"},
			Warnings: []api.Warning{{Property: "day", Code: "C", Raw: raw, Stored: "9"}},
		}
	}
	plain := func(trace, id, day string) api.Created {
		return api.Created{Trace: trace, ID: id, Properties: map[string]string{"day": day}}
	}
	for name, test := range map[string]struct {
		rows    []sentRow
		created []api.Created
		want    string // a letter for each row with a warning
	}{
		"by trace":   {[]sentRow{row("a", "x"), row("b", "y")}, []api.Created{plain("b", "2", "y"), warned("a", "1", "x")}, "w."},
		"by value":   {[]sentRow{row("a", "x"), row("b", "y")}, []api.Created{plain("", "2", "x"), warned("", "1", "y")}, ".w"},
		"equal rows": {[]sentRow{row("a", "x"), row("b", "x"), row("c", "y")}, []api.Created{warned("", "2", "x"), warned("", "1", "x"), plain("", "3", "y")}, "ww."},
	} {
		answer := api.Answer{Outcome: api.Answered, Created: test.created, Completeness: api.Completeness{Final: true, Results: len(test.created), NumErrors: -1}}
		got := ""
		for _, r := range judge(test.rows, answer) {
			if r.verdict != created {
				t.Errorf("%s: %v", name, r)
			}
			got += map[bool]string{true: "w", false: "."}[len(r.warned) > 0]
		}
		if got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}
