// What is undone, and how it is gone through.

// Package undo archives the records that a run created, and none that is not its own or
// that somebody has worked on since. Records that the run changed get their old values
// back, where they still hold those that the run wrote.
//
// For each hundred rows that the run created: wait, read, decide, begin, archive, commit.
// The records are read right before they are archived, and [decide] compares them with
// what the run sent. Then the intent is made durable, one request leaves, and its fates
// are made durable. Archiving twice does no harm: what an answer doesn't prove is read
// again, and repeated where the record still exists. At the end all that were archived
// are read once more. Old values are written in the same way: what a read shows counts,
// whatever the answer was.
//
// The journal of an undo has the row numbers of the run, and these fates: archived,
// restored (it has its old values), gone (it didn't exist any more), changed and foreign
// (both kept), refused (HubSpot refuses the request, or carries it out for show only).
package undo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/before"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

// Options say what to undo, and where. Run, API, Limiter, Journal and State are needed,
// and Open with Rows.Mapper unless ArchiveChanged is set.
type Options struct {
	Run     *journal.State              // what the run's journal says
	Select  func(row int64) bool        // which rows to undo; nil: all that the run created
	Source  string                      // hs_object_source_id of the run's records, by [FindSource]; "" when it isn't known
	Open    func() (rows.Source, error) // opens the run's input from its start; nil: what was sent isn't known
	Rows    rows.Config                 // how rows are mapped, as in the run; Known is set from Run
	DryRun  bool                        // archive nothing, and give the fate archived to what would be
	Journal *journal.Journal            // of this undo
	State   *journal.State              // what Journal held when it was opened

	// Before returns what the run has overwritten in the records of rows, by row. It is
	// needed where the run has changed records.
	Before func(from, to int64) (map[int64][]before.Value, error)

	// ArchiveChanged archives records also where they hold other values than those
	// that the run sent.
	ArchiveChanged bool

	API        api.API
	Limiter    *ratelimit.Limiter
	Workers    int           // most hundreds at work at a time; 0 is 16
	Patience   time.Duration // as in [call.Options], like the next two
	DailyReset func(context.Context) (time.Time, error)
	Logger     *slog.Logger // may be nil

	batch int // records of a request; 0 is api.MaxBatch, and tests need less

	Progress func(settled int64) // called with the number of rows that got a fate; may be nil
}

// defaultWorkers hundreds at a time keep 19 requests a second going while an answer
// takes up to 0.8 s.
const defaultWorkers = 16

// An undoing is a Run under way.
type undoing struct {
	Options
	calls *call.Caller
	old   map[int64][]before.Value // of the rows up to oldTo, from the one at hand on
	oldTo int64
}

// oldRows is for how many rows the old values are held. Each time they are looked for in
// the whole file.
const oldRows = 50_000

// An item is a record that the run created or changed.
type item struct {
	row      int64
	id       string
	sent     *mapping.Record // of a record that was created; nil when it isn't known
	attempts int             // requests to archive it, or to write old values

	updated bool           // it existed before the run
	old     []before.Value // what the run has overwritten
	back    []before.Value // of old, what is to be written back
	tries   int            // to write it back that HubSpot has answered
	refusal *api.Failure   // why the last request has left it as it was
}

// Undoes reports whether a row of this kind is undone: it was created, or its record was
// changed.
func Undoes(k journal.Kind) bool { return k == journal.Created || k == journal.Updated }

// Run undoes what isn't undone yet by the journal, and then looks whether everything that
// was archived is gone. Nothing may be sent for the run meanwhile.
//
// Fates are in the journal when Run returns, also those before an error. The error is a
// [*rows.MismatchError], one of [call.Read] or [call.Caller.Observe], of the source or of
// the journal, or [context.Cause] when ctx ends.
func Run(ctx context.Context, o Options) error {
	u := &undoing{
		Options: o,
		calls:   call.New(call.Options{API: o.API, Limiter: o.Limiter, Patience: o.Patience, DailyReset: o.DailyReset, Logger: o.Logger}),
	}
	u.Rows.Known = o.Run.Slices()
	u.Workers, u.batch = cmp.Or(u.Workers, defaultWorkers), cmp.Or(u.batch, api.MaxBatch)
	err := u.run(ctx)
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, ctx.Err()) {
		err = cause
	}
	return err
}

