// Room for rows, used again when their fates are written.

package importer

import (
	"sync"
	"sync/atomic"
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
