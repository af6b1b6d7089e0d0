// The last look: is everything that was archived gone?

package undo

import (
	"context"

	"github.com/hubload/hubload/importer/journal"
)

// archivedIn yields the rows that an undo has archived.
func archivedIn(run, undo *journal.State) func(context.Context, func(*item) error) error {
	return func(_ context.Context, yield func(*item) error) error {
		last, _ := run.Rows()
		for row := int64(1); row <= last; row++ {
			if kind, _ := undo.Kind(row); kind != journal.Archived {
				continue
			}
			fate, _, err := run.Fate(row)
			if err != nil {
				return err
			}
			if err := yield(&item{row: row, id: fate.ID, attempts: undo.Attempts(row)}); err != nil {
				return err
			}
		}
		return nil
	}
}

// verify reads items that were archived, and refuses those that exist.
func (u *undoing) verify(ctx context.Context, items []*item) error {
	records, err := u.read(ctx, items)
	if err != nil {
		return err
	}
	var fates []journal.Fate
	for _, it := range items {
		if _, exists := records[it.id]; exists {
			fate := it.fate(journal.Refused)
			fate.Code, fate.Retryable = CodeStillExists, true
			fate.Message = "it was archived, and exists: somebody has restored it, or HubSpot hasn't carried it out"
			fates = append(fates, fate)
		}
	}
	if len(fates) == 0 {
		return nil
	}
	return u.Journal.Settle(fates)
}
