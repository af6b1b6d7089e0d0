// Which test is about which case of bad input: none of the 52 is without one.

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	readerCases = "importer/csvfile/cases_test.go"
	checkCases  = "mapping/check_test.go"
	scripts     = "cmd/hubload/testdata/"
)

// A proof is a text that stands in a test, as the name of a corpus file or a check of
// a script.
type proof struct{ file, text string }

// inputCases are the cases by number.
var inputCases = map[int][]proof{
	1:  {{readerCases, `"01-byte-order-mark.csv"`}},
	2:  {{readerCases, `"02-byte-order-mark-and-quoted-header.csv"`}, {scripts + "input_12_fields.txtar", "02-byte-order-mark"}},
	3:  {{readerCases, `"03-utf-16le.csv"`}, {readerCases, `"03-utf-16be.csv"`}, {scripts + "input_03_encodings.txtar", "utf-16be-bom"}},
	4:  {{readerCases, `"04-utf-16-without-byte-order-mark.csv"`}, {readerCases, `"04-pinned.csv"`}, {scripts + "input_03_encodings.txtar", "--encoding utf-16le"}},
	5:  {{readerCases, `"05-shift-jis-pinned.csv"`}, {readerCases, `"05 no UTF-8 later"`}, {scripts + "input_03_encodings.txtar", "--encoding euc-jp"}},
	6:  {{readerCases, `"06-mixed-encodings.csv"`}, {scripts + "input_12_fields.txtar", "06-mixed-encodings"}},
	7:  {{readerCases, `"07-overlong-surrogate-noncharacters.csv"`}, {scripts + "input_12_fields.txtar", "07-overlong"}},
	8:  {{readerCases, `"08-header-in-nfd.csv"`}, {scripts + "input_08_headers.txtar", "in another form of Unicode"}},
	9:  {{readerCases, `"09-control-characters.csv"`}, {scripts + "input_12_fields.txtar", "09-control-characters"}},
	10: {{readerCases, `"10-cr-only.csv"`}, {scripts + "input_12_fields.txtar", "10-cr-only"}},
	11: {{readerCases, `"11-mixed-line-ends.csv"`}},
	12: {{readerCases, `"12-crlf-in-quotes.csv"`}, {scripts + "input_12_fields.txtar", "12-newlines-crlf"}},
	13: {{readerCases, `"13-cr-outside-of-quotes.csv"`}, {scripts + "input_12_fields.txtar", "13-cr-outside"}},
	14: {{readerCases, `"14-other-line-separators.csv"`}, {scripts + "input_12_fields.txtar", "14-other-line"}},
	15: {{readerCases, `"15-blank-lines.csv"`}, {scripts + "input_08_headers.txtar", "blank lines that were skipped: 3"}},
	16: {{readerCases, `"16-no-final-line-end.csv"`}},
	17: {{readerCases, `"17-empty.csv"`}, {scripts + "input_08_headers.txtar", "17-empty"}},
	18: {{readerCases, `"18-header-only.csv"`}, {scripts + "input_08_headers.txtar", "a header and no rows"}},
	19: {{readerCases, `"19-short-and-long.csv"`}, {scripts + "input_12_fields.txtar", "CSV_FIELD_COUNT"}},
	20: {{readerCases, `"20-trailing-comma-in-header.csv"`}, {scripts + "input_08_headers.txtar", "trailing.csv"}},
	21: {{readerCases, `"21-duplicate-header.csv"`}, {scripts + "input_08_headers.txtar", "stands 2 times"}},
	22: {{readerCases, `"22-unknown-column.csv"`}, {scripts + "input_08_headers.txtar", "did you mean"}},
	23: {{readerCases, `"23-semicolon.csv"`}, {readerCases, `"23-none-fits.csv"`}, {scripts + "input_08_headers.txtar", "under each of the delimiters"}},
	24: {{readerCases, `"24-sep-line.csv"`}, {scripts + "input_08_headers.txtar", "sep=;"}},
	25: {{readerCases, `"25-comments-are-data.csv"`}, {scripts + "input_12_fields.txtar", "25-comments"}},
	26: {{readerCases, `"26-bare-quote.csv"`}, {scripts + "input_12_fields.txtar", "double the quote"}},
	27: {{readerCases, `"27-text-after-a-closing-quote.csv"`}, {scripts + "input_12_fields.txtar", `"closed"x`}},
	28: {{readerCases, `"28-backslash.csv"`}, {scripts + "input_12_fields.txtar", "backslash"}},
	29: {{readerCases, `"29-space-before-a-quote.csv"`}, {scripts + "input_12_fields.txtar", "white space"}},
	30: {{readerCases, `"30-heals-in-one-row.csv"`}, {scripts + "input_12_fields.txtar", "CSV_UNCLOSED_QUOTE"}, {"importer/csvfile/source_test.go", `"unclosed quote"`}, {"cmd/hubload/refused_test.go", "30 an unclosed quote in every row"}},
	31: {{readerCases, `"31 no line end"`}, {"cmd/hubload/refused_test.go", "31 no line end"}},
	32: {{readerCases, `"32 commas"`}, {"cmd/hubload/refused_test.go", "32 nothing but commas"}},
	33: {{readerCases, `"33 long field"`}, {scripts + "input_12_fields.txtar", "VALUE_TOO_LONG"}},
	34: {{readerCases, `"34-ends-inside-quotes.csv"`}, {scripts + "input_12_fields.txtar", "CSV_CUT_OFF"}},
	35: {{scripts + "input_35_sources.txtar", "fifo pipe"}, {"importer/csvfile/source_test.go", "func TestChangedFile("}, {"importer/rundir/input_test.go", "func TestFileGrowsWhileItIsRead("}},
	36: {{readerCases, `"36-truncated-gzip.csv"`}, {scripts + "input.txtar", "is cut off"}, {"cmd/hubload/refused_test.go", "36 a bomb of commas"}},
	37: {{readerCases, `"37-xlsx.csv"`}, {scripts + "input_35_sources.txtar", "37-xls.csv"}},
	38: {{checkCases, "case 38: numbers"}},
	39: {{scripts + "input_08_headers.txtar", "worth a look: 2 ROUNDED_NUMBER"}},
	40: {{checkCases, "case 40: negative price"}},
	41: {{checkCases, "case 41: dates"}, {checkCases, "case 41: times"}},
	42: {{checkCases, "case 42: options"}},
	43: {{scripts + "input_12_fields.txtar", "empty: clear"}, {"mapping/map_test.go", "empty: clear"}},
	44: {{scripts + "input_44_text.txtar", "formulas.csv"}, {"importer/report/neutral_test.go", "func Test"}},
	45: {{scripts + "input_44_text.txtar", "escapes.csv"}, {scripts + "input_44_text.txtar", "long long.csv 1000000"}},
	46: {{scripts + "input_46_associations.txtar", "9223372036854775808"}, {"mapping/schema/association_test.go", "func TestValidID("}},
	47: {{scripts + "input_46_associations.txtar", "targets-row"}},
	48: {{scripts + "input_46_associations.txtar", "the same association in two columns"}},
	49: {{scripts + "input_49_runs.txtar", "DUPLICATE_KEY"}},
	50: {{scripts + "input_49_runs.txtar", "1000 rows in a row"}},
	51: {{scripts + "input_35_sources.txtar", "loop.csv"}, {"importer/csvfile/source_test.go", `"unreadable"`}},
	52: {{scripts + "input_49_runs.txtar", "moved.csv"}},
}

func TestEveryInputCaseIsTested(t *testing.T) {
	const cases = 52
	sources := map[string]string{}
	for n := 1; n <= cases; n++ {
		if len(inputCases[n]) == 0 {
			t.Errorf("no test is about case %d", n)
		}
		for _, p := range inputCases[n] {
			if sources[p.file] == "" {
				data, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(p.file)))
				if err != nil {
					t.Fatal(err)
				}
				sources[p.file] = string(data)
			}
			if !strings.Contains(sources[p.file], p.text) {
				t.Errorf("case %d: %s no longer holds %s", n, p.file, p.text)
			}
		}
	}
	if len(inputCases) != cases {
		t.Errorf("there are %d cases, want %d", len(inputCases), cases)
	}
}
