// The decision: what becomes of a row, by what its record holds.

package importer

import (
	"strings"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/before"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// CodeNotFound is the code of rows that are refused in mode update because their record
// doesn't exist.
const CodeNotFound = "NOT_FOUND"

// A decision says what becomes of rows whose records were read.
type decision struct {
	fates          []journal.Fate
	doubted        int    // of the fates, those of rows that were in doubt
	create, change []*row // to be sent
	later          []*row // in doubt until the end of the run
}

// decide decides about rows by their records, which are those that exist, by
// [api.Folded] key. With last it has the last word on rows in doubt, some time after their
// last attempt. It is a pure function, but that it notes in rows what is to be changed.
func decide(im *Import, rows []*row, records map[string]api.Record, last bool) decision {
	var d decision
	for _, rw := range rows {
		record, exists := records[api.Folded(rw.rec.Key)]
		rw.change = nil
		if exists {
			rw.change = rw.differences(im, record)
		}
		switch {
		case rw.unlinked && (!exists || im.Mode != mapping.Create):
			// In doubt: an earlier attempt may still be executed, and what is to be sent
			// isn't known any more.
		case !exists:
			d.absent(im, rw, last)
		case im.Mode == mapping.Create:
			d.settle(rw, journal.Fate{Row: rw.n, Kind: journal.Existing, ID: record.ID, Attempts: rw.attempts, Differs: rw.change.names()})
		case rw.change == nil || !rw.change.differs && rw.wasSent():
			d.equal(rw, record.ID)
		case rw.refusal != nil && rw.changing && rw.ambiguous && !last:
			d.later = append(d.later, rw) // in doubt: an earlier attempt may still be executed
		case rw.refusal != nil && rw.changing:
			d.settle(rw, rw.fate(journal.Refused, rw.refusal))
		case rw.unproved >= maxUnproved && !last:
			d.giveUp(rw)
		default:
			rw.sendAgain(last)
			d.change = append(d.change, rw)
		}
	}
	return d
}

// sendAgain prepares a row for an attempt, the last one where last is set.
func (rw *row) sendAgain(last bool) {
	if rw.refusal = nil; last {
		rw.unproved = maxUnproved - 1
	}
}

// absent decides about a row whose record doesn't exist.
func (d *decision) absent(im *Import, rw *row, last bool) {
	switch {
	case im.Mode == mapping.Update:
		d.settle(rw, rw.fate(journal.Refused, notFound(im.Rows.Key)))
	case rw.refusal != nil && !rw.changing && rw.ambiguous && !last:
		d.later = append(d.later, rw) // in doubt: an earlier attempt may still be executed
	case rw.refusal != nil && !rw.changing && !last && aboutKey(rw.refusal, im.Rows.Key):
		// The account contradicts itself: the read lags, or the record is being made.
		d.settle(rw, rw.fate(journal.InDoubt, &api.Failure{Message: "refused because a record with its key exists, and that record isn't found"}))
		d.later = append(d.later, rw)
	case rw.refusal != nil && !rw.changing:
		d.settle(rw, rw.fate(journal.Refused, rw.refusal))
	case rw.unproved >= maxUnproved && !last:
		d.giveUp(rw)
	default:
		rw.sendAgain(last)
		d.create = append(d.create, rw)
	}
}

// equal decides about a row whose record has the row's values.
func (d *decision) equal(rw *row, id string) {
	fate := journal.Fate{Row: rw.n, Kind: journal.Unchanged, ID: id, Attempts: rw.attempts}
	switch {
	case rw.wasSent():
		fate.Kind = journal.Updated
	case rw.ambiguous:
		fate.Kind = journal.Existing // by an attempt to create it, perhaps
	}
	d.settle(rw, fate)
}

// giveUp leaves a row in doubt whose attempts prove nothing.
func (d *decision) giveUp(rw *row) {
	if !rw.ambiguous {
		d.settle(rw, rw.fate(journal.InDoubt, &api.Failure{Message: "HubSpot's answers don't say whether its record was changed"}))
	}
	d.later = append(d.later, rw)
}

func (d *decision) settle(rw *row, fate journal.Fate) {
	if rw.ambiguous {
		d.doubted++
	}
	rw.ambiguous = fate.Kind == journal.InDoubt
	d.fates = append(d.fates, fate)
}

// wasSent reports whether an attempt to change the row's record may have been executed, of
// this process or of an earlier one: its old values are kept.
func (rw *row) wasSent() bool { return rw.changing || rw.old != nil }

// differences returns what is to be sent to the record of a row, nil when nothing is. The
// key is left out: the record was found by it.
func (rw *row) differences(im *Import, record api.Record) *change {
	c := &change{id: record.ID}
	for _, p := range rw.rec.Properties {
		if p.Name == im.Rows.Key {
			continue
		}
		held := record.Properties[p.Name]
		equal := api.Normalized(held) == api.Normalized(p.Value)
		if equal && !im.WriteAll {
			continue
		}
		c.record.Properties = append(c.record.Properties, p)
		c.differs = c.differs || !equal
		if kept, ok := rw.old[p.Name]; !equal && (!ok || kept != held) {
			c.old = append(c.old, before.Value{Row: rw.n, ID: record.ID, Property: p.Name, Old: held, New: p.Value})
		}
	}
	if len(c.record.Properties) == 0 {
		return nil
	}
	return c
}

// names are the properties to send, with ";" between them.
func (c *change) names() string {
	if c == nil {
		return ""
	}
	names := make([]string, len(c.record.Properties))
	for i, p := range c.record.Properties {
		names[i] = p.Name
	}
	return strings.Join(names, ";")
}

// aboutKey reports whether a row was refused because a record holds its key. Another
// property may be unique too.
func aboutKey(f *api.Failure, key string) bool {
	return f.Conflict && (f.Property == "" || f.Property == key)
}

func notFound(key string) *api.Failure {
	f := &api.Failure{Code: CodeNotFound, Property: key, Retryable: true}
	if f.Message = "no record has {value} as its " + key; key == schema.RecordID {
		f.Message = "no record has the id {value}"
	}
	f.Message += ". Mode update creates none: fix the cell, or create the record first."
	return f
}
