// The reading cases of bad input, by number: each file and what becomes of it.

package csvfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
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

func TestCases(t *testing.T) {
	filler := lines(sampleSize/8+1, "name,qt\n")
	fillerRows := sampleSize/8 + 1
	afterSample := func(row int, rest string) string {
		return fmt.Sprintf("%d/%d %s", row+fillerRows, row+fillerRows+1, rest)
	}
	for _, c := range []struct {
		name  string // starts with the number of the case
		in    string
		o     Options
		want  []string // header and records; with a trailing "..." only the last ones
		fail  []string // parts of the FileError's text
		notes []string // a part of each note
		blank int64
	}{
		{name: "1 byte order mark", in: "\uFEFFname,qty\na,1\n", want: []string{"name|qty", "1/2 a|1"}, notes: []string{"byte order mark"}},
		{name: "2 byte order mark and quoted header", in: "\uFEFF\"name\",qty\na,1\n", want: []string{"name|qty", "1/2 a|1"}, notes: []string{"byte order mark"}},
		{name: "3 UTF-16LE", in: utf16Bytes("\xFF\xFE", "name\tqty\r\n値段😀\t1\r\n", false), want: []string{"name|qty", "1/2 値段😀|1"}, notes: []string{"byte order mark", "utf-16le", "TAB"}},
		{name: "3 UTF-16BE", in: utf16Bytes("\xFE\xFF", "name,qty\r\n値段😀,1\r\n", true), want: []string{"name|qty", "1/2 値段😀|1"}, notes: []string{"byte order mark", "utf-16be"}},
		{name: "4 UTF-16 without byte order mark", in: utf16Bytes("", "name,qty\na,1\n", false), fail: []string{"UTF-16", "--encoding utf-16le"}},
		{name: "4 UTF-16BE without byte order mark", in: utf16Bytes("", "name,qty\na,1\n", true), fail: []string{"UTF-16", "--encoding utf-16be"}},
		{name: "4 pinned", in: utf16Bytes("", "name,qty\na,1\n", true), o: Options{Encoding: "UTF16"}, want: []string{"name|qty", "1/2 a|1"}, notes: []string{"utf-16be"}},
		{name: "4 mostly Japanese", in: utf16Bytes("", "名前,数量\n"+lines(20, "年間サポート契約,1\n"), false), o: Options{Encoding: "utf-16"}, want: []string{"...", "20/21 年間サポート契約|1"}, notes: []string{"utf-16le"}},
		{name: "5 Windows-1252 pinned", in: "name,price\ncaf\xE9,\x80 5\n", o: Options{Encoding: "Windows-1252"}, want: []string{"name|price", "1/2 café|€ 5"}},
		{name: "5 Windows-1252 not pinned", in: "name,price\ncaf\xE9,\x80 5\nd\xE9j\xE0 vu,1\n", fail: []string{"line 2", "0xE9", "windows-1252", "--encoding windows-1252"}},
		{name: "5 Shift_JIS pinned", in: "\x96\xBC\x91O,qty\n\x83\\\x83t\x83g\x83|,1\n", o: Options{Encoding: "sjis"}, want: []string{"名前|qty", "1/2 ソフトポ|1"}},
		{name: "5 Shift_JIS, second bytes like delimiter and backslash", in: "\x96\xBC\x91O|qty\n\x83\\\x83|\x83||\"\x83\\\"\n", o: Options{Encoding: "shift_jis", Columns: []string{"qty"}}, want: []string{"名前|qty", "1/2 ソポポ|ソ"}, notes: []string{"|"}},
		{name: "5 EUC-JP pinned", in: "\xCC\xBE\xC1\xB0,qty\n\xA5\xBD\xA5\xD5\xA5\xC8,1\n", o: Options{Encoding: "EUC-JP"}, want: []string{"名前|qty", "1/2 ソフト|1"}},
		{name: "5 no UTF-8 later", in: "name,qty\n" + filler + "caf\xE9,1\nb,2\n", want: []string{"...", afterSample(1, fmt.Sprintf("CSV_ENCODING@%d name", fillerRows+2)), afterSample(2, "b|2")}},
		{name: "5 not in Windows-1252", in: "name,qty\na\x81,1\n", o: Options{Encoding: "cp1252"}, want: []string{"name|qty", "1/2 CSV_ENCODING@2 name"}},
		{name: "5 not in Shift_JIS", in: "name,qty\n\"a\x81\",1\n\x81,2\n\xFF,3\n", o: Options{Encoding: "cp932"}, want: []string{"name|qty", "1/2 CSV_ENCODING@2 name", "2/3 CSV_ENCODING@3 name", "3/4 CSV_ENCODING@4 name"}},
		{name: "5 half a character at the end", in: "name\ncaf\xC3", fail: []string{"line 2", "0xC3"}},
		{name: "5 half a character at the end of the sample", in: "name,qt\n" + filler[:sampleSize-9] + "é,1\n", want: []string{"...", fmt.Sprintf("%d/%d name,qté,1", sampleSize/8-1, sampleSize/8)}, o: Options{Delimiter: '|'}},
		{name: "6 mixed encodings", in: "name,qty\ncafé,1\ncaf\xE9,2\nd,3\n", o: Options{Encoding: "utf-8"}, want: []string{"name|qty", "1/2 café|1", "2/3 CSV_ENCODING@3 name", "3/4 d|3"}},
		{name: "7 overlong, surrogate, noncharacters", in: "n,m\n\xC0\xAF,1\n\xED\xA0\x80,2\n3,\uFFFE\n4,\uFDD0\n5,\U0010FFFF\n6,\uFFFD\n", o: Options{Encoding: "utf-8"}, want: []string{"n|m", "1/2 CSV_ENCODING@2 n", "2/3 CSV_ENCODING@3 n", "3/4 CSV_ENCODING@4 m", "4/5 CSV_ENCODING@5 m", "5/6 CSV_ENCODING@6 m", "6/7 6|\uFFFD"}},
		{name: "7 lone surrogate in UTF-16", in: "\xFF\xFE" + "n\x00,\x00m\x00\n\x00" + "\x3D\xD8,\x00" + "1\x00\n\x00" + "a\x00,\x002\x00\n\x00", want: []string{"n|m", "1/2 CSV_ENCODING@2 n", "2/3 a|2"}, notes: []string{"mark", "utf-16le"}},
		{name: "7 odd byte at the end of UTF-16", in: "\xFF\xFE" + "n\x00,\x00m\x00\n\x00" + "a\x00,\x00b", want: []string{"n|m", "1/2 CSV_ENCODING@2 m"}, notes: []string{"mark", "utf-16le"}},
		{name: "8 header in NFD", in: "cafe\u0301;a,b\nx;y\n", o: Options{Columns: []string{"caf\u00E9"}}, want: []string{"cafe\u0301|a,b", "1/2 x|y"}, notes: []string{";"}},
		{name: "9 control characters", in: "name,qty\na\x00b,1\na,\"\x1B[0m\"\n\x7F,1\n\u0085,1\n\ta\t,\"1\n2\"\n", want: []string{"name|qty", "1/2 CSV_CONTROL_CHARACTER@2 name", "2/3 CSV_CONTROL_CHARACTER@3 qty", "3/4 CSV_CONTROL_CHARACTER@4 name", "4/5 CSV_CONTROL_CHARACTER@5 name", "5/6 \ta\t|1\n2"}},
		{name: "9 C1 in ISO-8859-1", in: "name,qty\na\x85,1\n\"\xE9\"\"\",2\n", o: Options{Encoding: "latin1"}, want: []string{"name|qty", "1/2 CSV_CONTROL_CHARACTER@2 name", "2/3 é\"|2"}},
		{name: "10 CR only", in: "name,qty\ra,1\r\r\"b\rc\",2\rd,3", want: []string{"name|qty", "1/2 a|1", "2/4 b\rc|2", "3/6 d|3"}, notes: []string{"CR"}, blank: 1},
		{name: "10 CR only, LF later", in: "name,qty\r" + strings.ReplaceAll(filler, "\n", "\r") + "a,1\r\nb\n,2\rc,3\r", want: []string{"...", afterSample(1, "a|1"), afterSample(2, fmt.Sprintf("CSV_CONTROL_CHARACTER@%d name", fillerRows+3)), afterSample(3, "c|3")}, notes: []string{"CR"}},
		{name: "11 mixed line ends", in: "name,qty\r\na,1\nb,2\r\n", want: []string{"name|qty", "1/2 a|1", "2/3 b|2"}},
		{name: "12 CRLF in quotes", in: "name,qty\r\n\"a\r\nb\",1\r\nc,2\r\n", want: []string{"name|qty", "1/2 a\r\nb|1", "2/4 c|2"}},
		{name: "13 CR outside of quotes", in: "name,qty\na\rb,1\n\"c\rd\",2\n", want: []string{"name|qty", "1/2 CSV_CONTROL_CHARACTER@2 name", "2/3 c\rd|2"}},
		{name: "14 other line separators", in: "name,qty\na\u2028b\u2029,1\n", want: []string{"name|qty", "1/2 a\u2028b\u2029|1"}},
		{name: "15 blank lines", in: "\n \nname,qty\n\n \t \r\na,1\n\n", want: []string{"name|qty", "1/6 a|1"}, blank: 5},
		{name: "15 tabs are cells where TAB delimits", in: "name\tqty\n\t\n \n", want: []string{"name|qty", "1/2 |"}, notes: []string{"TAB"}, blank: 1},
		{name: "15 an empty quoted cell is no blank line", in: "name\n\"\"\n\nb", want: []string{"name", "1/2 ", "2/4 b"}, blank: 1},
		{name: "16 no final line end", in: "name,qty\na,1", want: []string{"name|qty", "1/2 a|1"}},
		{name: "16 cut between CR and LF", in: "name,qty\r\na,\"1\"\r", want: []string{"name|qty", "1/2 a|1"}},
		{name: "17 empty", in: "", fail: []string{"no header"}},
		{name: "17 only blank lines", in: "\uFEFF\r\n \n", fail: []string{"no header"}},
		{name: "18 header only", in: "name,qty\n", want: []string{"name|qty"}},
		{name: "19 short and long", in: "name,qty\na\na,1,2\nb,2\n\"c\n\"\nd", want: []string{"name|qty", "1/2 CSV_FIELD_COUNT@2", "2/3 CSV_FIELD_COUNT@3", "3/4 b|2", "4/5 CSV_FIELD_COUNT@5", "5/7 CSV_FIELD_COUNT@7"}},
		{name: "20 trailing comma in header", in: "name,\na,1\n", want: []string{"name|", "1/2 a|1"}},
		{name: "21 duplicate header", in: "name,name\na,1\n", want: []string{"name|name", "1/2 a|1"}},
		{name: "22 unknown column", in: "name,qty\na,1\n", o: Options{Columns: []string{"nmae"}}, want: []string{"name|qty", "1/2 a|1"}},
		{name: "23 semicolon", in: "name;a,b,c\nx;y\n", o: Options{Columns: []string{"name"}}, want: []string{"name|a,b,c", "1/2 x|y"}, notes: []string{";"}},
		{name: "23 tab", in: "name\tqty\na\t1\n", want: []string{"name|qty", "1/2 a|1"}, notes: []string{"TAB"}},
		{name: "23 pipe", in: "name|qty\na|1\n", want: []string{"name|qty", "1/2 a|1"}, notes: []string{"|"}},
		{name: "23 other, pinned", in: "name^qty\na^1\n", o: Options{Delimiter: '^'}, want: []string{"name|qty", "1/2 a|1"}},
		{name: "23 none fits", in: "name^qty\na^1\n", o: Options{Columns: []string{"name", "qty"}}, fail: []string{"name^qty", "--delimiter"}},
		{name: "23 a tie is for the comma", in: "a,b;c\n1,2;3\n", want: []string{"a|b;c", "1/2 1|2;3"}},
		{name: "23 delimiter in a quoted name", in: "\"a,b,c\";d\n1;2\n", want: []string{"a,b,c|d", "1/2 1|2"}, notes: []string{";"}},
		{name: "24 sep line", in: "\uFEFFsep=;\r\na;b,c,d\r\n1;2\r\n", want: []string{"a|b,c,d", "1/3 1|2"}, notes: []string{"mark", "sep=;"}},
		{name: "24 sep line with TAB in UTF-16", in: utf16Bytes("\xFF\xFE", "SEP=\t\na\tb\n1\t2\n", false), want: []string{"a|b", "1/3 1|2"}, notes: []string{"mark", "utf-16", "TAB"}},
		{name: "24 sep line against a pinned delimiter", in: "sep=;\na,b\n1,2\n", o: Options{Delimiter: ','}, want: []string{"a|b", "1/3 1|2"}, notes: []string{"sep=;"}},
		{name: "25 comments are data", in: "name,qty\n#a,1\n", want: []string{"name|qty", "1/2 #a|1"}},
		{name: "26 bare quote", in: "name,qty\n5\" pipe,1\nb,2\n", want: []string{"name|qty", "1/2 CSV_QUOTE@2 name", "2/3 b|2"}},
		{name: "27 text after a closing quote", in: "name,qty\na,\"1\"x\nb,2\n", want: []string{"name|qty", "1/2 CSV_QUOTE@2 qty", "2/3 b|2"}},
		{name: "28 backslash", in: "name,qty\n\"5\\\" pipe\",1\nb,2\n", want: []string{"name|qty", "1/2 CSV_QUOTE@2 name", "2/3 b|2"}},
		{name: "29 space before a quote", in: "name,qty\na, \"1\"\nb,2\n", want: []string{"name|qty", "1/2 CSV_QUOTE@2 qty", "2/3 b|2"}},
		{name: "30 unclosed quote", in: "name,qty\na,\"1\nb,2\nc,3\n", want: []string{"name|qty", "1/2 CSV_UNCLOSED_QUOTE@2 qty", "2/3 b|2", "3/4 c|3"}},
		{name: "30 closed by a later quote", in: "name,qty\na,\"1\nb,\"2\"\nc,3\n", want: []string{"name|qty", "1/2 CSV_UNCLOSED_QUOTE@2 qty", "2/3 b|2", "3/4 c|3"}},
		{name: "30 resumes only where the count fits", in: "name,qty\na,\"1\nx\n\ny,z,z\nb,2\nc,3\n", want: []string{"name|qty", "1/2 CSV_UNCLOSED_QUOTE@2 qty", "2/6 b|2", "3/7 c|3"}},
		{name: "30 after a good cell of several lines", in: "name,qty\n\"a\nx,y\n\",\"1\nb,2\n", want: []string{"name|qty", "1/2 CSV_UNCLOSED_QUOTE@4 qty", "2/5 b|2"}},
		{name: "30 two in a row are one", in: "name,qty\na,\"1\nb,\"2\nc,3\n", want: []string{"name|qty", "1/2 CSV_UNCLOSED_QUOTE@2 qty", "2/4 c|3"}},
		{name: "30 by the line limit", in: "name,qty\na,\"1\n" + lines(2*maxLines, "b,2\n"), want: []string{"...", fmt.Sprintf("%d/%d b|2", 2*maxLines+1, 2*maxLines+2)}},
		{name: "30 as many lines as may be", in: "name,qty\n\"" + lines(maxLines-1, "\n") + "\",1\n", want: []string{"name|qty", "1/2 " + lines(maxLines-1, "\n") + "|1"}},
		{name: "30 a line too many", in: "name,qty\n\"" + lines(maxLines, "\n") + "\",1\n", want: []string{"name|qty", "1/2 CSV_UNCLOSED_QUOTE@2 name"}},
		{name: "30 by the size limit", in: "name,qty\na,\"1\n" + lines(3000, "b,"+lines(1000, "x")+"\n"), want: []string{"...", "3001/3002 b|" + lines(1000, "x")}},
		{name: "30 in the header", in: "name,\"qty\na,1\n", fail: []string{"line 1", "quote"}},
		{name: "31 no line end", in: lines(3<<20, "x"), fail: []string{"line 1", "1 MiB"}},
		{name: "31 a line too long among the records", in: "name,qty\na," + lines(3<<20, "x") + "\nb,2\n", want: []string{"name|qty", "1/2 CSV_TOO_LARGE@2 qty", "2/3 b|2"}},
		{name: "31 a quoted line too long", in: "name,qty\na,\"" + lines(3<<20, "x") + "\"\nb,2\n", want: []string{"name|qty", "1/2 CSV_TOO_LARGE@2 qty", "2/3 b|2"}},
		{name: "31 as long as may be", in: "name\n" + lines(maxRecord-1, "x") + "\n" + lines(maxRecord-1, "y"), want: []string{"name", "1/2 " + lines(maxRecord-1, "x"), "2/3 " + lines(maxRecord-1, "y")}},
		{name: "31 a byte too long", in: "name\n" + lines(maxRecord, "x") + "\r\n" + lines(maxRecord, "y"), want: []string{"name", "1/2 CSV_TOO_LARGE@2 name", "2/3 CSV_TOO_LARGE@3 name"}},
		{name: "31 a line end too long", in: "name\n" + lines(maxRecord-1, "x") + "\r\ny\n", want: []string{"name", "1/2 CSV_TOO_LARGE@2 name", "2/3 y"}},
		{name: "31 a CR at the limit, where LF could follow", in: "name\r" + lines(maxRecord-1, "x") + "\ry\r", want: []string{"name", "1/2 CSV_TOO_LARGE@2 name", "2/3 y"}, notes: []string{"CR"}},
		{name: "31 white space without end", in: "name,qty\n" + lines(2<<20, " ") + "\r\nb,2\n", want: []string{"name|qty", "1/2 CSV_TOO_LARGE@2 name", "2/3 b|2"}},
		{name: "32 commas", in: lines(4000, ",") + "\n", fail: []string{"4001 columns", "2,000"}},
		{name: "32 more commas", in: lines(3<<20, ","), fail: []string{"1 MiB"}},
		{name: "32 commas in a record", in: "name,qty\n" + lines(500_000, ",") + "\nb,2\n", want: []string{"name|qty", "1/2 CSV_FIELD_COUNT@2", "2/3 b|2"}},
		{name: "33 long field", in: "name,qty\n" + lines(70_000, "x") + ",1\n", want: []string{"name|qty", "1/2 " + lines(70_000, "x") + "|1"}},
		{name: "34 ends inside quotes", in: "name,qty\na,1\nb,\"2\nx", want: []string{"name|qty", "1/2 a|1", "2/3 CSV_CUT_OFF@3 qty"}},
		{name: "34 ends after an opening quote", in: "name,qty\na,1\nb,\"", want: []string{"name|qty", "1/2 a|1", "2/3 CSV_CUT_OFF@3 qty"}},
		{name: "36 truncated gzip", in: compressed(t, "gzip", "name,qty\n"+lines(50_000, "a,1\n"))[:150], fail: []string{"gzip", "cut off"}},
		{name: "36 damaged gzip", in: flipped(compressed(t, "gzip", "name,qty\na,1\n")), fail: []string{"gzip"}},
		{name: "36 gzip in gzip", in: compressed(t, "gzip", compressed(t, "gzip", "name\na\n")), fail: []string{"more than once"}},
		{name: "36 gzip", in: compressed(t, "gzip", "name,qty\na,1\n"), want: []string{"name|qty", "1/2 a|1"}, notes: []string{"gzip"}},
		{name: "36 zstd", in: compressed(t, "zstd", "name,qty\na,1\n"), want: []string{"name|qty", "1/2 a|1"}, notes: []string{"zstd"}},
		{name: "36 truncated zstd", in: compressed(t, "zstd", "name,qty\na,1\n")[:15], fail: []string{"zstd", "cut off"}},
		{name: "37 xlsx", in: "PK\x03\x04\x14\x00", fail: []string{"Excel"}},
		{name: "37 xls", in: "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\x00", fail: []string{"Excel"}},
		{name: "- unknown encoding", in: "a\n", o: Options{Encoding: "ebcdic"}, fail: []string{"ebcdic", "shift_jis"}},
		{name: "- byte order mark against the pinned encoding", in: "\uFEFFa\n", o: Options{Encoding: "windows-1252"}, fail: []string{"--encoding utf-8"}},
		{name: "- delimiter that can't be", in: "a\n", o: Options{Delimiter: '"'}, fail: []string{"delimiter"}},
		{name: "- control character in the header", in: "a\x00,b\n", fail: []string{"line 1", "U+0000"}},
	} {
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
				if r.Blank() != c.blank {
					t.Errorf("%s: Blank() = %d, want %d", source.name, r.Blank(), c.blank)
				}
				if got, want := r.Offset(), int64(len(c.in)); got != want {
					t.Errorf("%s: Offset() = %d at the end, want %d", source.name, got, want)
				}
			}
		})
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

func compressed(t *testing.T, kind, text string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&b)
	if kind == "zstd" {
		var err error
		if w, err = zstd.NewWriter(&b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// flipped changes the checksum at the end of a gzip file.
func flipped(file string) string {
	b := []byte(file)
	b[len(b)-8] ^= 1
	return string(b)
}
