// A window that several processes share: the seam to where it is kept, and who goes first.

package ratelimit

import (
	"math/rand/v2"
	"time"
)

// A Store is a piece of memory that all processes which use one limit can read and
// write, such as a locked file. What it holds is the limiters' own affair; it is
// no secret, and less than [MostStored] bytes.
type Store interface {
	// Update calls change with the contents and replaces them by what it
	// returns; nil leaves them as they are. No other process is within Update
	// meanwhile. Contents that a crash has left half written do no harm.
	//
	// It is called a few times for each request, with a lock of the limiter
	// held: where it can't have the memory for itself within a fraction of a
	// second it returns an error, and then it must not have called change. A
	// limiter goes on by itself after an error, and comes back later.
	Update(change func(old []byte) []byte) error
}

// MostStored is how large the contents of a [Store] may be. A limiter neither
// writes nor believes more.
const MostStored = 1 << 20

const (
	sharedN    = 1000             // larger windows aren't shared: they are rewritten for every request
	sharedRate = 100              // a second; faster ones aren't either
	estranged  = 10 * time.Second // after an error of the store: alone
	manners    = 5 * time.Millisecond
	poll       = 100 * time.Millisecond // while a slot depends on another process's answer
)

// A shared is a limiter's hand on the window that it shares.
type shared struct {
	store  Store
	ledger *ledger
	alone  time.Time // until then the store isn't asked
	yield  time.Time // a free slot is left to others until then; zero: to nobody
	wall   func(time.Time) int64
}

func newShared(s Store) *shared {
	if s == nil {
		return nil
	}
	return &shared{store: s, ledger: newLedger(rand.Uint64()), wall: time.Time.UnixNano}
}

// off reports whether the window of a limit is this process's own now.
func (s *shared) off(l Limit, now time.Time) bool {
	return s == nil || l.N > sharedN || l.perSecond() > sharedRate || now.Before(s.alone)
}

// with calls f while no other process looks into the window, with what they have
// written known. What f has changed of the ledger is written down. f is called
// once, whatever happens to the store.
func (s *shared) with(l Limit, now time.Time, f func()) {
	if s.off(l, now) {
		f()
		return
	}
	called := false
	err := s.store.Update(func(old []byte) []byte {
		called = true
		s.ledger.read(old, now, s.wall(now))
		f()
		if !s.ledger.dirty {
			return nil
		}
		return s.ledger.write(now, s.wall(now), l.Per)
	})
	if err != nil {
		s.alone = now.Add(estranged)
	}
	if !called {
		f()
	}
}

// yields returns until when a free slot is left to processes whose turn is before
// ours; a time up to now means that it is ours. A process whose turn it is takes
// its slot in less than manners, unless it is dead.
func (s *shared) yields(now time.Time) time.Time {
	rank := s.ledger.rank()
	if s.yield.IsZero() {
		s.yield = now.Add(time.Duration(rank) * manners)
	}
	return s.yield
}
