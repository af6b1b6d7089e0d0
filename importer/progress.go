// How far a run is, for whoever shows it.

package importer

import (
	"slices"
	"sync"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
)

// Progress is how far a run is. The zero value is ready to use; a run keeps it up
// to date, and any goroutine may look at it through [Progress.Now].
type Progress struct {
	mu       sync.Mutex
	snap     Snapshot
	slowness [64]time.Duration // of the latest answers
	answers  int
	wait     func() call.Wait
}

// A Snapshot is a moment of a run. Counts cover the whole run; the other numbers
// this process alone.
type Snapshot struct {
	journal.Counts

	Read     int64 // last row read; rows of an earlier process that are skipped count too
	Carried  int64 // rows that had their fate before this process began
	Sent     int64 // rows sent, each as often as it was
	Requests int64
	InFlight int64         // requests
	Limited  int64         // answers that the rate limit refused
	Retries  int64         // requests that repeat rows
	Latency  time.Duration // median of the latest answers, 0 without one
	Slowest  time.Duration // that of the slowest of 20 answers, 0 without one
	Wait     call.Wait     // why no request leaves now
}

// Now returns the state of the run.
func (p *Progress) Now() Snapshot {
	s, wait := p.now()
	if wait != nil { // not under mu: the rate limit may have to wait for other processes
		s.Wait = wait()
	}
	return s
}

func (p *Progress) now() (Snapshot, func() call.Wait) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.snap
	latest := slices.Sorted(slices.Values(p.slowness[:min(p.answers, len(p.slowness))]))
	if n := len(latest); n > 0 {
		s.Latency, s.Slowest = latest[n/2], latest[n*19/20]
	}
	return s, p.wait
}

func (p *Progress) waitsFor(wait func() call.Wait) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wait = wait
}

// Counts returns how many rows have which fate.
func (p *Progress) Counts() journal.Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.snap.Counts
}

func (p *Progress) lastRead() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.snap.Read
}

func (p *Progress) update(f func(*Snapshot)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.snap)
}

func (p *Progress) resume(st *journal.State) {
	c := st.Counts()
	p.update(func(s *Snapshot) {
		s.Counts = c
		s.Carried = c.Settled()
	})
}

func (p *Progress) read(row int64) { p.update(func(s *Snapshot) { s.Read = row }) }

func (p *Progress) sent(rows int, again bool) {
	p.update(func(s *Snapshot) {
		s.Requests++
		s.InFlight++
		s.Sent += int64(rows)
		if again {
			s.Retries++
		}
	})
}

func (p *Progress) answered(ans api.Answer, took time.Duration) {
	p.update(func(s *Snapshot) {
		s.InFlight--
		if ans.Outcome == api.Limited {
			s.Limited++
		}
		p.slowness[p.answers%len(p.slowness)] = took
		p.answers++
	})
}

// settle counts fates. Doubted is how many of their rows were counted as in doubt
// before.
func (p *Progress) settle(fates []journal.Fate, doubted int) {
	p.update(func(s *Snapshot) {
		s.InDoubt -= int64(doubted)
		for _, f := range fates {
			if f.Warning != "" {
				s.Warned++
			}
			switch f.Kind {
			case journal.Created:
				s.Created++
			case journal.Existing:
				s.Existing++
			case journal.Updated:
				s.Updated++
			case journal.Unchanged:
				s.Unchanged++
			case journal.Refused:
				s.Refused++
			case journal.InDoubt:
				s.InDoubt++
			case journal.Unidentified:
				s.Unidentified++
			case journal.LeftOut:
				s.LeftOut++
			}
		}
	})
}

// identified counts the fates of rows that were unidentified until now, and had the same
// warnings.
func (p *Progress) identified(fates []journal.Fate) {
	p.settle(fates, 0)
	p.update(func(s *Snapshot) {
		s.Unidentified -= int64(len(fates))
		for _, f := range fates {
			if f.Warning != "" {
				s.Warned--
			}
		}
	})
}
