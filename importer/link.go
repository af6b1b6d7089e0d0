// A row and the records that it leads to: with their ids it can be sent, without them it is refused.

package importer

import (
	"context"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// link looks up the records that rows name, and returns the rows that have all of
// them, and the fates of the others: refused. After an error no row is to be sent.
func (r *run) link(ctx context.Context, rows []*row) (linked []*row, refused []journal.Fate, err error) {
	if r.lookups == nil {
		return rows, nil, nil
	}
	records := make([]*mapping.Record, len(rows))
	for i, rw := range rows {
		records[i] = &rw.rec
	}
	problems, err := r.lookups.Link(ctx, records)
	if err != nil {
		return nil, nil, err
	}
	for i, rw := range rows {
		if len(problems[i]) > 0 {
			refused = append(refused, rw.unlinked(problems[i]))
			continue
		}
		linked = append(linked, rw)
	}
	return linked, refused, nil
}

// unlinked is the fate of a row whose records aren't there. It may fare better when
// somebody has made them, so that it is a rival to rows in doubt.
func (rw *row) unlinked(problems []mapping.Problem) journal.Fate {
	p := problems[0]
	return rw.fate(journal.Refused, &api.Failure{Code: p.Code, Property: p.Property, Message: rows.Message(problems), Retryable: true})
}
