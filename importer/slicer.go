// The slicer: rows in input order make batches; rows that have a fate are verified and
// skipped.

package importer

import (
	"context"
	"fmt"
	"hash/maphash"
	"io"
	"log/slog"
	"slices"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
)

const (
	// maxSliceRows is how many rows the journal learns of at once at most, the
	// refused ones included: what a death between two writes loses of the reading.
	maxSliceRows = 1000

	// maxBatchBytes of input make a batch; HubSpot's limit of a body isn't documented.
	maxBatchBytes = 2 << 20
)

// A slicer reads the source once, from its first row, and makes batches. It belongs to
// one goroutine.
//
// No two rows of a batch send the same: HubSpot documents that it merges identical
// entries of a request. The second one goes into the next batch, so that several batches
// are filled at a time. With a key no two rows are equal.
type slicer struct {
	reader   *rows.Reader
	journal  *journal.Journal
	state    *journal.State
	died     map[int64]bool // rows that were in flight when a process died
	keyed    bool
	merges   func() bool // the account merges rows whatever their associations are
	size     int         // rows of a batch
	progress *Progress
	log      *slog.Logger

	open   []*openBatch // being filled, the oldest first
	prefix prefix       // of the next batch that is cut
	slice  journal.Slice
	seed   maphash.Seed
	small  int               // batches that equal rows kept from being filled
	unused []map[uint64]bool // of batches that were cut

	// What the known slice at hand leaves to do, until it is verified.
	held        []*row
	heldRefused []journal.Fate
	ready       []*row // verified, not yet in a batch

	spare *row // of a row that was refused

	done bool
}

const (
	// maxOpen bounds the batches that are filled at a time, and so the memory of rows
	// that wait. A file with a fifth of exact twins needs three.
	maxOpen = 8

	// manySmall batches are worth a word: each takes a request for a row or a few.
	manySmall = 100
)

// An openBatch is a batch that is being filled, and what its rows send.
type openBatch struct {
	*batch
	seen map[uint64]bool
}

// next returns the next batch, nil after the last one.
func (s *slicer) next(ctx context.Context) (*batch, error) {
	for {
		for len(s.ready) > 0 && s.full() < 0 {
			s.place(s.ready[0])
			s.ready[0], s.ready = nil, s.ready[1:]
		}
		if i := s.full(); i >= 0 {
			return s.cut(i)
		}
		if s.done {
			s.cutSlice()
			if len(s.open) == 0 && s.prefix.empty() {
				return nil, nil
			}
			return s.cut(0)
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

// full returns the index of a batch that is to be sent, -1 when there is none. It may be
// that of a batch that doesn't exist yet, for a prefix that is long enough.
func (s *slicer) full() int {
	for i, b := range s.open {
		if len(b.rows) >= s.size || b.bytes >= maxBatchBytes {
			return i
		}
	}
	read := int64(0)
	if s.slice.From > 0 {
		read = s.slice.To - s.slice.From + 1
	}
	if len(s.open) > maxOpen || read >= maxSliceRows || len(s.prefix.refused) >= maxSliceRows {
		return 0
	}
	return -1
}

// place puts a row into the first batch that has no equal one.
func (s *slicer) place(rw *row) {
	var content, properties uint64
	if !s.keyed {
		content, properties = s.hash(&rw.rec)
	}
	key := content
	if s.merges() {
		key = properties
	}
	for _, b := range s.open {
		if s.keyed || !b.seen[key] {
			b.add(rw, content, properties)
			return
		}
	}
	b := &openBatch{newBatch(), map[uint64]bool{}}
	if n := len(s.unused); n > 0 {
		b.seen, s.unused = s.unused[n-1], s.unused[:n-1]
		clear(b.seen)
	}
	s.open = append(s.open, b)
	b.add(rw, content, properties)
}

func (b *openBatch) add(rw *row, content, properties uint64) {
	b.rows = append(b.rows, rw)
	b.bytes += rw.size
	b.seen[content], b.seen[properties] = true, true
}

// cut ends a batch, and with it the slice that is being read. Where other batches are
// open, rows of the slice may leave with them, before this batch does: the journal learns
// of the slice now. A row that it holds in an intent and in no slice would look unread to
// the next process, and be sent again.
func (s *slicer) cut(i int) (*batch, error) {
	s.cutSlice()
	b := &batch{}
	if i < len(s.open) {
		b = s.open[i].batch
		s.unused = append(s.unused, s.open[i].seen)
		s.open = slices.Delete(s.open, i, i+1)
	}
	if len(s.open) > 0 && len(s.prefix.slices) > 0 {
		if err := s.journal.Read(s.prefix.slices); err != nil {
			return nil, fmt.Errorf("writing the journal: %w", err)
		}
		s.prefix.slices = nil
	}
	b.prefix, s.prefix = s.prefix, prefix{}
	if len(s.open) == maxOpen && len(b.rows) < s.size/2 {
		if s.small++; s.small == manySmall {
			s.log.Warn("many rows are equal: HubSpot merges equal rows of one request, so that each goes in a request of its own, and the import takes longer. " +
				"With a key (key: { property: hubload_key, auto: true }) a hundred of them go in one request")
		}
	}
	return b, nil
}

func (s *slicer) cutSlice() {
	if s.slice.From > 0 {
		s.prefix.slices = append(s.prefix.slices, s.slice)
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
	rw := s.fresh()
	if refused := rw.read(rec); refused != nil {
		s.prefix.refused = append(s.prefix.refused, refused.Fate(rec.Row))
		return
	}
	s.spare = nil
	s.place(rw)
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
			s.held = append(s.held, rw)
		case !settled:
			s.heldRefused = append(s.heldRefused, refused.Fate(rec.Row))
		}
	}
	if rec.Verified {
		s.ready = append(s.ready, s.held...)
		s.prefix.refused = append(s.prefix.refused, s.heldRefused...)
		s.held, s.heldRefused = nil, nil
	}
}

// kind is what the journal says of a row that an earlier process read.
func (s *slicer) kind(row int64) (journal.Kind, bool) {
	if s.died[row] {
		return journal.InDoubt, true
	}
	return s.state.Kind(row)
}

// fresh returns an empty row.
func (s *slicer) fresh() *row {
	if s.spare == nil {
		s.spare = unused.Get().(*row)
	}
	*s.spare = row{rec: s.spare.rec}
	return s.spare
}

// read maps the row, or says why it can't be sent.
func (rw *row) read(rec *rows.Row) *rows.Refusal {
	rw.n, rw.size = rec.Row, len(rec.Raw)
	return rec.Map(&rw.rec)
}
