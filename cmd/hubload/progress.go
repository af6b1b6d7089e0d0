// Progress while a run works: a bar on a terminal, lines elsewhere.

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/rundir"
)

const (
	barEvery   = 200 * time.Millisecond
	plainEvery = 10 * time.Second
)

// watch returns what accompanies a run: its progress, and what a signal does to it. tail
// is what a command that goes on needs besides the run's directory.
func (a *app) watch(ctx context.Context, say *sayFlags, batch int, tail string) func(rundir.Live) (stop func()) {
	show := a.progress(say, batch)
	return func(live rundir.Live) (stop func()) {
		a.ui.log.open(live.Dir)
		setLastWords(ctx, visible("go on with:\n  hubload resume "+quoted(live.Dir)+tail))
		unhook := context.AfterFunc(ctx, func() {
			a.ui.warn("stopping: %s in flight; Ctrl-C again stops at once", counted(live.Progress.Now().InFlight, "request"))
		})
		hide := show(live)
		return func() {
			unhook()
			hide()
		}
	}
}

// progress returns what shows how far a run is until stop is called. batch is the
// most rows of a request, 0 for the most there can be.
func (a *app) progress(say *sayFlags, batch int) func(rundir.Live) (stop func()) {
	return func(live rundir.Live) (stop func()) {
		view := &progressView{Live: live, batch: cmp.Or(batch, api.MaxBatch), started: time.Now()}
		if a.ui.lines != nil && !a.ui.quiet {
			a.ui.lines.Info("started", "event", "run.started", "run", live.Dir, "bytes", live.Size)
		}
		switch say.progressMode(a) {
		case "bar":
			return a.every(barEvery, view.bar(a.ui))
		case "plain":
			logger := a.plainLog(say)
			return a.every(plainEvery, func(last bool) {
				if !last {
					logger.Info("progress", append([]any{"event", "run.progress", "run", live.Dir}, view.look().attributes()...)...)
				}
			})
		}
		return func() {}
	}
}

// plainLog is a log of its own: --log-level doesn't silence what --progress asks for.
func (a *app) plainLog(say *sayFlags) *slog.Logger {
	if a.ui.lines != nil {
		return a.ui.lines
	}
	return slog.New(slog.NewTextHandler(clearing{a.ui}, nil))
}

// progressMode is bar, plain or none.
func (f *sayFlags) progressMode(a *app) string {
	switch {
	case f.quiet:
		return "none"
	case f.progress.value != "auto":
		return f.progress.value
	case isTerminal(a.stderr) && f.logFormat.value != "json":
		return "bar"
	}
	return "plain"
}

// A progressView turns counters into what can be shown. It belongs to one
// goroutine.
type progressView struct {
	rundir.Live
	batch   int // rows a request at most
	started time.Time
	pace    pace
}

// A sight is one look at a run.
type sight struct {
	importer.Snapshot
	total int64   // rows of the input, a guess until all are read
	rate  float64 // rows a second that got their fate, lately
	left  time.Duration
	sure  bool // left is known
}

func settled(n importer.Snapshot) int64 { return n.Settled() }

// rest is how many rows have no fate yet.
func (s *sight) rest() int64 { return s.total - settled(s.Snapshot) }

func (v *progressView) look() sight {
	s := sight{Snapshot: v.Progress.Now()}
	s.total = v.total(s.Snapshot)
	work := settled(s.Snapshot) - s.Carried
	s.rate = v.pace.add(time.Since(v.started), work)
	s.left, s.sure = timeLeft(s.rest(), work, s.Requests, float64(v.batch), s.rate, v.Limit())
	return s
}

// total guesses the number of rows from how much of the input they took.
func (v *progressView) total(n importer.Snapshot) int64 {
	at := v.Offset()
	if at <= 0 || n.Read == 0 || at >= v.Size {
		return n.Read
	}
	return int64(float64(n.Read) / float64(at) * float64(v.Size))
}

