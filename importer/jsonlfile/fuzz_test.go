// The law: every line is a row with the values that encoding/json finds in it, a problem,
// or blank; and what can't be read at all is a FileError.

package jsonlfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/hubload/hubload/importer/csvfile"
)

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"{\"a\":1,\"b\":\"x\"}\n{\"b\":null}\n", "\uFEFF{\"a\":\"\\u00e9\\n\\\"\"}\r\n\n{}", "{\"a\":[1]}\n[1]\n{\"a\":1,\"a\":2}\n{\"a\":", "{\"\":true,\"sep=;\":1e9}", "{\"a\":\"\"}", "{\"a\":\"\\u0000\"}\n{\"a\":\"\xff\"}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if bytes.HasPrefix(in, []byte("\x1F\x8B")) || bytes.HasPrefix(in, []byte("\x28\xB5")) || len(in) > 3 && string(in[1:4]) == "\x2A\x4D\x18" {
			return
		}
		r, err := Open(write(t, string(in)))
		if err != nil {
			if _, ok := errors.AsType[*csvfile.FileError](err); !ok {
				t.Fatalf("%v (%T)", err, err)
			}
			return
		}
		defer r.Close()
		header := r.Header()
		texts := bytes.Split(bytes.TrimPrefix(in, bom), []byte("\n"))
		last := int64(0)
		for {
			rec, err := r.Read()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if rec.Line <= last || rec.Line > int64(len(texts)) {
				t.Fatalf("line %d follows line %d of %d", rec.Line, last, len(texts))
			}
			last = rec.Line
			if rec.Problem != nil {
				continue
			}
			var want map[string]any
			d := json.NewDecoder(bytes.NewReader(texts[rec.Line-1]))
			d.UseNumber()
			if err := d.Decode(&want); err != nil {
				t.Fatalf("line %d, %q, is read as %q: %v", rec.Line, texts[rec.Line-1], rec.Fields, err)
			}
			for i, name := range header {
				text := ""
				switch v := want[name].(type) {
				case nil:
				case string:
					text = v
				case json.Number:
					text = v.String()
				case bool:
					text = map[bool]string{true: "true", false: "false"}[v]
				default:
					t.Fatalf("line %d, %q, holds %v", rec.Line, texts[rec.Line-1], v)
				}
				if rec.Fields[i] != text {
					t.Fatalf("line %d, %q: %q is %q, want %q", rec.Line, texts[rec.Line-1], name, rec.Fields[i], text)
				}
			}
		}
	})
}
