package mapping

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const rowRules = `properties: { name: Name }
associations: []
rows: { where: { Status: [paid, "not empty"], Price: not empty, Note: empty, Kind: { not: [refund, Gift card] }, Country: DE }, fill_down: [Name, Currency] }
`

func TestRowRulesAreRead(t *testing.T) {
	m, err := Parse([]byte(rowRules))
	if err != nil {
		t.Fatal(err)
	}
	want := RowRules{
		Where: []Condition{
			{Column: "Status", Cells: []string{"paid", "not empty"}},
			{Column: "Price", Cells: []string{""}, Not: true},
			{Column: "Note", Cells: []string{""}},
			{Column: "Kind", Cells: []string{"refund", "Gift card"}, Not: true},
			{Column: "Country", Cells: []string{"DE"}},
		},
		FillDown: []string{"Name", "Currency"},
	}
	if diff := cmp.Diff(want, m.Rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again, err := Parse(m.Encode())
	if err != nil {
		t.Fatalf("%v in\n%s", err, m.Encode())
	}
	if diff := cmp.Diff(m, again, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("encoded and parsed again (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Name", "Status", "Price", "Note", "Kind", "Country", "Currency"}, m.Columns()); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
}

func TestRowRulesThatCantBe(t *testing.T) {
	for text, want := range map[string]string{
		"rows: {}":                                   "line 2, column 7: rows needs where",
		"rows: []":                                   "line 2, column 7: rows must be keys",
		"rows: { when: { A: [b] } }":                 `line 2, column 9: unknown key "when" in rows`,
		"rows: { where: {} }":                        "line 2, column 16: where is empty",
		"rows: { where: [A] }":                       "line 2, column 16: where must be keys",
		"rows: { where: { A: [] } }":                 `line 2, column 21: the list for "A" is empty`,
		"rows: { where: { A: { not: [] } } }":        `line 2, column 28: the list for "A" is empty`,
		"rows: { where: { A: { is: [b] } } }":        `line 2, column 21: the condition for "A" must be a list`,
		"rows: { where: { A: [[b]] } }":              `line 2, column 22: a cell in the list for "A" must be a text`,
		`rows: { where: { A: [" "] } }`:              `line 2, column 22: a cell in the list for "A" must be a text`,
		"rows: { where: { A: } }":                    `line 2, column 21: the condition for "A" has no value`,
		"rows: { where: { A: [~] } }":                `has no value: ~ is YAML for none`,
		"rows: { where: { A: [b], A: [c] } }":        `"A" stands here for the second time`,
		"rows: { fill_down: [] }":                    "line 2, column 20: fill_down is empty",
		"rows: { fill_down: A }":                     "line 2, column 20: fill_down must be a list",
		"rows: { fill_down: [A, B, A] }":             `line 2, column 27: fill_down has column "A" twice`,
		"rows: { fill_down: [A], where: { B: [*x] }": "this is not valid YAML",
	} {
		_, err := Parse([]byte("properties: { name: Name }\n" + text + "\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestRowRulesNameColumnsOfTheHeader(t *testing.T) {
	m, err := Parse([]byte(rowRules))
	if err != nil {
		t.Fatal(err)
	}
	_, err = m.Compile([]string{"Name", "Status", "Price", "Note", "Kind", "Currency", "Currency"})
	for _, want := range []string{`column "Country" of rows: where is not in the header`, `column "Currency" of rows: fill_down stands 2 times in the header`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestRowsAreLeftOut(t *testing.T) {
	m, err := Parse([]byte(strings.Replace(rowRules, "properties", "csv: { empty: [n/a] }\nproperties", 1)))
	if err != nil {
		t.Fatal(err)
	}
	mapper, err := m.Compile([]string{"Name", "Status", "Price", "Note", "Kind", "Country", "Currency", "More"})
	if err != nil {
		t.Fatal(err)
	}
	for row, want := range map[string]string{
		"a,paid,1,,sale,DE,EUR,":       "",
		"a,PAID,1,,sale,de,EUR,":       "",
		"a, paid\u00a0,1,,,DE,EUR,":    "",
		"a,not empty,1,n/a,,DE,EUR,":   "",
		`a,"=""paid""",1,,,DE,EUR,`:    "Status",
		`a,="paid",1,,,DE,EUR,`:        "",
		"a,open,1,,sale,DE,EUR,":       "Status",
		"a,paid, ,,sale,DE,EUR,":       "Price",
		"a,paid,n/a,,sale,DE,EUR,":     "Price",
		"a,paid,1,x,sale,DE,EUR,":      "Note",
		"a,paid,1,,REFUND,DE,EUR,":     "Kind",
		"a,paid,1,,gift card ,DE,EUR,": "Kind",
		"a,paid,1,,sale,,EUR,":         "Country",
	} {
		column, out := mapper.LeavesOut(strings.Split(row, ","))
		if column != want || out != (want != "") {
			t.Errorf("%s: %t by %q, want %q", row, out, column, want)
		}
	}
	if diff := cmp.Diff([]string{"More"}, mapper.Unused()); diff != "" {
		t.Errorf("unused (-want +got):\n%s", diff)
	}
	var names []string
	for _, c := range mapper.FillDown() {
		names = append(names, c.Name)
		if c.Used != (c.Name == "Name") {
			t.Errorf("column %s is used: %t", c.Name, c.Used)
		}
	}
	if diff := cmp.Diff([]string{"Name", "Currency"}, names); diff != "" {
		t.Errorf("filled down (-want +got):\n%s", diff)
	}
}
