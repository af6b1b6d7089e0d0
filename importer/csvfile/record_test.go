// Cells of bad records, the Writer, and what messages say.

package csvfile

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readOne(t *testing.T, in string, o Options) (*Reader, *Record) {
	t.Helper()
	r, err := NewReader(strings.NewReader(in), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	rec, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	return r, rec
}

func TestAppendCells(t *testing.T) {
	for _, c := range []struct {
		name    string
		record  string
		columns int // 0 = the header's
		o       Options
		want    []string
	}{
		{name: "good, as it is", record: `"a ""b""",,x`, want: []string{`"a ""b"""`, ``, `x`}},
		{name: "good, quoted line end", record: "\"a\r\nb\",\"\",x", want: []string{"\"a\r\nb\"", `""`, `x`}},
		{name: "good, more columns", record: `1,2,3`, columns: 5, want: []string{`1`, `2`, `3`, ``, ``}},
		{name: "good, fewer columns", record: `1,"2",3`, columns: 2, want: []string{`1`, `"""2"",3"`}},
		{name: "short", record: `1`, want: []string{`1`, ``, ``}},
		{name: "long", record: `1,2,3,"4,5"`, want: []string{`1`, `2`, `"3,""4,5"""`}},
		{name: "long by an empty cell", record: `1,2,3,`, want: []string{`1`, `2`, `3`}},
		{name: "bare quote", record: `5" pipe,2,3`, want: []string{`"5"" pipe"`, `2`, `3`}},
		{name: "quotes not doubled", record: `"5" pipe, x",2,3`, want: []string{`"5"" pipe, x"`, `2`, `3`}},
		{name: "some quotes doubled", record: `"5"" or 6" pipe",2,3`, want: []string{`"5"" or 6"" pipe"`, `2`, `3`}},
		{name: "backslash", record: `"5\" pipe",2,3`, want: []string{`"5\"" pipe"`, `2`, `3`}},
		{name: "space before a quote", record: `1, "2",3`, want: []string{`1`, `" ""2"""`, `3`}},
		{name: "unclosed", record: `1,"2,3`, want: []string{`1`, `"""2"`, `3`}},
		{name: "CR outside of quotes", record: "1\r2,2,3", want: []string{"\"1\r2\"", `2`, `3`}},
		{name: "half a character of Shift_JIS", record: "1|\x81", o: Options{Encoding: "shift_jis", Delimiter: '|'}, want: []string{"1", "\"\x81\"", ""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := "a,b,c\n"
			if c.o.Delimiter != 0 {
				header = strings.ReplaceAll(header, ",", string(c.o.Delimiter))
			}
			_, rec := readOne(t, header+c.record+"\n", c.o)
			if c.columns == 0 {
				c.columns = 3
			}
			var got []string
			for _, cell := range rec.AppendCells(nil, c.columns) {
				got = append(got, string(cell))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("cells of %q differ (-want +got):\n%s", c.record, diff)
			}
		})
	}
}

func TestAppendCellsIsLinear(t *testing.T) {
	// Each of 300,000 cells opens a quote that is never closed.
	_, rec := readOne(t, "a,b\n"+strings.Repeat(`"x,`, 300_000)+"\n", Options{Delimiter: ','})
	if cells := rec.AppendCells(nil, 300_001); len(cells) != 300_001 {
		t.Errorf("there are %d cells, want 300,001", len(cells))
	}
}

func TestTextsOfFieldsMayBeKept(t *testing.T) {
	r, err := NewReader(strings.NewReader("a,b\n1,2\n\"3\"\"\",4\n5,6\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var kept [][]string
	for {
		rec, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, slices.Clone(rec.Fields))
	}
	if diff := cmp.Diff([][]string{{"1", "2"}, {`3"`, "4"}, {"5", "6"}}, kept); diff != "" {
		t.Errorf("fields differ (-want +got):\n%s", diff)
	}
}

func TestWriter(t *testing.T) {
	for _, c := range []struct {
		name    string
		dialect Dialect
		want    string
	}{
		{"nothing said", Dialect{}, "\"a \"\"b\"\"\",x,\"1,\"\"2\",é名�,\" s\",,\"l\nf\"\n"},
		{"UTF-8 with mark, semicolon, CRLF", Dialect{"utf-8", true, ';', "\r\n"}, "\uFEFF\"a \"\"b\"\"\";x;\"1,\"\"2\";é名�;\" s\";;\"l\nf\"\r\n"},
		{"UTF-16LE", Dialect{"utf-16le", true, ',', "\n"}, utf16Bytes("\xFF\xFE", "\"a \"\"b\"\"\",x,\"1,\"\"2\",é名�,\" s\",,\"l\nf\"\n", false)},
		{"UTF-16BE", Dialect{"utf-16be", false, ',', "\n"}, utf16Bytes("", "\"a \"\"b\"\"\",x,\"1,\"\"2\",é名�,\" s\",,\"l\nf\"\n", true)},
		{"question marks delimit", Dialect{"windows-1252", false, '?', "\n"}, "\"a \"\"b\"\"\"?x?\"1,\"\"2\"?\"\xE9??\"?\" s\"?\"\"?\"l\nf\"\n"},
		{"Windows-1252", Dialect{"windows-1252", false, ',', "\n"}, "\"a \"\"b\"\"\",x,\"1,\"\"2\",\xE9??,\" s\",,\"l\nf\"\n"},
		{"Shift_JIS", Dialect{"shift_jis", false, ',', "\n"}, "\"a \"\"b\"\"\",x,\"1,\"\"2\",?\x96\xBC?,\" s\",,\"l\nf\"\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			w := NewWriter(&b, c.dialect)
			if err := w.Write([][]byte{[]byte(`"a ""b"""`), []byte("x")}, []string{`1,"2`, "é名�", " s", "", "l\nf"}); err != nil {
				t.Fatal(err)
			}
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			if b.String() != c.want {
				t.Errorf("written %q, want %q", b.String(), c.want)
			}
		})
	}
}

func TestWriterKeepsHalfCharacters(t *testing.T) {
	half := "\xFF\xFE" + "n\x00\n\x00" + "\x3D\xD8" + "\n\x00"
	r, rec := readOne(t, half, Options{})
	var b bytes.Buffer
	w := NewWriter(&b, r.Dialect())
	for _, cells := range [][][]byte{r.HeaderCells(), rec.AppendCells(nil, 1)} {
		if err := w.Write(cells, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil || b.String() != half {
		t.Errorf("written %q, %v; want %q", b.String(), err, half)
	}
}

func TestWriteText(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b, Dialect{Encoding: "shift_jis"})
	// The yen sign has no code of its own there: it would come back as a backslash.
	for _, lacking := range []string{"é", "¥", "\xFF"} {
		if err := w.WriteText([]string{"x", lacking}); err == nil || !strings.Contains(err.Error(), "cell 2") {
			t.Errorf("WriteText of %q: %v, want an error that names cell 2", lacking, err)
		}
	}
	if err := w.WriteText([]string{"'=名", "a,b"}); err != nil {
		t.Error(err)
	}
	if err := w.WriteText([]string{""}); err != nil {
		t.Error(err)
	}
	if err := w.Flush(); err != nil || b.String() != "'=\x96\xBC,\"a,b\"\n\"\"\n" {
		t.Errorf("written %q, %v", b.String(), err)
	}
	if err := NewWriter(&b, Dialect{Encoding: "ebcdic"}).WriteText(nil); err == nil {
		t.Error("an unknown encoding is no error")
	}
}

func TestMessages(t *testing.T) {
	for _, c := range []struct{ record, hint string }{
		{`5" secret,x`, `"5"" pipe"`},
		{`"5"secret,x`, "double every quote"},
		{`5\"secret,x`, "backslash"},
		{`"5\" secret",x`, "backslash"},
		{` "secret",x`, "before the opening quote"},
		{`"secret" ,x`, "follows a closing quote"},
		{`secret;x`, "the same delimiter"},
		{`secret,x,y`, "(,) into double quotes"},
		{"secret\x00,x", "U+0000"},
		{"secret\r,x", "carriage return"},
		{"secret\xFF,x", "0xFF at offset 10"},
		{"secret\uFFFE,x", "U+FFFE"},
		{"secret,\"x\nsecret,y", "close it"},
		{"secret,\"x", "cut off"},
		{`"secret,""x"""`, "whole line stands in quotes"},
	} {
		_, rec := readOne(t, "a,b\n"+c.record+"\n", Options{Encoding: "utf-8"})
		p := rec.Problem
		if p == nil {
			t.Errorf("%q has no problem", c.record)
			continue
		}
		if !strings.Contains(p.Message, c.hint) || strings.Contains(p.Message, "secret") || strings.Count(p.Message, ". ") > 0 || !strings.HasSuffix(p.Message, ".") {
			t.Errorf("%q: %s %q, want one sentence with %q and no cell values", c.record, p.Code, p.Message, c.hint)
		}
	}
	_, rec := readOne(t, "a|b\n\"\x83\\\"x|1\n", Options{Encoding: "shift_jis", Delimiter: '|'})
	if p := rec.Problem; p.Code != CodeQuote || strings.Contains(p.Message, "ackslash") {
		t.Errorf("half of a character is called a backslash: %q", p.Message)
	}
}

func TestGuess(t *testing.T) {
	for in, want := range map[string]string{
		"name\n":                     "utf-8",
		"caf\u00E9":                  "utf-8",
		"\xFF\xFEa\x00":              "utf-16le",
		"\xFE\xFF\x00a":              "utf-16be",
		"n\x00a\x00m\x00e\x00":       "utf-16le",
		"a,b\n\x1B$BF|K\\\x1B(B,1\n": "iso-2022-jp",
		"\u00E9t\u00E9 caf\u00E9 cr\u00E8me br\u00FBl\u00E9e \xE9": "utf-8", // but for a byte
	} {
		if got := Guess([]byte(in)); got != want {
			t.Errorf("Guess(%q) = %s, want %s", in, got, want)
		}
	}
	// Small files, in the encodings in which people have them: the guess is one in which
	// the text is what it was.
	for text, encodings := range map[string]string{
		"café;crème brûlée\nà la carte;Noël\n":                   "windows-1252 iso-8859-1 iso-8859-15 macintosh cp850 windows-1254",
		"Träger;Größe L\nWartung Büro;Öl\n":                      "windows-1252 iso-8859-1 windows-1250 macintosh cp850 iso-8859-2",
		"Produkt;Ilość;Cena\nKrzesło żółte;2;Usługa wdrożenia\n": "windows-1250 iso-8859-2",
		"Název;Množství\nŽidle dřevěná;Křeslo\n":                 "windows-1250 iso-8859-2",
		"Ürün;Miktar\nÇalışma masası;Güneş gözlüğü;İğne\n":       "windows-1254",
		"ID сделки;Товар\nОфисное кресло;Лицензия\n":             "windows-1251",
		"Camión;niño\nAño;Sección única\n":                       "windows-1252 cp850",
		"商品名,数量\nサポート契約,オプション\nソフトウェアの導入,表計算\n":                  "shift_jis euc-jp",
		"거래 ID,상품명\n사무용 소프트웨어,태블릿\n":                             "euc-kr",
		"交易ID,产品名称,数量\n办公软件许可证,平板电脑\n":                           "gb18030",
		"交易ID,產品名稱,數量\n辦公軟體授權,平板電腦\n":                            "big5",
	} {
		for name := range strings.FieldsSeq(encodings) {
			cs, _ := charsetNamed(name)
			in, err := cs.table.NewEncoder().Bytes([]byte(text))
			if err != nil {
				t.Fatalf("%s of %q: %v", name, text, err)
			}
			guess, ok := charsetNamed(Guess(in))
			if !ok || guess == nil {
				t.Errorf("%s of %q: not sure: %+v", name, text, candidateEncodings(in)[:2])
				continue
			}
			if back, _ := guess.newDecoder().append(nil, in); string(back) != text {
				t.Errorf("%s of %q is guessed to be %s: %q", name, text, guess.name, back)
			}
		}
	}
	// What can't be read, and what is too little to tell.
	for _, in := range []string{
		"\xF4\xCF\xD7\xC1\xD2,\xEB\xCF\xCC\xC9\xDE\xC5\xD3\xD4\xD7\xCF\n", // KOI8-R
		"\x92\xAE\xA2\xA0\xE0,\x8A\xAE\xAB\xA8\xE7\xA5\xE1\xE2\xA2\xAE\n", // cp866
		"\xC9\xCA\xCC\xBE,\xBF\xF4\xCE\xCC\n",                             // Japanese without kana
	} {
		if got := Guess([]byte(in)); got != "" {
			t.Errorf("Guess(%q) = %s, and nobody can be sure", in, got)
		}
	}
	_, err := NewReader(strings.NewReader("\xC9\xCA\xCC\xBE,\xBF\xF4\xCE\xCC\n"), Options{})
	checkFileError(t, err, []string{"can't tell which encoding", "Which of these is right? With --encoding ", "品名 | 数量"})
}

func TestEncodingsComeBack(t *testing.T) {
	for name, text := range map[string]string{
		"windows-1250": "żółć", "windows-1251": "Товар", "windows-1254": "ğış", "iso-8859-2": "ąś", "iso-8859-15": "€œ", "iso-2022-jp": "日本\"語\", ソ",
		"euc-kr": "상품", "gb18030": "产品€𠮷", "big5": "產品功", "macintosh": "Éclair", "cp850": "Größe",
	} {
		var b bytes.Buffer
		w := NewWriter(&b, Dialect{Encoding: name, Delimiter: '|'})
		if err := w.WriteText([]string{"name", text}); err != nil {
			t.Fatal(err)
		}
		if err := w.WriteText([]string{text, "2"}); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		r, rec := readOne(t, b.String(), Options{Encoding: name, Delimiter: '|'})
		if header := r.Header(); header[1] != text || rec.Fields[0] != text {
			t.Errorf("%s: %q and %q, want %q", name, header[1], rec.Fields[0], text)
		}
		var again bytes.Buffer
		w = NewWriter(&again, r.Dialect())
		w.Write(r.HeaderCells(), nil)
		w.Write(rec.AppendCells(nil, 2), nil)
		w.Flush()
		if again.String() != b.String() {
			t.Errorf("%s: written back as %q, was %q", name, again.String(), b.String())
		}
	}
	_, rec := readOne(t, "a\n\x1B$B\x7E\x7E\x1B(B\n", Options{Encoding: "iso-2022-jp"})
	if rec.Problem == nil || rec.Problem.Code != CodeEncoding {
		t.Errorf("what is no character is %+v", rec)
	}
}
