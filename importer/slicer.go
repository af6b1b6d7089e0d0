// The slicer: rows in input order become jobs; rows that have a fate are verified and skipped.

package importer

import (
	"context"
	"io"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

const (
	maxSliceRows = 1000    // rows of a slice, the refused ones included
	maxJobBytes  = 2 << 20 // of input; HubSpot's limit of a body isn't documented
)

// A row is one row that is to be sent.
type row struct {
	n        int64
	rec      mapping.Record
	size     int          // bytes in the input
	attempts int          // over all processes, as far as known
	unproved int          // attempts of this process that proved nothing
	tainted  bool         // an attempt proved nothing
	refusal  *api.Failure // what the last attempt said, until a read has the last word
	block    *block       // where its room is
}

// A job is a batch with what must be durable before it is sent.
type job struct {
	slices  []journal.Slice // newly read
	refused []journal.Fate  // rows of theirs that can't be sent
	rows    []*row
	bytes   int // of the input that it holds or has read
}

func newJob(size int) *job { return &job{rows: make([]*row, 0, size)} }

func (j *job) empty() bool { return len(j.slices) == 0 && len(j.refused) == 0 && len(j.rows) == 0 }

// A slicer reads the source once, from its first row. It belongs to one
// goroutine.
type slicer struct {
	r      *run
	reader *rows.Reader

	job *job

	fresh journal.Slice // being read, From 0 before its first row

	held  job    // what the known slice at hand leaves to do, until it is verified
	ready []*row // verified, not yet in a job

	done bool
}

func newSlicer(r *run) *slicer {
	return &slicer{r: r, job: newJob(r.batchSize), reader: r.newReader(r.im.Source)}
}

// newReader reads an input from its start.
func (r *run) newReader(src rows.Source) *rows.Reader {
	c := rows.Config{Mapper: r.im.Mapper, Key: r.im.Key, KeyOf: r.im.KeyOf, Duplicates: r.im.Duplicates, Positions: r.im.Positions}
	if r.im.State != nil {
		c.Known = r.im.State.Slices()
	}
	return rows.NewReader(src, c)
}

// next returns the next job, nil after the last one.
func (s *slicer) next(ctx context.Context) (*job, error) {
	for {
		if s.fill() {
			return s.cut(), nil
		}
		if s.done {
			s.cutSlice()
			if s.job.empty() {
				return nil, nil
			}
			return s.cut(), nil
		}
		row, err := s.reader.Next(ctx)
		switch {
		case err == io.EOF:
			s.done = true
			err = s.r.im.Journal.Complete(s.reader.Last())
		case err == nil:
			s.take(row)
		}
		if err != nil {
			return nil, err
		}
	}
}

// fill moves verified rows into the job and reports whether it is full.
func (s *slicer) fill() bool {
	for len(s.ready) > 0 {
		if s.full() {
			return true
		}
		s.job.rows = append(s.job.rows, s.ready[0])
		s.job.bytes += s.ready[0].size
		s.ready[0], s.ready = nil, s.ready[1:]
	}
	return s.full()
}

func (s *slicer) full() bool {
	fresh := int64(0)
	if s.fresh.From > 0 {
		fresh = s.fresh.To - s.fresh.From + 1
	}
	return len(s.job.rows) >= s.r.batchSize || s.job.bytes >= maxJobBytes || fresh >= maxSliceRows || len(s.job.refused) >= maxSliceRows
}

// cut ends the job, and with it the slice that is being read.
func (s *slicer) cut() *job {
	s.cutSlice()
	j := s.job
	s.job = newJob(s.r.batchSize)
	return j
}

func (s *slicer) cutSlice() {
	if s.fresh.From > 0 {
		s.job.slices = append(s.job.slices, s.fresh)
		s.fresh = journal.Slice{}
	}
}

// take takes one row in.
func (s *slicer) take(rec *rows.Row) {
	s.r.progress.read(rec.Row)
	if rec.Known {
		s.takeKnown(rec)
		return
	}
	if s.fresh.From == 0 {
		s.fresh.From = rec.Row
	}
	s.fresh.To = rec.Row
	s.fresh.CRC = journal.Checksum(s.fresh.CRC, rec.Raw)
	s.job.bytes += len(rec.Raw)
	if rw, refused := s.r.mapRow(rec); refused == nil {
		s.job.rows = append(s.job.rows, rw)
	} else {
		s.job.refused = append(s.job.refused, refused.Fate(rec.Row))
	}
}

// takeKnown takes a row that an earlier process has read. Nothing of its slice is
// sent before the slice is verified.
func (s *slicer) takeKnown(rec *rows.Row) {
	s.cutSlice()
	kind, settled := s.r.kind(rec.Row)
	if !settled || kind == journal.InDoubt && s.r.im.Key != "" {
		rw, refused := s.r.mapRow(rec)
		switch {
		case refused == nil:
			rw.attempts = s.r.im.State.Attempts(rec.Row)
			rw.tainted = settled
			s.held.rows = append(s.held.rows, rw)
		case !settled:
			s.held.refused = append(s.held.refused, refused.Fate(rec.Row))
		}
	}
	if rec.Verified {
		s.ready = append(s.ready, s.held.rows...)
		s.job.refused = append(s.job.refused, s.held.refused...)
		s.held = job{}
	}
}

// mapRow returns the row to send, or else why it can't be sent.
func (r *run) mapRow(rec *rows.Row) (*row, *rows.Refusal) {
	rw := r.room.row()
	rw.n, rw.size = rec.Row, len(rec.Raw)
	if refused := rec.Map(&rw.rec); refused != nil {
		return nil, refused
	}
	return rw, nil
}
