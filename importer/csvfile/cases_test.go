// The reading cases of bad input, by number: each file and what becomes of it.

package csvfile

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// A seen record is what tests compare: "row/line field|field", or
// "row/line CODE@line column".
func seen(rec *Record) string {
	where := fmt.Sprintf("%d/%d ", rec.Row, rec.Line)
	if p := rec.Problem; p != nil {
		return strings.TrimSpace(fmt.Sprintf("%s%s@%d %s", where, p.Code, p.Line, p.Column))
	}
	return where + strings.Join(rec.Fields, "|")
}

// readAll returns the header and all records, and the error that ended it if
// it wasn't the end of the input.
func readAll(t *testing.T, src io.Reader, o Options) (r *Reader, got []string, err error) {
	t.Helper()
	r, err = NewReader(src, o)
	if err != nil {
		return nil, nil, err
	}
	t.Cleanup(func() { r.Close() })
	got = append(got, strings.Join(r.Header(), "|"))
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return r, got, nil
		}
		if err != nil {
			return r, got, err
		}
		got = append(got, seen(rec))
	}
}

func utf16Bytes(bom, text string, big bool) string {
	return bom + string(appendUTF16(nil, []byte(text), big))
}

func lines(n int, line string) string { return strings.Repeat(line, n) }

// corpus returns a file of the corpus, whose bytes are what its case is about.
func corpus(t testing.TB, file string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "corpus", file))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// corpusFiles are the names of all files of the corpus.
func corpusFiles(t testing.TB) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join("testdata", "corpus"))
	if err != nil || len(entries) == 0 {
		t.Fatalf("the corpus has %d files, error %v", len(entries), err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestCases(t *testing.T) {
	unused := map[string]bool{}
	for _, file := range corpusFiles(t) {
		unused[file] = true
	}
	filler := lines(sampleSize/8+1, "name,qt\n")
	fillerRows := sampleSize/8 + 1
	afterSample := func(row int, rest string) string {
		return fmt.Sprintf("%d/%d %s", row+fillerRows, row+fillerRows+1, rest)
	}
	for _, c := range []struct {
		file  string // of testdata/corpus; its name starts with the number of the case
		name  string // likewise, of what is made here because it is large
		in    string
		o     Options
		want  []string // header and records; with a trailing "..." only the last ones
		fail  []string // parts of the FileError's text
		notes []string // a part of each note
		blank int64
	}{
		{file: "01-byte-order-mark.csv", want: []string{"name|qty", "1/2 a|1"}, notes: []string{"byte order mark"}},
		{file: "02-byte-order-mark-and-quoted-header.csv", want: []string{"name|qty", "1/2 a|1"}, notes: []string{"byte order mark"}},
		{file: "03-utf-16le.csv", want: []string{"name|qty", "1/2 値段😀|1"}, notes: []string{"byte order mark", "utf-16le", "TAB"}},
		{file: "03-utf-16be.csv", want: []string{"name|qty", "1/2 値段😀|1"}, notes: []string{"byte order mark", "utf-16be"}},
		{file: "04-utf-16-without-byte-order-mark.csv", fail: []string{"UTF-16", "--encoding utf-16le"}},
		{file: "04-utf-16be-without-byte-order-mark.csv", fail: []string{"UTF-16", "--encoding utf-16be"}},
		{file: "04-pinned.csv", o: Options{Encoding: "UTF16"}, want: []string{"name|qty", "1/2 a|1"}, notes: []string{"utf-16be"}},
		{file: "04-mostly-japanese.csv", o: Options{Encoding: "utf-16"}, want: []string{"...", "20/21 年間サポート契約|1"}, notes: []string{"utf-16le"}},
		{file: "05-windows-1252-pinned.csv", o: Options{Encoding: "Windows-1252"}, want: []string{"name|price", "1/2 café|€ 5"}},
		{file: "05-windows-1252-not-pinned.csv", fail: []string{"line 2", "0xE9", "windows-1252", "--encoding windows-1252"}},
		{file: "05-shift-jis-pinned.csv", o: Options{Encoding: "sjis"}, want: []string{"名前|qty", "1/2 ソフトポ|1"}},
		{file: "05-shift-jis-second-bytes-like-delimiter-and-backslash.csv", o: Options{Encoding: "shift_jis", Columns: []string{"qty"}}, want: []string{"名前|qty", "1/2 ソポポ|ソ"}, notes: []string{"|"}},
		{file: "05-euc-jp-pinned.csv", o: Options{Encoding: "EUC-JP"}, want: []string{"名前|qty", "1/2 ソフト|1"}},
		{name: "05 no UTF-8 later", in: "name,qty\n" + filler + "caf\xE9,1\nb,2\n", want: []string{"...", afterSample(1, fmt.Sprintf("CSV_ENCODING@%d name", fillerRows+2)), afterSample(2, "b|2")}},
		{file: "05-not-in-windows-1252.csv", o: Options{Encoding: "cp1252"}, want: []string{"name|qty", "1/2 CSV_ENCODING@2 name"}},
		{file: "05-not-in-shift-jis.csv", o: Options{Encoding: "cp932"}, want: []string{"name|qty", "1/2 CSV_ENCODING@2 name", "2/3 CSV_ENCODING@3 name", "3/4 CSV_ENCODING@4 name"}},
		{file: "05-half-a-character-at-the-end.csv", fail: []string{"line 2", "0xC3"}},
		{name: "05 half a character at the end of the sample", in: "name,qt\n" + filler[:sampleSize-9] + "é,1\n", want: []string{"...", fmt.Sprintf("%d/%d name,qté,1", sampleSize/8-1, sampleSize/8)}, o: Options{Delimiter: '|'}},
		{file: "06-mixed-encodings.csv", o: Options{Encoding: "utf-8"}, want: []string{"name|qty", "1/2 café|1", "2/3 CSV_ENCODING@3 name", "3/4 d|3"}},
		{file: "07-overlong-surrogate-noncharacters.csv", o: Options{Encoding: "utf-8"}, want: []string{"n|m", "1/2 CSV_ENCODING@2 n", "2/3 CSV_ENCODING@3 n", "3/4 CSV_ENCODING@4 m", "4/5 CSV_ENCODING@5 m", "5/6 CSV_ENCODING@6 m", "6/7 6|\uFFFD"}},
		{file: "07-lone-surrogate-in-utf-16.csv", want: []string{"n|m", "1/2 CSV_ENCODING@2 n", "2/3 a|2"}, notes: []string{"mark", "utf-16le"}},
		{file: "07-odd-byte-at-the-end-of-utf-16.csv", want: []string{"n|m", "1/2 CSV_ENCODING@2 m"}, notes: []string{"mark", "utf-16le"}},
		{file: "08-header-in-nfd.csv", o: Options{Columns: []string{"caf\u00E9"}}, want: []string{"cafe\u0301|a,b", "1/2 x|y"}, notes: []string{";"}},
		{file: "09-control-characters.csv", want: []string{"name|qty", "1/2 CSV_CONTROL_CHARACTER@2 name", "2/3 CSV_CONTROL_CHARACTER@3 qty", "3/4 CSV_CONTROL_CHARACTER@4 name", "4/5 CSV_CONTROL_CHARACTER@5 name", "5/6 \ta\t|1\n2"}},
		{file: "09-c1-in-iso-8859-1.csv", o: Options{Encoding: "latin1"}, want: []string{"name|qty", "1/2 CSV_CONTROL_CHARACTER@2 name", "2/3 é\"|2"}},
		{file: "10-cr-only.csv", want: []string{"name|qty", "1/2 a|1", "2/4 b\rc|2", "3/6 d|3"}, notes: []string{"CR"}, blank: 1},
		{name: "10 CR only, LF later", in: "name,qty\r" + strings.ReplaceAll(filler, "\n", "\r") + "a,1\r\nb\n,2\rc,3\r", want: []string{"...", afterSample(1, "a|1"), afterSample(2, fmt.Sprintf("CSV_CONTROL_CHARACTER@%d name", fillerRows+3)), afterSample(3, "c|3")}, notes: []string{"CR"}},
		{file: "11-mixed-line-ends.csv", want: []string{"name|qty", "1/2 a|1", "2/3 b|2"}},
		{file: "12-crlf-in-quotes.csv", want: []string{"name|qty", "1/2 a\r\nb|1", "2/4 c|2"}},
		{file: "13-cr-outside-of-quotes.csv", want: []string{"name|qty", "1/2 CSV_CONTROL_CHARACTER@2 name", "2/3 c\rd|2"}},
		{file: "14-other-line-separators.csv", want: []string{"name|qty", "1/2 a\u2028b\u2029|1"}},
		{file: "15-blank-lines.csv", want: []string{"name|qty", "1/6 a|1"}, blank: 5},
		{file: "15-tabs-are-cells-where-tab-delimits.csv", want: []string{"name|qty"}, notes: []string{"TAB"}, blank: 2},
		{file: "15-an-empty-quoted-cell-is-no-blank-line.csv", want: []string{"name", "1/2 ", "2/4 b"}, blank: 1},
		{file: "16-no-final-line-end.csv", want: []string{"name|qty", "1/2 a|1"}},
		{file: "16-cut-between-cr-and-lf.csv", want: []string{"name|qty", "1/2 a|1"}},
		{file: "17-empty.csv", fail: []string{"no header"}},
		{file: "17-only-blank-lines.csv", fail: []string{"no header"}},
		{file: "18-header-only.csv", want: []string{"name|qty"}},
		{file: "19-short-and-long.csv", want: []string{"name|qty", "1/2 a|", "2/3 CSV_FIELD_COUNT@3", "3/4 b|2", "4/5 c\n|", "5/7 CSV_FIELD_COUNT@7"}},
		{file: "20-trailing-comma-in-header.csv", want: []string{"name|", "1/2 a|1"}},
		{file: "21-duplicate-header.csv", want: []string{"name|name", "1/2 a|1"}},
		{file: "22-unknown-column.csv", o: Options{Columns: []string{"nmae"}}, want: []string{"name|qty", "1/2 a|1"}},
		{file: "23-semicolon.csv", o: Options{Columns: []string{"name"}}, want: []string{"name|a,b,c", "1/2 x|y"}, notes: []string{";"}},
		{file: "23-tab.csv", want: []string{"name|qty", "1/2 a|1"}, notes: []string{"TAB"}},
		{file: "23-pipe.csv", want: []string{"name|qty", "1/2 a|1"}, notes: []string{"|"}},
		{file: "23-other-pinned.csv", o: Options{Delimiter: '^'}, want: []string{"name|qty", "1/2 a|1"}},
		{file: "23-none-fits.csv", o: Options{Columns: []string{"name", "qty"}}, fail: []string{"name^qty", "--delimiter"}},
		{file: "23-a-tie-is-for-the-comma.csv", want: []string{"a|b;c", "1/2 1|2;3"}},
		{file: "23-delimiter-in-a-quoted-name.csv", want: []string{"a,b,c|d", "1/2 1|2"}, notes: []string{";"}},
		{file: "24-sep-line.csv", want: []string{"a|b,c,d", "1/3 1|2"}, notes: []string{"mark", "sep=;"}},
		{file: "24-sep-line-with-tab-in-utf-16.csv", want: []string{"a|b", "1/3 1|2"}, notes: []string{"mark", "utf-16", "TAB"}},
		{file: "24-sep-line-against-a-pinned-delimiter.csv", o: Options{Delimiter: ','}, want: []string{"a|b", "1/3 1|2"}, notes: []string{"sep=;"}},
		{file: "25-comments-are-data.csv", want: []string{"name|qty", "1/2 #a|1"}},
		{file: "26-bare-quote.csv", want: []string{"name|qty", "1/2 CSV_QUOTE@2 name", "2/3 b|2"}},
		{file: "27-text-after-a-closing-quote.csv", want: []string{"name|qty", "1/2 CSV_QUOTE@2 qty", "2/3 b|2"}},
		{file: "28-backslash.csv", want: []string{"name|qty", "1/2 CSV_QUOTE@2 name", "2/3 b|2"}},
		{file: "29-space-before-a-quote.csv", want: []string{"name|qty", "1/2 CSV_QUOTE@2 qty", "2/3 b|2"}},
		{file: "30-unclosed-quote.csv", want: []string{"name|qty", "1/2 CSV_UNCLOSED_QUOTE@2 qty", "2/3 b|2", "3/4 c|3"}},
		{file: "30-closed-by-a-later-quote.csv", want: []string{"name|qty", "1/2 CSV_UNCLOSED_QUOTE@2 qty", "2/3 b|2", "3/4 c|3"}},
		{file: "30-resumes-only-where-the-count-fits.csv", want: []string{"name|qty", "1/2 CSV_UNCLOSED_QUOTE@2 qty", "2/6 b|2", "3/7 c|3"}},
		{file: "30-after-a-good-cell-of-several-lines.csv", want: []string{"name|qty", "1/2 CSV_UNCLOSED_QUOTE@4 qty", "2/5 b|2"}},
		{file: "30-two-in-a-row-are-one.csv", want: []string{"name|qty", "1/2 CSV_UNCLOSED_QUOTE@2 qty", "2/4 c|3"}},
		{name: "30 by the line limit", in: "name,qty\na,\"1\n" + lines(2*maxLines, "b,2\n"), want: []string{"...", fmt.Sprintf("%d/%d b|2", 2*maxLines+1, 2*maxLines+2)}},
		{name: "30 as many lines as may be", in: "name,qty\n\"" + lines(maxLines-1, "\n") + "\",1\n", want: []string{"name|qty", "1/2 " + lines(maxLines-1, "\n") + "|1"}},
		{name: "30 a line too many", in: "name,qty\n\"" + lines(maxLines, "\n") + "\",1\n", want: []string{"name|qty", "1/2 CSV_UNCLOSED_QUOTE@2 name"}},
		{name: "30 by the size limit", in: "name,qty\na,\"1\n" + lines(3000, "b,"+lines(1000, "x")+"\n"), want: []string{"...", "3001/3002 b|" + lines(1000, "x")}},
		{file: "30-in-the-header.csv", fail: []string{"line 1", "quote"}},
		{name: "31 no line end", in: lines(3<<20, "x"), fail: []string{"line 1", "1 MiB"}},
		{name: "31 a line too long among the records", in: "name,qty\na," + lines(3<<20, "x") + "\nb,2\n", want: []string{"name|qty", "1/2 CSV_TOO_LARGE@2 qty", "2/3 b|2"}},
		{name: "31 a quoted line too long", in: "name,qty\na,\"" + lines(3<<20, "x") + "\"\nb,2\n", want: []string{"name|qty", "1/2 CSV_TOO_LARGE@2 qty", "2/3 b|2"}},
		{name: "31 as long as may be", in: "name\n" + lines(MaxRecord-1, "x") + "\n" + lines(MaxRecord-1, "y"), want: []string{"name", "1/2 " + lines(MaxRecord-1, "x"), "2/3 " + lines(MaxRecord-1, "y")}},
		{name: "31 a byte too long", in: "name\n" + lines(MaxRecord, "x") + "\r\n" + lines(MaxRecord, "y"), want: []string{"name", "1/2 CSV_TOO_LARGE@2 name", "2/3 CSV_TOO_LARGE@3 name"}},
		{name: "31 a line end too long", in: "name\n" + lines(MaxRecord-1, "x") + "\r\ny\n", want: []string{"name", "1/2 CSV_TOO_LARGE@2 name", "2/3 y"}},
		{name: "31 a CR at the limit, where LF could follow", in: "name\r" + lines(MaxRecord-1, "x") + "\ry\r", want: []string{"name", "1/2 CSV_TOO_LARGE@2 name", "2/3 y"}, notes: []string{"CR"}},
		{name: "31 white space without end", in: "name,qty\n" + lines(2<<20, " ") + "\r\nb,2\n", want: []string{"name|qty", "1/2 CSV_TOO_LARGE@2 name", "2/3 b|2"}},
		{name: "32 commas", in: lines(4000, ",") + "\n", fail: []string{"4001 columns", "2,000"}},
		{name: "32 more commas", in: lines(3<<20, ","), fail: []string{"1 MiB"}},
		{name: "32 commas in a record", in: "name,qty\n" + "a" + lines(500_000, ",") + "\n" + lines(500_000, ",") + "x\n" + lines(500_000, ",") + "\nb,2\n", want: []string{"name|qty", "1/2 a|", "2/3 CSV_FIELD_COUNT@3", "3/5 b|2"}, blank: 1},
		{name: "33 long field", in: "name,qty\n" + lines(70_000, "x") + ",1\n", want: []string{"name|qty", "1/2 " + lines(70_000, "x") + "|1"}},
		{file: "34-ends-inside-quotes.csv", want: []string{"name|qty", "1/2 a|1", "2/3 CSV_CUT_OFF@3 qty"}},
		{file: "34-ends-after-an-opening-quote.csv", want: []string{"name|qty", "1/2 a|1", "2/3 CSV_CUT_OFF@3 qty"}},
		{file: "36-truncated-gzip.csv", fail: []string{"gzip", "cut off"}},
		{file: "36-damaged-gzip.csv", fail: []string{"gzip"}},
		{file: "36-gzip-in-gzip.csv", fail: []string{"more than once"}},
		{file: "36-gzip.csv", want: []string{"name|qty", "1/2 a|1"}, notes: []string{"gzip"}},
		{file: "36-zstd.csv", want: []string{"name|qty", "1/2 a|1"}, notes: []string{"zstd"}},
		{file: "36-truncated-zstd.csv", fail: []string{"zstd", "cut off"}},
		{file: "37-xlsx.csv", fail: []string{"Excel"}},
		{file: "37-xls.csv", fail: []string{"Excel"}},
		{file: "00-unknown-encoding.csv", o: Options{Encoding: "ebcdic"}, fail: []string{"ebcdic", "shift_jis"}},
		{file: "00-byte-order-mark-against-the-pinned-encoding.csv", o: Options{Encoding: "windows-1252"}, fail: []string{"--encoding utf-8"}},
		{file: "00-delimiter-that-can-t-be.csv", o: Options{Delimiter: '"'}, fail: []string{"delimiter"}},
		{file: "00-control-character-in-the-header.csv", fail: []string{"line 1", "U+0000"}},
		{file: "03-utf-16le-bad-rows.csv", want: []string{"name|qty", "1/2 値段|1", "2/3 値|", "3/4 CSV_QUOTE@4 name", "4/5 CSV_UNCLOSED_QUOTE@5 name", "5/6 段|4"}, notes: []string{"mark", "utf-16le", "TAB"}},
		{file: "05-mixed-width-shift-jis.csv", o: Options{Encoding: "Shift_JIS"}, want: []string{"商品名|数量", "1/2 表|1", "2/3 CSV_QUOTE@3 商品名", "3/4 予|十|2", "4/5 噂,構|3", "5/6 ｱｲｳ|\\4"}},
		{file: "05-windows-1252-semicolon.csv", o: Options{Encoding: "windows-1252"}, want: []string{"Artikel|Menge", "1/2 Öl „Größe S“|1,5", "2/3 CSV_FIELD_COUNT@3", "3/4 Brot – 2 €|3"}, notes: []string{";"}},
		{file: "05-iso-8859-1-pinned.csv", o: Options{Encoding: "ISO-8859-1"}, want: []string{"Artikel|Menge", "1/2 Öl|1"}, notes: []string{";"}},
		{file: "05-euc-jp-bad-rows.csv", o: Options{Encoding: "euc-jp"}, want: []string{"商品名|数量", "1/2 表|1", "2/3 ソ|", "3/4 CSV_ENCODING@4 商品名"}},
		{file: "15-empty-records-between.csv", want: []string{"a|b", "1/2 1|2", "2/5 3|4"}, blank: 2},
		{file: "15-white-space-kept.csv", want: []string{" name |qty", "1/2  a | 1"}},
		{file: "19-ragged-tree.csv", want: []string{"GID|On Street|Species", "1/2 1|ADDISON AV|Celtis", "2/3 2|EMERSON ST|", "3/4 CSV_FIELD_COUNT@4"}},
		{file: "25-comment-lines.csv", want: []string{"# made by an export", "1/2 CSV_FIELD_COUNT@2", "2/3 CSV_FIELD_COUNT@3"}},
		{file: "30-heals-in-one-row.csv", want: []string{"name|qty|price", "1/2 a|1|2", "2/3 CSV_UNCLOSED_QUOTE@3 name", "3/4 c|5|6", "4/5 d\nd|7|8", "5/7 e|9|10"}},
		{file: "30-last-row.csv", want: []string{"name|qty", "1/2 a|1", "2/3 CSV_CUT_OFF@3 qty"}},
		{name: "17 blank lines without end", in: lines(3<<20, "\n"), fail: []string{"no header"}},

		// The situations of the collection csv-spectrum, all 12 of them.
		{file: "11-simple.csv", want: []string{"a|b|c", "1/2 1|2|3"}},
		{file: "11-simple-crlf.csv", want: []string{"a|b|c", "1/2 1|2|3"}},
		{file: "12-newlines.csv", want: []string{"a|b|c", "1/2 1|2|3", "2/3 Once upon \na time|5|6", "3/5 7|8|9"}},
		{file: "12-newlines-crlf.csv", want: []string{"a|b|c", "1/2 1|2|3", "2/3 Once upon \r\na time|5|6", "3/5 7|8|9"}},
		{file: "14-utf-8.csv", want: []string{"a|b|c", "1/2 1|2|3", "2/3 4|5|ʤ"}},
		{file: "16-comma-in-quotes.csv", want: []string{"first|last|address|city|zip", "1/2 Jane|Roe|1 Long Lane|Springfield, AB|01234"}},
		{file: "16-empty-quoted-cells.csv", want: []string{"a|b|c", "1/2 1||", "2/3 2|3|4"}},
		{file: "16-empty-quoted-cells-crlf.csv", want: []string{"a|b|c", "1/2 1||", "2/3 2|3|4"}},
		{file: "26-coordinates.csv", want: []string{"phone|place|city", "1/2 CSV_QUOTE@2 place", "2/3 1|52º31'12.0\"N|Berlin"}},
		{file: "27-escaped-quotes.csv", want: []string{"a|b", "1/2 1|ha \"ha\" ha", "2/3 3|4"}},
		{file: "27-quotes-and-newlines.csv", want: []string{"a|b", "1/2 1|ha \n\"ha\" \nha", "2/5 3|4"}},
		{file: "27-json.csv", want: []string{"key|val", "1/2 1|{\"type\": \"Point\", \"at\": [102.0, 0.5]}"}},
	} {
		if c.file != "" {
			c.name, c.in = strings.TrimSuffix(c.file, ".csv"), corpus(t, c.file)
			delete(unused, c.file)
		}
		t.Run(c.name, func(t *testing.T) {
			for _, source := range []struct {
				name string
				wrap func(io.Reader) io.Reader
			}{
				{"whole", func(r io.Reader) io.Reader { return r }},
				{"odd pieces", func(r io.Reader) io.Reader { return iotest.DataErrReader(&pieces{r: r}) }},
			} {
				r, got, err := readAll(t, source.wrap(strings.NewReader(c.in)), c.o)
				if c.fail != nil {
					checkFileError(t, err, c.fail)
					continue
				}
				if err != nil {
					t.Fatalf("%s: %v", source.name, err)
				}
				want := c.want
				if want[0] == "..." {
					want = want[1:]
					got = got[max(0, len(got)-len(want)):]
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s: records differ (-want +got):\n%s", source.name, diff)
				}
				if len(r.Notes()) != len(c.notes) {
					t.Errorf("%s: notes are %q, want %d with %q", source.name, r.Notes(), len(c.notes), c.notes)
				} else {
					for i, note := range r.Notes() {
						if !strings.Contains(note, c.notes[i]) {
							t.Errorf("%s: note %q, want it to name %q", source.name, note, c.notes[i])
						}
					}
				}
				if r.Stats().BlankLines+r.Stats().EmptyRows != c.blank {
					t.Errorf("%s: %d lines were skipped, want %d", source.name, r.Stats().BlankLines+r.Stats().EmptyRows, c.blank)
				}
				if got, want := r.Offset(), int64(len(c.in)); got != want {
					t.Errorf("%s: Offset() = %d at the end, want %d", source.name, got, want)
				}
			}
		})
	}
	for file := range unused {
		t.Errorf("nothing says what becomes of %s", file)
	}
}

func checkFileError(t *testing.T, err error, parts []string) {
	t.Helper()
	var fileErr *FileError
	if !errors.As(err, &fileErr) {
		t.Fatalf("the error is %v (%T), want a *FileError", err, err)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error is %q, want it to name %q", err, part)
		}
	}
}

// pieces reads 1, 2, 3 ... 9 bytes at a time at first, then much.
type pieces struct {
	r io.Reader
	n int
}

func (p *pieces) Read(b []byte) (int, error) {
	p.n++
	if p.n < 2000 {
		b = b[:min(len(b), 1+p.n%9)]
	}
	return p.r.Read(b)
}
