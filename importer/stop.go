// When a run stops by itself.

package importer

import (
	"fmt"
	"slices"
	"sync"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// maxStreak is how many rows in a row may be refused before the run stops: ten batches
// whose rows all fail have one cause, which the other rows share.
const maxStreak = 1000

// A Threshold is a number of rows, or a percentage of those that have a fate.
type Threshold struct {
	Rows    int64
	Percent float64 // applies from the hundredth row on
}

// A StoppedError says that a run was stopped on purpose: too many rows were refused, or
// more records would be changed than is allowed. Running again goes on.
type StoppedError struct {
	Message string
	Changes bool // it is about records that would be changed: none was
}

func (e *StoppedError) Error() string { return e.Message }

// errNothingJudged ends a run whose every row would end in doubt.
var errNothingJudged = &call.ServerError{Message: "HubSpot's first answer names no row and gives back no values to tell its records by; stopped before more rows are in doubt. " +
	"Map a key (key: { property: hubload_key, auto: true }), by which rows are found again"}

// hopeless returns a [*StoppedError] when an answer refuses all rows for a reason that
// no row can help: what they send doesn't exist in the account, what it requires is in no
// column, or the token's user may not associate records. The rows stay pending, since what
// must be changed is in the account or in the mapping.
func hopeless(ans api.Answer, inputs []api.Input) error {
	failures := ans.Failures
	switch ans.Outcome {
	case api.Refused:
		failures = []api.Failure{ans.Refusal}
	case api.Answered:
		if len(ans.Created) > 0 || ans.Completeness.Results > 0 {
			return nil
		}
	default:
		return nil
	}
	refused := 0
	for i := range failures {
		f := &failures[i]
		if f.Code != failures[0].Code || f.Property != failures[0].Property || f.Property == "" && f.Code != api.CodeEditAssociations {
			return nil
		}
		refused += len(f.Traces)
	}
	if len(failures) == 0 || ans.Outcome == api.Answered && refused < len(inputs) {
		return nil
	}
	f := &failures[0]
	sends, associates := 0, 0
	for _, in := range inputs {
		if len(in.Record.Associations) > 0 {
			associates++
		}
		if slices.ContainsFunc(in.Record.Properties, func(p mapping.Property) bool { return p.Name == f.Property }) {
			sends++
		}
	}
	if f.Code == "PROPERTY_DOESNT_EXIST" && sends == len(inputs) || f.Code == "MISSING_REQUIRED_PROPERTY" && sends == 0 ||
		f.Code == api.CodeEditAssociations && associates == len(inputs) {
		return &StoppedError{Message: fmt.Sprintf("every row of the first request was refused for the same reason, which no row can help: %s (%s). Nothing was written", f.Message, f.Code)}
	}
	return nil
}

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
	refused, leftOut := countOf(fates, journal.Refused), countOf(fates, journal.LeftOut)
	return s.add(refused, int64(len(fates))-refused-leftOut)
}

func countOf(fates []journal.Fate, kind journal.Kind) (n int64) {
	for i := range fates {
		if fates[i].Kind == kind {
			n++
		}
	}
	return n
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
		return &StoppedError{Message: fmt.Sprintf("%d rows were refused, more than the %d allowed", counts.Refused, s.limit.Rows)}
	}
	if s.streak >= maxStreak {
		return &StoppedError{Message: fmt.Sprintf("%d rows in a row were refused", s.streak)}
	}
	// Rows that can't be sent are refused before the others of their batches are
	// answered: those count as good until they are.
	settled := max(counts.Settled(), s.progress.lastRead()-counts.LeftOut)
	if p := s.limit.Percent; p > 0 && settled >= 100 && float64(counts.Refused)*100 > p*float64(settled) {
		return &StoppedError{Message: fmt.Sprintf("%d of %d rows were refused, more than %g%%", counts.Refused, settled, p)}
	}
	return nil
}
