// Delivering batches: attempts until each row has a fate.

package importer

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/lookup"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// errMixedUp ends a run whose answers belong to other requests.
var errMixedUp = &call.ServerError{Message: "an answer belongs to another request: something between here and HubSpot mixes answers up"}

// A courier delivers batches. Its methods are safe for concurrent use.
type courier struct {
	im          *Import
	calls       *call.Caller
	lookups     *lookup.Batcher // nil when the mapping looks nothing up
	concurrency *concurrencyLimiter
	check       *keyCheck
	recorder    *recorder
	first       *firstAnswer
	questions   questions
	merges      atomic.Bool // the account merges rows that send the same properties
}

// deliver sees a batch through until each of its rows has a fate or the run ends.
func (c *courier) deliver(ctx context.Context, b *batch) error {
	// A group starts what was waiting for a place also after its first error.
	if err := ctx.Err(); err != nil {
		return err
	}
	sure, ambiguous := part(b.rows)
	sure, refused, err := c.link(ctx, sure)
	if err != nil {
		return err
	}
	b.refused = append(b.refused, refused...)
	never := countOf(b.refused, journal.Refused)
	if (len(sure) == 0 || c.im.Mode != mapping.Create) && !b.prefix.empty() { // before rows of it are settled
		if _, err := c.recorder.begin(&b.prefix, nil); err != nil {
			return err
		}
	}
	if c.im.Mode == mapping.Create {
		err = c.send(ctx, sure, &b.prefix)
	} else {
		err = c.readAndSend(ctx, sure, false)
	}
	if err != nil {
		return err
	}
	if err := c.recorder.stop.add(never, 0); err != nil {
		return err
	}
	if err := c.linkAgain(ctx, ambiguous); err != nil {
		return err
	}
	if err := c.readAndSend(ctx, ambiguous, false); err != nil {
		return err
	}
	if c.im.Rows.Key == "" { // else the key check may still read the rows
		b.release()
	}
	return nil
}

// part separates the rows that an earlier attempt may have created from the others.
func part(rows []*row) (sure, ambiguous []*row) {
	if !slices.ContainsFunc(rows, func(rw *row) bool { return rw.ambiguous }) {
		return rows, nil
	}
	for _, rw := range rows {
		if rw.ambiguous {
			ambiguous = append(ambiguous, rw)
		} else {
			sure = append(sure, rw)
		}
	}
	return sure, ambiguous
}

// link looks up the records that rows name, and returns the rows that have all of
// them, and the fates of the others: refused. After an error no row is to be sent.
func (c *courier) link(ctx context.Context, all []*row) (linked []*row, refused []journal.Fate, err error) {
	if c.lookups == nil {
		return all, nil, nil
	}
	records := make([]*mapping.Record, len(all))
	for i, rw := range all {
		records[i] = &rw.rec
	}
	problems, err := c.lookups.Link(ctx, records)
	if err != nil {
		return nil, nil, err
	}
	for i, rw := range all {
		if len(problems[i]) == 0 {
			linked = append(linked, rw)
			continue
		}
		// It may fare better when somebody has made the records.
		p := problems[i][0]
		refused = append(refused, rw.fate(journal.Refused, &api.Failure{Code: p.Code, Property: p.Property, Message: rows.Message(problems[i]), Retryable: true}))
	}
	return linked, refused, nil
}

// linkAgain looks up the records that rows in doubt name. Rows that don't have all of them
// are marked.
func (c *courier) linkAgain(ctx context.Context, rows []*row) error {
	linked, _, err := c.link(ctx, rows)
	if err != nil || len(linked) == len(rows) {
		return err
	}
	for _, rw := range rows {
		rw.unlinked = !slices.Contains(linked, rw)
	}
	return nil
}

