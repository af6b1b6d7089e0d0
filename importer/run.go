// A run: what its goroutines share, and what happens to a job until its rows have fates.

package importer

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/lookup"
)

const (
	maxUnprovedAttempts = 4    // of a row, with a key
	maxStreak           = 1000 // refused rows in a row, before the run stops
)

// The codes of hubload's own that the engine gives; those of other rooms stand there.
const ()

// A run is shared by the workers.
type run struct {
	im          Import
	ctx         context.Context // for what must end: answers in flight and their fates
	batchSize   int
	progress    *Progress
	log         *slog.Logger
	concurrency *concurrencyLimiter
	proof       *keyProof
	lookups     *lookup.Batcher // nil when the mapping looks nothing up
	died        map[int64]bool  // rows that were in flight when a process died
	room        room            // for rows that are read
	desks       pool[desk]
	dockets     pool[docket]

	calls *call.Caller

	mu     sync.Mutex
	streak int // refused rows in a row
}

func newRun(im Import) *run {
	r := &run{im: im, batchSize: im.BatchSize, progress: im.Progress, log: im.Logger, concurrency: newConcurrencyLimiter(im.Workers), died: map[int64]bool{}}
	if r.batchSize == 0 {
		r.batchSize = api.MaxBatch
	}
	if r.batchSize < 1 || r.batchSize > api.MaxBatch {
		panic(fmt.Sprintf("importer: a batch size of %d is not between 1 and %d", im.BatchSize, api.MaxBatch))
	}
	if im.Mapper != nil && len(im.Mapper.Numbered()) > 0 && im.Positions == nil {
		panic("importer: a mapping that numbers rows needs Positions")
	}
	if r.progress == nil {
		r.progress = new(Progress)
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	r.calls = call.New(call.Options{API: im.API, Limiter: im.Limiter, Patience: im.Patience, DailyReset: im.DailyReset, Logger: r.log})
	if im.State != nil {
		r.progress.resume(im.State)
	}
	if im.Mapper != nil && len(im.Mapper.Targets()) > 0 {
		r.lookups = lookup.New(r.calls)
	}
	return r
}

// doubtOpen gives the rows the fate in doubt that were in flight when a process died.
// With a key they are looked up when the slicer reads them.
func (r *run) doubtOpen() error {
	if r.im.State == nil {
		return nil
	}
	fates, doubted, err := r.im.Journal.DoubtOpen(r.im.State)
	for _, f := range fates {
		r.died[f.Row] = true
	}
	r.progress.settle(fates, doubted)
	return err
}

// kind is what the journal says of a row that an earlier process read.
func (r *run) kind(row int64) (journal.Kind, bool) {
	if r.died[row] {
		return journal.InDoubt, true
	}
	return r.im.State.Kind(row)
}

// process sees a job through until each of its rows has a fate or the run ends.
func (r *run) process(ctx context.Context, j *job) error {
	// A group starts what was waiting for a place also after its first error.
	if err := ctx.Err(); err != nil {
		return err
	}
	clear, clouded := part(j.rows)
	clear, unlinked, err := r.link(ctx, clear)
	if err != nil {
		return err
	}
	j.refused = append(j.refused, unlinked...)
	books := &books{slices: j.slices, refused: j.refused}
	if len(clear) == 0 && !books.empty() {
		if _, err := r.begin(new(desk), nil, books); err != nil {
			return err
		}
	}
	if err := r.send(ctx, clear, books); err != nil {
		return err
	}
	if err := r.count(len(j.refused), 0); err != nil {
		return err
	}
	again, err := r.resolve(ctx, clouded)
	if err != nil {
		return err
	}
	// What leads nowhere now stays in doubt, for an earlier attempt may still
	// be executed.
	if again, _, err = r.link(ctx, again); err != nil {
		return err
	}
	if err := r.send(ctx, again, books); err != nil {
		return err
	}
	if r.im.Key == "" { // else the proof of the key may still read them
		r.room.giveBack(j.rows)
	}
	return nil
}

// part separates rows that an unproved attempt clouds from the others.
func part(rows []*row) (clear, clouded []*row) {
	if !slices.ContainsFunc(rows, func(rw *row) bool { return rw.tainted }) {
		return rows, nil
	}
	for _, rw := range rows {
		if rw.tainted {
			clouded = append(clouded, rw)
		} else {
			clear = append(clear, rw)
		}
	}
	return clear, clouded
}

// send makes attempts until none of rows is left to be sent.
func (r *run) send(ctx context.Context, rows []*row, books *books) error {
	todo := [][]*row{rows}
	for len(todo) > 0 {
		batch := todo[0]
		todo = todo[1:]
		if len(batch) == 0 {
			continue
		}
		out, err := r.attempt(ctx, batch, books)
		if err != nil {
			return err
		}
		again, err := r.resolve(ctx, out.unsettled)
		if err != nil {
			return err
		}
		half := len(out.halve) / 2
		todo = append([][]*row{out.back, again, out.halve[:half], out.halve[half:]}, todo...)
	}
	return nil
}
