// Runs that the ledger has lost, as where the state directory was deleted: those that lie near
// the input come back into it.

package rundir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// registerNearby notes the runs of the account that lie in [Root], here or beside the input,
// and that the ledger lacks. The error is an [*Error] with LedgerLost where the files of one
// don't say what it has sent, and that matters. The caller holds the account.
func (s *session) registerNearby(ctx context.Context) error {
	looked := map[string]bool{}
	for _, root := range []string{Root, filepath.Join(filepath.Dir(s.dir.inputPath()), Root)} {
		if root, err := filepath.Abs(root); err != nil || looked[root] {
			continue
		} else {
			looked[root] = true
		}
		runs, _ := List(root) // one that can't be read is no run of which more could be known
		for _, d := range runs {
			if err := s.register(ctx, d); err != nil {
				return err
			}
		}
	}
	return nil
}

// register notes a run that the ledger lacks, unless it has nothing to do with the import.
func (s *session) register(ctx context.Context, d *Dir) error {
	l := s.ledger()
	if d.ID == s.dir.ID || d.Sandbox || d.NoLedger || !d.Undone.IsZero() || !sameAccount(&d.Run, &s.dir.Run) {
		return nil
	}
	if _, err := os.Stat(l.sentFile(&d.Run)); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if idle, err := d.idle(); idle && err == nil {
		return nil
	}
	m, err := d.mapping()
	if err == nil && m.Mode == mapping.Update {
		return nil // it created nothing
	}
	if err == nil {
		err = s.rewriteEntry(ctx, d, m)
	}
	if err == nil || ctx.Err() != nil || s.seen() == SendSeen {
		return context.Cause(ctx)
	}
	if m != nil && !s.mustRemember() && keyOf(m) == keyOf(s.mapping) && (!m.Key.Auto || bytes.Equal(contentOf(m), contentOf(s.mapping))) {
		return nil // the account knows its rows by their keys
	}
	return &Error{Reason: LedgerLost, Path: d.Path, Err: fmt.Errorf("the ledger of what went into this account lacks the run in %s, and the run's files don't say what it sent: %w", d.Path, err)}
}

// rewriteEntry makes the ledger's entry of a run from the run's own files. It takes 8 bytes
// of memory a row.
func (s *session) rewriteEntry(ctx context.Context, d *Dir, m *mapping.Mapping) error {
	st, err := journal.Load(d.file(journalName))
	if err != nil {
		return err
	}
	defer st.Close()
	t := tallyOf(st)
	e := (&session{Options: s.Options, dir: d, mapping: m, input: d.latest()}).entry()
	e.Settled, e.Counts = t.Finished(), t.Counts
	var hashes []uint64
	err = (&candidate{sent: e}).eachRecord(ctx, nil, func(int64) bool { return true }, func(row int64, c rows.Content, kind journal.Kind, _ string) {
		for int64(len(hashes)) < row {
			hashes = append(hashes, 0)
		}
		if kind != journal.Refused {
			hashes[row-1] = rowHash(c)
		}
	})
	if err != nil {
		return err
	}
	if err := atomicfile.MkdirAll(s.ledger().sentDir(&d.Run)); err != nil {
		return err
	}
	w, err := createSent(s.ledger().sentDir(&d.Run), e)
	if err != nil {
		w.close()
		return err
	}
	defer w.close()
	for _, hash := range hashes {
		if err := w.add(hash); err != nil {
			return err
		}
	}
	if err := w.publish(); err != nil {
		return err
	}
	s.note("the ledger of what went into this account lacked the run in %s: it is noted again", d.Path)
	return nil
}
