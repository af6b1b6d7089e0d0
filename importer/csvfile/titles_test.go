// Where the header is found, and what is overlooked.

package csvfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHeaderLine(t *testing.T) {
	columns := []string{"Name", "Qty"}
	const table = "Name;Qty\nBolt;1\nNut;2\nPin;3\n"
	for _, c := range []struct {
		name, in string
		o        Options
		line     int64
		header   string
	}{
		{"first line", table, Options{Columns: columns}, 1, "Name|Qty"},
		{"below titles", "Stock\nof;March;;\n;;\n" + table, Options{Columns: columns}, 4, "Name|Qty"},
		{"below a title with a quote", "Stock of \"March\n" + table, Options{Columns: columns}, 2, "Name|Qty"},
		{"below a title with the other delimiter", "Stock, of, March\n" + table, Options{Columns: columns}, 2, "Name|Qty"},
		{"on the 20th line", strings.Repeat("x\n", 19) + table, Options{Columns: columns}, 20, "Name|Qty"},
		{"on the 21st line", strings.Repeat("x;y\n", 20) + table, Options{Columns: columns}, 1, "x|y"},
		{"the line that holds more of the columns", "Name;x\n" + table, Options{Columns: columns}, 2, "Name|Qty"},
		{"none holds any", "x;y\nBolt;1\n", Options{Columns: columns}, 1, "x|y"},
		{"below a sep= line", "sep=;\nStock\n" + table, Options{Columns: columns}, 3, "Name|Qty"},
		{"of several lines", "Stock\n\"Na\nme\";Qty\nBolt;1\n", Options{Columns: []string{"Na\nme"}}, 2, "Na\nme|Qty"},
		{"lines end with CR", "Stock\rName;Qty\rBolt;1\r", Options{Columns: columns}, 2, "Name|Qty"},
		{"pinned", "a;b\nName;Qty\n" + table, Options{Columns: columns, HeaderLine: 3}, 3, "Name|Qty"},
		{"pinned behind a stray quote", "\"a;b\n" + table, Options{HeaderLine: 2}, 2, "Name|Qty"},
		{"without columns", "Stock\n" + table, Options{}, 1, "Stock"},
		{"by its width", "Stock;;;\nof;March;;\n\nName;Qty;Price\na;1;2\nb;1;2\n", Options{SkipTitles: true}, 4, "Name|Qty|Price"},
		{"by its width, nothing above", table, Options{SkipTitles: true}, 1, "Name|Qty"},
		{"by its width, of one column with commas", "Name\nBolt\nNut, small\nPin\nCog\n", Options{SkipTitles: true}, 1, "Name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := NewReader(strings.NewReader(c.in), c.o)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if got := strings.Join(r.Header(), "|"); r.HeaderLine() != c.line || got != c.header {
				t.Errorf("the header is %q on line %d, want %q on line %d", got, r.HeaderLine(), c.header, c.line)
			}
			rec, err := r.Read()
			if err == nil && rec.Line != c.line+1+int64(strings.Count(c.header, "\n")) {
				t.Errorf("the first row is on line %d", rec.Line)
			}
		})
	}
	for _, in := range []string{"a;b\n", strings.Repeat("x\n", MaxRecord)} {
		_, err := NewReader(strings.NewReader(in), Options{HeaderLine: MaxRecord})
		checkFileError(t, err, []string{"header_line"})
	}
}

func TestStats(t *testing.T) {
	const in = "a,b,c\n\n \t\n, ,\n\u00A0,\u200B,\u3000\n1\n2,x\n3,x,y,\n4,x,y,\" \"\n5,x,y,, \u00A0,\"\"\n6,x,y,z\n7,x,y"
	r, got, err := readAll(t, strings.NewReader(in), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a|b|c", "1/6 1||", "2/7 2|x|", "3/8 3|x|y", "4/9 CSV_FIELD_COUNT@9", "5/10 5|x|y", "6/11 CSV_FIELD_COUNT@11", "7/12 7|x|y"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	stats := Stats{BlankLines: 2, EmptyRows: 2, ShortRows: 2, LongRows: 2, FirstShort: 6, FirstLong: 8, Unended: true}
	if r.Stats() != stats {
		t.Errorf("stats are %+v, want %+v", r.Stats(), stats)
	}
	if n := len(stats.Notes()); n != 5 {
		t.Errorf("%d notes, want 5: %q", n, stats.Notes())
	}
	// A reader that skips what it knows counts the same.
	for _, known := range []bool{false, true} {
		r, err := NewReader(strings.NewReader(in), Options{})
		if err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = r.SkipFields(known)
		}
		if fmt.Sprint(r.Stats()) != fmt.Sprint(stats) {
			t.Errorf("skipping, known: %t: stats are %+v, want %+v", known, r.Stats(), stats)
		}
		r.Close()
	}
}

func TestRefusedByName(t *testing.T) {
	columns := []string{"Order", "Qty"}
	for in, want := range map[string]string{
		"<!DOCTYPE html>\n<html><head><title>502\n Bad Gateway</title></head></html>": "a web page (HTML), not a CSV; its title is \"502 Bad Gateway\"",
		"\uFEFF\r\n <HTML lang=de>": "a web page",
		"<?xml version=\"1.0\"?>":   "an XML file",
		"[{\"a\": 1}]":              "JSON",
		"{\n  \"a\": 1\n}":          "JSON",
		"\"Order,Product,Qty\"\n\"1001,\"\"Support, Pro\"\",1\"\n": "lines stand in quotes",
		"\"Order;Product;Qty\"\n1001;a;1\n":                        "lines stand in quotes",
	} {
		for _, o := range []Options{{Columns: columns}, {Columns: columns, Delimiter: ';'}} {
			_, err := NewReader(strings.NewReader(in), o)
			checkFileError(t, err, []string{want})
		}
	}
	_, err := NewReader(strings.NewReader("\"a,b,c\"\n\"1,2,3\"\n"), Options{})
	checkFileError(t, err, []string{"lines stand in quotes"})
	// What only looks alike.
	for _, in := range []string{"\"Name, full\"\n\"Roe, J.\"\nx\n", "\"Name, full\",Qty\n\"Roe, J.\",1\n", "<Name>,<Qty>\n1,2\n", "[Name],[Qty]\n1,2\n", "\"a,b\"\nx\n"} {
		if _, err := NewReader(strings.NewReader(in), Options{}); err != nil {
			t.Errorf("%q: %v", in, err)
		}
	}
}
