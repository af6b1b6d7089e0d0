// The watcher: looks at all drops, account by account.

package watch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rundir"
)

// Options say what to watch and how files are imported. Config and Connect are
// needed.
type Options struct {
	Config

	// Connect makes the account of a drop, as [rundir.Options].Connect does.
	Connect func(ctx context.Context, a Account, e rundir.Endpoint) (rundir.Account, error)

	// Import is what holds for all files. Its File, Dir, Mapping, FailuresOf, Connect and,
	// where a drop's account says them, AccountID, BaseURL, Version and Rate are set for
	// each. What happens to a file depends on Import.ExitCode: without it every error is
	// taken for one that passes. Without a StateDir the accounts' ledgers lie in
	// account/ of Config.State.
	Import rundir.Options

	Advice   func(error) string // what to do about an error, for the text beside a file; may be nil
	Parallel int                // accounts at a time; 0 is 4
	Event    func(Event)        // sees each event at once, from several goroutines; may be nil
}

// A Watcher looks at drops. One goroutine uses it.
type Watcher struct {
	Options
	stopAt func(point string) bool     // of tests: the process dies here
	rename func(from, to string) error // of tests: in place of os.Rename
}

// New returns a watcher. The error is that of [Config.Check].
func New(o Options) (*Watcher, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	o.Parallel = cmp.Or(o.Parallel, 4)
	// A container without a home has the volume of the drops.
	o.Import.StateDir = cmp.Or(o.Import.StateDir, filepath.Join(o.State, "account"))
	return &Watcher{Options: o}, nil
}

// A Look is what one look at all drops has found.
type Look struct {
	Events []Event

	// Code is the exit code: the gravest of what was found, in the order 7, 5, 1, 6, 2,
	// 3, 8 and 0. It is 4 when nothing else was found and another watcher is at work.
	Code int

	// Next is when a file is due: one that has to stand still, or that waits. It is zero
	// when none is.
	Next time.Time

	// Errors are those of drops that can't be looked at.
	Errors []error
}

// look is a Look at work, seen by a goroutine for each account.
type look struct {
	events  events
	overdue map[string]bool // by drop; its own goroutine of the drop writes under mu

	mu     sync.Mutex
	codes  []int
	next   time.Time
	denied map[string]bool // accounts
	sent   map[string]bool // accounts to which something was sent
	quotas map[string]quota
	errs   []error
	states map[string]*dropState
}

func (l *look) add(code int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.codes = append(l.codes, code)
}

func (l *look) due(at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !at.IsZero() && (l.next.IsZero() || at.Before(l.next)) {
		l.next = at
	}
}

func (l *look) deny(account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.denied[account] = true
}

func (l *look) isDenied(account string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.denied[account]
}

func (l *look) sentTo(account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent[account] = true
}

func (l *look) code() int {
	for _, c := range gravity {
		if slices.Contains(l.codes, c) {
			return c
		}
	}
	return codeDone
}

// Look looks at every drop once: it takes what is ready, sends it, and says what came of
// it. Nobody is told; see [Watcher.Once]. The error is [context.Cause] when ctx ends: what
// was under way goes on at the next look.
func (w *Watcher) Look(ctx context.Context) (*Look, error) {
	l := &look{denied: map[string]bool{}, sent: map[string]bool{}, quotas: map[string]quota{}, overdue: map[string]bool{}, states: map[string]*dropState{}}
	l.events.show = w.Event
	var g errgroup.Group
	g.SetLimit(w.Parallel)
	for _, drops := range w.byAccount() {
		g.Go(func() error {
			for _, d := range drops {
				if err := w.lookAt(ctx, l, d); err != nil {
					return err
				}
			}
			w.noteQuota(ctx, l, drops)
			return nil
		})
	}
	err := g.Wait()
	found := &Look{Events: l.events.list, Code: l.code(), Next: l.next, Errors: l.errs}
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil && w.Metrics != "" {
		if err := w.writeMetrics(l); err != nil {
			w.note("the metrics can't be written: %v", err)
		}
	}
	return found, err
}

// byAccount returns the drops of each account. The files of an account go one by one.
func (w *Watcher) byAccount() (groups [][]*Drop) {
	at := map[string]int{}
	for i := range w.Drops {
		d := &w.Drops[i]
		n, ok := at[d.Account]
		if !ok {
			n = len(groups)
			at[d.Account], groups = n, append(groups, nil)
		}
		groups[n] = append(groups[n], d)
	}
	return groups
}

// lookAt is a turn of one drop. What is wrong with one drop doesn't keep the others.
func (w *Watcher) lookAt(ctx context.Context, l *look, d *Drop) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	led, err := openLedger(w.StateOf(d))
	if err != nil {
		return w.failed(l, d, err)
	}
	defer led.close()
	t := &turn{ledger: led, w: w, drop: d, look: l}
	err = t.run(ctx)
	l.mu.Lock()
	l.states[d.Name] = stateOf(led)
	l.mu.Unlock()
	if err == nil || errors.Is(err, errStopped) || ctx.Err() != nil {
		return err
	}
	return w.failed(l, d, err)
}

// failed notes that a drop can't be looked at.
func (w *Watcher) failed(l *look, d *Drop, err error) error {
	code, why := codeFailed, "the drop or its state directory can't be used"
	_, locked := errors.AsType[*journal.LockedError](err)
	_, damaged := errors.AsType[*DamageError](err)
	_, other := errors.AsType[*OtherDropError](err)
	switch {
	case locked:
		code = codeLocked
	case damaged:
		code, why = codeMismatch, "its ledger is damaged: without it nobody knows which files were taken"
	case other:
		code, why = codeMismatch, "its state directory belongs to another drop"
	}
	l.add(code)
	err = fmt.Errorf("drop %s: %w", d.Name, err)
	l.mu.Lock()
	l.errs = append(l.errs, err)
	l.mu.Unlock()
	if !locked {
		l.events.add(Event{Event: eventFailed, Drop: d.Name, Account: d.Account, Code: code, Why: why, Path: w.StateOf(d)})
	}
	return nil
}

// StateOf is the state directory of a drop.
func (c *Config) StateOf(d *Drop) string {
	return cmp.Or(d.State, filepath.Join(c.State, d.Name))
}

func (w *Watcher) account(d *Drop) Account {
	a := w.Accounts[d.Account]
	a.Name = d.Account
	return a
}

// exitCode is the code of how a run ended.
func (w *Watcher) exitCode(r *rundir.Result, err error) int {
	switch {
	case err != nil && w.Import.ExitCode != nil:
		return w.Import.ExitCode(err)
	case err != nil:
		return codeFailed
	case !r.Complete():
		return codeOpen
	}
	return codeDone
}

func (w *Watcher) note(format string, args ...any) {
	if w.Import.Note != nil {
		w.Import.Note(fmt.Sprintf(format, args...))
	}
}
