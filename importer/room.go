// Room that is used again: for rows, until their fates are written, and for what an attempt is made of.

package importer

import (
	"sync"
	"sync/atomic"

	"github.com/hubload/hubload/importer/journal"
)

// A block is room for the rows of a batch, with what their records have room for.
// It is used again as a whole: rows of a block mostly go the same way.
type block struct {
	rows  [MaxBatch]row
	taken int
	busy  atomic.Int32 // rows that weren't given back
}

// A room hands out empty rows. Its methods belong to the goroutine that reads, but
// for giveBack.
type room struct {
	block  *block
	unused sync.Pool // of *block
}

func (r *room) row() *row {
	if r.block == nil || r.block.taken == len(r.block.rows) {
		r.block, _ = r.unused.Get().(*block)
		if r.block == nil {
			r.block = new(block)
		}
		r.block.taken = 0
		r.block.busy.Store(MaxBatch)
	}
	rw := &r.block.rows[r.block.taken]
	r.block.taken++
	*rw = row{rec: rw.rec, block: r.block}
	return rw
}

// giveBack says that nobody looks at the rows any more.
func (r *room) giveBack(rows []*row) {
	for _, rw := range rows {
		if rw.block.busy.Add(-1) == 0 {
			r.unused.Put(rw.block)
		}
	}
}

// A desk is room for what an attempt is made of. It is used again by another.
type desk struct {
	numbers   []int64 // of the rows
	text      []byte  // all traces
	ends      []int   // of each in text
	inputs    []Input
	standings []standing
}

func (r *run) desk() *desk {
	if d, ok := r.desks.Get().(*desk); ok {
		return d
	}
	return new(desk)
}

// release makes a desk free. What was on it is forgotten, so that it isn't kept from
// the garbage collector.
func (r *run) release(d *desk) {
	clear(d.inputs)
	clear(d.standings)
	*d = desk{d.numbers[:0], d.text[:0], d.ends[:0], d.inputs[:0], d.standings[:0]}
	r.desks.Put(d)
}

// A docket is room for what an answer comes to. It lies on no desk, for most desks wait
// for their answer.
type docket struct {
	rulings []ruling
	fates   []journal.Fate
}

func (r *run) docket() *docket {
	if dk, ok := r.dockets.Get().(*docket); ok {
		return dk
	}
	return new(docket)
}

// releaseDocket is release for a docket.
func (r *run) releaseDocket(dk *docket) {
	clear(dk.rulings)
	clear(dk.fates)
	*dk = docket{dk.rulings[:0], dk.fates[:0]}
	r.dockets.Put(dk)
}
