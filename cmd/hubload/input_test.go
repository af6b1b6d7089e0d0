// What the scripts about bad input need: other encodings, and a look at what was sent.

package main

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

var scriptEncodings = map[string]encoding.Encoding{
	"shift_jis":    japanese.ShiftJIS,
	"euc-jp":       japanese.EUCJP,
	"windows-1252": charmap.Windows1252,
	"iso-8859-1":   charmap.ISO8859_1,
	"utf-16le":     unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
	"utf-16be":     unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	"utf-16le-bom": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM),
	"utf-16be-bom": unicode.UTF16(unicode.BigEndian, unicode.UseBOM),
}

// cmdTranscode writes a UTF-8 file in another encoding, or with ! one in another
// encoding as UTF-8: transcode FROM TO ENCODING [crlf]
func cmdTranscode(ts *testscript.TestScript, neg bool, args []string) {
	e := scriptEncodings[args[2]]
	if e == nil {
		ts.Fatalf("the encoding %s isn't known here", args[2])
	}
	convert := e.NewEncoder().String
	if neg {
		convert = e.NewDecoder().String
	}
	text := ts.ReadFile(args[0])
	if len(args) > 3 {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	text, err := convert(text)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text), 0o600))
}

// cmdHas checks how many line items have a value, which may be quoted as in Go:
// has N PROPERTY VALUE
func cmdHas(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	n := 0
	var others []string
	for o := range served(ts).Objects("line_items") {
		if v := o.Properties[args[1]]; v == unescaped(ts, args[2]) {
			n++
		} else {
			others = append(others, v)
		}
	}
	if (n == want) == neg {
		ts.Fatalf("%d line items have %s %s, want %d; the others have %.2000q", n, args[1], args[2], want, others)
	}
}

// cmdBytes checks that a file holds bytes, quoted as in Go: bytes FILE TEXT
func cmdBytes(ts *testscript.TestScript, neg bool, args []string) {
	if strings.Contains(ts.ReadFile(args[0]), unescaped(ts, args[1])) == neg {
		ts.Fatalf("%s: holds %s: %t\n%.4000q", args[0], args[1], neg, ts.ReadFile(args[0]))
	}
}

var runColumn = regexp.MustCompile(`(?m),[0-9a-f]*$`)

// cmdSameRows compares failures files but for hubload_run: sameRows FILE FILE
func cmdSameRows(ts *testscript.TestScript, neg bool, args []string) {
	text := func(name string) string { return runColumn.ReplaceAllString(ts.ReadFile(name), "") }
	if (text(args[0]) == text(args[1])) == neg {
		ts.Fatalf("%s and %s: the same: %t", args[0], args[1], neg)
	}
}

func unescaped(ts *testscript.TestScript, s string) string {
	if !strings.HasPrefix(s, `"`) {
		return s
	}
	text, err := strconv.Unquote(s)
	ts.Check(err)
	return text
}

// cmdFifo makes a named pipe and has a process write a file into it: fifo NAME FROM
func cmdFifo(ts *testscript.TestScript, neg bool, args []string) {
	ts.Check(ts.Exec("mkfifo", args[0]))
	writer := exec.Command("sh", "-c", `cat "$1" >"$0"`, ts.MkAbs(args[0]), ts.MkAbs(args[1]))
	ts.Check(writer.Start())
	ts.Defer(func() {
		writer.Process.Kill()
		writer.Wait()
	})
}

// cmdLong writes a CSV of two rows, with a first value of so many letters and a second
// that is one shorter: long FILE N
func cmdLong(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	text := "name\n" + strings.Repeat("x", n) + "\n" + strings.Repeat("x", n-1) + "\n"
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}
