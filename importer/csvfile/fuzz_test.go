// The laws: no byte is lost, what is written back reads the same, and
// encoding/csv agrees on what is well-formed.

package csvfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var fuzzEncodings = []string{"utf-8", "shift_jis", "euc-jp", "windows-1252", "iso-8859-1", "utf-16le", "utf-16be", "", "gb18030", "big5", "euc-kr"}

func seeds(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "a,b\n\"1\r\n\",\"\"\"\"\n", "a|b\n\x83||\x81\n", "a,b\r1,2\r", "a,b\n1,\"2\n3,4\n5,6\n",
		"a,b\n1\n1,2,3\n", "\uFEFFsep=;\na;b\n1;2", "a\n\"\"\n \n\x00\n", "a,b\n5\" pipe,\"x\\\"y\",\" \"\n", "a,b\n\"x\"y,\"\n\"\n",
		"a\tb\n\t\n1\t2\r", "00\r\n\r\r\n0", "a,b\n\xFF,\uFFFE\nx,\"cut",
	} {
		for i := range fuzzEncodings {
			f.Add([]byte(s), byte(i), byte(0))
			f.Add([]byte(s), byte(i), byte('|'))
		}
	}
}

func FuzzRead(f *testing.F) {
	seeds(f)
	f.Add([]byte(",\n,\"\"\n0"), byte(4), byte(0)) // too few cells behind a row of quotes
	f.Fuzz(func(t *testing.T, in []byte, encoding, delim byte) {
		o := Options{Encoding: fuzzEncodings[int(encoding)%len(fuzzEncodings)]}
		if isDelimiter(rune(delim)) {
			o.Delimiter = rune(delim)
		}
		r, err := NewReader(bytes.NewReader(in), o)
		if err != nil {
			checkFileError(t, err, nil)
			return
		}
		defer r.Close()
		text := newWalk(in, r)
		if text != nil {
			text.pass(t, bytes.Join(r.HeaderCells(), []byte{r.syntax.delim}))
		}
		var records []kept
		columns := len(r.Header())
		for row := int64(1); ; row++ {
			rec, err := r.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				checkFileError(t, err, nil)
				return
			}
			if rec.Row != row {
				t.Fatalf("row %d comes after %d", rec.Row, row-1)
			}
			// A record of nothing but white space is found anywhere.
			if text != nil && len(trimmed(rec.Raw, r.syntax.delim)) > 0 {
				if line := text.pass(t, rec.Raw); line != rec.Line {
					t.Fatalf("record %d, %q, is on line %d, but says %d", row, rec.Raw, line, rec.Line)
				}
			}
			records = append(records, keep(t, rec, columns, r.syntax.delim))
		}
		if text != nil {
			text.finish(t)
		}
		checkSkimmed(t, in, o, records)
		checkTrusted(t, in, o)
		if len(in) < sampleSize {
			checkWrittenBack(t, r, records)
		}
	})
}

// A walk goes over the input and finds that the records are all there is,
// except for line ends and white space.
type walk struct {
	text []byte
	pos  int
	end  byte // of lines

	delim byte
}

// trimmed takes off what is skipped between records.
func trimmed(text []byte, delim byte) []byte {
	return bytes.TrimFunc(text, func(c rune) bool {
		return strings.ContainsRune(" \t\r\n", c) || c == rune(delim) || invisible(c)
	})
}

// newWalk returns nil for input that doesn't come through as it is.
func newWalk(in []byte, r *Reader) *walk {
	if r.charset.transcoded() || r.src.kind != "" {
		return nil
	}
	w := &walk{text: in, end: '\n'}
	if r.dialect.BOM {
		w.pos = len(r.charset.bom)
	}
	if r.syntax.cr {
		w.end = '\r'
	}
	if strings.Contains(strings.Join(r.notes, ""), "sep=") {
		w.pos += len("sep=;")
	}
	w.delim = r.syntax.delim
	return w
}

// pass returns the line on which raw starts.
func (w *walk) pass(t *testing.T, raw []byte) int64 {
	t.Helper()
	at := bytes.Index(w.text[w.pos:], raw)
	// White space in front of a record may be its own.
	if at < 0 || len(trimmed(w.text[w.pos:w.pos+at], w.delim)) > 0 {
		t.Fatalf("%q doesn't follow at %d in %q", raw, w.pos, w.text)
	}
	line := 1 + bytes.Count(w.text[:w.pos+at], []byte{w.end})
	w.pos += at + len(raw)
	return int64(line)
}

func (w *walk) finish(t *testing.T) {
	t.Helper()
	if rest := trimmed(w.text[w.pos:], w.delim); len(rest) > 0 {
		t.Fatalf("%q is in no record of %q", rest, w.text)
	}
}

