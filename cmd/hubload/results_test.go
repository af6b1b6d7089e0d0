// What programs read: every command, well or badly ended.

package main

import (
	"encoding/json"
	"errors"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// cmdJSON runs hubload with --log-format json, and checks that stdout is one document with
// the exit code, and an error where there is one, and that each line of stderr is an
// object: json CODE ARG...
func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("hubload", append(args[1:], "--log-format", "json")...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	var document struct {
		ExitCode    *int `json:"exit_code"`
		Error, Hint string
	}
	stdout := ts.ReadFile("stdout")
	if strings.Count(stdout, "\n") != 1 || !strings.HasSuffix(stdout, "\n") {
		ts.Fatalf("stdout isn't one line: %s", stdout)
	}
	ts.Check(json.Unmarshal([]byte(stdout), &document))
	if document.ExitCode == nil || *document.ExitCode != want {
		ts.Fatalf("the document has no exit code %d", want)
	}
	if (document.Error == "") != (want == 0 || want == 3) && args[1] != "doctor" {
		ts.Fatalf("exit code %d with the error %q", want, document.Error)
	}
	for line := range strings.Lines(ts.ReadFile("stderr")) {
		var said struct{ Time, Level, Msg string }
		if err := json.Unmarshal([]byte(line), &said); err != nil || said.Time == "" || said.Level == "" || said.Msg == "" {
			ts.Fatalf("%v in a line of stderr: %s", err, line)
		}
	}
}
