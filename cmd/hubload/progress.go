// Progress while a run works: a bar on a terminal, lines elsewhere.

package main

import (
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
	"github.com/hubload/hubload/ratelimit"
)

const (
	barEvery   = 200 * time.Millisecond
	plainEvery = 10 * time.Second
)

// showProgress shows how far the run is until the returned function is called.
func (a *app) showProgress(s *session, p *importer.Progress, offset func() int64, limit func() ratelimit.Limit) (stop func()) {
	mode := s.say.progress.value
	if s.say.quiet {
		mode = "none"
	}
	var lines slog.Handler = slog.NewTextHandler(clearing{a.ui}, nil)
	if s.say.logFormat.value == "json" {
		lines = slog.NewJSONHandler(clearing{a.ui}, nil)
	}
	if mode == "auto" {
		mode = "plain"
		if isTerminal(a.stderr) && s.say.logFormat.value != "json" {
			mode = "bar"
		}
	}
	view := &progressView{progress: p, offset: offset, size: s.dir.Input.Size, limit: limit, batch: s.flags.batchSize.n, started: a.now()}
	switch mode {
	case "bar":
		return a.every(barEvery, view.bar(a.ui))
	case "plain":
		// A log of its own: --log-level doesn't silence what --progress asks for.
		logger := slog.New(lines)
		return a.every(plainEvery, func(last bool) {
			if !last {
				logger.Info("progress", view.look().attributes()...)
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

// A progressView turns counters into what can be shown. It belongs to one
// goroutine.
type progressView struct {
	progress *importer.Progress
	offset   func() int64 // bytes of the input that were read
	size     int64
	limit    func() ratelimit.Limit
	batch    int // rows a request at most, 0: the most there can be
	started  time.Time
	pace     pace
}

// A sight is one look at a run.
type sight struct {
	importer.Snapshot
	total int64   // rows of the input, a guess until all are read
	rate  float64 // rows a second that got their fate, lately
	left  time.Duration
	sure  bool // left can be told
}

func settled(n importer.Snapshot) int64 { return n.Created + n.Existing + n.Refused + n.InDoubt }

// rest is how many rows have no fate yet.
func (s *sight) rest() int64 { return s.total - settled(s.Snapshot) }

func (v *progressView) look() sight {
	s := sight{Snapshot: v.progress.Now()}
	s.total = v.total(s.Snapshot)
	work := settled(s.Snapshot) - s.Carried
	s.rate = v.pace.add(time.Since(v.started), work)
	batch := float64(v.batch)
	if v.batch == 0 {
		batch = api.MaxBatch
	}
	s.left, s.sure = timeLeft(s.rest(), work, s.Requests, batch, s.rate, v.limit())
	return s
}

// total guesses the number of rows from how much of the input they took.
func (v *progressView) total(n importer.Snapshot) int64 {
	at := v.offset()
	if at <= 0 || n.Read == 0 || at >= v.size {
		return n.Read
	}
	return int64(float64(n.Read) / float64(at) * float64(v.size))
}

func (s sight) line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of about %s rows, %s rows/s", grouped(settled(s.Snapshot)), grouped(s.total), grouped(int64(s.rate)))
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

// attributes are the same for a log.
func (s sight) attributes() []any {
	attributes := []any{
		"rows", s.total, "created", s.Created, "existing", s.Existing, "refused", s.Refused, "in_doubt", s.InDoubt,
		"rows_per_second", int64(s.rate), "requests", s.Requests, "limited_429", s.Limited, "in_flight", s.InFlight,
		"p50_ms", s.Latency.Milliseconds(), "p95_ms", s.Slowest.Milliseconds(),
	}
	if s.sure {
		attributes = append(attributes, "seconds_left", int64(s.left.Seconds()))
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
