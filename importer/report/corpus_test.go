// Every file of the reader's corpus, with all its rows refused: the report holds their
// bytes.

package report

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unicode/utf16"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
)

// A refusedRow is a row of an input as it stands there, in UTF-8 for UTF-16.
type refusedRow struct {
	row, line int64
	raw       []byte
	requoted  bool // its cells get quotes that the input doesn't have
}

// TestCorpusByteForByte reads failures.csv as bytes, and not with the reader that the
// report was made with. A row begins with what the input holds: bytes are neither
// decoded nor quoted anew, except that a record which isn't well-formed gets the quotes
// and delimiters without which its own columns and hubload's would run together.
func TestCorpusByteForByte(t *testing.T) {
	folder := filepath.Join("..", "csvfile", "testdata", "corpus")
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	bad := 0
	for _, file := range files {
		input, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		recognised := false // without being told the encoding; else all are tried
		for _, encoding := range []string{"", "utf-8", "utf-16", "shift_jis", "euc-jp", "windows-1252", "iso-8859-1"} {
			o := csvfile.Options{Encoding: encoding}
			rows, dialect := refusedRows(t, input, o)
			if len(rows) == 0 {
				continue // the file is none in this encoding, or has no rows
			}
			if encoding != "" && recognised {
				break
			}
			recognised = recognised || encoding == ""
			t.Run(file.Name()+"/"+encoding, func(t *testing.T) {
				var fates []journal.Fate
				for _, r := range rows {
					fates = append(fates, journal.Fate{Row: r.row, Kind: journal.Refused, Code: "X", Message: "m"})
					if r.requoted {
						bad++
					}
				}
				dir := t.TempDir()
				st := journalOf(t, dir, fates...)
				defer st.Close()
				if _, err := Write(dir, source(input, o), st, Options{}); err != nil {
					t.Fatal(err)
				}
				checkBytes(t, []byte(content(t, dir, failuresName)), rows, dialect)
			})
		}
	}
	if bad < 20 {
		t.Errorf("only %d rows of the corpus are malformed", bad)
	}
}

// refusedRows reads an input, none when it can't be read.
func refusedRows(t *testing.T, input []byte, o csvfile.Options) ([]refusedRow, csvfile.Dialect) {
	t.Helper()
	r, err := csvfile.NewReader(bytes.NewReader(input), o)
	if err != nil {
		return nil, csvfile.Dialect{}
	}
	defer r.Close()
	var rows []refusedRow
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return rows, r.Dialect()
		}
		if err != nil {
			return nil, csvfile.Dialect{} // it is cut off
		}
		requoted := rec.Problem != nil && rec.Problem.Code != csvfile.CodeEncoding && rec.Problem.Code != csvfile.CodeControlCharacter
		// A CR that ends no line is no well-formed cell either, nor half a character.
		if rec.Problem != nil && !requoted {
			requoted = slices.ContainsFunc(rec.AppendCells(nil, len(r.Header())), func(cell []byte) bool { return !bytes.Contains(rec.Raw, cell) })
		}
		raw := bytes.Clone(rec.Raw)
		if n := rec.Cells(); n > len(r.Header()) { // what is beyond the last column is in the message
			raw = bytes.Join(rec.AppendCells(nil, n)[:len(r.Header())], []byte(string(r.Dialect().Delimiter)))
		}
		if rec.IsRagged() {
			raw = bytes.Join(rec.AppendCells(nil, len(r.Header())), []byte(string(r.Dialect().Delimiter)))
		}
		rows = append(rows, refusedRow{rec.Row, rec.Line, raw, requoted})
	}
}

// checkBytes finds the rows one after the other.
func checkBytes(t *testing.T, written []byte, rows []refusedRow, d csvfile.Dialect) {
	t.Helper()
	wide := d.Encoding == "utf-16le" || d.Encoding == "utf-16be"
	if wide {
		written = fromUTF16(written, d.Encoding == "utf-16be")
	}
	delim := string(d.Delimiter)
	for _, r := range rows {
		if wide {
			// Half a unit at the end of the file is written as half a character.
			r.raw = bytes.ReplaceAll(r.raw, []byte{0xFF}, []byte("\xED\xB3\xBF"))
		}
		own := fmt.Sprintf("%s%d%s%d%sX%s", delim, r.row, delim, r.line, delim, delim)
		at := bytes.Index(written, []byte(own))
		if at < 0 {
			t.Fatalf("row %d isn't in %q", r.row, written)
		}
		before := written[:at]
		switch {
		case !r.requoted && !bytes.HasSuffix(before, append([]byte(d.LineEnd), r.raw...)):
			t.Errorf("row %d is %q, and %q stands in the report", r.row, r.raw, before)
		case r.requoted && !bytes.HasSuffix(bare(before, delim), bare(r.raw, delim)):
			t.Errorf("row %d is %q, and its bytes aren't all in %q", r.row, r.raw, before)
		}
		written = written[at+len(own):]
	}
}

// bare takes quotes and delimiters away.
func bare(text []byte, delim string) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte{'"'}, nil), []byte(delim), nil)
}

// fromUTF16 decodes as the reader does, half a character as its three bytes.
func fromUTF16(b []byte, big bool) []byte {
	var out []byte
	for i := 0; i+1 < len(b); i += 2 {
		unit := rune(b[i]) | rune(b[i+1])<<8
		if big {
			unit = rune(b[i+1]) | rune(b[i])<<8
		}
		if utf16.IsSurrogate(unit) && i+3 < len(b) {
			low := rune(b[i+2]) | rune(b[i+3])<<8
			if big {
				low = rune(b[i+3]) | rune(b[i+2])<<8
			}
			if c := utf16.DecodeRune(unit, low); c != '\uFFFD' {
				out = append(out, string(c)...)
				i += 2
				continue
			}
			out = append(out, 0xE0|byte(unit>>12), 0x80|byte(unit>>6)&0x3F, 0x80|byte(unit)&0x3F)
			continue
		}
		out = append(out, string(unit)...)
	}
	return out
}
