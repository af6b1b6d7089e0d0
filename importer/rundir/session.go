// A session: one process's share of a run, from the first row to the reports.

package rundir

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/before"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// A session is what is needed to work on a run that this process has locked.
type session struct {
	*Options
	dir     *Dir
	conn    *connection
	mapping *mapping.Mapping
	mapper  *mapping.Mapper

	input  Identity               // as it is now
	record mapping.Record         // of the row at hand, in passes over the input
	stats  csvfile.Stats          // what was overlooked in the input
	before map[int64]journal.Fate // rows that were corrected before; see rowsBefore
	odd    []report.Reason

	timeline []report.Moment
}

// execute runs the import and leaves reports behind, whatever comes.
func (s *session) execute(ctx context.Context) (*Result, error) {
	d, started := s.dir, time.Now()
	if err := s.checkJournal(); err != nil {
		return nil, err
	}
	j, st, err := d.journal()
	if err != nil {
		return nil, err
	}
	if st != nil {
		defer st.Close()
		if torn := st.Torn(); torn > 0 {
			s.note("the journal ended in the middle of a record, as after a crash: %d bytes were cut off", torn)
		}
	}
	if s.seen() == SeenSkip && s.mapping.Mode != mapping.Update {
		if j, st, err = s.skip(ctx, j, st); err != nil {
			return nil, err
		}
		defer st.Close()
	}
	if j, st, err = s.settleBefore(ctx, j, st); err != nil {
		return nil, err
	}
	if st != nil {
		defer st.Close()
	}
	s.note("%s goes into %s as %s; run directory %s", shown(d.Input.Path), d.AccountName(), d.Object, d.Path)

	progress := new(importer.Progress)
	runErr := s.run(ctx, j, st, progress)
	closeErr := j.Close()
	if _, changed := errors.AsType[*rows.MismatchError](runErr); changed {
		return nil, runErr // reports would show the changed rows as if they had been sent
	}
	result, reportErr := s.finish(progress, started, runErr)
	return result, cmp.Or(runErr, closeErr, reportErr)
}

// skip settles rows that exist before others are sent, and opens the journal anew.
func (s *session) skip(ctx context.Context, j *journal.Journal, st *journal.State) (*journal.Journal, *journal.State, error) {
	if err := cmp.Or(s.skipSeen(ctx, j, st), j.Close()); err != nil {
		j.Close()
		return nil, nil, err
	}
	return s.dir.journal()
}

// run puts the rooms together.
func (s *session) run(ctx context.Context, j *journal.Journal, st *journal.State, progress *importer.Progress) error {
	src, err := s.source()
	if err != nil {
		return err
	}
	defer src.Close()
	open := func() (rows.Source, error) { return s.source() }
	im := importer.Import{
		Source: src, Rows: s.rows(), API: s.conn.Account, Name: s.dir.ID, Journal: j, State: st,
		Limiter:   s.conn.limiter,
		BatchSize: s.BatchSize, Workers: s.Workers, MaxRefused: s.MaxRefused,
		Progress: progress, Logger: s.Logger,
		Mode: s.mapping.Mode, WriteAll: s.mapping.WriteAll,
	}
	if im.Mode != mapping.Create {
		if im.Before, err = s.openBefore(st); err != nil {
			return err
		}
		defer im.Before.Close()
	}
	if s.WaitDaily {
		im.DailyReset = s.conn.dailyReset
	}
	im.KeyProved = s.dir.Sandbox || s.dir.Key == schema.RecordID || s.dir.Key != "" && s.state().keyChecked(&s.dir.Run)
	if im.Rows.Ordinals, err = s.ordinals(ctx, open); err != nil {
		return err
	}
	if err := im.Rows.Prepare(ctx, open); err != nil {
		return passError(ctx, err)
	}
	if err := s.guardChanges(ctx, im.Rows); err != nil {
		return err
	}
	if s.Sandbox && s.Seed != nil {
		if err := s.Seed(ctx, s.mapper, open); err != nil {
			return passError(ctx, fmt.Errorf("looking for associated records: %w", err))
		}
	}
	src.notices = noticesOf(s.mapping, s.mapper, src.Header())
	im.Rows.Total = src.notices.total
	stop := func() {}
	if s.Watch != nil {
		stop = s.Watch(Live{Dir: s.dir.Path, Progress: progress, Size: s.dir.Input.Size, Offset: src.Offset, Limit: s.conn.limiter.Limit})
	}
	record := recordTimeline(progress)
	err = importer.Run(ctx, im)
	s.timeline = record()
	stop()
	s.stats = src.Stats()
	src.original.say(s.Options)
	src.notices.say(s.Options, s.stats)
	s.odd = src.notices.found.Odd()
	if err != nil {
		return err
	}
	if s.dir.More {
		s.dir.More = false
		if err := s.dir.save(); err != nil {
			return err
		}
	}
	if progress.Now().Read == 0 {
		s.note("the file has a header and no rows")
	}
	if s.dir.Key != "" && !s.dir.Sandbox && progress.Now().Created > 0 {
		s.state().rememberKey(&s.dir.Run)
	}
	return nil
}

// openBefore opens the file of old values. Those of rows with a fate aren't needed.
func (s *session) openBefore(st *journal.State) (*before.File, error) {
	return before.Open(s.dir.file(before.Name), func(row int64) bool {
		if st == nil {
			return true
		}
		kind, settled := st.Kind(row)
		return !settled || kind == journal.InDoubt
	})
}

// passError is the error of a pass over the input before the first request.
func passError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return badInput(err)
}

// rows says how the rows of the run are mapped.
func (s *session) rows() rows.Config {
	return rows.Config{Mapper: s.mapper, Key: s.dir.Key}
}

// finish writes the reports from what is on disk, so that they are what Report would
// write later. They are written also where the input is cut off.
func (s *session) finish(progress *importer.Progress, started time.Time, runErr error) (*Result, error) {
	counts, st, err := s.dir.writeReports(s.mapping)
	if err != nil && !errors.Is(err, report.ErrIncomplete) {
		return &Result{Dir: s.dir}, fmt.Errorf("writing the reports: %w", err)
	}
	defer st.Close()
	now, snap := time.Now(), progress.Now()
	result := &Result{Dir: s.dir, Summary: s.dir.summary(counts, st)}
	sum := &result.Summary
	sum.Odd = s.odd
	sum.Seconds, sum.Finished = now.Sub(started).Seconds(), now
	sum.ExitCode = s.exitCode(runErr, result.Complete())
	sum.Stats = s.stats
	sum.SessionRows = snap.Settled() - snap.Carried
	if sum.Seconds > 0 {
		sum.RowsPerSecond = float64(sum.SessionRows) / sum.Seconds
	}
	if err := s.settleSent(st); err != nil {
		s.note("the ledger isn't up to date: %v", err)
	}
	sum.Timeline = s.timeline
	err = s.dir.writeSummary(*sum)
	result.Reported = err == nil
	return result, err
}

// source opens the input from its start.
func (s *session) source() (*source, error) {
	r, err := s.dir.input(s.mapping)
	if err != nil {
		return nil, err
	}
	src := newSource(r, s.dir.inputPath(), s.dir.Restore)
	src.first = s.dir.First
	if s.Pass != nil {
		s.Pass(Pass{File: s.dir.Input.Path, Size: s.dir.Input.Size, Offset: r.Offset})
	}
	return src, nil
}