// send makes attempts until none of rows is left to be sent: all of them are to be created,
// or all to be changed.
func (c *courier) send(ctx context.Context, rows []*row, p *prefix) error {
	todo := [][]*row{rows}
	for len(todo) > 0 {
		batch := todo[0]
		todo = todo[1:]
		if len(batch) == 0 {
			continue
		}
		left, err := c.attempt(ctx, batch, p)
		if err != nil {
			return err
		}
		if err := c.readAgain(ctx, left); err != nil {
			return err
		}
		todo = slices.Concat([][]*row{left.retry}, halves(left.split), todo)
	}
	return nil
}

func halves(rows []*row) [][]*row {
	half := len(rows) / 2
	return [][]*row{rows[:half], rows[half:]}
}

// A leftover is what an attempt leaves to do.
type leftover struct {
	retry    []*row // to be sent again
	split    []*row // to be sent again in two halves
	readBack []*row // to be looked up by their key
	created  []*row // with a key

	// crowd: an error named nobody. Together the rows would get it again, so those of
	// readBack that are sent again go in two halves, until the guilty ones stand alone.
	crowd bool
}

// apply turns results into fates, and into what is left to do. doubted is how many of
// the fates belong to rows that were in doubt.
func (c *courier) apply(ans api.Answer, results []rowResult, rows []*row) (left leftover, fates []journal.Fate, doubted int) {
	keyed := c.im.Rows.Key != ""
	left.crowd = len(rows) > 1 && ans.Completeness.Unnamed > 0
	fates = make([]journal.Fate, 0, len(rows))
	for i, r := range results {
		rw := rows[i]
		before, wasInDoubt := len(fates), rw.ambiguous
		rw.refusal = nil
		switch r.verdict {
		case created:
			rw.warning = warningText(r.warned)
			fate := journal.Fate{Row: rw.n, Kind: journal.Created, ID: r.id, Warning: rw.warning}
			if r.id == "" {
				fate.Kind = journal.Unidentified
				if keyed {
					c.questions.addNameless(rw)
				}
			}
			fates = append(fates, fate)
			if len(r.among) > 0 {
				c.questions.add(&c.questions.unidentified, rw, r.among)
			}
			if keyed {
				left.created = append(left.created, rw)
			}
		case refused:
			fates = append(fates, rw.fate(journal.Refused, r.failure))
		case retry:
			if rw.change != nil { // what was read of it gets old
				left.readBack = append(left.readBack, rw)
			} else {
				left.retry = append(left.retry, rw)
			}
		case split:
			left.split = append(left.split, rw)
		case updated:
			rw.warning = warningText(r.warned)
			fates = append(fates, journal.Fate{Row: rw.n, Kind: journal.Updated, ID: r.id, Warning: rw.warning})
		case readBack:
			if rw.refusal = r.failure; rw.refusal == nil && !left.crowd {
				rw.unproved++
			}
			left.readBack = append(left.readBack, rw)
		case merged:
			// Not ambiguous: whether it exists is found out at the end of the run.
			c.merges.Store(true)
			c.questions.add(&c.questions.merged, rw, r.among)
			fates = append(fates, rw.fate(journal.InDoubt, r.failure))
		case unknown:
			rw.ambiguous = true
			if !left.crowd { // which makes fewer of them each time
				rw.unproved++
			}
			fates = append(fates, rw.fate(journal.InDoubt, rw.doubt(r.failure)))
			if keyed {
				left.readBack = append(left.readBack, rw)
			}
		}
		if wasInDoubt && len(fates) > before {
			doubted++
		}
	}
	return left, fates, doubted
}

// doubt words the failure that left a row in doubt.
func (rw *row) doubt(f *api.Failure) *api.Failure {
	d, what := *f, "created"
	if rw.change != nil {
		what = "changed"
	}
	d.Message = fmt.Sprintf("it may have been %s or not: %s", what, f.Message)
	if f.Code != "" && f.Code != journal.CodeInDoubt {
		d.Message = fmt.Sprintf("it may have been %s or not (%s): %s", what, f.Code, f.Message)
	}
	return &d
}
