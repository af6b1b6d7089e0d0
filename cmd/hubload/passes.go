// Progress before the first write: the input is read once or more.

package main

import (
	"fmt"
	"io"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/hubload/hubload/importer/rundir"
)

// passes shows how far each reading of the input is, once it takes longer than a moment,
// until the run's own progress comes, or stop is called.
func (a *app) passes(say *sayFlags, o *rundir.Options) (stop func()) {
	var now atomic.Pointer[rundir.Pass]
	o.Pass = func(p rundir.Pass) { now.Store(&p) }
	stopped := a.showPasses(say.progressMode(a), now.Load)
	watch := o.Watch
	o.Watch = func(live rundir.Live) func() {
		stopped()
		return watch(live)
	}
	return stopped
}

func (a *app) showPasses(mode string, now func() *rundir.Pass) (stop func()) {
	var over atomic.Bool
	show := func(write func(line string)) func(bool) {
		return func(last bool) {
			if p := now(); !last && p != nil && !a.ui.asking.Load() {
				write(passLine(p))
			}
		}
	}
	var end func()
	switch mode {
	case "bar":
		draw := show(func(line string) {
			a.ui.barred.Store(true)
			io.WriteString(a.ui.err, "\r\x1b[K"+fitted(line, widthOf(a.ui.err)-1))
		})
		end = a.every(5*barEvery, draw)
	case "plain":
		end = a.every(plainEvery, show(func(line string) { a.ui.note("%s", line) }))
	default:
		return func() {}
	}
	return func() {
		if over.CompareAndSwap(false, true) {
			end()
			a.ui.clear()
			a.ui.barred.Store(false)
		}
	}
}

// passLine says how much of the input was read, in this reading of it.
func passLine(p *rundir.Pass) string {
	part := 100.0
	if p.Size > 0 {
		part = min(100, 100*float64(p.Offset())/float64(p.Size))
	}
	name := filepath.Base(p.File)
	if p.File == "-" {
		name = "standard input"
	}
	return fmt.Sprintf("reading %s before the first row is sent: %.0f %%", shown(name), part)
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
