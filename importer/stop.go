// When a run stops by itself.

package importer

import (
	"fmt"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
)

// errMixedUp ends a run whose answers belong to other requests.
var errMixedUp = &call.ServerError{Message: "an answer belongs to another request: something between here and HubSpot mixes answers up"}

// alien reports whether an answer names records that nobody asked for.
func alien(ans api.Answer, rows []standing) bool {
	for k, c := range ans.Created {
		if _, ours := traced(rows, k, c.Trace); !ours && c.Trace != "" {
			return true
		}
	}
	return false
}

func (r *run) countFates(fates []journal.Fate) error {
	refused := 0
	for _, f := range fates {
		if f.Kind == journal.Refused {
			refused++
		}
	}
	return r.count(refused, len(fates)-refused)
}

// count keeps the streak of refused rows and stops a run that only fails.
func (r *run) count(refused, others int) error {
	if refused == 0 && others == 0 {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if others > 0 {
		r.streak = 0
	}
	r.streak += refused
	counts := r.progress.Counts()
	if t := r.im.MaxRefused; t.Rows > 0 && counts.Refused > t.Rows {
		return &StoppedError{Cause: TooManyRefused, Message: fmt.Sprintf("%d rows were refused, more than the %d allowed", counts.Refused, t.Rows)}
	}
	if r.streak >= maxStreak {
		return &StoppedError{Cause: TooManyRefused, Message: fmt.Sprintf("%d rows in a row were refused", r.streak)}
	}
	// Rows that can't be sent are refused before the others of their batches are
	// answered: those count as good until they are.
	settled := max(counts.Created+counts.Existing+counts.Refused+counts.InDoubt, r.progress.lastRead())
	if p := r.im.MaxRefused.Percent; p > 0 && settled >= 100 && float64(counts.Refused)*100 > p*float64(settled) {
		return &StoppedError{Cause: TooManyRefused, Message: fmt.Sprintf("%d of %d rows were refused, more than %g%%", counts.Refused, settled, p)}
	}
	return nil
}
