// Batches: rows in input order; rows that have a fate are verified and skipped.

package importer

import (
	"context"
	"io"
	"sync"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

const (
	// maxSliceRows is how many rows the journal learns of at once at most, the
	// refused ones included: what a death between two writes loses of the reading.
	maxSliceRows = 1000

	// maxBatchBytes of input make a batch; HubSpot's limit of a body isn't documented.
	maxBatchBytes = 2 << 20
)

// A row is one row that is to be sent.
type row struct {
	n         int64
	rec       mapping.Record
	size      int          // bytes in the input
	attempts  int          // over all processes, as far as known
	unproved  int          // attempts of this process that proved nothing
	ambiguous bool         // an earlier attempt may have succeeded
	refusal   *api.Failure // of the last attempt, until a read has the last word
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
// read for the first time, and the rows of it that can't be sent.
type prefix struct {
	slices  []journal.Slice
	refused []journal.Fate
}

func (p *prefix) empty() bool { return len(p.slices) == 0 && len(p.refused) == 0 }

// A batch is rows that are sent together, with what must be durable before.
type batch struct {
	prefix
	rows  []*row
	bytes int // of the input that it holds or has read

	store []row // of fresh rows, used again with the memory of their records
}

// batches keeps batches for reuse: without it an import takes a third more CPU.
var batches = sync.Pool{New: func() any { return &batch{store: make([]row, 0, api.MaxBatch)} }}

func newBatch() *batch {
	b := batches.Get().(*batch)
	*b = batch{rows: b.rows[:0], store: b.store[:0]}
	return b
}

// release says that nobody looks at the batch or its rows any more.
func (b *batch) release() {
	clear(b.rows)
	batches.Put(b)
}

// fresh returns an empty row.
func (b *batch) fresh() *row {
	n := len(b.store)
	if n == cap(b.store) {
		return new(row)
	}
	b.store = b.store[:n+1]
	rw := &b.store[n]
	*rw = row{rec: rw.rec}
	return rw
}

func (b *batch) empty() bool { return b.prefix.empty() && len(b.rows) == 0 }

// A slicer reads the source once, from its first row, and makes batches. It belongs to
// one goroutine.
type slicer struct {
	reader   *rows.Reader
	journal  *journal.Journal
	state    *journal.State
	died     map[int64]bool // rows that were in flight when a process died
	keyed    bool
	size     int // rows of a batch
	progress *Progress

	batch *batch
	slice journal.Slice // being read, From 0 before its first row

	held  batch  // what the known slice at hand leaves to do, until it is verified
	ready []*row // verified, not yet in a batch

	done bool
}

// next returns the next batch, nil after the last one.
func (s *slicer) next(ctx context.Context) (*batch, error) {
	for {
		if s.fill() {
			return s.cut(), nil
		}
		if s.done {
			s.cutSlice()
			if s.batch.empty() {
				return nil, nil
			}
			return s.cut(), nil
		}
		row, err := s.reader.Next(ctx)
		switch {
		case err == io.EOF:
			s.done = true
			err = s.journal.Complete(s.reader.Last())
		case err == nil:
			s.take(row)
		}
		if err != nil {
			return nil, err
		}
	}
}

// fill moves verified rows into the batch and reports whether it is full.
func (s *slicer) fill() bool {
	for len(s.ready) > 0 && !s.full() {
		s.batch.rows = append(s.batch.rows, s.ready[0])
		s.batch.bytes += s.ready[0].size
		s.ready[0], s.ready = nil, s.ready[1:]
	}
	return s.full()
}

func (s *slicer) full() bool {
	read := int64(0)
	if s.slice.From > 0 {
		read = s.slice.To - s.slice.From + 1
	}
	return len(s.batch.rows) >= s.size || s.batch.bytes >= maxBatchBytes || read >= maxSliceRows || len(s.batch.refused) >= maxSliceRows
}

// cut ends the batch, and with it the slice that is being read.
func (s *slicer) cut() *batch {
	s.cutSlice()
	b := s.batch
	s.batch = newBatch()
	return b
}

func (s *slicer) cutSlice() {
	if s.slice.From > 0 {
		s.batch.slices = append(s.batch.slices, s.slice)
		s.slice = journal.Slice{}
	}
}

// take takes one row in.
func (s *slicer) take(rec *rows.Row) {
	s.progress.read(rec.Row)
	if rec.Known {
		s.takeKnown(rec)
		return
	}
	if s.slice.From == 0 {
		s.slice.From = rec.Row
	}
	s.slice.To = rec.Row
	s.slice.CRC = journal.Checksum(s.slice.CRC, rec.Raw)
	s.batch.bytes += len(rec.Raw)
	rw := s.batch.fresh()
	if refused := rw.read(rec); refused != nil {
		s.batch.refused = append(s.batch.refused, refused.Fate(rec.Row))
		return
	}
	s.batch.rows = append(s.batch.rows, rw)
}

// takeKnown takes a row that an earlier process has read. Nothing of its slice is
// sent before the slice is verified.
func (s *slicer) takeKnown(rec *rows.Row) {
	s.cutSlice()
	kind, settled := s.kind(rec.Row)
	if !settled || kind == journal.InDoubt && s.keyed {
		rw := new(row)
		refused := rw.read(rec)
		switch {
		case refused == nil:
			rw.attempts = s.state.Attempts(rec.Row)
			rw.ambiguous = settled
			s.held.rows = append(s.held.rows, rw)
		case !settled:
			s.held.refused = append(s.held.refused, refused.Fate(rec.Row))
		}
	}
	if rec.Verified {
		s.ready = append(s.ready, s.held.rows...)
		s.batch.refused = append(s.batch.refused, s.held.refused...)
		s.held = batch{}
	}
}

// kind is what the journal says of a row that an earlier process read.
func (s *slicer) kind(row int64) (journal.Kind, bool) {
	if s.died[row] {
		return journal.InDoubt, true
	}
	return s.state.Kind(row)
}

// read maps the row, or says why it can't be sent.
func (rw *row) read(rec *rows.Row) *rows.Refusal {
	rw.n, rw.size = rec.Row, len(rec.Raw)
	return rec.Map(&rw.rec)
}
