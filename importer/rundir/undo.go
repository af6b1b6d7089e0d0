// A run, undone: its records are archived.

package rundir

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/hubload/hubload/importer/before"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/importer/undo"
)

// UndoOptions say which records of a run to archive. The zero value means all that
// nobody has changed.
type UndoOptions struct {
	Rows           []journal.Span // by the numbers of hubload_row; none: all
	ArchiveChanged bool           // also those that hold other values now
	DryRun         bool           // archive nothing, and say in undo.csv what would be

	// Confirm is asked before the first record is archived, unless it is nil. Its error
	// ends the undo.
	Confirm func(UndoPlan) error

	// Progress is called with how many records have a fate now, and how many there are,
	// from several goroutines. It may be nil.
	Progress func(settled, of int64)
}

// An UndoPlan is what an undo is about to do.
type UndoPlan struct {
	Dir     *Dir
	Records int64 // that the run created or changed, and that aren't undone; as it was when the undo began
	Updated int64 // of those that are left, the changed ones: they get their old values back
	Left    int64 // of them, without a fate: fewer than Records where an undo goes on

	// Untouched are rows that stay as they are: found in the account by the run,
	// in doubt, and created by an answer that didn't say which record is theirs.
	Existing, InDoubt, IDsUnknown int64
}

// Undone is what came of an undo.
type Undone struct {
	Plan   UndoPlan
	Fates  journal.Counts // of this undo
	Report string         // the path of undo.csv

	// Nothing says that there was no record to archive, and nothing was asked.
	Nothing bool
}

// Complete reports whether no record of the plan exists any more.
func (u *Undone) Complete() bool {
	return u.Nothing || u.Fates.Archived+u.Fates.Gone+u.Fates.Restored == u.Plan.Records
}

// Undo archives the records that a run created, as [undo.Run] does, and writes undo.csv
// into its directory. Given again after an interruption, it goes on. A run without a
// record that is left, or may be, is undone: its content can be imported again, as a new
// run. What it needs of o, and its errors, are those of [Resume]; besides, an [*Error]
// with InputGone. With an error the result is nil, or says how far it came.
func Undo(ctx context.Context, path string, u UndoOptions, o Options) (*Undone, error) {
	s, err := o.take(path)
	if err != nil {
		return nil, err
	}
	defer s.dir.unlock()
	if err := cmp.Or(s.bind(), s.checkInput(ctx)); err != nil {
		if !u.ArchiveChanged {
			return nil, &Error{Reason: InputGone, Path: s.dir.Path, Err: fmt.Errorf("what the run sent isn't known, so that records which were changed since can't be told: %w", err)}
		}
		s.mapper = nil
	}
	p, err := s.planUndo(ctx, u)
	if err != nil {
		return nil, err
	}
	defer p.close()
	if p.plan.Records == 0 {
		return &Undone{Plan: p.plan, Nothing: true}, s.markUndone(p)
	}
	if err := s.reach(ctx); err != nil {
		return nil, err
	}
	defer s.conn.close()
	if u.Confirm != nil && !u.DryRun {
		if err := u.Confirm(p.plan); err != nil {
			return nil, err
		}
	}
	return s.undo(ctx, p)
}

// undo carries out a plan.
func (s *session) undo(ctx context.Context, p *undoing) (*Undone, error) {
	j, st, remove, err := s.openUndo(ctx, p)
	defer remove()
	if err != nil {
		return nil, err
	}
	defer st.Close()
	o := undo.Options{
		Run: p.run, Select: p.selected, Source: p.source, DryRun: p.DryRun, ArchiveChanged: p.ArchiveChanged,
		Journal: j, State: st, Rows: s.rows(), Before: s.dir.overwritten,
		API: s.conn.Account, Limiter: s.conn.limiter, Workers: s.Workers, Logger: s.Logger, Progress: p.progress(),
	}
	if s.WaitDaily {
		o.DailyReset = s.conn.dailyReset
	}
	if s.mapper != nil {
		o.Open = func() (rows.Source, error) { return s.source() }
		if o.Rows.Ordinals, err = s.ordinals(ctx, o.Open); err != nil {
			return nil, cmp.Or(err, j.Close())
		}
		if o.Rows.Positions, err = rows.FindPositions(ctx, o.Open, s.mapper); err != nil {
			return nil, cmp.Or(passError(ctx, err), j.Close())
		}
	}
	runErr := undo.Run(ctx, o)
	runErr = cmp.Or(runErr, j.Close())
	now, err := journal.Load(p.journal())
	if err != nil {
		return nil, cmp.Or(runErr, err)
	}
	p.done = append(p.done, now) // where it has gone on, it says what the one before says, and more
	result := &Undone{Plan: p.plan, Fates: now.Counts(), Report: s.dir.file(undoReportName)}
	r := undo.Report{Run: p.run, Undos: p.done, Shown: p.shown, Planned: p.DryRun}
	if err := r.Write(result.Report); err != nil {
		return result, cmp.Or(runErr, fmt.Errorf("writing the report: %w", err))
	}
	if runErr == nil && !p.DryRun {
		runErr = s.markUndone(p)
	}
	return result, runErr
}

// overwritten is what a run has overwritten in the records of rows.
func (d *Dir) overwritten(from, to int64) (map[int64][]before.Value, error) {
	values := map[int64][]before.Value{}
	err := before.Read(d.file(before.Name), func(v before.Value) bool {
		if from <= v.Row && v.Row <= to {
			values[v.Row] = append(values[v.Row], v)
		}
		return true
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // the report says of each record that its old values aren't known
	}
	return values, err
}

// markUndone notes what is left of the run's rows in the account, in the run and in the
// ledger. Where nothing is, and nothing may be, the run is undone.
func (s *session) markUndone(p *undoing) error {
	if !p.leaves(s.dir) && s.dir.Undone.IsZero() {
		s.dir.Undone = time.Now()
		if err := s.dir.save(); err != nil {
			return err
		}
	}
	if !s.remembers() {
		return nil
	}
	err := s.forgetSent(func(e *sent) { e.Settled = e.Settled || !s.dir.Undone.IsZero() }, p.isUndone)
	if err != nil {
		s.note("the ledger isn't up to date: %v", err)
	}
	return nil
}
