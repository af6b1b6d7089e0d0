// Batches: rows that are sent together.

package importer

import (
	"sync"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// A row is one row that is to be sent.
type row struct {
	n      int64
	rec    mapping.Record
	size   int     // bytes in the input
	change *change // of the record that exists; nil: it is to be created

	// old are the old values that before.csv holds of the row, the last one of each
	// property; nil when no attempt may have changed its record.
	old       map[string]string
	changing  bool         // its last attempt was one to change its record
	unlinked  bool         // in doubt, and not all records that it names are found any more
	reread    bool         // its record was read again because a slot took long
	attempts  int          // over all processes, as far as known
	unproved  int          // attempts of this process that proved nothing
	ambiguous bool         // an earlier attempt may have succeeded
	refusal   *api.Failure // of the last attempt, until a read has the last word
	warning   string       // of the answer by which the row exists
}

// fate is a row's fate with the reason that a failure gives.
func (rw *row) fate(kind journal.Kind, f *api.Failure) journal.Fate {
	fate := journal.Fate{Row: rw.n, Kind: kind, Attempts: rw.attempts}
	if f != nil {
		fate.Code, fate.Property, fate.Message, fate.CorrelationID, fate.Retryable = f.Code, f.Property, f.Message, f.CorrelationID, f.Retryable
	}
	if kind == journal.InDoubt {
		// Not retryable whatever the failure says: that is the whole point.
		fate.Code, fate.Retryable = journal.CodeInDoubt, false
	}
	return fate
}

// A prefix is what must be in the journal before the rows of a batch are sent: what was
// read for the first time, and the fates of its rows that aren't sent.
type prefix struct {
	slices  []journal.Slice
	refused []journal.Fate
}

func (p *prefix) empty() bool { return len(p.slices) == 0 && len(p.refused) == 0 }

// A batch is rows that are sent together, with what must be durable before.
type batch struct {
	prefix
	rows  []*row
	bytes int // of the input
}

func newBatch() *batch { return &batch{rows: make([]*row, 0, api.MaxBatch)} }

// unused keeps rows, with the memory of their records.
var unused = sync.Pool{New: func() any { return new(row) }}

// release says that nobody looks at the rows any more.
func (b *batch) release() {
	for _, rw := range b.rows {
		unused.Put(rw)
	}
}
