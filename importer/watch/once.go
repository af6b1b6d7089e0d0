// One look for cron, or looks without end.

package watch

import (
	"context"
	"time"
)

// Once looks at every drop, waits for files that have to stand still, if there are any,
// and looks at these once more. It tells the channels of [Config].Notify: a start, what
// became of files, and how it ended.
func (w *Watcher) Once(ctx context.Context) (*Look, error) {
	w.tellStart(ctx)
	found, err := w.lookTwice(ctx)
	if err == nil {
		w.tell(ctx, found)
	}
	return found, err
}

func (w *Watcher) lookTwice(ctx context.Context) (*Look, error) {
	found, err := w.Look(ctx)
	if err != nil {
		return found, err
	}
	settle := w.longestSettle()
	if wait := time.Until(found.Next); found.Next.IsZero() || wait > settle || settle == 0 {
		return found, nil
	} else if err := sleep(ctx, wait); err != nil {
		return found, err
	}
	more, err := w.Look(ctx)
	more.Events = append(found.Events, more.Events...)
	more.Code = graver(found.Code, more.Code)
	return more, err
}

// longestSettle is how long files of any drop have to stand still.
func (w *Watcher) longestSettle() (d time.Duration) {
	for i := range w.Drops {
		d = max(d, w.Drops[i].settle())
	}
	return d
}

func graver(a, b int) int {
	for _, c := range gravity {
		if a == c || b == c {
			return c
		}
	}
	return max(a, b)
}

// Run looks again and again, this long after each look, until ctx ends, and returns
// [context.Cause] then. See [Watcher.Once] for the rest.
func (w *Watcher) Run(ctx context.Context, every time.Duration, looked func(*Look)) error {
	for {
		w.tellStart(ctx)
		found, err := w.Look(ctx)
		if err != nil {
			return err
		}
		w.tell(ctx, found)
		if looked != nil {
			looked(found)
		}
		if err := sleep(ctx, every); err != nil {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// DryRun says of each file of the drops whether it would be taken now, and why not. It
// writes nothing, so that what has to stand still never does for it alone.
func (w *Watcher) DryRun() (list []Candidate, errs []error) {
	for i := range w.Drops {
		d := &w.Drops[i]
		files, _, err := d.candidates(time.Now(), readSightings(w.StateOf(d)))
		if err != nil {
			errs = append(errs, err)
		}
		list = append(list, files...)
	}
	return list, errs
}
