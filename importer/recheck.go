// With a unique key no row stays unknown: rows are read back by it.

package importer

import (
	"context"
	"errors"
	"fmt"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
)

// maxUnproved is how often a row is sent with its key although no answer proves
// anything: each attempt is safe, but an answer that never proves anything won't.
const maxUnproved = 4

// A rechecker looks rows up by their key.
type rechecker struct {
	calls    *call.Caller
	key      string
	check    *keyCheck
	recorder *recorder
	later    *questions // rows that only the end of the run can decide
}

// recheck looks rows up by their key, settles those that exist or can't, and returns
// those that may be sent again: the account didn't hold them, and its uniqueness refuses
// them should an earlier attempt be executed late.
func (r *rechecker) recheck(ctx context.Context, rows []*row) (again []*row, err error) {
	if len(rows) == 0 || r.key == "" {
		return nil, nil
	}
	// What is sent again rests on the key: a check that is under way comes first.
	if err := r.check.wait(ctx); err != nil {
		return nil, err
	}
	ids, err := call.FindByKey(ctx, r.calls, r.key, keysOf(rows))
	unreadable := new(call.RefusedReadError)
	if err != nil && !errors.As(err, &unreadable) {
		return nil, err
	}
	var fates []journal.Fate
	doubted := 0
	for _, rw := range rows {
		id, exists := ids[api.Folded(rw.rec.Key)]
		var fate journal.Fate
		switch {
		case err != nil && rw.ambiguous:
			r.later.addKeyed(rw)
			continue // in doubt already
		case err != nil:
			fate = rw.fate(journal.InDoubt, &api.Failure{Message: fmt.Sprintf("refused because of its key, and the record that holds the key couldn't be read (%v)", err)})
			r.later.addKeyed(rw)
		case exists:
			fate = journal.Fate{Row: rw.n, Kind: journal.Existing, ID: id, Attempts: rw.attempts}
		case !rw.ambiguous && aboutKey(rw.refusal, r.key):
			// The account contradicts itself: the read lags, or the record is
			// being made.
			fate = rw.fate(journal.InDoubt, &api.Failure{Message: "refused because a record with its key exists, and that record isn't found"})
			r.later.addKeyed(rw)
		case !rw.ambiguous:
			fate = rw.fate(journal.Refused, rw.refusal)
		case rw.refusal == nil && rw.unproved < maxUnproved:
			again = append(again, rw)
			continue
		default:
			r.later.addKeyed(rw)
			continue // in doubt already: an earlier attempt may still be executed
		}
		if rw.ambiguous && fate.Kind != journal.InDoubt {
			doubted++
		}
		fates = append(fates, fate)
	}
	return again, r.recorder.settle(fates, doubted)
}

// decide is the last word on rows in doubt, some time after their last attempt: rows that
// the account doesn't hold are refused, if that was their last answer, or may be sent
// again. Rows that can't be read stay in doubt.
func (r *rechecker) decide(ctx context.Context, rows []*row) (again []*row, err error) {
	ids, err := call.FindByKey(ctx, r.calls, r.key, keysOf(rows))
	if unreadable := new(call.RefusedReadError); errors.As(err, &unreadable) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var fates []journal.Fate
	for _, rw := range rows {
		switch id, exists := ids[api.Folded(rw.rec.Key)]; {
		case exists:
			fates = append(fates, journal.Fate{Row: rw.n, Kind: journal.Existing, ID: id, Attempts: rw.attempts})
		case rw.refusal != nil:
			fates = append(fates, rw.fate(journal.Refused, rw.refusal))
		default:
			rw.ambiguous, rw.unproved = true, maxUnproved-1
			again = append(again, rw)
		}
	}
	return again, r.recorder.settle(fates, len(fates))
}

// aboutKey reports whether a row was refused because a record holds its key. Another
// property may be unique too.
func aboutKey(f *api.Failure, key string) bool {
	return f.Conflict && (f.Property == "" || f.Property == key)
}
