// How much the program says while it works, and in which form.

package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/hubload/hubload/importer"
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

// addQuiet adds what a command needs that shows no progress.
func (f *sayFlags) addQuiet(fs *pflag.FlagSet) {
	f.add(pflag.NewFlagSet("", pflag.ContinueOnError))
	fs.BoolVar(&f.quiet, "quiet", false, "no notes; errors and the result remain")
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
	a.ui.quiet = f.quiet || f.logFormat.value == "json"
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.logLevel.value)); err != nil {
		return usageError{err}
	}
	options := &slog.HandlerOptions{Level: level}
	w := clearing{a.ui}
	if f.logFormat.value == "json" {
		a.logger = slog.New(slog.NewJSONHandler(w, options))
	} else {
		a.logger = slog.New(slog.NewTextHandler(w, options))
	}
	return nil
}

// clearing writes to stderr past a progress bar.
type clearing struct{ ui *ui }

func (c clearing) Write(p []byte) (int, error) {
	c.ui.clear()
	return c.ui.err.Write(p)
}

const (
	barEvery   = 200 * time.Millisecond
	plainEvery = 10 * time.Second
)

// showProgress shows how far the run is until the returned function is called.
func (a *app) showProgress(s *session, p *importer.Progress, src *source) (stop func()) {
	mode := s.say.progress.value
	if s.say.quiet {
		mode = "none"
	}
	if mode == "auto" {
		mode = "plain"
		if isTerminal(a.stderr) {
			mode = "bar"
		}
	}
	view := &progressView{progress: p, src: src, size: s.dir.Input.Size, started: a.now()}
	switch mode {
	case "bar":
		return a.every(barEvery, view.bar(a.ui))
	case "plain":
		return a.every(plainEvery, func(last bool) {
			if !last {
				a.plainProgress(view, s.say.logFormat.value == "json")
			}
		})
	}
	return func() {}
}

// every calls show now and then, and once more at the end, from one goroutine.
func (a *app) every(d time.Duration, show func(last bool)) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(d)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				show(false)
			case <-done:
				show(true)
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// plainProgress writes a line for logs and cron mails.
func (a *app) plainProgress(v *progressView, structured bool) {
	n := v.progress.Now()
	if structured {
		a.logger.Log(context.Background(), slog.LevelInfo, "progress", "rows", n.Read, "created", n.Created, "existing", n.Existing,
			"refused", n.Refused, "in_doubt", n.InDoubt, "requests", n.Requests, "limited_429", n.Limited, "in_flight", n.InFlight)
		return
	}
	a.ui.note("%s", v.line(n))
}

// A progressView turns counters into words.
type progressView struct {
	progress *importer.Progress
	src      *source
	size     int64
	started  time.Time
}

func settled(n importer.Snapshot) int64 { return n.Created + n.Existing + n.Refused + n.InDoubt }

// total guesses the number of rows from how much of the input they took.
func (v *progressView) total(n importer.Snapshot) int64 {
	at := v.src.Offset()
	if at <= 0 || n.Read == 0 {
		return n.Read
	}
	if at >= v.size {
		return n.Read
	}
	return int64(float64(n.Read) / float64(at) * float64(v.size))
}

func (v *progressView) line(n importer.Snapshot) string {
	took := time.Since(v.started).Seconds()
	work := settled(n) - n.Carried
	rate := float64(work) / max(took, 0.001)
	left := ""
	if rest := v.total(n) - settled(n); rest > 0 && rate > 0 {
		left = ", " + time.Duration(float64(rest)/rate*float64(time.Second)).Round(time.Second).String() + " left"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s of about %s rows, %s rows/s%s", grouped(settled(n)), grouped(v.total(n)), grouped(int64(rate)), left)
	if n.Refused > 0 {
		fmt.Fprintf(&b, ", %s refused", grouped(n.Refused))
	}
	if n.InDoubt > 0 {
		fmt.Fprintf(&b, ", %s in doubt", grouped(n.InDoubt))
	}
	if n.Limited > 0 {
		fmt.Fprintf(&b, ", %s times 429", grouped(n.Limited))
	}
	return b.String()
}

// bar draws on stderr. It covers the work that was left when this process began:
// after a resume a bar over all rows would start somewhere in the middle and tell
// a wrong time.
func (v *progressView) bar(u *ui) func(last bool) {
	width := 80
	if f, ok := u.err.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			width = w
		}
	}
	bar := progressbar.NewOptions64(1,
		progressbar.OptionSetWriter(u.err),
		progressbar.OptionSetWidth(max(min(width-70, 30), 5)),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionThrottle(barEvery/2),
		progressbar.OptionSetRenderBlankState(true),
	)
	u.clear = func() { io.WriteString(u.err, "\r\x1b[K") }
	return func(last bool) {
		if last {
			// Not Finish: that paints 100 % on a run that was aborted.
			u.clear()
			u.clear = func() {}
			return
		}
		n := v.progress.Now()
		bar.ChangeMax64(max(v.total(n)-n.Carried, settled(n)-n.Carried, 1))
		bar.Describe(v.line(n))
		bar.Set64(settled(n) - n.Carried)
	}
}
