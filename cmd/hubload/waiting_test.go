// Progress says why nothing moves.

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/ratelimit"
)

// A moodySender answers at once, after some answers of its own.
type moodySender struct {
	slowSender
	moods []api.Answer
	calls atomic.Int64
}

func (s *moodySender) Create(_ context.Context, inputs []api.Input) api.Answer {
	if n := int(s.calls.Add(1)); n <= len(s.moods) {
		return s.moods[n-1]
	}
	ans := api.Answer{Outcome: api.Answered, Rate: api.Rate{Limit: ratelimit.Limit{N: 5, Per: 10 * time.Second}, Remaining: -1}}
	for _, in := range inputs {
		ans.Created = append(ans.Created, api.Created{Trace: in.Trace, ID: fmt.Sprint(s.ids.Add(1))})
	}
	return ans
}

func TestProgressSaysWhyNothingMoves(t *testing.T) {
	t.Parallel()
	mute := api.Rate{Remaining: -1}
	for name, c := range map[string]struct {
		mood api.Answer
		want string
	}{
		"the window is full":  {api.Answer{}, "of about 2,000 rows, waiting for the rate window, 6 s"},
		"the server is busy":  {api.Answer{Outcome: api.Busy, Wait: 10 * time.Second, Rate: mute}, "HubSpot asks to wait, 6 s"},
		"nobody is there":     {api.Answer{Outcome: api.Unreachable, Err: errors.New("refused"), Rate: mute}, "no connection, trying again in 4 s"},
		"a refusal of a rate": {api.Answer{Outcome: api.Limited, Rate: api.Rate{Refused: true, Wait: 10 * time.Second, Remaining: -1}}, "HubSpot asks to wait, 6 s"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				sender := &moodySender{}
				if c.mood.Outcome != 0 || c.mood.Rate != (api.Rate{}) {
					sender.moods = []api.Answer{c.mood, c.mood, c.mood, c.mood, c.mood, c.mood}
				}
				var lines []string
				a := &app{}
				importRowsBy(t, dir, sender, &fakeRows{n: 2000}, func(p *importer.Progress, l *ratelimit.Limiter) (stop func()) {
					view := &progressView{Live: rundir.Live{Progress: p, Size: 2000, Offset: func() int64 { return p.Now().Read }, Limit: l.Limit}, batch: 100, started: time.Now()}
					return a.every(time.Second, func(bool) { lines = append(lines, view.look().line()) })
				})
				if all := strings.Join(lines, "\n"); !strings.Contains(all, c.want) {
					t.Errorf("%q is never said:\n%s", c.want, all)
				}
				frozen := 0
				for i := 1; i < len(lines); i++ {
					before, _, _ := strings.Cut(lines[i-1], " rows")
					now, rest, _ := strings.Cut(lines[i], " rows")
					if frozen++; now != before || strings.Contains(rest, "wait") || strings.Contains(rest, "trying again") {
						frozen = 0
					}
					if frozen > 2 {
						t.Fatalf("frozen without a reason:\n%s", strings.Join(lines[:i+1], "\n"))
					}
				}
			})
		})
	}
}
