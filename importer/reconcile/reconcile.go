// What is reconciled, and how rows get their fates.

// Package reconcile looks in the account for the rows in doubt of a run, and for those that
// were created with an id that no answer said, at a time when nothing is being sent for it.
//
// With a key, rows are looked up by it. Without one, a row is looked for among the
// records that are associated with all the records that the row is associated with. A
// record is a candidate if it was created since the run began, if no row of the run has
// its id, and if it has every value that the row sends: the same text, number or time.
// Rows that send the same are a group. A group gets its candidates, in the order of
// their ids, if no other group matches them and there are no more of them than rows.
// Rows that were refused or assumed to exist may have been created since by hand or by
// another import, so they compete for candidates, and come before those in doubt in their
// group. Rows that were certainly created come first of all.
//
// What isn't found isn't absent: its request may be executed late, and lists may lag.
// It stays in doubt, with a message that says what was seen. That somebody else created
// exactly the candidates, with the same values and associations and since the run
// began, can't be excluded.
package reconcile

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/lookup"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

// CodeAssumedAbsent is the code of rows that were assumed absent by hand.
const CodeAssumedAbsent = "ASSUMED_ABSENT"

// clockSkew is how much older than the run a record may be and still be one of its
// rows': two clocks are compared.
const clockSkew = 15 * time.Minute

// Assumption is what to assume of rows that stay in doubt although they were looked for.
type Assumption uint8

const (
	AssumeNothing Assumption = iota
	AssumeAbsent             // they are refused, so that they can be imported once more
	AssumeCreated            // they exist, with unknown ids
)

// Options say what to look for, and where. Open, Rows.Mapper, API, Limiter, Journal and
// State are needed.
type Options struct {
	// Open opens the input from its start. It is called up to twice; an
	// [io.Closer] is closed.
	Open func() (rows.Source, error)

	// Rows says how rows are mapped, as in the run; Known is set from State.
	Rows rows.Config

	API     api.API // creates nothing here
	Limiter *ratelimit.Limiter
	Journal *journal.Journal
	State   *journal.State // what the journal held when it was opened

	Assume Assumption

	Patience   time.Duration                            // how long reads may fail in a row; 0 is a minute
	DailyReset func(context.Context) (time.Time, error) // as in [call.Options]
	Logger     *slog.Logger                             // may be nil
}

// A Result counts what became of the rows that were in doubt. Those that weren't found
// are still in doubt, unless something was to be assumed of them.
type Result struct {
	InDoubt int64 // when it began, with those that were in flight when a process died
	Found   int64 // exist now, with the ids of their records

	Absent   int64 // no record is theirs as it seems
	Several  int64 // records match, and can't be said to be theirs
	Unlooked int64 // there is nowhere to look for them

	Assumed int64 // of the three kinds above

	Unidentified int64 // created without a known id when it began
	Identified   int64 // of these, rows whose id is known now
}

// A reconciliation is a Run under way.
type reconciliation struct {
	Options
	calls   *call.Caller
	lookups *lookup.Batcher
	open    map[int64]bool  // rows that were in flight when a process died
	named   map[string]bool // records that rows in doubt name; see namesOf
	result  Result
}

// Run looks for the rows in doubt, and gives those that it finds the fate existing. Rows
// that were created without a known id are looked for in the same way and get their id;
// they are created whether it is found or not, and nothing is assumed of them. Nothing may be sent for the run meanwhile.
//
// Fates are in the journal when Run returns, also those found before an error. The
// error is a [*rows.MismatchError], one of [call.Read], of the source or of the
// journal, or [context.Cause] when ctx ends.
func Run(ctx context.Context, o Options) (Result, error) {
	r := &reconciliation{
		Options: o, open: map[int64]bool{}, named: map[string]bool{},
		calls: call.New(call.Options{API: o.API, Limiter: o.Limiter, Patience: o.Patience, DailyReset: o.DailyReset, Logger: o.Logger}),
	}
	r.Rows.Known = o.State.Slices()
	r.lookups = lookup.New(r.calls)
	defer r.lookups.Wait()
	opened, doubted, err := o.Journal.DoubtOpen(o.State)
	if err != nil {
		return r.result, err
	}
	for _, f := range opened {
		r.open[f.Row] = true
	}
	r.result.InDoubt = o.State.Counts().InDoubt + int64(len(opened)-doubted)
	r.result.Unidentified = o.State.Counts().Unidentified
	err = r.run(ctx)
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, ctx.Err()) {
		err = cause
	}
	return r.result, err
}

