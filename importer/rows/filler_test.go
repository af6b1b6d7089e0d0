package rows_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

const filledMapping = `
properties: { name: name, currency: currency, note: note }
associations: []
rows: { fill_down: [order, currency, note] }
`

// sent is what each row of an input sends, or the code for which it isn't sent.
func sent(t *testing.T, text, csv string) (list []string) {
	t.Helper()
	var rec mapping.Record
	err := rows.Each(t.Context(), sourceOf(csv), rows.Config{Mapper: mapperOf(t, text, csv)}, func(row *rows.Row) error {
		if refused := row.Map(&rec); refused != nil {
			list = append(list, refused.Code)
			return nil
		}
		var values []string
		for _, p := range rec.Properties {
			values = append(values, p.Name+"="+p.Value)
		}
		list = append(list, strings.Join(values, " "))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestCellsAreFilledDown(t *testing.T) {
	const header = "order,name,currency,note\n"
	const bad = "x,\"y\"z,x\n" // a row that can't be read
	for name, tt := range map[string]struct {
		csv  string
		want []string
	}{
		"within a group":          {"1,a,EUR,n\n,b,,\n1,c,,\n", []string{"name=a currency=EUR note=n", "name=b currency=EUR note=n", "name=c currency=EUR note=n"}},
		"not into the next group": {"1,a,EUR,n\n2,b,,\n,c,,m\n,d,USD,\n", []string{"name=a currency=EUR note=n", "name=b", "name=c note=m", "name=d currency=USD note=m"}},
		"from the row above":      {"1,a,EUR,\n,b,USD,\n,c,,\n", []string{"name=a currency=EUR", "name=b currency=USD", "name=c currency=USD"}},
		"above the first group":   {",a,,\n,b,EUR,\n,c,,\n1,d,,\n", []string{"name=a", "name=b currency=EUR", "name=c currency=EUR", "name=d"}},
		"a group that comes back": {"1,a,EUR,\n2,b,USD,\n1,c,,\n", []string{"name=a currency=EUR", "name=b currency=USD", "name=c"}},
		"white space is empty":    {"1,a, EUR,\n1 ,b,\u00a0,\n", []string{"name=a currency= EUR", "name=b currency= EUR"}},
		"blank lines":             {"1,a,EUR,\n\n,,,\n,b,,\n", []string{"name=a currency=EUR", "name=b currency=EUR"}},
		"the header again":        {"1,a,EUR,\n" + header + ",b,,\n", []string{"name=a currency=EUR", "REPEATED_HEADER", "name=b"}},
		"below a row that can't be read": {
			"1,a,EUR,n\n" + bad + ",b,,\n,c,USD,\n,d,USD,m\n,e,,\n",
			[]string{"name=a currency=EUR note=n", "CSV_QUOTE", "UNFILLED", "UNFILLED", "name=d currency=USD note=m", "name=e currency=USD note=m"},
		},
		"the same group below it": {"1,a,EUR,n\n" + bad + "1,b,,\n1,c,USD,x\n", []string{"name=a currency=EUR note=n", "CSV_QUOTE", "UNFILLED", "name=c currency=USD note=x"}},
		"a new group below it":    {"1,a,EUR,n\n" + bad + "2,b,,\n3,c,,\n,d,,\n", []string{"name=a currency=EUR note=n", "CSV_QUOTE", "UNFILLED", "name=c", "name=d"}},
	} {
		if diff := cmp.Diff(tt.want, sent(t, filledMapping, header+tt.csv)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A column that no rule reads needs no value.
func TestUnusedColumnsRefuseNothing(t *testing.T) {
	const csv = "order,name,paid\n1,a,x\nx,\"y\"z,x\n,b,\n"
	got := sent(t, "properties: { name: name }\nassociations: []\nrows: { fill_down: [order, paid] }\n", csv)
	if diff := cmp.Diff([]string{"name=a", "CSV_QUOTE", "name=b"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Rows are left out by what was filled down, and carry values down all the same.
func TestRowsAreLeftOut(t *testing.T) {
	const csv = "order,name,status,currency\n1,a,paid,EUR\n,b,,\n2,c,open,USD\n,d,paid,\n,e,,\n"
	got := sent(t, "properties: { name: name, currency: currency }\nassociations: []\nrows: { where: { status: [Paid] }, fill_down: [order, status, currency] }\n", csv)
	if diff := cmp.Diff([]string{"name=a currency=EUR", "name=b currency=EUR", rows.CodeLeftOut, "name=d currency=USD", "name=e currency=USD"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The numbers of rows don't count those that are left out.
func TestPositionsAreOfRowsThatCount(t *testing.T) {
	const text = `
properties: { name: name, hs_position_on_quote: { position: deals } }
associations: [{ to: deals, column: deal }]
rows: { where: { name: not empty }, fill_down: [deal] }
`
	for name, csv := range map[string]string{
		"one after the other": "deal,name\n1,a\n1,\n,b\n2,c\n",
		"apart":               "deal,name\n1,a\n9,\n1,b\n2,c\n",
	} {
		c := rows.Config{Mapper: mapperOf(t, text, csv)}
		if err := c.Prepare(t.Context(), sourceOf(csv)); err != nil {
			t.Fatal(err)
		}
		var got []string
		var rec mapping.Record
		err := rows.Each(t.Context(), sourceOf(csv), c, func(row *rows.Row) error {
			if row.Map(&rec) == nil {
				got = append(got, fmt.Sprintf("%d%v", row.Row, rec.Properties))
			}
			return nil
		})
		want := []string{"1[{name a} {hs_position_on_quote 1}]", "3[{name b} {hs_position_on_quote 2}]", "4[{name c} {hs_position_on_quote 1}]"}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

// The rows of a failures file, in whatever order and number they are, send what they send
// in the source file, and nothing is filled down in it.
func FuzzFailuresSendTheSame(f *testing.F) {
	f.Add("1,a,EUR,n\n,b,,\n2,c,,m\nx,\"y\"z,x\n,d,USD,\n2,e,,\n3,f,,\n")
	f.Fuzz(func(t *testing.T, text string) {
		source := "order,name,currency,note\n" + text
		if src, err := sourceOf(source)(); err != nil || !cmp.Equal(src.Header(), []string{"order", "name", "currency", "note"}) {
			return
		}
		var want []string
		var failures [][]string
		var rec mapping.Record
		c := rows.Config{Mapper: mapperOf(t, filledMapping, source)}
		err := rows.Each(t.Context(), sourceOf(source), c, func(row *rows.Row) error {
			if row.Problem != nil {
				return nil
			}
			code := ""
			if refused := row.Map(&rec); refused != nil {
				code = refused.Code
			}
			want = append(want, code+fmt.Sprint(rec.Properties))
			cells := append([]string{fmt.Sprint(row.Row), row.Filler().Mark()}, row.Fields...)
			failures = append(failures, cells)
			rec = mapping.Record{}
			return nil
		})
		if err != nil {
			return
		}
		var b strings.Builder
		b.WriteString("hubload_row,hubload_filled,order,name,currency,note\n")
		w := csv.NewWriter(&b)
		for i := range failures {
			w.Write(failures[len(failures)-1-i])
		}
		w.Flush()
		at := len(want)
		c = rows.Config{Mapper: mapperOf(t, filledMapping, b.String())}
		err = rows.Each(t.Context(), sourceOf(b.String()), c, func(row *rows.Row) error {
			at--
			code := ""
			if refused := row.Map(&rec); refused != nil {
				code = refused.Code
			}
			if got := code + fmt.Sprint(rec.Properties); got != want[at] {
				t.Errorf("row %s: %s, and in the source file %s\n%s", row.Fields[0], got, want[at], b.String())
			}
			rec = mapping.Record{}
			return nil
		})
		if err != nil || at != 0 {
			t.Errorf("%d rows are missing, %v:\n%s", at, err, b.String())
		}
	})
}

func TestFailuresAreFilledByHand(t *testing.T) {
	for name, tt := range map[string]struct{ csv, want string }{
		"filled":                      {"hubload_row,hubload_filled,order,name,currency,note\n3,order; currency; note,1,a,EUR,\n", "name=a currency=EUR"},
		"not filled":                  {"hubload_row,hubload_filled,order,name,currency,note\n3,order,1,a,EUR,\n", rows.CodeUnfilled},
		"filled in by hand":           {"hubload_row,hubload_filled,order,name,currency,note\n3,order,1,a,EUR,n\n", "name=a currency=EUR note=n"},
		"of a mapping without":        {"hubload_row,order,name,currency,note\n3,1,a,EUR,\n", rows.CodeUnfilled},
		"of a mapping without, whole": {"hubload_row,order,name,currency,note\n3,1,a,EUR,n\n", "name=a currency=EUR note=n"},
	} {
		if got := sent(t, filledMapping, tt.csv)[0]; got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
