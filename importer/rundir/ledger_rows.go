// Earlier runs of the same file: what has become of it since.
//
// A file that changes under its name may be tomorrow's delivery, with rows of its
// own. Or it's the same table once more, with rows added or fixed, and importing
// it anew would create the others twice. Its rows show which.

package rundir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/journal"
)

// runsOf returns the runs of the input's path, the latest first, whatever the file
// held then.
func runsOf(in *Input) []*Dir {
	if in.Spooled {
		return nil
	}
	entries, _ := os.ReadDir(Root)
	var runs []*Dir
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), in.Name+"-") {
			continue
		}
		if d, err := open(filepath.Join(Root, e.Name())); err == nil && !d.Sandbox && d.Input.Path == in.Path {
			runs = append(runs, d)
		}
	}
	slices.SortStableFunc(runs, func(a, b *Dir) int { return b.Started.Compare(a.Started) })
	return runs
}

// earlierOf finds the run of the same path that goes on with the file as it is now;
// nil when there is none. That is an unfinished one, whose journal can tell whether
// the change matters: starting anew would create its rows a second time. Or it's a
// finished one that has taken the file in as it is now, or of which the file is the
// continuation: then the rows that were appended are new. With a key a file that has
// changed otherwise may begin anew: what exists is found by its key.
func earlierOf(ctx context.Context, in *Input, keyed bool) (*Dir, error) {
	for _, d := range runsOf(in) {
		st, err := journal.Load(d.file(journalName))
		if err != nil {
			continue
		}
		// An intent is enough: its rows may exist although no fate says so.
		begun, finished := st.Intents() > 0 && d.Undone.IsZero(), tallyOf(st).Finished()
		st.Close()
		if !begun {
			continue
		}
		if !finished && !keyed || d.covers(in) {
			return d, nil
		}
		if grown, err := in.continues(ctx, d.latest()); grown || err != nil {
			return d, err
		}
	}
	return nil, nil
}

// continues reports whether the input begins with all that another one was.
func (in *Input) continues(ctx context.Context, other Identity) (bool, error) {
	if other.Size == 0 || other.Size >= in.Size {
		return false, nil
	}
	f, err := os.Open(in.File())
	if err != nil {
		return false, badInput(err)
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.CopyN(hash, cancellable{ctx, f}, other.Size); err != nil {
		if ctx.Err() != nil {
			return false, context.Cause(ctx)
		}
		return false, badInput(fmt.Errorf("reading %s: %w", in.Path, err))
	}
	return hex.EncodeToString(hash.Sum(nil)) == other.SHA256, nil
}

// latest is the input as the run's last process found it.
func (r *Run) latest() Identity {
	if r.Grown != nil {
		return *r.Grown
	}
	return r.Input
}

// covers reports whether the run is about the input's content as it is.
func (r *Run) covers(in *Input) bool {
	return in.SHA256 == r.Input.SHA256 || in.SHA256 == r.latest().SHA256
}

// grow notes that the run has taken in what the file has become. The content that
// it was begun with stays.
func (o *Options) grow(d *Dir, in *Input) error {
	d.Grown = &in.Identity
	if err := d.save(); err != nil {
		return err
	}
	now := *d
	now.Input = in.Identity
	if err := o.ledger().add(&now); err != nil {
		o.note("imports can't be remembered: %v", err)
	}
	return nil
}
