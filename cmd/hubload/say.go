// How much the program says while it works, and in which form.

package main

import (
	"log/slog"

	"github.com/spf13/pflag"
)

// sayFlags are the flags about output.
type sayFlags struct {
	progress, logFormat, logLevel choiceFlag
	quiet                         bool
}

func (f *sayFlags) add(fs *pflag.FlagSet) {
	f.progress = choiceFlag{"auto", []string{"auto", "bar", "plain", "none"}}
	f.logFormat = choiceFlag{"text", []string{"text", "json"}}
	f.logLevel = choiceFlag{"warn", []string{"debug", "info", "warn", "error"}}
	fs.Var(&f.progress, "progress", "how progress is shown on stderr")
	fs.Var(&f.logFormat, "log-format", "form of the log on stderr and of the summary on stdout")
	fs.Var(&f.logLevel, "log-level", "least `LEVEL` of the log: debug, info, warn or error")
	fs.BoolVar(&f.quiet, "quiet", false, "no progress and no notes; errors and the summary remain")
}

// addResult adds what a command needs that shows no progress and has a result for
// programs, too.
func (f *sayFlags) addResult(fs *pflag.FlagSet) {
	f.add(pflag.NewFlagSet("", pflag.ContinueOnError))
	fs.Var(&f.logFormat, "log-format", "form of the result on stdout")
	fs.BoolVar(&f.quiet, "quiet", false, "no notes; errors and the result remain")
}

// configure sets up the log and the ui. It comes before anything is said.
func (a *app) configure(f *sayFlags) error {
	a.ui.quiet = f.quiet
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.logLevel.value)); err != nil {
		return usageError{err}
	}
	options := &slog.HandlerOptions{Level: level}
	var stderr slog.Handler = slog.NewTextHandler(clearing{a.ui}, options)
	if f.logFormat.value == "json" {
		a.ui.jsonLines()
		stderr = slog.NewJSONHandler(escaping{clearing{a.ui}}, options)
	}
	a.logger = slog.New(both{stderr, a.ui.log.handler()})
	return nil
}

// clearing writes to stderr past a progress bar.
type clearing struct{ ui *ui }

func (c clearing) Write(p []byte) (int, error) {
	c.ui.clear()
	return c.ui.err.Write(p)
}
