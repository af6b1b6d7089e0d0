// log.txt: what was said and done while a run was worked on.

package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/hubload/hubload/importer/atomicfile"
)

const (
	logName    = "log.txt"
	oldLogName = "log.old.txt"

	// maxLog is how long log.txt gets before it becomes log.old.txt. A request takes
	// about 130 bytes: 4 MiB are 3 million rows.
	maxLog = 4 << 20

	// maxEarly is how much is kept of what is said before the run is known.
	maxEarly = 64 << 10
)

// A runLog writes log.txt into the directory of the run, whatever --log-level and --quiet
// say. It has what the log and the messages on stderr have, and no cell and no token. A log
// that can't be written is not worth an error. Its zero value keeps what is said until open
// is called.
type runLog struct {
	mu    sync.Mutex
	early []byte
	dir   string
	file  *os.File
	size  int64
}

// open says which run is worked on. A watcher works on several, one after the other.
func (l *runLog) open(dir string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if dir == l.dir {
		return
	}
	l.close()
	l.dir = dir
	l.begin()
	l.write(l.early)
	l.early = nil
}

func (l *runLog) close() {
	if l.file != nil {
		l.file.Close()
		l.file = nil
	}
}

// begin opens the file at its end.
func (l *runLog) begin() {
	f, err := atomicfile.OpenOwn(filepath.Join(l.dir, logName))
	if err != nil {
		return
	}
	if l.size, err = f.Seek(0, io.SeekEnd); err != nil {
		f.Close()
		return
	}
	l.file = f
}

func (l *runLog) write(p []byte) {
	if l.file == nil {
		return
	}
	if l.size+int64(len(p)) > maxLog {
		l.close()
		if os.Rename(filepath.Join(l.dir, logName), filepath.Join(l.dir, oldLogName)) != nil {
			return
		}
		if l.begin(); l.file == nil {
			return
		}
	}
	n, _ := l.file.Write(p)
	l.size += int64(n)
}

// Write takes a line of the log.
func (l *runLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.dir != "":
		l.write(p)
	case len(l.early)+len(p) <= maxEarly:
		l.early = append(l.early, p...)
	}
	return len(p), nil
}

// say logs a message to a person.
func (l *runLog) say(level slog.Level, text string, attributes ...any) {
	slog.New(l.handler()).Log(background, level, visible(text), attributes...)
}

func (l *runLog) handler() slog.Handler {
	return slog.NewTextHandler(io.Writer(l), &slog.HandlerOptions{Level: slog.LevelDebug})
}

// both logs to stderr what its level lets through, and everything to the run's log.
type both struct{ stderr, run slog.Handler }

func (b both) Enabled(context.Context, slog.Level) bool { return true }

func (b both) Handle(ctx context.Context, r slog.Record) error {
	if b.stderr.Enabled(ctx, r.Level) {
		b.stderr.Handle(ctx, r)
	}
	return b.run.Handle(ctx, r)
}

func (b both) WithAttrs(attributes []slog.Attr) slog.Handler {
	return both{b.stderr.WithAttrs(attributes), b.run.WithAttrs(attributes)}
}

func (b both) WithGroup(name string) slog.Handler {
	return both{b.stderr.WithGroup(name), b.run.WithGroup(name)}
}
