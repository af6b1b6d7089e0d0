// Rows in doubt are looked for in the account, at a time when nothing is being sent.

package importer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

// Assumption is what is to be held of rows that stay in doubt although they were
// looked for.
type Assumption uint8

const (
	AssumeNothing Assumption = iota
	AssumeAbsent             // they are refused, so that they can be imported once more
	AssumeCreated            // they exist, with ids that nobody knows
)

// A Resolution says what to look for, and where. Open, Mapper, API, Limiter,
// Journal and State are needed.
type Resolution struct {
	// Open opens the input from its start; what is an [io.Closer] is closed.
	// It is opened again for each thousand rows in doubt, more or less.
	Open func() (rows.Source, error)

	Mapper  *mapping.Mapper
	API     api.API // creates nothing here
	Limiter *ratelimit.Limiter
	Journal *journal.Journal
	State   *journal.State // what the journal held when it was opened

	Key   string                 // as in [Import]
	KeyOf func(row int64) string // as in [Import]

	Positions *rows.Positions // as in [Import]

	Assume Assumption

	Patience   time.Duration                            // how long reads may fail in a row; 0 is a minute
	DailyReset func(context.Context) (time.Time, error) // as in [Import]
	Logger     *slog.Logger                             // may be nil
}

// Resolved counts what became of the rows that were in doubt. Those that weren't
// found are still in doubt, unless something was to be assumed of them.
type Resolved struct {
	InDoubt int64 // when it began, with those that were in flight when a process died
	Found   int64 // exist now, with the ids of their records

	Absent   int64 // no record is theirs as it seems
	Several  int64 // records match, and can't be told to be theirs
	Unlooked int64 // there is nowhere to look for them

	Assumed int64 // of the three kinds above
}

// Resolve looks for the rows in doubt of a run, and gives those that it finds the
// fate existing. Nothing may be sent for the run meanwhile.
//
// With a key rows are looked up by it. Without one, a row is looked for among the
// records that are associated with all the records that the row leads to, its
// parents. A record may be the row's if it was created since the run began (give
// or take 15 minutes, for clocks differ), if no row of the run has it, and if it
// has every value that the row sends: the same text, number or time. A record
// belongs to one row at most. Where rows in doubt are equal in all that they
// send, the first of them get the records that there are; where they aren't, a
// row is found only if it has a record in whichever way the records are given to
// rows. Rows that were assumed to exist, and those that were refused and may have
// been imported once more, come before those in doubt. More records than rows prove nothing for any of these rows, for somebody
// else has made some. That somebody else made all of a row's, with the same
// values and parents and since the run began, can't be excluded.
//
// What isn't found isn't absent: its request may be executed late, and lists may
// lag. It stays in doubt, with a message that says what was seen.
//
// Fates are in the journal when Resolve returns, also those found before an
// error. Besides those of [Run] (but no [KeyError]) it returns the error of ctx,
// by [context.Cause].
func Resolve(ctx context.Context, rs Resolution) (Resolved, error) {
	l := newLookup(ctx, rs)
	if err := l.settleOpen(); err != nil {
		return l.done, err
	}
	if l.lookups != nil {
		defer l.lookups.Wait()
	}
	l.done.InDoubt = l.progress.Counts().InDoubt
	err := l.all(ctx)
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, ctx.Err()) {
		err = cause
	}
	return l.done, err
}

// maxDoubts is about how many rows in doubt are held at a time.
const maxDoubts = 1000

// createdBefore is how much older than the run a record may be that is one of its
// rows': two clocks are compared.
const createdBefore = 15 * time.Minute

// A lookup is a Resolve under way. Its run has the limiter, the credentials and
// the journal in hand; it sends nothing.
type resolver struct {
	*run
	rs    Resolution
	since time.Time       // records that were created before are nobody's
	given map[string]bool // ids that rows have got from this lookup
	done  Resolved
}

func newLookup(ctx context.Context, rs Resolution) *resolver {
	l := &resolver{
		run: newRun(Import{
			Mapper: rs.Mapper, API: rs.API, Limiter: rs.Limiter, Journal: rs.Journal, State: rs.State,
			Key: rs.Key, KeyOf: rs.KeyOf, Positions: rs.Positions, Patience: rs.Patience, DailyReset: rs.DailyReset, Logger: rs.Logger,
		}),
		rs:    rs,
		since: rs.State.Header().Started.Add(-createdBefore),
		given: map[string]bool{},
	}
	l.ctx = context.WithoutCancel(ctx)
	return l
}

