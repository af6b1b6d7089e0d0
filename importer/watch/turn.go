// A turn: one look at one drop, from the claims to what is overdue.

package watch

import (
	"context"
	"errors"
	"path/filepath"
	"time"
)

// A turn holds the drop's ledger.
type turn struct {
	*ledger
	w    *Watcher
	drop *Drop
	look *look
}

// run looks at the drop once. Its error is one for which the drop can't be looked at.
func (t *turn) run(ctx context.Context) error {
	if err := t.begin(t.drop); err != nil {
		return err
	}
	if err := t.recover(); err != nil {
		return err
	}
	if err := t.takeReady(); err != nil {
		return err
	}
	if err := t.work(ctx); err != nil {
		return err
	}
	if err := t.lateWrites(time.Now()); err != nil {
		return err
	}
	if err := t.followRuns(); err != nil {
		return err
	}
	if err := t.resolveDoubts(ctx); err != nil {
		return err
	}
	if err := t.closeFamilies(); err != nil {
		return err
	}
	if err := t.expect(time.Now()); err != nil {
		return err
	}
	return t.retain(time.Now())
}

// takeReady claims what is ready. Files are taken while others wait, too: the next night
// may bring the same names.
func (t *turn) takeReady() error {
	seen := readSightings(t.dir)
	list, next, err := t.drop.candidates(time.Now(), seen)
	if err != nil {
		return err
	}
	var ready []Candidate
	for _, c := range list {
		// A folder that several drops share holds the corrected rows of all.
		if c.Ready && !matches(t.drop.globs(), c.Name) && !t.wrote(filepath.Join(t.drop.Dir, c.Name)) {
			continue
		}
		if c.Ready {
			ready = append(ready, c)
			delete(next, c.Name)
			continue
		}
		t.look.due(c.Due)
	}
	if len(seen)+len(next) > 0 {
		if err := writeSightings(t.dir, next); err != nil {
			return err
		}
	}
	return t.claim(ready)
}

// work sends what is in the inbox, in the order in which it was claimed, until a file has
// to wait. Corrected rows don't wait: they may be what the others wait for.
func (t *turn) work(ctx context.Context) error {
	blocked := t.refusedHold()
	var active []*File
	for _, f := range t.files {
		if f.State.Active() {
			active = append(active, f)
		}
	}
	for _, f := range active {
		if blocked && f.Of == "" && !(f.State == Claimed && isReturned(f.Name)) {
			continue
		}
		if err := t.workOn(ctx, f); err != nil {
			return err
		}
		if f.Of == "" && (f.State.Active() || t.refusedHold()) {
			blocked = true
		}
	}
	return nil
}

// refusedHold reports whether the drop waits until refused rows are corrected.
func (t *turn) refusedHold() bool {
	if t.drop.On.Refused != "hold" {
		return false
	}
	for _, f := range t.files {
		if f.State == Open && f.Of == "" && f.Refused > 0 {
			t.look.add(3)
			return true
		}
	}
	return false
}

func (t *turn) workOn(ctx context.Context, f *File) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if f.State == Held || f.State == Waiting && (time.Now().Before(f.Next) || t.look.isDenied(t.drop.Account)) {
		t.look.add(f.Code)
		t.look.due(f.Next)
		return nil
	}
	if t.look.isDenied(t.drop.Account) {
		return nil
	}
	return t.attempt(ctx, f)
}

// become makes a file's new state durable.
func (t *turn) become(f *File, point string, change func(*File)) error {
	next := *f
	change(&next)
	if next.State != f.State {
		next.Since = time.Now().UTC()
	}
	return t.save(point, entry{File: &next})
}

// save is ledger.save between two points at which a test stops the process.
func (t *turn) save(point string, entries ...entry) error {
	if err := t.stop("before " + point); err != nil {
		return err
	}
	if err := t.ledger.save(entries...); err != nil {
		return err
	}
	return t.stop("after " + point)
}

// errStopped ends everything at once, as a death does.
var errStopped = errors.New("stopped by a test")

func (t *turn) stop(point string) error {
	if t.w.stopAt != nil && t.w.stopAt(point) {
		return errStopped
	}
	return nil
}
