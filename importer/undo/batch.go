// The life of a hundred: wait, read, decide, begin, archive, commit.

package undo

import (
	"context"
	"fmt"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
)

// undo sees items through until each has a fate.
func (u *undoing) undo(ctx context.Context, items []*item) error {
	todo := [][]*item{items}
	for len(todo) > 0 {
		batch := todo[0]
		todo = todo[1:]
		if len(batch) == 0 {
			continue
		}

		// wait, read
		records, err := u.read(ctx, batch)
		if err != nil {
			return err
		}

		// decide
		own, fates := u.decide(batch, records)
		if u.DryRun {
			for _, it := range own {
				fates = append(fates, it.fate(journal.Archived))
			}
			own = nil
		}
		if err := u.settle(fates); err != nil {
			return err
		}
		if len(own) == 0 {
			continue
		}

		// begin, archive, commit
		again, split, err := u.archive(ctx, own)
		if err != nil {
			return err
		}
		half := len(split) / 2
		todo = append([][]*item{again, split[:half], split[half:]}, todo...)
	}
	return nil
}

// archive sends one request, and gives the rows their fates. again are those that the
// answer says nothing of, split those that were refused in company.
func (u *undoing) archive(ctx context.Context, items []*item) (again, split []*item, err error) {
	numbers, ids, attempt := make([]int64, len(items)), make([]string, len(items)), 0
	for i, it := range items {
		it.attempts++
		numbers[i], ids[i] = it.row, it.id
		attempt = max(attempt, it.attempts)
	}
	var intent int64
	err = u.calls.Once(ctx, call.Write{
		Begin: func() (err error) {
			if intent, err = u.Journal.Begin(nil, nil, numbers, attempt); err != nil {
				err = fmt.Errorf("writing the journal: %w", err)
			}
			return err
		},
		Send: func(ctx context.Context) api.Answer { return u.API.Archive(ctx, ids) },
		Commit: func(ans api.Answer, _ time.Duration) error {
			var fates []journal.Fate
			switch {
			case ans.Outcome == api.Answered:
				for _, it := range items {
					fates = append(fates, it.fate(journal.Archived))
				}
			case ans.Outcome == api.Refused && len(items) == 1:
				fates = append(fates, items[0].refused(&ans.Refusal))
			case ans.Outcome == api.Refused:
				split = items
			default:
				again = items
			}
			if err := u.Journal.End(intent, fates); err != nil {
				return fmt.Errorf("writing the journal: %w", err)
			}
			u.settled(len(fates))
			return nil
		},
	})
	return again, split, err
}

func (u *undoing) settle(fates []journal.Fate) error {
	if len(fates) == 0 {
		return nil
	}
	if err := u.Journal.Settle(fates); err != nil {
		return fmt.Errorf("writing the journal: %w", err)
	}
	u.settled(len(fates))
	return nil
}

func (it *item) fate(kind journal.Kind) journal.Fate {
	return journal.Fate{Row: it.row, Kind: kind, Attempts: it.attempts}
}

func (it *item) refused(f *api.Failure) journal.Fate {
	fate := it.fate(journal.Refused)
	fate.Code, fate.Property, fate.Message, fate.CorrelationID, fate.Retryable = f.Code, f.Property, f.Message, f.CorrelationID, f.Retryable
	return fate
}
