// Two laws: a naive reader of the whole text finds the same records, and what doesn't
// belong to the table changes nothing in it.

package csvfile

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// corpusSeeds adds the files of the corpus, and f's own seeds.
func corpusSeeds(f *testing.F, own ...string) {
	n := 0
	for _, file := range corpusFiles(f) {
		if text := corpus(f, file); text != "" {
			f.Add([]byte(text))
			n++
		}
	}
	if n < 80 {
		f.Fatalf("the corpus has %d files, and had more", n)
	}
	for _, s := range own {
		f.Add([]byte(s))
	}
}

// A found record is what the two readers are compared by.
type found struct {
	Line   int
	Fields []string // nil when something is wrong with it
	What   string   // is wrong: "count", "text", "quote" or "open"
}

// naive reads a text as package csvfile says that it is read, without regard to speed or
// memory. It shares nothing with the Reader.
type naive struct {
	text   string
	cr     bool // lines end with CR
	spaced bool // a blank behind a comma belongs to it
}

var (
	guardedCell = regexp.MustCompile(`^="[^",\x00-\x08\x0A-\x1F\x7F]*"`)
	spacedLine  = regexp.MustCompile(`^[^,]*(,( [^ ,]|hubload_)[^,]*)+$`)
)

// end returns the length of the line end at i, 0 when there is none.
func (n *naive) end(i int) int {
	rest := n.text[i:]
	switch {
	case strings.HasPrefix(rest, "\r\r\n") && !n.cr:
		return 3
	case strings.HasPrefix(rest, "\r\n"):
		return 2
	case strings.HasPrefix(rest, "\n") && !n.cr, strings.HasPrefix(rest, "\r") && (n.cr || rest == "\r"):
		return 1
	}
	return 0
}

// after returns where the line after the one that holds i starts.
func (n *naive) after(i int) int {
	for ; i < len(n.text); i++ {
		c := n.text[i]
		if c == '\n' && !n.cr || c == '\r' && n.cr {
			return i + 1
		}
	}
	return i
}

// blank reports whether a line of nothing but white space starts at i, or below the header
// of delimiters too.
func (n *naive) blank(i int, below bool) bool {
	for i < len(n.text) && n.end(i) == 0 {
		c, size := utf8.DecodeRuneInString(n.text[i:])
		if !strings.ContainsRune(" \t\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u200B\u202F\u205F\u3000\uFEFF", c) &&
			!(c == ',' && below) || c == utf8.RuneError {
			return false
		}
		i += size
	}
	return true
}

// record parses the record at i. What is "" for a well-formed one; last is where its
// last cell starts.
func (n *naive) record(i int) (fields []string, next, last int, what string) {
	for {
		last = i
		var cell strings.Builder
		if n.spaced && len(fields) > 0 && strings.HasPrefix(n.text[i:], " ") {
			i++
		}
		guard := guardedCell.FindString(n.text[i:])
		if after := i + len(guard); guard != "" && (after == len(n.text) || strings.ContainsAny(n.text[after:after+1], ",\r\n")) {
			cell.WriteString(guard)
			i = after
		}
		if i < len(n.text) && n.text[i] == '"' {
			lines := 0
			for i++; ; i++ {
				if i >= len(n.text) {
					return nil, i, last, "open"
				}
				if n.text[i] == '"' {
					if i+1 < len(n.text) && n.text[i+1] == '"' {
						i++
					} else {
						break
					}
				}
				if n.text[i] == '\n' && !n.cr || n.text[i] == '\r' && n.cr {
					lines++
				}
				cell.WriteByte(n.text[i])
			}
			i++
			if i < len(n.text) && n.text[i] != ',' && n.end(i) == 0 {
				if lines > 0 {
					return nil, i, last, "open"
				}
				return nil, n.after(i), last, "quote"
			}
		} else {
			for ; i < len(n.text) && n.text[i] != ',' && n.end(i) == 0; i++ {
				if n.text[i] == '"' {
					return nil, n.after(i), last, "quote"
				}
				if n.text[i] == '\r' || n.text[i] == '\n' {
					what = "text"
				}
				cell.WriteByte(n.text[i])
			}
		}
		fields = append(fields, cell.String())
		if i == len(n.text) {
			return fields, i, last, what
		}
		if e := n.end(i); e > 0 {
			return fields, i + e, last, what
		}
		i++ // the delimiter
	}
}

// unclean reports whether a field holds what no field may.
func unclean(fields []string) bool {
	for _, s := range fields {
		if !utf8.ValidString(s) {
			return true
		}
		for _, c := range s {
			if c < ' ' && !strings.ContainsRune("\t\r\n", c) || c >= 0x7F && c < 0xA0 || c&0xFFFE == 0xFFFE || c >= 0xFDD0 && c <= 0xFDEF {
				return true
			}
		}
	}
	return false
}

