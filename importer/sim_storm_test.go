// A server that refuses everything for a minute, and a token that ends in the middle of a run.

package importer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// TestStormOfRefusals: it is asked at most once a second, and no row is refused for it.
func TestStormOfRefusals(t *testing.T) {
	for _, fault := range []string{"refuse-429", "bare-429"} {
		plan := newDeathPlan(7, false, 8)
		plan.noisy, plan.unfit, plan.wrong = 1, 0, 0
		plan.account.Limit, plan.account.Per = 190, 10*time.Second
		plan.account.Faults = []hubspottest.Fault{{Name: fault, Next: 60}}
		r := play(t, plan)
		var last, began time.Time
		struck := 0
		for _, q := range r.world.account.Requests() {
			if q.Fault == "" {
				continue
			}
			if struck++; struck == 1 {
				began = q.Arrived
			}
			if apart := q.Arrived.Sub(last); struck > 8 && apart < 950*time.Millisecond {
				t.Errorf("%s: refused requests %d and %d are %s apart", fault, struck-1, struck, apart)
			}
			last = q.Arrived
		}
		if took := last.Sub(began); struck != 60 || took < 50*time.Second {
			t.Errorf("%s: %d requests were refused, in %s", fault, struck, took)
		}
		if r.tally.created != plan.rows {
			t.Errorf("%s: %d of %d rows were created", fault, r.tally.created, plan.rows)
		}
	}
}

// TestTokenEndsMidRun: a token that ends is replaced before that, and one that is taken back
// is replaced after the account's no, and the rows are sent again.
func TestTokenEndsMidRun(t *testing.T) {
	for _, tt := range []struct {
		lifetime       time.Duration
		faults         []hubspottest.Fault
		tokens, denied int
	}{
		{45 * time.Second, nil, 3, 0},
		// Not before the token is a minute old, or it is no use asking for another.
		{30 * time.Minute, []hubspottest.Fault{{Name: "401", Every: 15}}, 2, 1},
	} {
		plan := newDeathPlan(9, false, 2)
		plan.timeout, plan.noisy, plan.oauth = time.Minute, 1, true
		plan.account.Latency = 10 * time.Second
		plan.account.OAuth = hubspottest.OAuth{RefreshToken: "the refresh token", Lifetime: tt.lifetime}
		plan.account.Faults = tt.faults
		r := play(t, plan)
		tokens, denied := 0, 0
		for _, q := range r.world.account.Requests() {
			switch {
			case strings.Contains(q.Path, "oauth"):
				tokens++
			case q.Status == 401:
				denied++
			}
		}
		if tokens < tt.tokens || denied != tt.denied || r.tally.doubted > 0 || r.tally.processes != 1 {
			t.Errorf("a life of %s: %d tokens, %d requests denied, %d rows in doubt, %d processes", tt.lifetime, tokens, denied, r.tally.doubted, r.tally.processes)
		}
	}
}