// kept is what outlives a record.
type kept struct {
	cells  [][]byte
	fields []string
	raw    []byte
	bad    bool
	ragged bool
}

func keep(t *testing.T, rec *Record, columns int, delim byte) kept {
	t.Helper()
	k := kept{fields: slices.Clone(rec.Fields), raw: bytes.Clone(rec.Raw), bad: rec.Problem != nil, ragged: rec.IsRagged()}
	for _, cell := range rec.AppendCells(nil, columns) {
		k.cells = append(k.cells, bytes.Clone(cell))
	}
	if len(k.cells) != columns {
		t.Fatalf("AppendCells gives %d cells of %q, want %d", len(k.cells), rec.Raw, columns)
	}
	joined := bytes.Join(k.cells, []byte{delim})
	if !k.bad {
		if len(rec.Fields) != columns {
			t.Fatalf("%q has %d fields, want %d", rec.Raw, len(rec.Fields), columns)
		}
		if !rec.IsRagged() && !bytes.Equal(joined, rec.Raw) {
			t.Fatalf("the cells of %q are %q", rec.Raw, k.cells)
		}
		k.raw = joined
	} else if rec.Fields != nil {
		t.Fatalf("a record with a problem has fields %q", rec.Fields)
	}
	content := func(b []byte) []byte {
		b = bytes.ReplaceAll(bytes.ReplaceAll(b, []byte{delim}, nil), []byte{'"'}, nil)
		if rec.IsRagged() {
			return trimmed(b, delim) // white space in the cells that are too many goes
		}
		return b
	}
	if !bytes.Equal(content(joined), content(rec.Raw)) {
		t.Fatalf("bytes of %q are lost in %q", rec.Raw, joined)
	}
	return k
}

// checkSkimmed skims the same input, and asks for the fields of some records.
func checkSkimmed(t *testing.T, in []byte, o Options, records []kept) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(in), o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for i, k := range records {
		rec, err := r.SkipFields(!k.bad && i%2 == 0)
		if err != nil {
			t.Fatal(err)
		}
		if bad := rec.Problem != nil; rec.Row != int64(i+1) || !k.ragged && !bytes.Equal(rec.Raw, k.raw) || bad != k.bad || rec.IsRagged() != k.ragged {
			t.Fatalf("row %d is skimmed as row %d, %q, bad: %v", i+1, rec.Row, rec.Raw, bad)
		}
		if i%3 > 0 && (!slices.Equal(r.Fields(), k.fields) || !slices.Equal(rec.Fields, k.fields)) {
			t.Fatalf("the fields of %q are %q, want %q", k.raw, r.Fields(), k.fields)
		}
	}
	if rec, err := r.SkipFields(len(records)%2 == 0); err != io.EOF {
		t.Fatalf("%q, %v follow at the end", rec.Raw, err)
	}
}

// checkTrusted skims the same input as who takes all records for good ones: wrongly
// perhaps, and then they are not found so.
func checkTrusted(t *testing.T, in []byte, o Options) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(in), o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	columns := len(r.Header())
	for {
		rec, err := r.SkipFields(true)
		if err != nil {
			return
		}
		if cells := rec.AppendCells(nil, columns); len(cells) != columns {
			t.Fatalf("%d cells of %q, want %d", len(cells), rec.Raw, columns)
		}
		if fields := r.Fields(); (len(fields) == columns) != (rec.Problem == nil) {
			t.Fatalf("fields %q of %q, whose problem is %v", fields, rec.Raw, rec.Problem)
		}
	}
}