func (s sight) line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of about %s rows", grouped(settled(s.Snapshot)), grouped(s.total))
	if why := s.waitingFor(); why != "" {
		b.WriteString(", " + why)
	}
	fmt.Fprintf(&b, ", %s rows/s", grouped(int64(s.rate)))
	if s.sure {
		fmt.Fprintf(&b, ", %s left", s.left)
	}
	for _, c := range []struct {
		n    int64
		what string
	}{{s.Refused, "refused"}, {s.InDoubt, "in doubt"}, {s.Limited, "times 429"}, {s.InFlight, "in flight"}} {
		if c.n > 0 {
			fmt.Fprintf(&b, ", %s %s", grouped(c.n), c.what)
		}
	}
	if s.Latency > 0 {
		fmt.Fprintf(&b, ", answers %s/%s", short(s.Latency), short(s.Slowest))
	}
	return b.String()
}

// short is a time with two digits or so.
func short(d time.Duration) time.Duration {
	if d >= time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Millisecond)
}

// waitingFor says why nothing moves, "" where something does, or will within a second.
func (s sight) waitingFor() string {
	d := time.Until(s.Wait.Until).Round(time.Second)
	switch {
	case d < time.Second:
		return ""
	case s.Wait.Reason == call.RateWindow:
		return fmt.Sprintf("waiting for the rate window, %s", spaced(d))
	case s.Wait.Reason == call.AskedTo:
		return fmt.Sprintf("HubSpot asks to wait, %s", spaced(d))
	case s.Wait.Reason == call.Unreached:
		return fmt.Sprintf("no connection, trying again in %s", spaced(d))
	case s.Wait.Reason == call.ReadFailed:
		return fmt.Sprintf("a read failed, trying again in %s", spaced(d))
	case s.Wait.Reason == call.DailyQuota:
		return "the daily quota is used up, going on at " + s.Wait.Until.Local().Format("15:04")
	}
	return fmt.Sprintf("waiting for HubSpot to show what was written, %s", spaced(d))
}

// spaced writes a time as people do: 6 s, 2 min 5 s.
func spaced(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", int(d.Seconds()))
	}
	return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
}

// attributes are the same for a log.
func (s sight) attributes() []any {
	attributes := []any{
		"rows", s.total, "created", s.Created, "updated", s.Updated, "unchanged", s.Unchanged, "existing", s.Existing, "refused", s.Refused, "in_doubt", s.InDoubt,
		"rows_per_second", int64(s.rate), "requests", s.Requests, "limited_429", s.Limited, "in_flight", s.InFlight,
		"p50_ms", s.Latency.Milliseconds(), "p95_ms", s.Slowest.Milliseconds(),
	}
	if s.sure {
		attributes = append(attributes, "seconds_left", int64(s.left.Seconds()))
	}
	if why := s.waitingFor(); why != "" {
		attributes = append(attributes, "waiting_for", why)
	}
	return attributes
}

// bar draws on stderr. It covers the work that was left when this process began:
// after a resume a bar over all rows would start somewhere in the middle and tell
// a wrong time.
func (v *progressView) bar(u *ui) func(last bool) {
	bar := progressbar.NewOptions64(1,
		progressbar.OptionSetWriter(u.err),
		progressbar.OptionSetWidth(10),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false),
		progressbar.OptionThrottle(barEvery/2),
		progressbar.OptionSetRenderBlankState(true),
	)
	u.barred.Store(true)
	return func(last bool) {
		if last {
			// Not Finish: that paints 100 % on a run that was aborted.
			u.clear()
			u.barred.Store(false)
			return
		}
		s := v.look()
		bar.ChangeMax64(max(s.total-s.Carried, settled(s.Snapshot)-s.Carried, 1))
		bar.Describe(fitting(s.line(), widthOf(u.err)-barCells))
		bar.Set64(settled(s.Snapshot) - s.Carried)
	}
}

// widthOf returns how many columns a terminal has now; it may have been resized.
func widthOf(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

// barCells is what the bar itself takes of a line: " 100% |██████████|" and a place
// for the cursor.
const barCells = 19

// fitting leaves out of a line's end what has no room: a line that wraps can't be
// drawn over.
func fitting(line string, width int) string {
	for len(line) > max(width, 0) {
		cut := strings.LastIndex(line, ", ")
		if cut < 0 {
			return ""
		}
		line = line[:cut]
	}
	return line
}
