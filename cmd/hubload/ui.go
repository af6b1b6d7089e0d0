// What the program says, and where.
//
// stdout carries the result of a command and nothing else: it may be a pipe.
// Everything for people goes to stderr: what was noticed ("note:"), what went
// wrong ("hubload: "), and what to do about it ("hint:"). Text that comes from a
// file or a server is shown with its control characters escaped and cut to 200
// characters, so that it can't steer the terminal. With --log-format json stdout
// has one document, and each line of stderr is one too: see results.go.

package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/term"
)

const maxShown = 200

type ui struct {
	out, err io.Writer
	quiet    bool
	barred   atomic.Bool  // a progress bar is on the screen
	asking   atomic.Bool  // a question is, and no bar may be drawn
	lines    *slog.Logger // JSON lines in place of text on stderr; nil: text
	log      runLog       // all that is said, and more
	answered bool         // a document is on stdout
}

func newUI(sys system) *ui {
	return &ui{out: sys.stdout, err: sys.stderr}
}

// clear takes a progress bar off the screen before a line is written.
func (u *ui) clear() {
	if u.barred.Load() {
		io.WriteString(u.err, "\r\x1b[K")
	}
}

// printf writes to stdout. Like all here it shows what is in file names and answers, and
// doesn't obey it.
func (u *ui) printf(format string, args ...any) {
	fmt.Fprint(u.out, visible(fmt.Sprintf(format, args...)))
}

// note says something that a user should know, unless --quiet.
func (u *ui) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if u.quiet {
		u.log.say(slog.LevelInfo, text)
		return
	}
	u.say(slog.LevelInfo, "note: ", "note", text)
}

// warn says something that a user has to know.
func (u *ui) warn(format string, args ...any) {
	u.say(slog.LevelWarn, "hubload: ", "warning", fmt.Sprintf(format, args...))
}

// say writes one message to stderr. Event and attributes are for programs.
func (u *ui) say(level slog.Level, prefix, event, text string, attributes ...any) {
	u.log.say(level, text, attributes...)
	if u.lines != nil {
		u.lines.Log(background, level, text, append([]any{"event", event}, attributes...)...)
		return
	}
	u.clear()
	fmt.Fprintln(u.err, visible(prefix+text))
}

// exit reports how a command ended and returns the exit code.
func (u *ui) exit(err error) int {
	code := exitCode(err)
	if err == nil || is[partlyError](err) || is[diagnosedError](err) || is[lookError](err) {
		return code
	}
	hint := hintOf(err)
	if u.lines == nil {
		u.say(slog.LevelError, "hubload: ", "", err.Error(), "hint", hint)
		if hint != "" {
			fmt.Fprintln(u.err, visible("hint: "+hint))
		}
		return code
	}
	u.say(slog.LevelError, "", "error", err.Error(), "hint", hint, "exit_code", code)
	if !u.answered {
		u.document(endOf(err))
	}
	return code
}

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// visible escapes what could steer a terminal; line ends of messages that have
// several lines stay.
func visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteRune(r)
		case isEscaped(r):
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// shown is visible, on one line and short.
func shown(s string) string {
	s = strings.ReplaceAll(visible(s), "\n", `\n`)
	if utf8.RuneCountInString(s) <= maxShown {
		return s
	}
	return string([]rune(s)[:maxShown]) + "…"
}

// counted is a number of things: 1 row, 2,000 rows.
func counted(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return grouped(n) + " " + thing + "s"
}

// grouped writes a number with commas: 1,234,567.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
