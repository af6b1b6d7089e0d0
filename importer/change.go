// What only a read by the key decides: read, decide, then create or change.

package importer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/before"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// A change is what is to be sent to a record that exists.
type change struct {
	id      string         // of the record
	record  mapping.Record // the properties to send
	differs bool           // some of them are not what the record holds
	old     []before.Value // what it overwrites that before.csv doesn't hold yet
	readAt  time.Time
}

// staleAfter is how old what was read may be when it is overwritten. Slots come within
// seconds, unless the daily quota or a pause of HubSpot's lies between: then the records
// are read again, once, so that a slow limit doesn't read forever.
const staleAfter = time.Minute

// errStale keeps a request back whose records were read too long ago.
var errStale = errors.New("the records were read too long ago")

// maxUnproved is how often a row is sent with its key although no answer proves
// anything: each attempt is safe, but an answer that never proves anything won't.
const maxUnproved = 4

// readAndSend reads the records of up to a hundred rows by their key, decides, and sends
// what the decision asks for. It returns when each row has a fate, or waits for the end of
// the run, where last is set. Without a key it does nothing: rows in doubt stay so.
func (c *courier) readAndSend(ctx context.Context, rows []*row, last bool) error {
	if len(rows) == 0 || c.im.Rows.Key == "" {
		return nil
	}
	if slices.ContainsFunc(rows, func(rw *row) bool { return rw.ambiguous }) {
		// What is sent again rests on the key: a check that is under way comes first.
		if err := c.check.wait(ctx); err != nil {
			return err
		}
	}
	if err := c.im.dieAt(beforeRead); err != nil {
		return err
	}
	for _, rw := range rows {
		if rw.old == nil && c.im.Before != nil {
			rw.old = c.im.Before.Earlier(rw.n)
		}
	}
	at := time.Now()
	records, err := c.readRecords(ctx, rows)
	if refused := new(call.RefusedReadError); errors.As(err, &refused) {
		return c.unreadable(rows, refused, last)
	}
	if err != nil {
		return err
	}
	d := decide(c.im, rows, records, last)
	if err := c.im.dieAt(afterRead); err != nil {
		return err
	}
	if err := c.recorder.settle(d.fates, d.doubted); err != nil {
		return err
	}
	for _, rw := range d.later {
		c.questions.addKeyed(rw)
	}
	if err := c.send(ctx, d.create, new(prefix)); err != nil {
		return err
	}
	for _, rw := range d.change {
		rw.change.readAt = at
	}
	return c.send(ctx, d.change, new(prefix))
}

// readAgain sees through the rows of an attempt that a read decides about.
func (c *courier) readAgain(ctx context.Context, left leftover) error {
	parts := [][]*row{left.readBack}
	if left.crowd {
		parts = halves(left.readBack)
	}
	for _, part := range parts {
		if err := c.readAndSend(ctx, part, false); err != nil {
			return err
		}
	}
	return nil
}

// unreadable settles rows whose records can't be read: those that were sent are in doubt
// until the end of the run.
func (c *courier) unreadable(rows []*row, cause error, last bool) error {
	var fates []journal.Fate
	for _, rw := range rows {
		switch {
		case last:
		case !rw.ambiguous && rw.refusal == nil && !rw.wasSent():
			return &call.ServerError{Message: "the records of the rows can't be read, and none is changed unread", Err: cause}
		case !rw.ambiguous:
			fates = append(fates, rw.fate(journal.InDoubt, &api.Failure{Message: fmt.Sprintf("refused because of its key, and the record that holds the key couldn't be read (%v)", cause)}))
			rw.ambiguous = true
			fallthrough
		default:
			c.questions.addKeyed(rw)
		}
	}
	return c.recorder.settle(fates, 0)
}

// readRecords returns the records of rows that exist, by [api.Folded] key.
func (c *courier) readRecords(ctx context.Context, rows []*row) (map[string]api.Record, error) {
	var names []string
	known := map[string]bool{}
	for _, rw := range rows {
		for _, p := range rw.rec.Properties {
			if !known[p.Name] {
				known[p.Name] = true
				names = append(names, p.Name)
			}
		}
	}
	found, err := call.Records(ctx, c.calls, c.im.Rows.Key, keysOf(rows), names)
	if err != nil {
		return nil, err
	}
	records := make(map[string]api.Record, len(found))
	for key, r := range found {
		records[api.Folded(key)] = r
	}
	return records, nil
}

// keepOld makes durable what the change of rows is about to overwrite. It returns errStale
// where that may no longer be what the records hold.
func (c *courier) keepOld(rows []*row) error {
	if rows[0].change == nil {
		return nil
	}
	if time.Since(rows[0].change.readAt) > staleAfter && !rows[0].reread {
		for _, rw := range rows {
			rw.reread = true
		}
		return errStale
	}
	var values []before.Value
	for _, rw := range rows {
		values = append(values, rw.change.old...)
	}
	if err := c.im.Before.Add(values); err != nil {
		return err
	}
	for _, rw := range rows {
		rw.keep(rw.change.old)
		rw.change.old = nil
	}
	return c.im.dieAt(afterOldValues)
}

// keep notes that before.csv holds old values of the row.
func (rw *row) keep(values []before.Value) {
	if rw.old == nil {
		rw.old = map[string]string{}
	}
	for _, v := range values {
		rw.old[v.Property] = v.Old
	}
}
