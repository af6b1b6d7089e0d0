// The rows in doubt, read from the input in shares that fit into memory.

package importer

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"io"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// shares deals rows out, so that those that may be each other's are together: a
// record can't be said to be a row's without all other rows that may have it.
type shares struct {
	n     uint64
	keyed bool
	seed  maphash.Seed

	// next leads from a parent to another one of the same family, and the last
	// of a family to none. Parents are one family that a row has in common.
	next map[uint64]uint64
}

// share looks at all rows in doubt if there are many, and else puts them together.
func (l *resolver) share(ctx context.Context) (*shares, error) {
	s := &shares{n: 1, keyed: l.rs.Key != "", seed: maphash.MakeSeed(), next: map[uint64]uint64{}}
	rivals, err := l.countRivals()
	if err != nil || l.done.InDoubt+rivals <= maxDoubts {
		return s, err
	}
	// Half of what may be held, for hashes don't deal out evenly.
	s.n = uint64((l.done.InDoubt+rivals)/(maxDoubts/2)) + 1
	if s.keyed {
		return s, nil
	}
	_, _, err = l.collect(ctx, func(rw *row) bool {
		for _, a := range rw.rec.Associations[:min(1, len(rw.rec.Associations))] {
			for _, b := range rw.rec.Associations[1:] {
				s.join(a, b)
			}
		}
		return false
	})
	return s, err
}

// of returns the number of the row's share.
func (s *shares) of(rw *row) uint64 {
	switch {
	case s.n == 1:
		return 0
	case s.keyed, len(rw.rec.Associations) == 0:
		return maphash.Bytes(s.seed, binary.LittleEndian.AppendUint64(nil, uint64(rw.n))) % s.n
	}
	return s.root(s.parent(rw.rec.Associations[0])) % s.n
}

func (s *shares) parent(a mapping.Association) uint64 {
	return maphash.String(s.seed, a.To+"/"+a.ID)
}

func (s *shares) root(p uint64) uint64 {
	for {
		q, ok := s.next[p]
		if !ok {
			return p
		}
		if r, ok := s.next[q]; ok {
			s.next[p] = r // so that the way is shorter the next time
		}
		p = q
	}
}

func (s *shares) join(a, b mapping.Association) {
	if p, q := s.root(s.parent(a)), s.root(s.parent(b)); p != q {
		s.next[p] = q
	}
}

// collect reads the input as far as the journal knows it, and returns the rows in
// doubt, and their rivals, that want lets pass. Rows in doubt of which the mapping makes no record
// any more are returned as fates. Nothing is returned of an input that has changed.
//
// The records that rows lead to are looked up, for it is among theirs that a row
// is looked for; not with a key, which says all.
func (l *resolver) collect(ctx context.Context, want func(*row) bool) (wanted []*row, unmapped []journal.Fate, err error) {
	src, err := l.rs.Open()
	if err != nil {
		return nil, nil, err
	}
	if c, ok := src.(io.Closer); ok {
		defer c.Close()
	}
	var found []*row
	sift := func() error {
		linked, lost, err := l.parentsOf(ctx, found)
		for _, rw := range linked {
			if want(rw) {
				wanted = append(wanted, rw)
			}
		}
		unmapped, found = append(unmapped, lost...), nil
		return err
	}
	for reader := l.newReader(src); reader.Unverified(); {
		rec, err := reader.Next(ctx)
		if err != nil {
			return nil, nil, err
		}
		if !rec.Known {
			continue
		}
		kind, _ := l.kind(rec.Row)
		rival, err := l.rival(rec.Row, kind)
		if err != nil {
			return nil, nil, err
		}
		if !rival && kind != journal.InDoubt {
			continue
		}
		rw, fate := l.doubted(rec)
		switch {
		case rw == nil && !rival:
			unmapped = append(unmapped, fate)
		case rw != nil:
			rw.tainted = !rival
			found = append(found, rw)
		}
		if len(found) >= maxDoubts {
			if err := sift(); err != nil {
				return nil, nil, err
			}
		}
	}
	err = sift()
	return wanted, unmapped, err
}

// parentsOf looks up the records that rows lead to. Rows that lead to one that
// isn't there are returned as fates, but for rivals, which are forgotten.
func (l *resolver) parentsOf(ctx context.Context, rows []*row) (linked []*row, lost []journal.Fate, err error) {
	if l.rs.Key != "" {
		return rows, nil, nil
	}
	linked, refused, err := l.link(ctx, rows)
	doubted := map[int64]*row{}
	for _, rw := range rows {
		if rw.tainted {
			doubted[rw.n] = rw
		}
	}
	for _, fate := range refused {
		if rw := doubted[fate.Row]; rw != nil {
			lost = append(lost, unlookable(fate.Row, rw.attempts,
				"it can't be looked for, because a record that it leads to isn't found any more ("+fate.Code+"): look for it in the account"))
		}
	}
	return linked, lost, err
}

// rival reports whether a row that isn't in doubt may have a record that the
// journal doesn't know: it was assumed to exist, or it was refused in a way that
// an import of failures.csv may have mended. Such rows come before those in doubt.
func (l *resolver) rival(n int64, kind journal.Kind) (bool, error) {
	if l.rs.Key != "" || kind != journal.Existing && kind != journal.Refused {
		return false, nil
	}
	fate, _, err := l.rs.State.Fate(n)
	return fate.Kind == journal.Existing && fate.ID == "" || fate.Retryable, err
}

func (l *resolver) countRivals() (count int64, err error) {
	last, _ := l.rs.State.Rows()
	for n := int64(1); n <= last; n++ {
		kind, _ := l.kind(n)
		rival, err := l.rival(n, kind)
		if err != nil {
			return 0, err
		}
		if rival {
			count++
		}
	}
	return count, nil
}

// doubted maps a row in doubt, or words why that can't be done.
func (l *resolver) doubted(rec *rows.Row) (*row, journal.Fate) {
	attempts := l.rs.State.Attempts(rec.Row)
	rw, refused := l.mapRow(rec)
	if refused != nil {
		return nil, unlookable(rec.Row, attempts, fmt.Sprintf("it can't be looked for, because the mapping makes no record of it (%s)", refused.Code))
	}
	rw.attempts = attempts
	return rw, journal.Fate{}
}

// unlookable is the fate of a row in doubt that there is no way to look for.
func unlookable(row int64, attempts int, message string) journal.Fate {
	return journal.Fate{Row: row, Kind: journal.InDoubt, Code: codeInDoubt, Attempts: attempts, Message: message}
}