// even gives a record as many fields as there are columns, unless it is one that lacks
// fields or has too many for a reason.
func (n *naive) even(fields *[]string, header []string, from, next int) (what string) {
	f, width := *fields, len(header)
	if len(f) > width {
		for _, s := range f[width:] {
			if !(&naive{text: s}).blank(0, false) {
				return "count"
			}
		}
	}
	if inGapOf(header, f) {
		return "count"
	}
	if len(f) > width {
		*fields = f[:width]
		return ""
	}
	if next == len(n.text) && !strings.HasSuffix(n.text, "\n") && !strings.HasSuffix(n.text, "\r") {
		return "count"
	}
	if len(f) == 1 {
		if inner, _, _, what := (&naive{text: f[0], cr: n.cr}).record(0); what == "" && len(inner) == width {
			return "quote" // quotes around the whole line
		}
	}
	raw := n.text[from:next]
	for _, delim := range []string{";", "\t", "|", " "} {
		if strings.Count(raw, delim) == width-1 && !strings.Contains(raw, `"`) && (delim != " " || len(f) == 1 && width > 2) {
			return "count"
		}
	}
	*fields = append(f, make([]string, width-len(f))...)
	return ""
}

// inGapOf reports whether a cell without a name holds something, where each second column
// has none.
func inGapOf(header, fields []string) bool {
	if at := slices.IndexFunc(header, func(name string) bool { return strings.HasPrefix(name, "hubload_") }); at >= 0 {
		header = header[:at]
	}
	if len(header) < 3 || len(header)%2 == 0 {
		return false
	}
	held := false
	for i, name := range header {
		if (strings.TrimSpace(name) == "") != (i%2 == 1) {
			return false
		}
		held = held || i%2 == 1 && i < len(fields) && fields[i] != ""
	}
	return held
}

// read returns all that is in the text; ok is false when the header is wrong.
func (n *naive) read() (header []string, records []found, ok bool) {
	for i := 0; i < len(n.text); {
		line := 1 + strings.Count(n.text[:i], map[bool]string{false: "\n", true: "\r"}[n.cr])
		if n.blank(i, header != nil) {
			i = n.after(i)
			continue
		}
		if header == nil {
			line := n.text[i:n.after(i)]
			n.spaced = spacedLine.MatchString(strings.TrimRight(line, "\r\n"))
		}
		fields, next, last, what := n.record(i)
		if header == nil {
			if what != "" || unclean(fields) {
				return nil, nil, false
			}
			header = fields
			i = next
			continue
		}
		if what == "open" {
			fields = nil
			for next = n.after(last); next < len(n.text); next = n.after(next) {
				f, _, _, bad := n.record(next)
				if (bad == "" || bad == "text") && len(f) == len(header) && !n.blank(next, true) {
					break
				}
			}
		}
		switch {
		case what == "open", what == "quote":
			fields = nil
		case len(fields) != len(header):
			if bad := n.even(&fields, header, i, next); bad != "" {
				fields, what = nil, bad
			} else if what == "text" || unclean(fields) {
				fields, what = nil, "text"
			}
		case what == "text", unclean(fields):
			fields, what = nil, "text"
		}
		records = append(records, found{line, fields, what})
		i = next
	}
	return header, records, header != nil
}

// whats are the kinds of problems that the naive reader tells apart.
var whats = map[string]string{
	CodeFieldCount: "count", CodeQuote: "quote", CodeUnclosedQuote: "open", CodeCutOff: "open",
	CodeEncoding: "text", CodeControlCharacter: "text",
}

// foundBy returns what the Reader finds.
func foundBy(t *testing.T, in []byte, o Options) (header []string, records []found, err error) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(in), o)
	if err != nil {
		checkFileError(t, err, nil)
		return nil, nil, err
	}
	defer r.Close()
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return r.Header(), records, nil
		}
		if err != nil {
			return nil, nil, err
		}
		got := found{Line: int(rec.Line), Fields: slices.Clone(rec.Fields)}
		if p := rec.Problem; p != nil {
			if got.What = whats[p.Code]; got.What == "" {
				got.What = p.Code
			}
		}
		records = append(records, got)
	}
}

// isCompressed reports whether a file starts as gzip and zstd do.
func isCompressed(in []byte) bool {
	return bytes.HasPrefix(in, []byte("\x1F\x8B")) || bytes.HasPrefix(in, []byte("\x28\xB5\x2F\xFD")) || len(in) >= 4 && string(in[1:4]) == "\x2A\x4D\x18"
}

