// The pacer against tables and against its law.

package ratelimit

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func newTestPacer() *pacer {
	p := newPacer()
	p.setLimit(pro, at(0))
	return p
}

// perSecond takes from p for a minute, each time as soon as it is due, and returns
// the rate.
func perSecond(p *pacer, now time.Time) float64 {
	n := 0
	for end := now.Add(time.Minute); ; n++ {
		now = p.due(now)
		if now.After(end) {
			return float64(n) / 60
		}
		p.take(now)
	}
}

func TestPacerRate(t *testing.T) {
	even := pro.perSecond()
	for _, test := range []struct {
		name        string
		do          func(p *pacer)
		least, most float64
	}{
		{"alone", func(*pacer) {}, 3.99 * even, 4.01 * even},
		{"two signs", func(p *pacer) {
			p.observe(50, 100, false, at(1))
			p.observe(50, 100, false, at(2))
		}, 3.99 * even, 4.01 * even},
		{"signs that don't follow each other", func(p *pacer) {
			for i := range 10 {
				p.observe(50*(i%3), 100, false, at(i))
			}
		}, 3.99 * even, 4.01 * even},
		{"three signs", func(p *pacer) {
			for i := range 3 {
				p.observe(57, targetFree, false, at(i))
			}
		}, 13.2, 13.4},
		{"one certain sign", func(p *pacer) { p.observe(57, targetFree, true, at(1)) }, 13.2, 13.4},
		{"a miscount is no sign", func(p *pacer) { p.observe(foreignTolerance, 100, true, at(1)) }, 3.99 * even, 4.01 * even},
		{"refusal", func(p *pacer) { p.refused(0, at(1)) }, 0.89 * even, 0.91 * even},
		{"refusal evenRate others", func(p *pacer) { p.refused(90, at(1)) }, 8.9, 9.1},
		{"many refusals leave one a second", func(p *pacer) {
			for i := range 100 {
				p.refused(0, at(i))
			}
		}, 0.98, 1.02},
		{"nothing left but a request a second", func(p *pacer) { p.refused(pro.N+5, at(1)) }, 0.98, 1.02},
		{"free slots are taken slowly", func(p *pacer) {
			p.refused(95, at(1))
			for i := range 100 {
				p.observe(57, 54, false, at(2+i))
			}
		}, 8.55 + 1.4, 8.55 + 1.6},
		{"never more than the even rate", func(p *pacer) {
			p.refused(0, at(1))
			for i := range 10_000 {
				p.observe(57, 100, false, at(2+i))
			}
		}, 0.99 * even, 1.001 * even},
		{"no targetFree", func(p *pacer) {
			p.refused(90, at(1))
			for i := range 100 {
				p.observe(90, 0, false, at(2+i))
			}
		}, 0.66 * 9, 0.68 * 9},
		{"not quiet for long enough", func(p *pacer) {
			p.refused(90, at(0))
			p.observe(0, targetFree, false, at(59_999))
		}, 8.9, 9.1},
		{"quiet for a minute", func(p *pacer) {
			p.refused(90, at(0))
			p.observe(0, targetFree, false, at(60_000))
		}, 3.99 * even, 4.01 * even},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newTestPacer()
			test.do(p)
			if got := perSecond(p, at(100_000)); got < test.least || got > test.most {
				t.Errorf("%.3f requests a second, want %.3f to %.3f", got, test.least, test.most)
			}
		})
	}
}

// The law: whatever the limit, requests are never closer than the peak rate says,
// and due never lies about when the next one may go.
func TestPacerLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPacer()
		limit := Limit{
			N:   rapid.IntRange(1, maxN).Draw(t, "n"),
			Per: time.Duration(rapid.Int64Range(int64(minPer), int64(maxPer)).Draw(t, "per")),
		}
		p.setLimit(limit, at(0))
		apart := time.Duration(float64(time.Second) / (burstFactor * limit.perSecond()))
		now := at(1)
		p.take(now)
		for range 50 {
			due := p.due(now)
			if d := due.Sub(now); d < apart-2 || d > apart+2+apart/1000 {
				t.Fatalf("%v: %v apart, want %v", limit, d, apart)
			}
			if again := p.due(due); again.After(due) {
				t.Fatalf("due at %v, and then not before %v", due, again)
			}
			p.take(due)
			now = due
		}
	})
}
