// An attempt: a file is checked and sent, and its state says what came of it.

package watch

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/ratelimit"
)

// attempt sends a file, or goes on with its run.
func (t *turn) attempt(ctx context.Context, f *File) error {
	if f.State != Running && f.Run == "" {
		if !t.untouched(f) {
			return t.touched(f)
		}
		refused, err := t.inspect(ctx, f)
		if err != nil {
			return t.judge(ctx, f, nil, err)
		}
		if refused != nil {
			return t.finish(f, Rejected, codeUnusable, refused.why, refused.text)
		}
	}
	if f.State != Running {
		if err := t.become(f, "running", func(f *File) { f.State = Running }); err != nil {
			return err
		}
	}
	t.look.sentTo(t.drop.Account)
	result, err := t.send(ctx, f)
	if stopped := t.stop("sent"); stopped != nil {
		return stopped
	}
	return t.judge(ctx, f, result, err)
}

// options are those of the file's import.
func (t *turn) options(f *File) rundir.Options {
	o, a := t.w.Import, t.w.account(t.drop)
	o.OwnRun = true
	o.File, o.Dir, o.Object = t.path(f), t.runDir(f), t.drop.Object
	o.AccountID, o.BaseURL, o.Version = cmp.Or(a.ID, o.AccountID), cmp.Or(a.BaseURL, o.BaseURL), cmp.Or(a.APIVersion, o.Version)
	o.Connect = func(ctx context.Context, e rundir.Endpoint) (rundir.Account, error) { return t.w.Connect(ctx, a, e) }
	if a.Limit.N != 0 || a.Share != 0 {
		o.Rate = ratelimit.Options{Cap: a.Limit.Limit, Share: a.Share}
	}
	o.WaitDaily = o.WaitDaily || a.WaitDaily
	if t.drop.MaxFailures.Threshold.Rows > 0 || t.drop.MaxFailures.Percent > 0 {
		o.MaxRefused = t.drop.MaxFailures.Threshold
	}
	if f.Lift {
		o.MaxRefused.Rows, o.MaxRefused.Percent = 0, 100
	}
	o.Again = f.Again
	o.Seen = rundir.Seen(t.drop.Seen)
	if t.drop.Rows == "growing" {
		o.Seen = rundir.SeenSkip
	}
	if parent := t.byRun(f.Parent); parent != nil {
		o.FailuresOf = t.runDir(parent)
		o.CorrectedBy = t.correctedBy(f)
	} else {
		o.Mapping = t.drop.Mapping
	}
	return o
}

// send imports the file, or goes on with the run that it has.
func (t *turn) send(ctx context.Context, f *File) (*rundir.Result, error) {
	o := t.options(f)
	if d, err := rundir.Open(t.runDir(f)); err == nil && d.ID != "" {
		if f.Again && d.Started.Before(f.Since) {
			o.Again = false // it was for the run's beginning
		}
		if f.Grown {
			return rundir.Import(ctx, o) // what was added goes in with the same run
		}
		return rundir.Resume(ctx, t.runDir(f), o)
	}
	return rundir.Import(ctx, o)
}

// judge gives a file the state that follows from how its run ended.
func (t *turn) judge(ctx context.Context, f *File, r *rundir.Result, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx) // it goes on at the next look
	}
	if errors.Is(err, errStopped) {
		return err
	}
	if err != nil && !t.untouched(f) {
		return t.touched(f)
	}
	code := t.w.exitCode(r, err)
	repeated := r != nil && r.Done && r.Dir.Path != t.runDir(f)
	end := endingOf(r, err, code, repeated)
	text := ""
	if err != nil {
		text = err.Error()
		if t.w.Advice != nil {
			if advice := t.w.Advice(err); advice != "" {
				text += "\nhint: " + advice
			}
		}
		t.w.note("%s: %s: %v", t.drop.Name, f.Name, err)
	}
	counted := func(f *File) {
		if r == nil || repeated {
			return
		}
		f.Run, f.Counts = r.Dir.ID, r.Summary.Counts
		f.Requests, f.Limited, f.Seconds = r.Summary.Requests, r.Summary.Limited, r.Summary.Seconds
	}
	state := end.state()
	if !state.Active() && state != Rejected && !t.untouched(f) {
		if err := t.become(f, "counted", counted); err != nil {
			return err
		}
		return t.hold(f, lateWrite)
	}
	if !state.Active() {
		if err := t.become(f, "counted", counted); err != nil {
			return err
		}
		why := end.why()
		if state == Done {
			why = ""
		}
		if state == Duplicate {
			why, end.code = "the same content went in before", codeDone
		}
		return t.finish(f, state, end.code, why, text)
	}
	return t.postpone(f, state, end, text, counted)
}

// postpone keeps a file in the inbox.
func (t *turn) postpone(f *File, state State, end ending, text string, counted func(*File)) error {
	now := time.Now().UTC()
	retry := t.drop.Retry.Duration
	if retry == 0 {
		retry = DefaultRetry
	}
	err := t.become(f, "postponed", func(f *File) {
		counted(f)
		if f.Code != end.code || f.First.IsZero() {
			f.First, f.Tries = now, 0
		}
		f.State, f.Code, f.Why = state, end.code, end.why()
		f.Tries++
		f.Next = now.Add(end.pause(f.Tries))
		if f.State == Waiting && f.Code == codeFailed && now.Sub(f.First) >= retry {
			f.State = Held
		}
		if f.State == Held {
			f.Next = time.Time{}
		}
	})
	if err != nil {
		return err
	}
	t.look.add(f.Code)
	t.look.due(f.Next)
	if f.Code == codeDenied {
		t.look.deny(t.drop.Account)
	}
	if err := t.writeWhy(f, text); err != nil {
		return err
	}
	t.report(f)
	return nil
}

// hold keeps a file in the inbox until a person decides.
func (t *turn) hold(f *File, why string) error {
	err := t.become(f, "postponed", func(f *File) {
		f.State, f.Code, f.Why, f.Next = Held, codeMismatch, why, time.Time{}
	})
	if err != nil {
		return err
	}
	t.look.add(f.Code)
	t.report(f)
	return t.writeWhy(f, why)
}
