// A window that several processes share: the interface to its storage, and the order of turns.

package ratelimit

import (
	"math/rand/v2"
	"time"
)

// A Store is a piece of memory that all processes which use one limit can read and
// write, such as a locked file. Only limiters read its contents, which are no secret
// and less than [MaxStored] bytes.
type Store interface {
	// Update calls change with the contents and replaces them by what it
	// returns; nil leaves them as they are. No other process may be in Update
	// meanwhile. Contents that a crash has left half written do no harm.
	//
	// It is called about three times a request, with a lock of the limiter held. If it
	// can't get exclusive access within a fraction of a second it returns an error, and
	// then it must not have called change. After an error a limiter goes on alone, and
	// tries again ten seconds later.
	Update(change func(old []byte) []byte) error
}

// MaxStored is how large the contents of a [Store] may be, in bytes. A limiter neither
// writes nor reads more. A busy window of 190 takes about 1 kB.
const MaxStored = 1 << 20

const (
	// Larger or faster limits aren't shared: the log is rewritten three times a request,
	// up to 20 kB at this size. HubSpot's are at most 250 in 10 s.
	maxSharedN    = 1000
	maxSharedRate = 100 // requests a second

	// storeBackoff is how long a store isn't asked after an error: a window of HubSpot's.
	storeBackoff = 10 * time.Second

	// turnTime is how long a free slot is left to each process whose turn is before ours.
	// A process that waits has a timer set for the same moment, and takes its slot within
	// a millisecond or two.
	turnTime = 5 * time.Millisecond

	// pollInterval is how often the store is looked at while a slot depends on a peer's
	// answer: a quarter of the usual time of an answer.
	pollInterval = 100 * time.Millisecond
)

// A sharedWindow is a limiter's access to the window that it shares.
type sharedWindow struct {
	store Store
	log   *sharedLog
	alone time.Time // until then the store isn't asked
	yield time.Time // a free slot is left to others until then; zero: to nobody
	wall  func(time.Time) int64
}

func newSharedWindow(s Store) *sharedWindow {
	if s == nil {
		return nil
	}
	return &sharedWindow{store: s, log: newSharedLog(rand.Uint64()), wall: time.Time.UnixNano}
}

// off reports whether the window of a limit is this process's own now.
func (s *sharedWindow) off(l Limit, now time.Time) bool {
	return s == nil || l.N > maxSharedN || l.perSecond() > maxSharedRate || now.Before(s.alone)
}

// with calls f while it has the store for itself, with what peers have written read in,
// and writes what f has changed of the log. f is called once, even if the store fails.
func (s *sharedWindow) with(l Limit, now time.Time, f func()) {
	if s.off(l, now) {
		f()
		return
	}
	called := false
	err := s.store.Update(func(old []byte) []byte {
		called = true
		s.log.read(old, now, s.wall(now))
		f()
		if !s.log.dirty {
			return nil
		}
		return s.log.write(now, s.wall(now), l.Per)
	})
	if err != nil {
		s.alone = now.Add(storeBackoff)
	}
	if !called {
		f()
	}
}

// yields returns until when a free slot is left to processes whose turn is before
// ours; a time up to now means that it is ours.
func (s *sharedWindow) yields(now time.Time) time.Time {
	rank := s.log.rank()
	if s.yield.IsZero() {
		s.yield = now.Add(time.Duration(rank) * turnTime)
	}
	return s.yield
}