// checkWrittenBack reads again what a Writer makes of all records. Good ones
// are the same as before, and the others are at least well-formed.
func checkWrittenBack(t *testing.T, r *Reader, records []kept) {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b, r.Dialect())
	rows := [][][]byte{r.HeaderCells()}
	for _, k := range records {
		rows = append(rows, k.cells)
	}
	for _, cells := range rows {
		if err := w.Write(cells, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	header := string(bytes.Join(rows[0], []byte{r.syntax.delim}))
	if strings.HasPrefix(header, "\uFEFF") || len(header) == 5 && strings.EqualFold(header[:4], "sep=") {
		return // a header like this one needs a mark, or a sep= line, in front
	}
	again, err := NewReader(bytes.NewReader(b.Bytes()), Options{Encoding: r.Dialect().Encoding, Delimiter: r.Dialect().Delimiter})
	if err != nil {
		t.Fatalf("%v of %q", err, b.Bytes())
	}
	defer again.Close()
	for _, k := range records {
		rec, err := again.Read()
		if err != nil {
			t.Fatalf("%v instead of %q in %q", err, k.raw, b.Bytes())
		}
		switch {
		case k.bad:
			if p := rec.Problem; p != nil && p.Code != CodeEncoding && p.Code != CodeControlCharacter {
				t.Fatalf("%q is written as %q, which is %s", k.raw, k.cells, p.Code)
			}
		case !slices.Equal(rec.Fields, k.fields) || !bytes.Equal(rec.Raw, k.raw):
			t.Fatalf("%q is written as %q and read as %q: %q, want %q", k.raw, k.cells, rec.Raw, rec.Fields, k.fields)
		}
	}
	if rec, err := again.Read(); err != io.EOF {
		t.Fatalf("%q, %v follow at the end", rec.Raw, err)
	}
}

// FuzzAgainstStandard compares with encoding/csv, both ways. It leaves out
// where the two differ on purpose: CR, text that isn't clean, and lines of
// white space.
func FuzzAgainstStandard(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "a\n\n\"\"\nx", "a,b\n\"1\n\"\"\",2\n3,\n", "a,b\n1\n", "a,b\n\"x\"y,1\n", "a,b\n5\",1\n", "a,b\n\"1,2\n", "ü,b\n日本,\" \"\n",
	} {
		f.Add(s)
	}
	unclean := regexp.MustCompile(`(?m)[\x00-\x08\x0B-\x1F\x7F-\x{9F}]|^[ \t]+$|^(?i:sep=)|="|^[^\n]*, |^\x{FEFF}|^PK|^%PDF|^7z`)
	f.Fuzz(func(t *testing.T, in string) {
		if !utf8.ValidString(in) || unclean.MatchString(in) || len(in) > MaxRecord/2 {
			return
		}
		if at, _ := badText([]byte(in)); at >= 0 {
			return
		}
		std := csv.NewReader(strings.NewReader(in))
		std.FieldsPerRecord = -1
		want, stdErr := std.ReadAll()
		if stdErr == nil {
			if want, stdErr = evened(want, in); stdErr == errTorn {
				return
			}
		}
		var got [][]string
		var bad *Problem
		r, err := NewReader(strings.NewReader(in), Options{Delimiter: ','})
		if err == nil {
			defer r.Close()
			got = append(got, r.Header())
		}
		for err == nil {
			var rec *Record
			if rec, err = r.Read(); err != nil {
				break
			}
			if rec.Problem != nil && bad == nil {
				bad = rec.Problem
			}
			got = append(got, slices.Clone(rec.Fields))
		}
		if len(want) == 0 && stdErr == nil {
			return // no header
		}
		if good := err == io.EOF && bad == nil; good != (stdErr == nil) {
			t.Fatalf("%q: encoding/csv says %v, this package %v and %v", in, stdErr, err, bad)
		}
		if stdErr == nil && !slices.EqualFunc(got, want, slices.Equal) {
			t.Fatalf("%q is %q, want %q", in, got, want)
		}
	})
}

var errTorn = errors.New("the last line has no end")

// evened does with the rows of a table what this package does with them: short ones are
// filled up, empty cells that are too many are left out, and rows of unquoted white space
// too. The error is errTorn where a quote makes it unclear which rows these are.
func evened(rows [][]string, in string) (out [][]string, err error) {
	if !strings.HasSuffix(in, "\n") || strings.Contains(in, `"`) {
		for _, row := range rows {
			if len(row) != len(rows[0]) || len(trimmed([]byte(strings.Join(row, "")), ',')) == 0 {
				return nil, errTorn
			}
		}
	}
	for i, row := range rows {
		if i > 0 {
			if len(trimmed([]byte(strings.Join(row, "")), ',')) == 0 {
				continue
			}
			width := len(rows[0])
			for _, cell := range row[min(width, len(row)):] {
				if len(trimmed([]byte(cell), ',')) > 0 || strings.Contains(cell, ",") {
					return nil, csv.ErrFieldCount
				}
			}
			if inGapOf(rows[0], row) && len(row) != width {
				return nil, csv.ErrFieldCount
			}
			for _, delim := range []string{";", "\t", "|", " "} {
				raw := strings.Join(row, ",")
				if len(row) < width && strings.Count(raw, delim) == width-1 && (delim != " " || len(row) == 1 && width > 2) {
					return nil, csv.ErrFieldCount
				}
			}
			row = append(row[:min(width, len(row)):min(width, len(row))], make([]string, max(0, width-len(row)))...)
		}
		out = append(out, row)
	}
	return out, nil
}

func FuzzGuess(f *testing.F) {
	f.Add([]byte("caf\xE9"))
	f.Add([]byte("\x96\xBC\x91O"))
	f.Fuzz(func(t *testing.T, in []byte) {
		guess := Guess(in)
		if cs, ok := charsetNamed(guess); guess != "" && (!ok || cs == nil) {
			t.Fatalf("Guess(%q) = %s, which can't be read", in, guess)
		}
	})
}
