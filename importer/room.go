// Room that is used again: for rows, until their fates are written, and for what an attempt is made of.

package importer

import (
	"sync"
	"sync/atomic"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
)

// A pool keeps room that may be used again. Its zero value is ready to use, by any
// goroutine.
type pool[T any] struct{ unused sync.Pool }

// get returns room that was put, or new room.
func (p *pool[T]) get() *T {
	if v, ok := p.unused.Get().(*T); ok {
		return v
	}
	return new(T)
}

func (p *pool[T]) put(v *T) { p.unused.Put(v) }

// A block is room for the rows of a batch, with what their records have room for.
// It is used again as a whole: rows of a block mostly go the same way.
type block struct {
	rows  [api.MaxBatch]row
	taken int
	busy  atomic.Int32 // rows that weren't given back
}

// A room hands out empty rows. Its methods belong to the goroutine that reads, but
// for giveBack.
type room struct {
	block  *block
	unused pool[block]
}

func (r *room) row() *row {
	if r.block == nil || r.block.taken == len(r.block.rows) {
		r.block = r.unused.get()
		r.block.taken = 0
		r.block.busy.Store(api.MaxBatch)
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
			r.unused.put(rw.block)
		}
	}
}

// A desk is room for what an attempt is made of. It is used again by another.
type desk struct {
	numbers   []int64 // of the rows
	text      []byte  // all traces
	ends      []int   // of each in text
	inputs    []api.Input
	standings []standing
}

// clear takes everything off the desk, so that it isn't kept from the garbage collector.
func (d *desk) clear() *desk {
	clear(d.inputs)
	clear(d.standings)
	*d = desk{d.numbers[:0], d.text[:0], d.ends[:0], d.inputs[:0], d.standings[:0]}
	return d
}

// A docket is room for what an answer comes to. It lies on no desk, for most desks wait
// for their answer.
type docket struct {
	rulings []ruling
	fates   []journal.Fate
}

// clear is that of a desk.
func (dk *docket) clear() *docket {
	clear(dk.rulings)
	clear(dk.fates)
	*dk = docket{dk.rulings[:0], dk.fates[:0]}
	return dk
}
