// When a run stops by itself.

package importer

import (
	"fmt"
	"sync"

	"github.com/hubload/hubload/importer/journal"
)

// maxStreak is how many rows in a row may be refused before the run stops: ten batches
// whose rows all fail have one cause, which the other rows share.
const maxStreak = 1000

// A Threshold is a number of rows, or a percentage of those that have a fate.
type Threshold struct {
	Rows    int64
	Percent float64 // applies from the hundredth row on
}

// A StoppedError says that a run was stopped on purpose: too many rows were refused.
// Running again goes on.
type StoppedError struct{ Message string }

func (e *StoppedError) Error() string { return e.Message }

// stopRules count refused rows. They are safe for concurrent use.
type stopRules struct {
	limit    Threshold
	progress *Progress

	mu     sync.Mutex
	streak int // refused rows in a row
}

// count takes fates that are in the journal, and returns a [*StoppedError] when the run
// has to stop.
func (s *stopRules) count(fates []journal.Fate) error {
	refused := int64(0)
	for _, f := range fates {
		if f.Kind == journal.Refused {
			refused++
		}
	}
	return s.add(refused, int64(len(fates))-refused)
}

func (s *stopRules) add(refused, others int64) error {
	if refused == 0 && others == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if others > 0 {
		s.streak = 0
	}
	s.streak += int(refused)
	counts := s.progress.Counts()
	if s.limit.Rows > 0 && counts.Refused > s.limit.Rows {
		return &StoppedError{fmt.Sprintf("%d rows were refused, more than the %d allowed", counts.Refused, s.limit.Rows)}
	}
	if s.streak >= maxStreak {
		return &StoppedError{fmt.Sprintf("%d rows in a row were refused", s.streak)}
	}
	// Rows that can't be sent are refused before the others of their batches are
	// answered: those count as good until they are.
	settled := max(counts.Created+counts.Existing+counts.Refused+counts.InDoubt, s.progress.lastRead())
	if p := s.limit.Percent; p > 0 && settled >= 100 && float64(counts.Refused)*100 > p*float64(settled) {
		return &StoppedError{fmt.Sprintf("%d of %d rows were refused, more than %g%%", counts.Refused, settled, p)}
	}
	return nil
}
