package suggest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

func TestColumnsOfGroupsAreFilledDown(t *testing.T) {
	for name, tt := range map[string]struct {
		csv     string
		want    []string
		perhaps bool
	}{
		"Shopify": {
			"Name,Email,Financial Status,Currency,Lineitem quantity,Lineitem name,Lineitem price\n#1,a,paid,EUR,1,Desk lamp,39.90\n#1,,,,2,Bulb warm,4.50\n#2,b,paid,EUR,1,Big chair,129.00",
			[]string{"Name", "Financial Status", "Currency"},
			false,
		},
		"an ERP, where the order stands once": {
			"Order no,Deal ID,Currency,Product,Qty\nA1,9002100472,EUR,Desk lamp,1\n,,,Bulb warm,2\n,,,Big chair,1\nA2,9002100473,USD,Table oak,1\n,,,Small chair,4",
			[]string{"Order no", "Deal ID", "Currency"},
			false,
		},
		"deals, and nothing else tells": {
			"Deal ID,Product,Qty\n9002100472,Desk lamp,1\n,Bulb warm,2\n,Big chair,1\n9002100473,Table oak,1\n,Small chair,4",
			nil, true,
		},
		"deals on each row, and a currency": {
			"Deal ID,Product,Currency\n9002100472,Desk lamp,EUR\n9002100472,Bulb warm,\n9002100472,Big chair,\n9002100473,Table oak,USD",
			[]string{"Deal ID", "Currency"},
			false,
		},
		"a discount of some rows":    {"Order no,Deal ID,Product,Price,Discount %\nA1,9002100472,Desk lamp,10,5\nA1,9002100472,Bulb warm,20,\nA2,9002100473,Big chair,30,10\nA2,9002100473,Table oak,40,", nil, false},
		"every row is filled":        {"Order no,Deal ID,Product,Currency\nA1,9002100472,Desk lamp,EUR\nA1,9002100472,Bulb warm,EUR\nA2,9002100473,Big chair,EUR", nil, false},
		"a currency missing at all":  {"Order no,Deal ID,Product,Currency\nA1,9002100472,Desk lamp,EUR\nA1,9002100472,Bulb warm,\nA2,9002100473,Big chair,\nA2,9002100473,Table oak,", nil, false},
		"orders that come back":      {"Order no,Product,Currency\nA1,Desk lamp,EUR\nA1,Bulb warm,\nA1,Big chair,\nA2,Table oak,EUR\nA1,Small chair,EUR\nA1,Big lamp,", nil, false},
		"one row of a group has one": {"Order no,Product,Currency\nA1,Desk lamp,EUR\nA1,Bulb warm,\nA2,Big chair,EUR", nil, false},
	} {
		lines := strings.Split(tt.csv, "\n")
		header := strings.Split(lines[0], ",")
		var rows [][]string
		for _, line := range lines[1:] {
			rows = append(rows, strings.Split(line, ","))
		}
		p := Propose("", header, rows, nil)
		lawful(t, p, header, nil)
		if diff := cmp.Diff(tt.want, p.Rows.FillDown); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if strings.Contains(string(p.Encode()), "# If an empty cell of Deal ID means the value of the row above it:\n# rows: { fill_down: [Deal ID] }\n") != tt.perhaps {
			t.Errorf("%s:\n%s", name, p.Encode())
		}
		if columns := p.Mapping().Rows.FillDown; columns != nil {
			var at []int
			for i, name := range header {
				for _, column := range columns {
					if name == column {
						at = append(at, i)
					}
				}
			}
			rows = filledDown(rows, at)
		}
		if !tt.perhaps {
			accepts(t, p.Mapping(), header, rows)
		}
	}
}

func TestListsAreSplit(t *testing.T) {
	cells := func(list ...string) (rows [][]string) {
		for _, cell := range list {
			rows = append(rows, []string{"a@example.com", cell})
		}
		return rows
	}
	list := schema.New([]schema.Property{
		{Name: "email", Type: "string", FieldType: "text"},
		{Name: "interests", Label: "Interests", Type: "enumeration", FieldType: "checkbox", Options: []schema.Option{{Value: "north", Label: "North"}, {Value: "south", Label: "South"}}},
	})
	for name, tt := range map[string]struct {
		column string
		rows   [][]string
		want   string
	}{
		"ids":                    {"Associated Deal IDs", cells("9002100472;9002100473", "9002100474"), `high { to: deals, column: Associated Deal IDs, split: ";" }`},
		"ids with commas":        {"Associated Deal IDs", cells("9002100472, 9002100473", "9002100474"), `high { to: deals, column: Associated Deal IDs, split: "," }`},
		"options":                {"Interests", cells("North,South", "South"), `high interests: { column: Interests, split: "," }`},
		"options as HubSpot has": {"Interests", cells("North;South", "South"), "high interests: Interests"},
	} {
		header := []string{"email", tt.column}
		p := Propose("contacts", header, tt.rows, list)
		lawful(t, p, header, list)
		if got := one(&p.Columns[1]); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
		mapper, err := p.Mapping().CompileFor(header, list)
		if err != nil {
			t.Fatal(err)
		}
		var rec mapping.Record
		for _, row := range tt.rows {
			for _, problem := range mapper.Map(row, &rec) {
				t.Errorf("%s: %s %s", name, problem.Code, problem.Message)
			}
		}
	}
}
