// Ids that are found by what people write.

package mapping_test

import (
	"strings"
	"testing"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

func referenced() *schema.Schema {
	return schema.New([]schema.Property{
		{Name: "dealname", Type: "string"},
		{Name: "pipeline", Type: "enumeration", Options: []schema.Option{{Value: "p1", Label: "Sales"}, {Value: "p2", Label: "Renewal"}}},
		{Name: "dealstage", Type: "enumeration", Options: []schema.Option{{Value: "1", Label: "Won"}, {Value: "2", Label: "Won"}, {Value: "3", Label: "Lost"}}},
		{Name: "hubspot_owner_id", Type: "enumeration", ExternalOptions: true},
	}).With(&schema.References{
		Owners: []schema.Owner{{ID: "71", Email: "anna@example.com", Name: "Anna Berg"}, {ID: "72", Email: "jun@example.com", Name: "Jun Sato"}, {ID: "73", Email: "jun2@example.com", Name: "Jun Sato"}},
		Pipelines: []schema.Pipeline{
			{ID: "p1", Label: "Sales", Stages: []schema.Stage{{ID: "1", Label: "Won"}, {ID: "3", Label: "Lost"}}},
			{ID: "p2", Label: "Renewal", Stages: []schema.Stage{{ID: "2", Label: "Won"}}},
		},
		Labels: map[string][]schema.AssociationLabel{"companies": {{Category: "HUBSPOT_DEFINED", TypeID: 341}, {Category: "USER_DEFINED", TypeID: 7, Label: "Reseller"}}},
	})
}

func TestBy(t *testing.T) {
	const stage = "dealname: N, dealstage: { column: A, by: label }"
	for _, tt := range []struct{ rules, cell, want string }{
		{"hubspot_owner_id: { column: A, by: email }", " ANNA@example.com", "71"},
		{"hubspot_owner_id: { column: A, by: email }", "72", "72"},
		{"hubspot_owner_id: { column: A, by: email }", "99", "MATCH_NOT_FOUND"},
		{"hubspot_owner_id: { column: A, by: name }", "anna berg", "71"},
		{"hubspot_owner_id: { column: A, by: name }", "Jun Sato", "MATCH_AMBIGUOUS"},
		{"hubspot_owner_id: A", "71", "71"},
		{"hubspot_owner_id: A", "anna@example.com", "INVALID_ID"},
		{stage, "lost", "3"},
		{stage, "2", "2"},
		{stage, "Won", "MATCH_AMBIGUOUS"},
		{stage + ", pipeline: { value: p2 }", "Won", "2"},
		{stage + ", pipeline: { value: p1 }", "won", "1"},
		{stage + ", pipeline: { value: p2 }", "Lost", "MATCH_NOT_FOUND"},
		{"pipeline: { column: A, by: label }", "renewal", "p2"},
		{"pipeline: { column: A, by: label, required: true }", " ", "REQUIRED_EMPTY"},
	} {
		m, err := parse(t, "object: deals\nproperties: { "+tt.rules+" }").CompileFor([]string{"N", "A"}, referenced())
		if err != nil {
			t.Fatal(err)
		}
		var rec mapping.Record
		got := ""
		if problems := m.Map([]string{"", tt.cell}, &rec); problems != nil {
			got = problems[0].Code
			if !strings.HasSuffix(problems[0].Message, ".") || strings.Contains(problems[0].Message, tt.cell) && len(tt.cell) > 2 {
				t.Errorf("%s %q: %s", tt.rules, tt.cell, problems[0].Message)
			}
		} else {
			got = rec.Properties[0].Value
		}
		if got != tt.want {
			t.Errorf("%s %q: %s, want %s", tt.rules, tt.cell, got, tt.want)
		}
	}
}

func TestLabelsOfAssociations(t *testing.T) {
	m := parse(t, "object: deals\nproperties: { dealname: A }\nassociations: [ { to: companies, column: A, label: reseller } ]")
	if r := m.References(); len(r.Labels) != 1 || r.Labels[0] != "companies" || r.Owners {
		t.Errorf("%+v", r)
	}
	mapper, err := m.CompileFor([]string{"A"}, referenced())
	if err != nil {
		t.Fatal(err)
	}
	var rec mapping.Record
	if problems := mapper.Map([]string{"5"}, &rec); problems != nil || rec.Associations[0].TypeID != 7 || rec.Associations[0].Category != "USER_DEFINED" {
		t.Errorf("%v %+v", problems, rec)
	}
	_, err = parse(t, "object: deals\nproperties: { dealname: A }\nassociations: [ { to: companies, column: A, label: Resellers } ]").CompileFor([]string{"A"}, referenced())
	if err == nil || !strings.Contains(err.Error(), `did you mean "Reseller"?`) {
		t.Error(err)
	}
}
