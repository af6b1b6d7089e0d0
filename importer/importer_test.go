// What Run promises, one promise a test.

package importer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
)

func TestEveryRowIsCreatedOnce(t *testing.T) {
	for _, rows := range []int{0, 1, 4, 5, 6, 23} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) {
			w := newWorld()
			tr := newTrial(t, w, rows)
			if err := tr.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if c := tr.check(w, rows); c != (journal.Counts{Created: int64(rows)}) {
				t.Errorf("counts: %+v", c)
			}
			if want := (rows + 4) / 5; w.requests != want {
				t.Errorf("%d requests, want %d", w.requests, want)
			}
			if n, complete := tr.state().Rows(); n != int64(rows) || !complete {
				t.Errorf("the journal knows %d rows, complete %t", n, complete)
			}
		})
	}
}

func TestAFinishedRunSendsNothing(t *testing.T) {
	w := newWorld()
	w.poison["r3"] = true
	tr := newTrial(t, w, 12)
	for range 2 {
		if err := tr.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if w.requests != 3 {
		t.Errorf("%d requests, want 3", w.requests)
	}
	tr.check(w, 12)
}

func TestABatchRefusedAsAWholeIsHalved(t *testing.T) {
	for _, key := range []bool{false, true} {
		t.Run(fmt.Sprintf("key %t", key), func(t *testing.T) {
			w := newWorld()
			w.whole = true
			w.poison["r4"], w.poison["r11"] = true, true
			tr := newTrial(t, w, 20)
			if key {
				tr.withKey(w)
			}
			tr.batch = 10
			if err := tr.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if c := tr.check(w, 20); c != (journal.Counts{Created: 18, Refused: 2}) {
				t.Errorf("counts: %+v", c)
			}
			f, _, _ := tr.state().Fate(4)
			if f.Code != "INVALID_OPTION" || f.Property != "name" {
				t.Errorf("fate of row 4: %+v", f)
			}
		})
	}
}

// Sent together again, refused rows get the same answer again.
func TestAnErrorThatNamesNobodyFindsTheGuiltyOnesByTheirKey(t *testing.T) {
	for name, misdeeds := range map[string]func(int) mishap{
		"at once":            nil,
		"after lost answers": func(n int) mishap { return map[bool]mishap{true: lostBefore}[n <= 5] },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.nameless, w.misdeeds = true, misdeeds
				for _, n := range []string{"r2", "r3", "r5", "r9", "r14", "r15"} {
					w.poison[n] = true
				}
				tr := newTrial(t, w, 20).withKey(w)
				tr.batch, tr.workers = 10, 1
				if err := tr.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if c := tr.check(w, 20); c.InDoubt > 0 || c.Refused != 6 {
					t.Errorf("counts: %+v", c)
				}
			})
		})
	}
}

// With a key ids are certain, whatever the answer says.
func TestAKeyFindsTheIDsThatNoAnswerSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.misdeeds = func(int) mishap { return noNames }
		tr := newTrial(t, w, 20).withKey(w)
		progress := new(Progress)
		tr.change = func(im *Import) { im.Progress = progress }
		if err := tr.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c := tr.check(w, 20); c.Created != 20 || c != progress.Counts() {
			t.Errorf("counts: %+v, progress %+v", c, progress.Counts())
		}
	})
}

func TestALostAnswerIsNeverSentAgainWithoutAKey(t *testing.T) {
	for name, m := range map[string]mishap{"before": lostBefore, "after": lostAfter, "late": late, "short": shortAnswer, "no traces": noTraces} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.misdeeds = func(n int) mishap {
				if n == 2 {
					return m
				}
				return fine
			}
			tr := newTrial(t, w, 20)
			if err := tr.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			want := int64(5)
			if m == shortAnswer {
				want = 1
			}
			if c := tr.check(w, 20); c.InDoubt != want || c.Created != 20-want {
				t.Errorf("counts: %+v", c)
			}
			if err := tr.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			for n, times := range w.sent {
				if times != 1 {
					t.Errorf("row %s was sent %d times", n, times)
				}
			}
		})
	}
}

func TestAKeyResolvesWhatIsUnknown(t *testing.T) {
	for name, m := range map[string]mishap{"before": lostBefore, "after": lostAfter, "late": late, "short": shortAnswer, "no traces": noTraces} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			w.misdeeds = func(n int) mishap {
				if n%2 == 0 {
					return m
				}
				return fine
			}
			tr := newTrial(t, w, 20).withKey(w)
			tr.workers = 1
			if err := tr.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if c := tr.check(w, 20); c.Created+c.Existing != 20 {
				t.Errorf("counts: %+v", c)
			}
		})
	}
}

func TestRowsWithAKeyThatExistsAreExisting(t *testing.T) {
	for _, whole := range []bool{false, true} {
		w := newWorld()
		first := newTrial(t, w, 7).withKey(w)
		if err := first.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.whole = whole
		second := newTrial(t, w, 12).withKey(w) // its first seven rows are there
		if err := second.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c := second.check(w, 12); c != (journal.Counts{Created: 5, Existing: 7}) {
			t.Errorf("whole %t: %+v", whole, c)
		}
	}
}

