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
		own, restore, fates := u.decide(batch, records)
		if u.DryRun {
			for _, it := range own {
				fates = append(fates, it.fate(journal.Archived))
			}
			for _, it := range restore {
				fates = append(fates, it.fate(journal.Restored))
			}
			own, restore = nil, nil
		}
		if err := u.settle(fates); err != nil {
			return err
		}

		// begin, archive or write, commit
		for _, part := range []struct {
			items []*item
			send  func(context.Context, []*item) (again, split []*item, err error)
		}{{own, u.archive}, {restore, u.restore}} {
			if len(part.items) == 0 {
				continue
			}
			again, split, err := part.send(ctx, part.items)
			if err != nil {
				return err
			}
			half := len(split) / 2
			todo = append([][]*item{again, split[:half], split[half:]}, todo...)
		}
	}
	return nil
}

func (u *undoing) archive(ctx context.Context, items []*item) (again, split []*item, err error) {
	ids := make([]string, len(items))
	for i, it := range items {
		ids[i] = it.id
	}
	return u.write(ctx, items, journal.Archived, func(ctx context.Context) api.Answer { return u.API.Archive(ctx, ids) })
}

// write sends one request, and gives the rows the fate done where it was carried out,
// unless that is 0. again are those that a read has to show, split those that were refused
// in company.
func (u *undoing) write(ctx context.Context, items []*item, done journal.Kind, send func(context.Context) api.Answer) (again, split []*item, err error) {
	numbers, attempt := make([]int64, len(items)), 0
	for i, it := range items {
		it.attempts++
		numbers[i] = it.row
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
		Send: send,
		Commit: func(ans api.Answer, _ time.Duration) error {
			var fates []journal.Fate
			switch {
			case ans.Outcome == api.Answered && done != 0:
				for _, it := range items {
					fates = append(fates, it.fate(done))
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
