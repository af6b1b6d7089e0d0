// Rows in doubt are looked up by themselves, after ten minutes and after a day.

package watch

import (
	"context"
	"time"

	"github.com/hubload/hubload/importer/reconcile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rundir"
)

// resolveAfter is how long after a file's run its rows in doubt are looked up: once when
// lists that lag have caught up, and once when a late execution is ruled out.
var resolveAfter = []time.Duration{10 * time.Minute, 24 * time.Hour}

// resolveDoubts looks up the rows in doubt of the drop's open files. It creates nothing.
func (t *turn) resolveDoubts(ctx context.Context) error {
	for _, f := range t.files {
		if f.State != Open || f.InDoubt == 0 || f.Looks >= len(resolveAfter) {
			continue
		}
		if due := f.Since.Add(resolveAfter[f.Looks]); time.Now().Before(due) {
			continue
		}
		if t.look.isDenied(t.drop.Account) {
			continue
		}
		if err := t.resolve(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

func (t *turn) resolve(ctx context.Context, f *File) error {
	found, err := rundir.Resolve(ctx, t.runDir(f), reconcile.AssumeNothing, t.options(f))
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		t.w.note("%s: rows in doubt of %s can't be looked up: %v", t.drop.Name, f.Name, err)
		if t.w.exitCode(nil, err) == codeDenied {
			t.look.deny(t.drop.Account)
		}
		return nil // at the next look
	}
	if err := t.become(f, "resolved", func(f *File) { f.Looks++ }); err != nil {
		return err
	}
	return t.recount(f, found.Tally.Counts)
}

// followRuns looks at the runs of open files. Rows in doubt may have been settled by
// hand, with hubload resolve, and a process may have died before it has acted on that.
func (t *turn) followRuns() error {
	for _, f := range t.files {
		if f.State != Open {
			continue
		}
		counts := f.Counts
		if f.InDoubt > 0 {
			tally, state, err := t.tally(f)
			if err != nil {
				t.w.note("%s: the run of %s can't be read: %v", t.drop.Name, f.Name, err)
				continue
			}
			if state != rundir.Running {
				counts = tally.Counts
			}
		}
		if err := t.recount(f, counts); err != nil {
			return err
		}
	}
	return nil
}

func (t *turn) tally(f *File) (rundir.Tally, rundir.State, error) {
	d, err := rundir.Open(t.runDir(f))
	if err != nil {
		return rundir.Tally{}, "", err
	}
	return d.Status()
}

// recount notes how many rows of an open file have which fate by now, and acts on it.
func (t *turn) recount(f *File, counts report.Counts) error {
	if counts.InDoubt != f.InDoubt || counts.Refused != f.Refused {
		if err := t.become(f, "recounted", func(f *File) { f.Counts = counts }); err != nil {
			return err
		}
	}
	if f.open() == 0 {
		return t.finish(f, Done, codeDone, "", "")
	}
	return t.offerFix(f)
}