// FuzzAgainstNaive: every record of the text is either given out or a problem, at the
// same line, and no other is.
func FuzzAgainstNaive(f *testing.F) {
	corpusSeeds(f, "a, b, c\n1, \"2, 3\", 4\n =\"5\",=\"6\", 7\n=\"8\"9,,\n", "a,,b,,c\n1,,2,,3\n1,,2,3,,\n1,,2,3\n", "a,b\r\r\n1,2\r\r\n3,4\r\r", "a,b,c\n1;2;3,5\n1 2 3\n", "a,b\n\"1\n2\",3\n\"\n\"x,1\n4,5\n", "a,b\n1,\"2\n\n \n3,\"\"\n5,6", "a\r\"\r\"\r\r", "a,b\n\"x\n\",\"y\nc,d\n\"e\",f\n")
	f.Fuzz(func(t *testing.T, in []byte) {
		// What comes before the table, and the limits, aren't the naive reader's subject.
		if len(in) > sampleSize/2 || bytes.Count(in, []byte("\n"))+bytes.Count(in, []byte("\r")) > maxLines/2 ||
			isCompressed(in) || bytes.HasPrefix(in, []byte("\xEF\xBB\xBF")) || len(in) > 4 && strings.EqualFold(string(in[:4]), "sep=") {
			return
		}
		header, got, err := foundBy(t, in, Options{Encoding: "utf-8", Delimiter: ','})
		n := &naive{text: string(in), cr: bytes.IndexByte(in, '\r') >= 0 && bytes.IndexByte(in, '\n') < 0}
		wantHeader, want, ok := n.read()
		if err != nil {
			// A file may be refused for more than its header, such as for being a ZIP archive.
			return
		}
		if !ok {
			t.Fatalf("%q: the header is %q, and should be refused", in, header)
		}
		if diff := cmp.Diff(wantHeader, header); diff != "" {
			t.Fatalf("%q: headers differ (-naive +got):\n%s", in, diff)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q: records differ (-naive +got):\n%s", in, diff)
		}
	})
}

// FuzzSameTable: a byte order mark, CRLF for LF, quotes around every field, another
// delimiter and UTF-16 change nothing in the rows, the good ones and the others.
func FuzzSameTable(f *testing.F) {
	corpusSeeds(f, "a,b\n1,\"2\n3\"\n\"4,5\n6,7\n\n8\n9,0", "sep=;\na;b\n1;2\n")
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > sampleSize/4 || bytes.Count(in, []byte("\n")) > maxLines/2 || isCompressed(in) || bytes.HasPrefix(in, []byte("\xEF\xBB\xBF")) {
			return
		}
		header, records, err := foundBy(t, in, Options{Encoding: "utf-8"})
		if err != nil {
			return
		}
		same := func(how string, variant []byte, o Options, fields func(string) string, lines bool) {
			t.Helper()
			gotHeader, got, err := foundBy(t, variant, o)
			if err != nil {
				t.Fatalf("%s of %q: %v", how, in, err)
			}
			for i := range gotHeader {
				gotHeader[i] = fields(gotHeader[i])
			}
			want := append([]found(nil), records...)
			for i := range got {
				for j := range got[i].Fields {
					got[i].Fields[j] = fields(got[i].Fields[j])
				}
			}
			if !lines { // only good records are in the variant
				want = want[:0]
				for _, rec := range records {
					if rec.Fields != nil {
						rec.Line = 0
						want = append(want, rec)
					}
				}
				for i := range got {
					got[i].Line = 0
				}
			}
			if diff := cmp.Diff(append([]found{{Fields: header}}, want...), append([]found{{Fields: gotHeader}}, got...)); diff != "" {
				t.Fatalf("%s of %q changes it (-before +after):\n%s", how, in, diff)
			}
		}
		asIs := func(s string) string { return s }
		same("a byte order mark in front", append([]byte("\xEF\xBB\xBF"), in...), Options{Encoding: "utf-8"}, asIs, true)
		if bytes.IndexByte(in, '\r') < 0 && bytes.IndexByte(in, '\n') >= 0 {
			same("CRLF", bytes.ReplaceAll(in, []byte("\n"), []byte("\r\n")), Options{Encoding: "utf-8"},
				func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }, true)
		}
		if utf8.Valid(in) {
			same("UTF-16", appendUTF16([]byte("\xFF\xFE"), in, false), Options{}, asIs, true)
		}
		for _, delim := range []string{",", "|"} {
			var b bytes.Buffer
			b.WriteString("sep=" + delim + "\n")
			for _, rec := range append([]found{{Fields: header}}, records...) {
				for i, s := range rec.Fields {
					if i > 0 {
						b.WriteString(delim)
					}
					b.WriteString(`"` + strings.ReplaceAll(s, `"`, `""`) + `"`)
				}
				if rec.Fields != nil {
					b.WriteString("\n")
				}
			}
			same("quotes everywhere and "+delim, b.Bytes(), Options{Encoding: "utf-8"}, asIs, false)
		}
	})
}
