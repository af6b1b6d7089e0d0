// Rows in doubt and rows without a known id, looked for in the account.

package rundir

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/reconcile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// Resolved is what came of looking for rows in doubt.
type Resolved struct {
	reconcile.Result
	Dir   *Dir
	Tally Tally // of the run, after the look

	// Nothing says that no row was in doubt or without an id, and nothing was looked for. Without
	// Begun the run has no journal.
	Nothing, Begun bool
}

// Resolve looks for the rows in doubt of a run in its account, and for those whose id isn't
// known, as [reconcile.Run] does, and writes the reports again. It creates nothing. What it needs of o, and its
// errors, are those of [Resume].
func Resolve(ctx context.Context, path string, assume reconcile.Assumption, o Options) (*Resolved, error) {
	s, err := o.reenter(path)
	if err != nil {
		return nil, err
	}
	defer s.dir.unlock()
	if nothing, err := s.dir.withoutDoubts(); nothing != nil || err != nil {
		return nothing, err
	}
	if s.mapping.Mode != mapping.Create {
		return nil, s.dir.fail(ChangesInDoubt, fmt.Errorf("%s changes records that exist: whether one of them is there doesn't say whether it was changed. Going on with the run reads its rows in doubt and sends what is missing", s.dir.Path))
	}
	if err := s.reconnect(ctx); err != nil {
		return nil, err
	}
	defer s.conn.close()
	s.note("looking in %s, for rows of %s", s.dir.AccountName(), s.dir.Path)

	found, runErr := s.resolve(ctx, assume)
	if _, changed := errors.AsType[*rows.MismatchError](runErr); changed {
		return nil, runErr // reports would show the changed rows as if they had been sent
	}
	counts, err := s.rewrite(runErr)
	return &Resolved{Result: found, Dir: s.dir, Tally: Tally{counts, true}, Begun: true}, cmp.Or(runErr, err)
}

// withoutDoubts returns the result where there is nothing to look for, else nil.
func (d *Dir) withoutDoubts() (*Resolved, error) {
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return &Resolved{Dir: d, Nothing: true}, nil
	}
	if err != nil {
		return nil, err
	}
	defer st.Close()
	t := tallyOf(st)
	if t.InDoubt > 0 || t.IDsUnknown > 0 || len(st.OpenRows()) > 0 {
		return nil, nil
	}
	return &Resolved{Dir: d, Tally: t, Nothing: true, Begun: true}, nil
}

func (s *session) resolve(ctx context.Context, assume reconcile.Assumption) (reconcile.Result, error) {
	j, st, err := s.dir.journal()
	if err != nil {
		return reconcile.Result{}, err
	}
	defer st.Close()
	o := reconcile.Options{
		Open: func() (rows.Source, error) { return s.source() },
		Rows: s.rows(),
		API:  s.conn.Account, Limiter: s.conn.limiter, Journal: j, State: st, Assume: assume, Logger: s.Logger,
	}
	if o.Rows.Ordinals, err = s.ordinals(ctx, o.Open); err != nil {
		return reconcile.Result{}, cmp.Or(err, j.Close())
	}
	if o.Rows.Positions, err = rows.FindPositions(ctx, o.Open, s.mapper); err != nil {
		return reconcile.Result{}, cmp.Or(passError(ctx, err), j.Close())
	}
	found, err := reconcile.Run(ctx, o)
	return found, cmp.Or(err, j.Close())
}

// rewrite writes the reports again, with the counts and the exit code of now and
// the numbers of the import.
func (s *session) rewrite(runErr error) (report.Counts, error) {
	counts, st, err := s.dir.writeReports(s.mapping)
	if st != nil {
		defer st.Close()
	}
	if err != nil {
		return counts, fmt.Errorf("writing the reports: %w", err)
	}
	if err := s.settleSent(st); err != nil {
		s.note("the ledger isn't up to date: %v", err)
	}
	var summary report.Summary
	err = report.UpdateSummary(s.dir.Path, st, func(sum *report.Summary) {
		sum.Counts, sum.Refusals, sum.Warned = counts, s.dir.found.Refusals(), s.dir.found.Warned()
		sum.ExitCode = s.exitCode(runErr, counts.Refused+counts.InDoubt+counts.Pending == 0)
		summary = *sum
	})
	if err == nil && !summary.Finished.IsZero() {
		err = s.dir.writePage(summary)
	}
	return counts, err
}