// all looks for one share of the rows after the other.
func (l *resolver) all(ctx context.Context) error {
	shares, err := l.share(ctx)
	if err != nil {
		return err
	}
	for n := range shares.n {
		rows, unmapped, err := l.collect(ctx, func(rw *row) bool { return shares.of(rw) == n })
		if err != nil {
			return err
		}
		var finds []find
		if l.rs.Key != "" {
			finds, err = l.byKey(ctx, rows)
		} else {
			finds, err = l.byParents(ctx, rows)
		}
		if err != nil {
			return err
		}
		if n > 0 {
			unmapped = nil // every share has them
		}
		if err := l.conclude(rows, finds, unmapped); err != nil {
			return err
		}
	}
	return nil
}

// A find is what came of looking for one row.
type find struct {
	id      string // "" when it wasn't found
	several bool   // records match
	nowhere bool   // there is nowhere to look
	message string // why it stays in doubt
}

// conclude gives the rows their fates. Unmapped are those of rows of which the
// mapping makes no record.
func (l *resolver) conclude(rows []*row, finds []find, unmapped []journal.Fate) error {
	l.done.Unlooked += int64(len(unmapped))
	doubts := unmapped
	var fates []journal.Fate
	for i, f := range finds {
		rw := rows[i]
		switch {
		case !rw.tainted:
			continue // a rival
		case f.id != "":
			l.done.Found++
			l.given[f.id] = true
			fates = append(fates, journal.Fate{Row: rw.n, Kind: journal.Existing, ID: f.id, Attempts: rw.attempts})
			continue
		case f.nowhere:
			l.done.Unlooked++
		case f.several:
			l.done.Several++
		default:
			l.done.Absent++
		}
		doubts = append(doubts, rw.fate(journal.InDoubt, &api.Failure{Message: f.message}))
	}
	for _, fate := range doubts {
		fate, news, err := l.assume(fate)
		if err != nil {
			return err
		}
		if news {
			fates = append(fates, fate)
		}
	}
	if len(fates) == 0 {
		return nil
	}
	if err := l.rs.Journal.Settle(fates); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	return nil
}

// assume makes of the fate of a row that is still in doubt what is to be assumed
// of it, and reports whether the journal doesn't say that yet.
func (l *resolver) assume(fate journal.Fate) (_ journal.Fate, news bool, err error) {
	old, _, err := l.rs.State.Fate(fate.Row)
	if err != nil {
		return fate, false, err
	}
	fate.CorrelationID = old.CorrelationID
	switch l.rs.Assume {
	case AssumeAbsent:
		fate.Kind, fate.Code, fate.Retryable = journal.Refused, codeAssumedAbsent, true
		fate.Message = "assumed absent by hand; import failures.csv to send it"
	case AssumeCreated:
		fate = journal.Fate{Row: fate.Row, Kind: journal.Existing, Attempts: fate.Attempts}
	default:
		return fate, old.Kind != journal.InDoubt || old.Message != fate.Message, nil
	}
	l.done.Assumed++
	return fate, true, nil
}

// byKey looks rows up by their key.
func (l *resolver) byKey(ctx context.Context, rows []*row) ([]find, error) {
	finds := make([]find, len(rows))
	for from := 0; from < len(rows); from += api.MaxBatch {
		batch := rows[from:min(from+api.MaxBatch, len(rows))]
		ids, err := l.findByKey(ctx, batch)
		if unreadable := new(call.RefusedReadError); err != nil && !errors.As(err, &unreadable) {
			return nil, err
		}
		for i, rw := range batch {
			f := &finds[from+i]
			switch id, exists := ids[api.Folded(rw.rec.Key)]; {
			case err != nil:
				f.nowhere, f.message = true, fmt.Sprintf("it couldn't be looked up by its key (%v)", err)
			case exists:
				f.id = id
			default:
				f.message = "no record holds its key, yet: going on with the run sends it again, which its key makes safe"
			}
		}
	}
	return finds, nil
}
