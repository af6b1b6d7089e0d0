// The kinds of pollution of the Pollock benchmark (Vitagliano et al., VLDB 2023), in small
// files of our own: each is read as it was meant, or refused by name.

package csvfile

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPollution(t *testing.T) {
	const head, first, second = "Deal ID,Product,Price\n", "7,Bolt,1.50\n", "8,\"Nut, M8\",2\n"
	clean := []string{"Deal ID|Product|Price", "1|7|Bolt|1.50", "2|8|Nut, M8|2"}
	all := head + first + second
	for _, c := range []struct {
		kind string
		in   string
		want []string // header, and rows with their number: fields, or a code
		fail string   // a part of the error of the file
		note string
	}{
		{kind: "nothing", in: all, want: clean},

		{kind: "no payload", in: "", fail: "no header"},
		{kind: "only white space", in: "\n \n", fail: "no header"},
		{kind: "no line end at the end", in: strings.TrimSuffix(all, "\n"), want: clean},
		{kind: "two line ends at the end", in: all + "\n", want: clean},
		{kind: "a header only", in: head, want: clean[:1]},
		{kind: "one row", in: head + first, want: clean[:2]},
		{kind: "lines above the header", in: "Orders of March\n\"printed by, us\"\n\n" + all, want: clean, note: "header is on line 4"},
		{kind: "a table above the header", in: "From,To\n1,2\n" + all, want: clean, note: "header is on line 3"},
		{kind: "the header again", in: head + first + head + second, want: []string{clean[0], clean[1], "2|Deal ID|Product|Price", "3|8|Nut, M8|2"}}, // package rows refuses it
		{kind: "a header of two lines", in: "Order,,\n" + all, want: clean, note: "header is on line 2"},
		{kind: "a footnote", in: all + "Prices without tax\n", want: append(clean[:3:3], "3 CSV_FIELD_COUNT")},
		{kind: "a footnote of one word", in: all + "end\n", want: append(clean[:3:3], "3|end||")},

		{kind: "CRLF", in: strings.ReplaceAll(all, "\n", "\r\n"), want: clean},
		{kind: "CR", in: strings.ReplaceAll(all, "\n", "\r"), want: clean, note: "CR"},
		{kind: "CRCRLF", in: strings.ReplaceAll(all, "\n", "\r\r\n"), want: clean},
		{kind: "two line ends a row", in: strings.ReplaceAll(all, "\n", "\n\n"), want: clean},
		{kind: "a line end is missing", in: head + strings.TrimSuffix(first, "\n") + second, want: []string{clean[0], "1 CSV_FIELD_COUNT"}},
		{kind: "one row ends with CR", in: head + strings.ReplaceAll(first, "\n", "\r") + second, want: []string{clean[0], "1 CSV_FIELD_COUNT"}},
		{kind: "one row ends with CRLF", in: head + strings.ReplaceAll(first, "\n", "\r\n") + second, want: clean},
		{kind: "a line end in a cell", in: head + "7,Bo\nlt,1.50\n" + second, want: []string{clean[0], "1|7|Bo|", "2|lt|1.50|", "3|8|Nut, M8|2"}}, // lt is no deal

		{kind: "semicolons", in: "Deal ID;Product;Price\n7;Bolt;1.50\n8;Nut, M8;2\n", want: clean, note: "delimiter is ;"},
		{kind: "tabs", in: "Deal ID\tProduct\tPrice\n7\tBolt\t1.50\n8\tNut, M8\t2\n", want: clean, note: "delimiter is TAB"},
		{kind: "pipes", in: "Deal ID|Product|Price\n7|Bolt|1.50\n8|Nut, M8|2\n", want: clean, note: "delimiter is |"},
		{kind: "blanks", in: "\"Deal ID\" Product Price\n7 Bolt 1.50\n", fail: "White space follows a closing quote"},
		{kind: "another character", in: "Deal ID^Product^Price\n7^Bolt^1.50\n", fail: "--delimiter"},
		{kind: "comma and blank", in: "Deal ID, Product, Price\n7, Bolt, 1.50\n8, \"Nut, M8\", 2\n", want: clean, note: "delimiter is , and a blank"},
		{kind: "comma and blank in the header alone", in: "Deal ID, Product, Price\n" + first + second, want: clean, note: "delimiter is , and a blank"},
		{kind: "comma and blank, and a quote that isn't closed", in: "Deal ID, Product, Price\n7, \"Bolt, 1.50\n8, \"Nut, M8\", 2\n", want: []string{clean[0], "1 CSV_UNCLOSED_QUOTE", "2|8|Nut, M8|2"}, note: "delimiter is , and a blank"},
		{kind: "two semicolons", in: "Deal ID;;Product;;Price\n7;;Bolt;;1.50\n8;;\"Nut; M8\";;2\n", want: []string{"Deal ID||Product||Price", "1|7||Bolt||1.50", "2|8||Nut; M8||2"}, note: "as where the delimiter is ;;"},
		{kind: "two semicolons and one in a cell", in: "Deal ID;;Product;;Price\n7;;Bo;lt;;1.50\n8;;Bo;lt;;\n9;;Bo;lt\n", want: []string{"Deal ID||Product||Price", "1 CSV_FIELD_COUNT", "2 CSV_FIELD_COUNT", "3 CSV_FIELD_COUNT"}, note: "as where the delimiter is ;;"},
		{kind: "three characters", in: "Deal ID~|~Product~|~Price\n7~|~Bolt~|~1.50\n", want: []string{"Deal ID~|~Product~|~Price", "1|7~|~Bolt~|~1.50"}, note: "delimiter is |"}, // no column of a mapping
		{kind: "one row with semicolons", in: head + "7;Bolt;1.50\n" + second, want: []string{clean[0], "1 CSV_FIELD_COUNT", clean[2]}},
		{kind: "one row with semicolons and a comma in it", in: head + "7;Bolt;1,50\n" + second, want: []string{clean[0], "1 CSV_FIELD_COUNT", clean[2]}},
		{kind: "one row with tabs", in: head + "7\tBolt\t1.50\n" + second, want: []string{clean[0], "1 CSV_FIELD_COUNT", clean[2]}},
		{kind: "one row with blanks", in: head + "7 Bolt 1.50\n" + second, want: []string{clean[0], "1 CSV_FIELD_COUNT", clean[2]}},
		{kind: "one row with comma and blank", in: head + "7, Bolt, 1.50\n" + second, want: []string{clean[0], "1|7| Bolt| 1.50", clean[2]}}, // a warning of package mapping
		{kind: "a delimiter too few", in: head + "7,Bolt\n" + second, want: []string{clean[0], "1|7|Bolt|", clean[2]}},
		{kind: "a delimiter too many", in: head + "7,Bolt,1.50,\n" + second, want: clean},
		{kind: "a cell too many", in: head + "7,Bolt,1.50,9\n" + second, want: []string{clean[0], "1 CSV_FIELD_COUNT", clean[2]}},
		{kind: "a cell in two by a delimiter", in: head + "7,Bolt, M6,1.50\n" + second, want: []string{clean[0], "1 CSV_FIELD_COUNT", clean[2]}},

		{kind: "quotes around all cells", in: "\"Deal ID\",\"Product\",\"Price\"\n\"7\",\"Bolt\",\"1.50\"\n" + second, want: clean},
		{kind: "apostrophes around the names", in: "'Deal ID','Product','Price'\n'7','Bolt','1.50'\n", fail: "apostrophes"},
		{kind: "apostrophes around cells", in: head + "7,'Bolt, M6',1.50\n" + second, want: []string{clean[0], "1 CSV_FIELD_COUNT", clean[2]}},
		{kind: "a backslash before a quote", in: head + `7,"Bolt 5\" long",1.50` + "\n" + second, want: []string{clean[0], "1 CSV_QUOTE", clean[2]}},
		{kind: "a backslash before the last quote", in: head + `7,"Bolt 5\"",1.50` + "\n" + second, want: []string{clean[0], "1 CSV_UNCLOSED_QUOTE", clean[2]}},
		{kind: "a backslash before a delimiter", in: head + `7,Bolt\, M6,1.50` + "\n" + second, want: []string{clean[0], "1 CSV_FIELD_COUNT", clean[2]}},
		{kind: "a quote that isn't doubled", in: head + `7,"Bolt 5" long",1.50` + "\n" + second, want: []string{clean[0], "1 CSV_QUOTE", clean[2]}},
		{kind: "no opening quote", in: head + "7,Bolt\",1.50\n" + second, want: []string{clean[0], "1 CSV_QUOTE", clean[2]}},
		{kind: "no closing quote", in: head + "7,\"Bolt,1.50\n" + second, want: []string{clean[0], "1 CSV_UNCLOSED_QUOTE", clean[2]}},
		{kind: "a guard of Excel without quotes", in: head + "=\"007\",Bolt,1.50\n" + second, want: []string{clean[0], "1|=\"007\"|Bolt|1.50", clean[2]}}, // package mapping reads 007
		{kind: "a guard of Excel with a delimiter in it", in: head + "=\"0,07\",Bolt,1.50\n" + second, want: []string{clean[0], "1 CSV_QUOTE", clean[2]}},

		{kind: "a name twice", in: "Deal ID,Product,Product\n7,Bolt,Nut\n", want: []string{"Deal ID|Product|Product", "1|7|Bolt|Nut"}}, // a mapping of it is refused
		{kind: "a name is empty", in: "Deal ID,,Price\n7,Bolt,1.50\n", want: []string{"Deal ID||Price", "1|7|Bolt|1.50"}},
		{kind: "spacers in a sheet", in: "Deal ID,,Product,,Price\n7,x,Bolt,y,1.50\n", want: []string{"Deal ID||Product||Price", "1|7|x|Bolt|y|1.50"}, note: "as where the delimiter is ,,"},
	} {
		t.Run(c.kind, func(t *testing.T) {
			r, err := NewReader(strings.NewReader(c.in), Options{Columns: []string{"Deal ID", "Product", "Price"}})
			if c.fail != "" {
				checkFileError(t, err, []string{c.fail})
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			got := []string{strings.Join(r.Header(), "|")}
			for rec, err := r.Read(); err == nil; rec, err = r.Read() {
				row := strconv.FormatInt(rec.Row, 10)
				if rec.Problem != nil {
					got = append(got, row+" "+rec.Problem.Code)
					continue
				}
				got = append(got, row+"|"+strings.Join(rec.Fields, "|"))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if notes := strings.Join(r.Notes(), " "); !strings.Contains(notes, c.note) {
				t.Errorf("the notes are %q, want them to say %q", notes, c.note)
			}
		})
	}
}
