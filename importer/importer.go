// The import, and what it is made of.

package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/before"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/lookup"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

// maxBytesInFlight bounds the memory of rows that wait or are in flight, however
// large they are.
const maxBytesInFlight = 8 << 20

// An Import says what to import, by what, and how. Source, Rows.Mapper, API,
// Limiter, Journal and Name are needed; the zero value of every other field is useful.
type Import struct {
	Source rows.Source

	// Rows says how rows are mapped; Known is set from State. It must be
	// prepared ([rows.Config.Prepare]) where the mapping has position rules or
	// a key. The caller has made sure that the account enforces the key: with
	// one that isn't unique rows would be created twice.
	Rows rows.Config

	API     api.API
	Limiter *ratelimit.Limiter
	Journal *journal.Journal

	// Name tells this run from others. With the row's number it makes the
	// trace id of each row, so it must not contain property values.
	Name string

	// State is what the journal held when it was opened; nil for a new one.
	State *journal.State

	// KeyProved says that this account is known to keep the key's values.
	// Otherwise the first records are read back after five seconds, and Run
	// doesn't end before.
	KeyProved bool

	// Mode says what becomes of rows whose record exists. Modes other than
	// [mapping.Create] find records by Rows.Key, which may be [schema.RecordID] in mode
	// Update, and need Before, to which they append the values that they are about to
	// overwrite. WriteAll sends every property of a record that exists, not only those
	// whose values differ.
	Mode     mapping.Mode
	WriteAll bool
	Before   *before.File

	BatchSize int // rows a request, 1 to MaxBatch; 0 is MaxBatch
	Workers   int // most requests in flight; 0 adapts

	// MaxRefused stops the run with a [StoppedError] when more rows are
	// refused. The zero value never does. Independent of it, 1,000 refused
	// rows in a row stop the run.
	MaxRefused Threshold

	// Patience is how long the server may be unreachable before the run
	// stops; 0 is a minute.
	Patience time.Duration

	// DailyReset is asked when the quota of the day is exhausted. It returns
	// when the quota is fresh again. Nil: the run stops.
	DailyReset func(context.Context) (time.Time, error)

	Progress *Progress    // kept up to date while the import runs; may be nil
	Logger   *slog.Logger // may be nil

	// step is called between the steps of each attempt. An error is the death
	// of the process there: nothing more is sent or written.
	step func(step) error
}

// Run imports what has no fate yet, and returns nil when every row of the input
// has one. Whatever it returns, the requests that had left are answered and their
// answers are in the journal, and calling Run again on the journal, opened anew,
// goes on.
//
// When ctx ends, Run sends nothing more, waits for the answers in flight (as
// long as the API's time limit) and returns [context.Cause]. Besides that it
// returns a [*rows.MismatchError], [*StoppedError], [*call.DeniedError], [*call.ServerError], [*call.QuotaError], [*KeyError], an
// error of the source, or an error of the journal, after which nothing was sent.
func Run(ctx context.Context, im Import) error {
	c, s, err := start(ctx, im)
	if err != nil {
		return err
	}
	defer c.check.stop()
	if c.lookups != nil {
		defer c.lookups.Wait()
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(c.concurrency.most)
	budget := semaphore.NewWeighted(maxBytesInFlight)

	var readErr error
	for c.concurrency.announce(gctx) == nil {
		b, err := s.next(gctx)
		if b == nil || err != nil {
			readErr = err
			break
		}
		size := min(int64(b.bytes), maxBytesInFlight)
		if budget.Acquire(gctx, size) != nil {
			break
		}
		group.Go(func() error {
			defer budget.Release(size)
			c.concurrency.started()
			return c.deliver(gctx, b)
		})
	}
	// A group whose parent ended with nothing in flight has no error: an interrupted
	// run would look finished. And the group's error is only an echo when it was ctx
	// that ended.
	err = group.Wait()
	if err == nil && readErr == nil {
		err = c.finish(ctx)
	}
	if err == nil {
		err = c.check.wait(ctx)
	}
	if cause := context.Cause(ctx); cause != nil && (err == nil || errors.Is(err, ctx.Err())) {
		return cause
	}
	return cmp.Or(err, readErr)
}

// start makes what a run needs. Rows that were in flight when a process died are in
// doubt then; with a key they are looked up when the slicer reads them.
func start(ctx context.Context, im Import) (*courier, *slicer, error) {
	size := cmp.Or(im.BatchSize, api.MaxBatch)
	if size < 1 || size > api.MaxBatch {
		panic(fmt.Sprintf("importer: a batch size of %d is not between 1 and %d", im.BatchSize, api.MaxBatch))
	}
	if len(im.Rows.Mapper.PositionRules()) > 0 && im.Rows.Positions == nil {
		panic("importer: a mapping with position rules needs Positions: see rows.Config.Prepare")
	}
	if im.Rows.Mapper.AutoKey() != "" && im.Rows.Ordinals == nil {
		panic("importer: a mapping with an automatic key needs Ordinals: see rows.Config.Prepare")
	}
	if im.Mode != mapping.Create && (im.Rows.Key == "" || im.Before == nil) {
		panic("importer: a mode that changes records needs a key, and Before")
	}
	im.Progress = cmp.Or(im.Progress, new(Progress))
	im.Logger = cmp.Or(im.Logger, slog.New(slog.DiscardHandler))
	calls := call.New(call.Options{API: im.API, Limiter: im.Limiter, Patience: im.Patience, DailyReset: im.DailyReset, Logger: im.Logger})
	rec := &recorder{journal: im.Journal, progress: im.Progress, stop: &stopRules{limit: im.MaxRefused, progress: im.Progress}, log: im.Logger}
	im.Progress.waitsFor(calls.Wait)
	died := map[int64]bool{}
	if im.State != nil {
		im.Rows.Known = im.State.Slices()
		im.Progress.resume(im.State)
		fates, doubted, err := im.Journal.DoubtOpen(im.State)
		if err != nil {
			return nil, nil, err
		}
		for _, f := range fates {
			died[f.Row] = true
		}
		im.Progress.settle(fates, doubted)
	}
	checked := im.Rows.Key
	if im.KeyProved {
		checked = ""
	}
	check := newKeyCheck(ctx, calls, checked)
	c := &courier{
		im: &im, calls: calls, concurrency: newConcurrencyLimiter(im.Workers), check: check, recorder: rec,
		first: newFirstAnswer(),
	}
	if im.State != nil && im.State.Intents() > 0 && im.State.Counts().Settled() > 0 {
		close(c.first.done)
	}
	if len(im.Rows.Mapper.Targets()) > 0 {
		c.lookups = lookup.New(calls)
	}
	s := &slicer{
		reader: rows.NewReader(im.Source, im.Rows), journal: im.Journal, state: im.State, died: died,
		keyed: im.Rows.Key != "", merges: c.merges.Load, size: size, progress: im.Progress, log: im.Logger, seed: maphash.MakeSeed(),
	}
	return c, s, nil
}
