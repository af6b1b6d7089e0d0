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
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
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
		begun, finished := st.Intents() > 0, tallyOf(st).Finished()
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

// earlierRuns is how many runs of a path are compared with what it holds now.
const earlierRuns = 3

// sameRowsBefore returns an error when rows of the input stood at the same place of
// the same file in an earlier run into the account, and were created then. Whoever
// fixes a few rows in the file itself, and not in failures.csv, must not get all
// others twice.
func sameRowsBefore(ctx context.Context, d *Dir, in *Input, m *mapping.Mapping) error {
	runs := slices.DeleteFunc(runsOf(in), func(r *Dir) bool {
		// Of the very same content something else is known; see claim.
		return r.BaseURL != d.BaseURL || r.Account != d.Account || r.Object != d.Object || r.covers(in)
	})
	for _, r := range runs[:min(len(runs), earlierRuns)] {
		n, err := r.rowsAgain(ctx, in, m)
		if err != nil {
			return err
		}
		if n > 0 {
			return r.fail(SeenRows, fmt.Errorf("at least %d rows of %s went into this account already, on %s, from %s", n, shown(in.Path), r.Started.Local().Format("2006-01-02 15:04"), r.Path))
		}
	}
	return nil
}

// rowsAgain counts rows of the input that the run has created or may have, by the
// checksums in its journal.
func (d *Dir) rowsAgain(ctx context.Context, in *Input, m *mapping.Mapping) (n int64, err error) {
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer st.Close()
	r, err := csvfile.Open(in.File(), csvfile.Options{Encoding: m.CSV.Encoding, Delimiter: m.CSV.Delimiter, Columns: m.Columns()})
	if err != nil {
		return 0, inputError(err)
	}
	defer r.Close()
	exist := int64(0) // of a slice
	for v := (rows.Verifier{Slices: st.Slices()}); v.Slices.Len() > 0; {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, inputError(err)
		}
		if !v.Holds(rec.Row) {
			continue
		}
		if rec.Row == v.Slices.First().From {
			exist = 0
		}
		if kind, ok := st.Kind(rec.Row); ok && kind != journal.Refused {
			exist++
		}
		if same, _ := v.Take(rec); same {
			n += exist
		}
	}
	return n, nil
}
