// With a unique key nothing stays unknown: rows are looked up by it.

package importer

import (
	"context"
	"errors"
	"fmt"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
)

// resolve looks rows up by their key, settles those that exist or can't, and
// returns those that may be sent again: the account didn't hold them, and its
// uniqueness refuses them should an attempt of before be executed late.
func (r *run) resolve(ctx context.Context, rows []*row) (again []*row, err error) {
	if len(rows) == 0 || r.im.Key == "" {
		return nil, nil
	}
	// What is sent again rests on the key: a proof that is under way comes first.
	if err := r.proof.wait(ctx); err != nil {
		return nil, err
	}
	ids, err := r.findByKey(ctx, rows)
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
		case err != nil && rw.tainted:
			continue // in doubt already
		case err != nil:
			fate = rw.fate(journal.InDoubt, &api.Failure{Message: fmt.Sprintf("refused because of its key, and the record that holds the key couldn't be read (%v)", err)})
		case exists:
			fate = journal.Fate{Row: rw.n, Kind: journal.Existing, ID: id, Attempts: rw.attempts}
		case !rw.tainted && aboutKey(rw.refusal, r.im.Key):
			// The account contradicts itself: the read lags, or the record
			// is being made.
			fate = rw.fate(journal.InDoubt, &api.Failure{Message: "refused because a record with its key exists, and that record isn't found"})
		case !rw.tainted:
			fate = rw.fate(journal.Refused, rw.refusal)
		case rw.refusal == nil && rw.unproved < maxUnprovedAttempts:
			again = append(again, rw)
			continue
		default:
			continue // in doubt already: an earlier attempt may still be executed
		}
		if rw.tainted && fate.Kind != journal.InDoubt {
			doubted++
		}
		fates = append(fates, fate)
	}
	if len(fates) == 0 {
		return again, nil
	}
	if err := r.im.Journal.Settle(fates); err != nil {
		return nil, fmt.Errorf("writing the journal: %w", err)
	}
	r.progress.settle(fates, doubted)
	return again, r.countFates(fates)
}

// findByKey returns the ids of the records that hold the rows' keys, by folded key.
func (r *run) findByKey(ctx context.Context, rows []*row) (map[string]string, error) {
	keys := make([]string, len(rows))
	for i, rw := range rows {
		keys[i] = rw.rec.Key
	}
	return call.FindByKey(ctx, r.calls, r.im.Key, keys)
}

// aboutKey reports whether a row was refused because a record holds its key. Another
// property may be unique too.
func aboutKey(f *api.Failure, key string) bool {
	return f.Conflict && (f.Property == "" || f.Property == key)
}
