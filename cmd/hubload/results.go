// Results for programs: what --log-format json puts on stdout, and its lines on stderr.

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf16"
)

const jsonHelp = `With --log-format json, stdout has one JSON document, on one line, whatever happens.
Each has exit_code; one about a failure has error, and hint where there is advice.
What a command adds to it:

  import, resume   event "run.ended", directory (of the run), reports (paths), rows,
                   created, existing, refused, in_doubt, pending, ids_unknown,
                   warnings, requests, limited_429, retries, seconds,
                   rows_per_second, and the rest of summary.json; refusals: rows,
                   code, property, row and line of an example, the most frequent
                   first; next: why and command of each step. already_imported says
                   that nothing was sent
  report           the same, without event
  check            input, object, schema, rows, refused, seconds, problems, warnings,
                   reports; with a key preview: rows, created, updated, unchanged,
                   existing, refused, not_found, differences
  map              input, mapping (the file), object, columns, key, advice, yaml, next
  status           files, or with RUN: run, input, account, object, state, counts
  resolve          directory, looked_for, found, absent, several, unlooked, assumed,
                   ids_looked_for, ids_found, counts, reports, next
  undo             directory, account, dry_run, records, archived, restored, gone, changed,
                   foreign, refused, existing, in_doubt, ids_unknown, report, next
  doctor           base_url, object, account, checks
  prune            drops: state, files, runs, keeps_everything
  watch            a line an event: time, event, drop, file, code, why, counts, path,
                   run, next, text
  watch --dry-run  a line a file: drop, file, size, ready, why
  watch status     a line a drop: State, Dir, Since, Files, Total

Each line on stderr is a JSON object with time, level and msg. Some have event:

  run.started    run (its directory), bytes (of the input)
  run.progress   run, rows, created, existing, refused, in_doubt, rows_per_second,
                 requests, in_flight, limited_429, seconds_left, waiting_for
  note, warning  what a person would be shown
  error          hint, exit_code

Numbers are numbers, times are RFC 3339, paths are as they were given. New fields may
come with new versions; those that are here stay.`

// background is for logs, which need no context.
var background = context.Background()

// An end says how a command ended.
type end struct {
	ExitCode int    `json:"exit_code"`
	Error    string `json:"error,omitempty"`
	Hint     string `json:"hint,omitempty"`
}

// endOf is the end of a command with an error. Of rows that were refused it says the code
// alone.
func endOf(err error) end {
	e := end{ExitCode: exitCode(err)}
	if err != nil && !is[partlyError](err) {
		e.Error, e.Hint = err.Error(), hintOf(err)
	}
	return e
}

// document writes the result of a command as one line of JSON. It holds nothing that
// can't be written.
func (u *ui) document(v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("a result that can't be written: %v", err))
	}
	u.answered = true
	u.out.Write(append([]byte(escapedJSON(string(data))), '\n'))
}

// escapedJSON escapes what could steer a terminal, as JSON does.
func escapedJSON(s string) string {
	if strings.IndexFunc(s, isEscaped) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !isEscaped(r):
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// wantsJSON reports whether errors are wanted as JSON, before the flags are known to be
// right.
func wantsJSON(args []string, getenv func(string) string) bool {
	wanted := getenv(variableOf("log-format")) == "json"
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--log-format="); ok {
			wanted = value == "json"
		} else if arg == "--log-format" && i+1 < len(args) {
			wanted = args[i+1] == "json"
		}
	}
	return wanted
}

// jsonLines makes each line on stderr a JSON object. --log-level doesn't silence it.
func (u *ui) jsonLines() { u.lines = slog.New(slog.NewJSONHandler(escaping{clearing{u}}, nil)) }

// escaping is for logs in JSON.
type escaping struct{ clearing }

func (e escaping) Write(p []byte) (int, error) {
	line, ended := strings.CutSuffix(string(p), "\n")
	if line = escapedJSON(line); ended {
		line += "\n"
	}
	if _, err := e.clearing.Write([]byte(line)); err != nil {
		return 0, err
	}
	return len(p), nil
}
