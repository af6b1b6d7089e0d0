// What becomes of JSON lines.

package jsonlfile

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/hubload/hubload/importer/csvfile"
)

func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readAll returns the header and the rows as "line field|field" or "line CODE column".
func readAll(t testing.TB, path string) (got []string, err error) {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	got = append(got, strings.Join(r.Header(), "|"))
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		if p := rec.Problem; p != nil {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%d %s %s", p.Line, p.Code, p.Column)))
			continue
		}
		got = append(got, fmt.Sprintf("%d %s", rec.Line, strings.Join(rec.Fields, "|")))
	}
}

func TestRead(t *testing.T) {
	long := strings.Repeat("x", csvfile.MaxRecord)
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"values", `{"name":"Bolt, \"M4\"\n","qty":10.50,"ok":true,"no":null}` + "\n", []string{"name|qty|ok|no", "1 Bolt, \"M4\"\n|10.50|true|"}},
		{"keys of later lines", "\uFEFF{\"a\":1}\r\n\r\n{\"b\":1e3,\"a\":\"\"}", []string{"a|b", "1 1|", "3 |1e3"}},
		{"large numbers", `{"id":90071992547409931234}`, []string{"id", "1 90071992547409931234"}},
		{"nested", `{"a":1,"b":{"c":1}}` + "\n" + `{"a":[1]}` + "\n" + `{"a":2}`, []string{"a|b", "1 JSON_NESTED b", "2 JSON_NESTED a", "3 2|"}},
		{"not objects", "{\"a\":1}\n[1]\n\"x\"\n{\"a\":2\n{\"a\":2}{\"a\":3}\n{\"a\":1,\"a\":2}\n{\"a\":4}\n", []string{"a", "1 1", "2 JSON_INVALID", "3 JSON_INVALID", "4 JSON_INVALID", "5 JSON_INVALID", "6 JSON_INVALID", "7 4"}},
		{"not UTF-8", "{\"a\":1}\n{\"a\":\"\xFF\"}\n", []string{"a", "1 1", "2 CSV_ENCODING a"}},
		{"a control character", `{"a":"\u0000"}` + "\n", []string{"a", "1 CSV_CONTROL_CHARACTER a"}},
		{"too long", "{\"a\":1}\n{\"a\":\"" + long + "\"}\n{\"a\":3}", []string{"a", "1 1", "2 CSV_TOO_LARGE", "3 3"}},
		{"rows without anything", "{\"a\":1,\"b\":2}\n{}\n{\"a\":null}\n{\"a\":\"\"}\n", []string{"a|b", "1 1|2", "4 |"}},
		{"a header that looks like sep=", `{"sep=;":1}`, []string{"sep=;", "1 1"}},
		{"a title line in a value", "{\"a\":\"x\"}\n{\"a\":\"a\"}", []string{"a", "1 x", "2 a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readAll(t, write(t, c.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	var many strings.Builder
	for i := range maxColumns + 1 {
		fmt.Fprintf(&many, "{\"k%d\":1}\n", i)
	}
	for in, want := range map[string]string{
		"":                   "no line of the file is a JSON object",
		"{}\n":               "no line of the file is a JSON object",
		"[{\"a\":1}]":        "jq -c '.[]'",
		"{\n\"a\":1\n}\n":    "the first line is not a JSON object",
		"a,b\n1,2\n":         "the first line is not a JSON object",
		many.String():        "at most 2,000",
		"\x1F\x8B\x08\x00xx": "gzip",
	} {
		_, err := readAll(t, write(t, in))
		if e, ok := err.(*csvfile.FileError); !ok || !strings.Contains(err.Error(), want) || e.Path == "" {
			t.Errorf("%.40q: %v, want a FileError with %q", in, err, want)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that isn't there can be opened")
	}
}

func TestIs(t *testing.T) {
	for in, want := range map[string]bool{"{\"a\":1}\n{": true, " {\"a\":1}": true, "\uFEFF{}": true, "": false, "{a},b\n": false, "[{}]": false, "a,b": false} {
		if Is([]byte(in)) != want {
			t.Errorf("Is(%q) = %t", in, !want)
		}
	}
}

func TestChangedFile(t *testing.T) {
	path := write(t, "{\"a\":1}\n"+strings.Repeat("{\"a\":2}\n", 100_000))
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(f, `{"a":3}`)
	f.Close()
	for err == nil {
		_, err = r.Read()
	}
	if !strings.Contains(err.Error(), csvfile.ErrChanged.Error()) {
		t.Errorf("the error is %v, want that the file changed", err)
	}
}
