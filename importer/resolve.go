// With a unique key nothing stays unknown: rows are looked up by it.

package importer

import (
	"context"
	"fmt"
	"time"

	"github.com/hubload/hubload/importer/api"
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
	if err := r.proof.wait(); err != nil {
		return nil, err
	}
	found, err := r.find(ctx, rows)
	if err != nil {
		return nil, err
	}
	var fates []journal.Fate
	doubted := 0
	for _, rw := range rows {
		id, exists := found.IDs[rw.rec.Key]
		var fate journal.Fate
		switch {
		case !found.OK && rw.tainted:
			continue // in doubt already
		case !found.OK:
			fate = rw.fate(journal.InDoubt, &api.Failure{Message: fmt.Sprintf("refused because of its key, and the record that holds the key couldn't be read (%v)", found.Err)})
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

// find asks until there is a complete answer, a few times.
func (r *run) find(ctx context.Context, rows []*row) (api.KeyResult, error) {
	values := make([]string, 0, len(rows))
	seen := make(map[string]bool, len(rows))
	for _, rw := range rows {
		if !seen[rw.rec.Key] {
			seen[rw.rec.Key] = true
			values = append(values, rw.rec.Key)
		}
	}
	for try := 1; ; try++ {
		slot, err := r.slot(ctx)
		if err != nil {
			return api.KeyResult{}, err
		}
		slot.Sent()
		sent := time.Now()
		found := r.im.API.FindByKey(r.ctx, r.im.Key, values)
		slot.Done(found.Rate)
		switch {
		case found.OK:
			return found, nil
		case found.Denied:
			if err := r.denied(ctx, api.Answer{Err: found.Err}, sent); err != nil {
				return api.KeyResult{}, err
			}
		case !found.Temporary || try >= maxFinds && !found.Rate.Refused:
			r.log.Warn("rows can't be looked up by their key", "error", found.Err)
			return found, nil
		}
		if err := sleep(ctx, max(found.Wait, time.Duration(try)*500*time.Millisecond)); err != nil {
			return api.KeyResult{}, err
		}
	}
}

// aboutKey reports whether a row was refused because a record holds its key. Another
// property may be unique too.
func aboutKey(f *api.Failure, key string) bool {
	return f.Conflict && (f.Property == "" || f.Property == key)
}
