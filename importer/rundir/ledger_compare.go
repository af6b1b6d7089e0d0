// Rows of an input against the ledger's entries, half a million at a time.

package rundir

import (
	"cmp"
	"context"
	"math/bits"
	"slices"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// chunkRows bounds the rows that are compared at a time, and so the memory: 16 bytes a
// row and mapping. The ledger is read once for each chunk. With more mappings than
// fullViews chunks are smaller. Of more than maxViews that fit the input the latest count.
const (
	chunkRows = 1 << 19
	fullViews = 3
	maxViews  = 16
)

// A comparison compares rows of an input with those that other runs have sent.
type comparison struct {
	s      *session
	ctx    context.Context
	others []*candidate
	views  []*view
	first  int64 // row before the chunk
	last   int64 // row of the chunk
	rows   int64 // that were compared
}

// A candidate is another run, which may have sent rows of the input.
type candidate struct {
	*sent
	state    *journal.State // of a run that hasn't ended, where its journal can be read
	old      *view          // by the mapping of that run, where it was another one
	onlyOld  bool           // rows that are equal by today's mapping do no harm
	sentRows int64          // of the run
	existing int64          // rows of the input that the run has sent
	example  int64          // the first of them
	remapped bool           // some are equal by the old mapping alone
}

// A view is what the chunk's rows send, by one mapping.
type view struct {
	mapper *mapping.Mapper
	filler *rows.Filler
	text   string
	rows   []hashed         // of the chunk, by hash when they are indexed
	index  [1<<16 + 1]int32 // where the hashes with these upper bits begin
}

// fill returns the cells of the next row as the view's mapping fills them down.
func (v *view) fill(row *rows.Row) []string {
	if v.filler == nil {
		return row.AsRead()
	}
	rec := csvfile.Record{Row: row.Row, Line: row.Line, Problem: row.Problem}
	if row.Fields != nil {
		rec.Fields = slices.Clone(row.AsRead())
	}
	v.filler.Fill(&rec)
	return rec.Fields
}

type hashed struct {
	hash uint64
	row  int64
}

// others finds the runs to compare with. The caller closes the comparison.
func (s *session) others(ctx context.Context) (*comparison, error) {
	c := &comparison{s: s, ctx: ctx, views: []*view{{mapper: s.mapper}}}
	entries, err := s.ledger().ofAccount(&s.dir.Run)
	if err != nil {
		return c, err
	}
	own := s.entry()
	slices.SortFunc(entries, func(a, b *sent) int { return b.Started.Compare(a.Started) })
	for _, e := range entries {
		if e.ID == own.ID {
			continue
		}
		o := &candidate{sent: e}
		if e.Mapping != own.Mapping {
			if o.old, err = s.viewBy(c, e.Mapping); err != nil {
				c.close()
				return nil, err
			}
		}
		keyed := own.Key != "" && own.Key == e.Key
		o.onlyOld = keyed || s.seen() == SeenSkip
		if keyed && (s.mapper.AutoKey() == "" || o.old == nil) {
			continue // the account knows these rows
		}
		idle, err := o.look()
		if err != nil {
			c.close()
			return nil, err
		}
		if !idle {
			c.others = append(c.others, o)
		}
	}
	return c, nil
}

// viewBy is the view by the mapping of another run; nil where that doesn't fit the input.
func (s *session) viewBy(c *comparison, text string) (*view, error) {
	for _, v := range c.views[1:] {
		if v.text == text {
			return v, nil
		}
	}
	if len(c.views) == maxViews {
		return nil, nil
	}
	m, err := mapping.Parse([]byte(text))
	if err != nil {
		return nil, nil
	}
	src, err := s.source()
	if err != nil {
		return nil, err
	}
	defer src.Close()
	known, err := s.knownSchema()
	if err != nil {
		return nil, err
	}
	mapper, err := m.CompileFor(src.Header(), known)
	if err != nil {
		return nil, nil // its columns are gone: the file is another one
	}
	v := &view{mapper: mapper, filler: rows.NewFiller(mapper, src.Header()), text: text}
	c.views = append(c.views, v)
	return v, nil
}

func (s *session) knownSchema() (*schema.Schema, error) {
	if s.dir.schema != nil {
		return s.dir.schema.rules(), nil
	}
	known, err := s.dir.loadSchema()
	return known.rules(), err
}

// look finds out how far a run is that hasn't ended by the ledger. It reports whether
// nothing of it can be in the account, and no process works on it: before it goes on, it
// compares its rows again.
func (o *candidate) look() (idle bool, err error) {
	if o.Settled {
		return false, nil
	}
	d, err := open(string(o.Run))
	if err != nil || d.ID != o.ID {
		return false, nil // all of its rows may be there
	}
	st, err := journal.Load(d.file(journalName))
	if err != nil {
		return false, nil
	}
	o.state = st
	idle, err = d.idle()
	return idle && !journal.Held(d.file(lockName)), err
}

func (c *comparison) close() {
	for _, o := range c.others {
		if o.state != nil {
			o.state.Close()
		}
	}
}

// skip passes a row that isn't compared.
func (c *comparison) skip(row int64) { c.last = row }

// add takes the next row, with its hash in each view, or 0.
func (c *comparison) add(row int64, hashes []uint64) error {
	c.last = row
	c.rows++
	if len(c.others) == 0 {
		return nil
	}
	for i, v := range c.views {
		if hashes[i] != 0 {
			v.rows = append(v.rows, hashed{hashes[i], row})
		}
	}
	if int64(max(len(c.views), fullViews))*(c.last-c.first) >= fullViews*chunkRows {
		return c.flush()
	}
	return nil
}

// flush compares the chunk and begins another one.
func (c *comparison) flush() error {
	for _, v := range c.views {
		v.sort()
	}
	for _, o := range c.others {
		if err := c.compareWith(o); err != nil {
			return err
		}
	}
	for _, v := range c.views {
		v.rows = v.rows[:0]
	}
	c.first = c.last
	return nil
}

// compareWith counts the chunk's rows that a run has sent.
func (c *comparison) compareWith(o *candidate) error {
	now, err := c.views[0].sentBy(o, c.first, c.last)
	if err != nil {
		return err
	}
	found := now
	if o.old != nil {
		if found, err = o.old.sentBy(o, c.first, c.last); err != nil {
			return err
		}
		found.remove(now)
		if found.count() > 0 && !c.confirm(o, found) {
			return context.Cause(c.ctx)
		}
	}
	remapped := found.count() > 0 && o.old != nil
	if !o.onlyOld && o.old != nil {
		found.add(now)
	}
	if o.onlyOld && o.old == nil || found.count() == 0 {
		return nil
	}
	if o.existing == 0 {
		o.example = c.first + found.first()
	}
	o.existing += found.count()
	o.remapped = o.remapped || remapped
	return nil
}

// confirm keeps of the rows that a run has sent by its own mapping those that the run's
// files hold as the input does, in all columns that today's mapping reads. Others differ in
// a column that the old mapping didn't read, as two orders of one product may. Where the
// files can't say, all stay. It returns false when the context ends.
func (c *comparison) confirm(o *candidate, found rowSet) bool {
	same := make(rowSet, len(found))
	m := *c.s.mapping
	err := o.eachRecord(c.ctx, &m, func(int64) bool { return true }, func(_ int64, content rows.Content, _ journal.Kind, _ string) {
		for _, r := range c.views[0].find(rowHash(content)) {
			same.set(r.row - c.first)
		}
	})
	if c.ctx.Err() != nil {
		return false
	}
	if err == nil {
		for i := range found {
			found[i] &= same[i]
		}
	}
	return true
}

// sort indexes the chunk's rows by their hashes.
func (v *view) sort() {
	slices.SortFunc(v.rows, func(a, b hashed) int { return cmp.Compare(a.hash, b.hash) })
	at := 0
	for i := range v.index {
		for at < len(v.rows) && v.rows[at].hash>>48 < uint64(i) {
			at++
		}
		v.index[i] = int32(at)
	}
}

// find returns the chunk's rows with a hash.
func (v *view) find(hash uint64) []hashed {
	part := v.rows[v.index[hash>>48]:v.index[hash>>48+1]]
	from := 0
	for from < len(part) && part[from].hash < hash {
		from++
	}
	to := from
	for to < len(part) && part[to].hash == hash {
		to++
	}
	return part[from:to]
}

// sentBy returns which of the rows after first, up to last, a run has sent.
func (v *view) sentBy(o *candidate, first, last int64) (rowSet, error) {
	found, sent := make(rowSet, (last-first)/64+1), int64(0)
	err := o.hashes(func(row int64, hash uint64) {
		if hash == 0 {
			return
		}
		sent++
		same := v.find(hash)
		if len(same) == 0 || o.state != nil && o.refused(row) {
			return
		}
		for _, r := range same {
			found.set(r.row - first)
		}
	})
	o.sentRows = sent
	return found, err
}

func (o *candidate) refused(row int64) bool {
	kind, ok := o.state.Kind(row)
	return ok && kind == journal.Refused
}

// A rowSet is a set of rows of a chunk, numbered from 1.
type rowSet []uint64

func (s rowSet) set(n int64) { s[n/64] |= 1 << (n % 64) }

func (s rowSet) add(other rowSet) {
	for i := range s {
		s[i] |= other[i]
	}
}

func (s rowSet) remove(other rowSet) {
	for i := range s {
		s[i] &^= other[i]
	}
}

func (s rowSet) count() (n int64) {
	for _, word := range s {
		n += int64(bits.OnesCount64(word))
	}
	return n
}

// first is the lowest number, of which there must be one.
func (s rowSet) first() int64 {
	for i, word := range s {
		if word != 0 {
			return int64(64*i + bits.TrailingZeros64(word))
		}
	}
	panic("an empty set has no first row")
}
