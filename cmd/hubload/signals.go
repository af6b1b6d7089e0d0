// Signals: the first stops a run gently, the second at once.

package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// An interruptError is the cause of a context that a signal ended.
type interruptError struct{ signal os.Signal }

func (e *interruptError) Error() string { return fmt.Sprintf("interrupted (%s)", e.signal) }

func (e *interruptError) code() int {
	if e.signal == os.Interrupt {
		return 130
	}
	return 143
}

// lastWords are what the second signal leaves on stderr: how to go on. They travel in the
// context that the first one ends.
type lastWords struct{ text atomic.Pointer[string] }

type lastWordsKey struct{}

// setLastWords says what the second signal leaves on stderr.
func setLastWords(ctx context.Context, text string) {
	if words, ok := ctx.Value(lastWordsKey{}).(*lastWords); ok {
		words.text.Store(&text)
	}
}

// withSignals returns a context that the first SIGINT, SIGTERM or SIGHUP ends. The
// second ends the process: the journal is built for that. A closed stdout or
// stderr is no reason to stop an import, so SIGPIPE is ignored.
func withSignals(parent context.Context) context.Context {
	words := &lastWords{}
	ctx, cancel := context.WithCancelCause(context.WithValue(parent, lastWordsKey{}, words))
	wanted := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		wanted = append(wanted, syscall.SIGHUP)
	}
	signal.Ignore(syscall.SIGPIPE)
	got := make(chan os.Signal, 2)
	signal.Notify(got, wanted...)
	go func() {
		cancel(&interruptError{<-got})
		second := <-got
		if text := words.text.Load(); text != nil {
			fmt.Fprintln(os.Stderr, "\n"+*text)
		}
		os.Exit((&interruptError{second}).code())
	}()
	return ctx
}