func (u *undoing) run(ctx context.Context) error {
	if _, _, err := u.Journal.DoubtOpen(u.State); err != nil {
		return err
	}
	err := u.hundreds(ctx, u.items, u.undo)
	if err != nil || u.DryRun {
		return err
	}
	now, err := u.Journal.State()
	if err != nil {
		return err
	}
	if err := u.hundreds(ctx, archivedIn(u.Run, now), u.verify); err != nil {
		return err
	}
	last, _ := u.Run.Rows()
	return u.Journal.Complete(last)
}

// hundreds collects the items that each yields and works on a hundred of them at a time.
func (u *undoing) hundreds(ctx context.Context, each func(context.Context, func(*item) error) error, work func(context.Context, []*item) error) error {
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(u.Workers)
	var batch []*item
	start := func() error {
		items := batch
		batch = nil
		if err := inner.Err(); err != nil {
			return err
		}
		g.Go(func() error { return work(inner, items) })
		return nil
	}
	err := each(ctx, func(it *item) error {
		if batch = append(batch, it); len(batch) < u.batch {
			return nil
		}
		return start()
	})
	if err == nil && len(batch) > 0 {
		err = start()
	}
	if failed := g.Wait(); failed != nil {
		return failed
	}
	return err
}

// items yields the records that are to be undone, in the order of the file.
func (u *undoing) items(ctx context.Context, yield func(*item) error) error {
	last, _ := u.Run.Rows()
	if u.Open == nil {
		for row := range last {
			if err := u.item(row+1, nil, yield); err != nil {
				return err
			}
		}
		return nil
	}
	var held []*item // of a slice that isn't verified yet: its rows may have changed
	hold := func(it *item) error {
		held = append(held, it)
		return nil
	}
	end := errors.New("the end of what the journal knows")
	err := rows.Each(ctx, u.Open, u.Rows, func(row *rows.Row) error {
		if err := u.item(row.Row, row, hold); err != nil {
			return err
		}
		if row.Verified {
			for _, it := range held {
				if err := yield(it); err != nil {
					return err
				}
			}
			held = nil
		}
		if row.Row == last {
			return end
		}
		return nil
	})
	if err == end {
		return nil
	}
	return err
}

// item yields the record of a row, if it is to be undone. in is the row, nil without an
// input.
func (u *undoing) item(row int64, in *rows.Row, yield func(*item) error) error {
	made, _ := u.Run.Kind(row)
	if !Undoes(made) || u.Select != nil && !u.Select(row) {
		return nil
	}
	if kind, settled := u.State.Kind(row); settled && kind != journal.InDoubt {
		return nil
	}
	fate, _, err := u.Run.Fate(row)
	if err != nil {
		return err
	}
	it := &item{row: row, id: fate.ID, attempts: u.State.Attempts(row), updated: made == journal.Updated}
	if it.updated {
		if it.old, err = u.overwritten(row); err != nil {
			return err
		}
	} else if in != nil {
		rec := new(mapping.Record)
		if in.Map(rec) == nil {
			it.sent = rec
		}
	}
	return yield(it)
}

// overwritten returns what the run has overwritten in the record of a row. Rows come in
// order.
func (u *undoing) overwritten(row int64) ([]before.Value, error) {
	if row > u.oldTo {
		old, err := u.Before(row, row+oldRows-1)
		if err != nil {
			return nil, fmt.Errorf("reading the old values: %w", err)
		}
		u.old, u.oldTo = old, row+oldRows-1
	}
	return u.old[row], nil
}

// read returns the records of items that exist, by id.
func (u *undoing) read(ctx context.Context, items []*item) (map[string]api.Record, error) {
	ids := make([]string, len(items))
	for i, it := range items {
		ids[i] = it.id
	}
	return readRecords(ctx, u.calls, ids, propertiesOf(items))
}

func readRecords(ctx context.Context, c *call.Caller, ids, properties []string) (map[string]api.Record, error) {
	records, err := call.Records(ctx, c, "", ids, properties)
	if refused := new(call.RefusedReadError); errors.As(err, &refused) {
		return nil, &call.ServerError{Message: "the records can't be read, and none is archived or changed unread", Err: refused.Err}
	}
	if err != nil {
		return nil, fmt.Errorf("reading the records: %w", err)
	}
	return records, nil
}

func (u *undoing) settled(n int) {
	if u.Progress != nil && n > 0 {
		u.Progress(int64(n))
	}
}