func TestRequestsThatWereNotExecutedAreSentAgain(t *testing.T) {
	for name, m := range map[string]mishap{"429": throttled, "unreachable": unreachable} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				w.misdeeds = func(n int) mishap {
					if n%3 == 0 {
						return m
					}
					return fine
				}
				tr := newTrial(t, w, 40)
				if err := tr.run(t.Context()); err != nil {
					t.Fatal(err)
				}
				if c := tr.check(w, 40); c != (journal.Counts{Created: 40}) {
					t.Errorf("counts: %+v", c)
				}
			})
		})
	}
}

func TestAServerThatStaysAwayStopsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.misdeeds = func(n int) mishap {
			if n > 2 {
				return unreachable
			}
			return fine
		}
		tr := newTrial(t, w, 40)
		start := time.Now()
		var gone *call.ServerError
		if err := tr.run(t.Context()); !errors.As(err, &gone) {
			t.Fatalf("got %v, want a ServerError", err)
		}
		if took := time.Since(start); took < 55*time.Second || took > 80*time.Second {
			t.Errorf("it took %s, want about a minute", took)
		}
		if c := tr.check(w, 40); c.InDoubt != 0 || c.Created != 10 {
			t.Errorf("counts: %+v", c)
		}
	})
}

func TestAnswersThatProveNothingStopTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.misdeeds = func(int) mishap { return lostAfter }
		tr := newTrial(t, w, 1000)
		var gone *call.ServerError
		if err := tr.run(t.Context()); !errors.As(err, &gone) {
			t.Fatalf("got %v, want a ServerError", err)
		}
		if c := tr.check(w, 1000); c.InDoubt < 100 || c.InDoubt > 150 {
			t.Errorf("counts: %+v, want about 20 batches in doubt", c)
		}
	})
}

func TestAnInterruptedRunTakesTheAnswersInFlight(t *testing.T) {
	w := newWorld()
	tr := newTrial(t, w, 60)
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	w.onCreate = func(n int, _ []string) {
		if n == 4 {
			cancel(cause)
		}
	}
	if err := tr.run(ctx); !errors.Is(err, cause) {
		t.Fatalf("got %v, want the cause", err)
	}
	c := tr.check(w, 60)
	if c.InDoubt != 0 || c.Created == 0 || c.Created == 60 {
		t.Errorf("counts: %+v", c)
	}
	if err := tr.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := tr.check(w, 60); c.Created != 60 {
		t.Errorf("after going on: %+v", c)
	}
}

func TestTooManyRefusedRowsStopTheRun(t *testing.T) {
	for name, test := range map[string]struct {
		threshold Threshold
		rows      int
		most      int64
	}{
		"by number":        {Threshold{Rows: 12}, 400, 40},
		"by percent":       {Threshold{Percent: 10}, 400, 130},
		"a thousand a row": {Threshold{}, 3000, 1100},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			for i := range test.rows {
				w.poison[fmt.Sprintf("r%d", i+1)] = true
			}
			tr := newTrial(t, w, test.rows)
			tr.change = func(im *Import) { im.MaxRefused = test.threshold }
			tr.batch = 10
			var stopped *StoppedError
			if err := tr.run(t.Context()); !errors.As(err, &stopped) {
				t.Fatalf("got %v, want a StoppedError", err)
			}
			if c := tr.check(w, test.rows); c.Refused == 0 || c.Refused > test.most {
				t.Errorf("counts: %+v, want at most %d refused", c, test.most)
			}
		})
	}
}

func TestAChangedInputIsNoticedBeforeAnythingIsSent(t *testing.T) {
	for name, test := range map[string]struct {
		change func(csv string) string
		differ bool
	}{
		"changed in a finished row": {func(s string) string { return strings.Replace(s, "r3,3", "r3,4", 1) }, true},
		"shorter":                   {func(s string) string { return s[:len(s)-len("r29,29\nr30,30\n")] }, true},
		"longer":                    {func(s string) string { return s + "r31,31\n" }, false},
		"other line ends":           {func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			tr := newTrial(t, w, 30)
			if err := tr.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			before := w.requests
			tr.csv = test.change(tr.csv)
			err := tr.run(t.Context())
			var mismatch *rows.MismatchError
			if got := errors.As(err, &mismatch); got != test.differ {
				t.Fatalf("got %v, want a MismatchError: %t", err, test.differ)
			}
			if test.differ && w.requests != before {
				t.Errorf("%d requests were sent", w.requests-before)
			}
			if !test.differ {
				rows := strings.Count(tr.csv, "\n") - 1
				if c := tr.check(w, rows); c.Created != int64(rows) {
					t.Errorf("counts: %+v", c)
				}
			}
		})
	}
}