func (r *reconciliation) run(ctx context.Context) error {
	doubts, lost, err := r.collect(ctx)
	if err != nil {
		return err
	}
	r.result.Unlooked += int64(len(lost))
	var found []verdict
	if r.Rows.Key != "" {
		found, err = r.byKey(ctx, doubts)
	} else {
		found, err = r.byAssociations(ctx, doubts)
	}
	if err != nil {
		return err
	}
	return r.conclude(doubts, found, lost)
}

// A doubt is a row in doubt, one whose id isn't known, or one that competes with these.
type doubt struct {
	row      int64
	rec      mapping.Record
	attempts int
	exists   bool // it is not in doubt, but its id isn't known
	competes bool // it is neither

	group *group // of equal rows
	index int    // within the group
}

// fate is that of a row that stays in doubt.
func (d *doubt) fate(message string) journal.Fate {
	return journal.Fate{Row: d.row, Kind: journal.InDoubt, Code: journal.CodeInDoubt, Attempts: d.attempts, Message: message}
}

// A verdict is what came of looking for one row.
type verdict struct {
	id      string // "" when it wasn't found
	several bool   // records match
	nowhere bool   // there is nowhere to look
	message string // why it stays in doubt
}

// conclude gives the rows their fates. Lost are those of rows that can't be looked for.
func (r *reconciliation) conclude(doubts []*doubt, found []verdict, lost []journal.Fate) error {
	open := lost
	var fates []journal.Fate
	for i, v := range found {
		d := doubts[i]
		switch {
		case d.exists:
			if v.id == "" {
				continue
			}
			old, _, err := r.State.Fate(d.row)
			if err != nil {
				return err
			}
			r.result.Identified++
			old.Kind, old.ID = journal.Created, v.id
			fates = append(fates, old)
			continue
		case v.id != "":
			r.result.Found++
			fates = append(fates, journal.Fate{Row: d.row, Kind: journal.Existing, ID: v.id, Attempts: d.attempts})
			continue
		case v.nowhere:
			r.result.Unlooked++
		case v.several:
			r.result.Several++
		default:
			r.result.Absent++
		}
		open = append(open, d.fate(v.message))
	}
	for _, fate := range open {
		fate, news, err := r.assume(fate)
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
	if err := r.Journal.Settle(fates); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	return nil
}

// assume applies the assumption to the fate of a row that is still in doubt, and
// reports whether the journal doesn't hold that yet.
func (r *reconciliation) assume(fate journal.Fate) (_ journal.Fate, news bool, err error) {
	old, _, err := r.State.Fate(fate.Row)
	if err != nil {
		return fate, false, err
	}
	fate.CorrelationID = old.CorrelationID
	switch r.Assume {
	case AssumeAbsent:
		fate.Kind, fate.Code, fate.Retryable = journal.Refused, CodeAssumedAbsent, true
		fate.Message = "assumed absent by hand; import failures.csv to send it"
	case AssumeCreated:
		fate = journal.Fate{Row: fate.Row, Kind: journal.Existing, Attempts: fate.Attempts}
	default:
		return fate, old.Kind != journal.InDoubt || old.Message != fate.Message, nil
	}
	r.result.Assumed++
	return fate, true, nil
}

// byKey looks rows up by their key.
func (r *reconciliation) byKey(ctx context.Context, doubts []*doubt) ([]verdict, error) {
	found := make([]verdict, len(doubts))
	for from := 0; from < len(doubts); from += api.MaxBatch {
		batch := doubts[from:min(from+api.MaxBatch, len(doubts))]
		keys := make([]string, len(batch))
		for i, d := range batch {
			keys[i] = d.rec.Key
		}
		ids, err := call.FindByKey(ctx, r.calls, r.Rows.Key, keys)
		unreadable := new(call.RefusedReadError)
		if err != nil && !errors.As(err, &unreadable) {
			return nil, err
		}
		for i, key := range keys {
			v := &found[from+i]
			switch id, exists := ids[api.Folded(key)]; {
			case err != nil:
				v.nowhere, v.message = true, fmt.Sprintf("it couldn't be looked up by its key (%v)", err)
			case exists:
				v.id = id
			default:
				v.message = "no record holds its key yet: resume the run to send it again, which is safe because of the key"
			}
		}
	}
	return found, nil
}
