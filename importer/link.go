// A row and the records that it leads to: with their ids it can be sent, without them it is refused.

package importer

import (
	"context"
	"errors"
	"fmt"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// link looks up the records that rows lead to, and returns the rows that have
// them all, and the fates of the others: refused. After an error no row is to be
// sent. Rows without links are returned as they are.
func (r *run) link(ctx context.Context, rows []*row) (linked []*row, refused []journal.Fate, err error) {
	if r.links == nil {
		return rows, nil, nil
	}
	replies, err := r.links.find(ctx, rows)
	if err != nil {
		return nil, nil, err
	}
	for _, rw := range rows {
		ids := make([]string, len(rw.rec.Links))
		var problems []mapping.Problem
		for i, l := range rw.rec.Links {
			rep := replies[question{l.Target, l.Value}]
			if ids[i] = rep.id; rep.code != "" {
				problems = append(problems, l.Problem(rep.code))
			}
		}
		if len(problems) > 0 {
			refused = append(refused, rw.unlinked(problems))
			continue
		}
		rw.rec.Resolve(ids)
		linked = append(linked, rw)
	}
	return linked, refused, nil
}

// unlinked is the fate of a row whose records aren't there. It may fare better when
// somebody has made them, so that it is a rival to rows in doubt.
func (rw *row) unlinked(problems []mapping.Problem) journal.Fate {
	p := problems[0]
	return rw.fate(journal.Refused, &api.Failure{Code: p.Code, Property: p.Property, Message: firstOf(problems), Retryable: true})
}

// firstOf is the message of the first problem, which names the next.
func firstOf(problems []mapping.Problem) string {
	msg := problems[0].Message
	if n := len(problems) - 1; n > 0 {
		msg = fmt.Sprintf("%s (%d more: see %s)", msg, n, problems[1].Property)
	}
	return msg
}

// explained says of an error what was looked up.
func explained(err error, of mapping.Target) error {
	var denied *call.DeniedError
	var refused *call.RefusedReadError
	by := of.Property
	if by == "" {
		by = "id"
	}
	switch {
	case errors.As(err, &denied):
		return &call.DeniedError{Err: denied.Err, Object: of.To}
	case errors.As(err, &refused):
		return &call.ServerError{Message: fmt.Sprintf("records of %s can't be looked up by %s", of.To, by), Err: refused.Err}
	}
	return err
}
