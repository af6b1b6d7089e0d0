// Undone runs: what is archived, what is kept, and deaths and lost answers at every step.

package undo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
)

const many = 11 // three requests

// troubled is a world in which people have changed, archived and replaced records of the
// run, and in which the run's journal knows records that are others'.
func troubled(t *testing.T) (w *world, kept map[int64]string) {
	w = newWorld(t, many)
	edit := func(row int64, properties map[string]string) {
		w.must(w.account.Edit("line_items", w.ids[row], properties))
	}
	edit(2, map[string]string{"price": "7"})
	edit(5, map[string]string{"price": ""})
	edit(6, map[string]string{"price": "6.500"}) // the same number
	edit(7, map[string]string{"hs_sku": "not sent, so that it may change"})
	edit(8, map[string]string{"hs_object_source_id": "99"})
	edit(11, map[string]string{"createdate": "1999-01-01T00:00:00Z", "hs_createdate": "1999-01-01T00:00:00Z"})
	w.must(w.account.Archive("line_items", w.ids[3]))
	return w, map[int64]string{
		2: "changed CHANGED", 3: "gone", 5: "changed CHANGED", 8: "foreign OTHER_SOURCE", 11: "foreign CREATED_BEFORE",
	}
}

// check compares the account with what must be left of it.
func (w *world) check(kept map[int64]string) {
	w.t.Helper()
	if got := w.fates(); !maps.Equal(got, kept) {
		w.t.Errorf("fates %v, want %v", got, kept)
	}
	for row := range w.ids {
		want := strings.HasPrefix(kept[row], "changed") || strings.HasPrefix(kept[row], "foreign") || strings.HasPrefix(kept[row], "refused")
		if got := w.exists(row); got != want {
			w.t.Errorf("row %d exists: %t, want %t", row, got, want)
		}
	}
}

func TestOnlyOwnAndUnchangedRecordsAreArchived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, kept := troubled(t)
		_, err := w.undo(t.Context(), 0)
		w.must(err)
		w.check(kept)
	})
}

// TestDeathAtEveryStep kills the process at each read, write, sync and request, lets the
// next one die too, and the third one end.
func TestDeathAtEveryStep(t *testing.T) {
	for k := 1; ; k++ {
		lived := false
		synctest.Test(t, func(t *testing.T) {
			w, kept := troubled(t)
			_, err := w.undo(t.Context(), k)
			if lived = err == nil; lived {
				return
			}
			w.undo(t.Context(), 1+k%7)
			_, err = w.undo(t.Context(), 0)
			w.must(err)
			w.check(kept)
			if steps, err := w.undo(t.Context(), 0); err != nil || steps > 6 {
				t.Errorf("death at step %d: once more takes %d steps: %v", k, steps, err)
			}
		})
		if lived || t.Failed() {
			if k < 20 {
				t.Errorf("only %d steps", k)
			}
			return
		}
	}
}

// archives are requests to archive, from the first on up to the n-th.
func archives(n int) func(*http.Request, []byte) bool {
	return func(r *http.Request, _ []byte) bool {
		if !strings.HasSuffix(r.URL.Path, "/batch/archive") {
			return false
		}
		n--
		return n >= 0
	}
}

func TestLostAnswersAreReadAndRepeated(t *testing.T) {
	for _, fault := range []string{
		"hangup-after", "hangup-before", "502-after", "524-after", "503", "html-200", "html-200-after", "truncated", "slow",
		"refuse-429", "bare-429", "423", "late-commit", "late-504",
	} {
		t.Run(fault, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, kept := troubled(t)
				w.account.SetFaults(hubspottest.Fault{Name: fault, All: true, When: archives(2)})
				_, err := w.undo(t.Context(), 0)
				w.must(err)
				time.Sleep(time.Hour) // what is late has happened
				w.check(kept)
			})
		})
	}
}

// TestBetweenReadAndRepeat: a record that a person changes after a lost answer is kept,
// and the report says that the lost request may still be executed.
func TestBetweenReadAndRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3)
		w.change = func(o *Options) {
			o.API = &losing{API: o.API, first: func() { w.must(w.account.Edit("line_items", w.ids[2], map[string]string{"price": "8"})) }}
		}
		_, err := w.undo(t.Context(), 0)
		w.must(err)
		w.check(map[int64]string{2: "changed CHANGED"})
		st, err := journal.Load(w.path)
		w.must(err)
		defer st.Close()
		if fate, _, _ := st.Fate(2); !strings.Contains(fate.Message, "may still be executed") || strings.Contains(fate.Message, "8") {
			t.Error(fate.Message)
		}
	})
}

// losing loses the first request to archive.
type losing struct {
	api.API
	first func()
}

func (l *losing) Archive(ctx context.Context, ids []string) api.Answer {
	if first := l.first; first != nil {
		l.first = nil
		first()
		return api.Answer{Err: errors.New("lost"), Rate: api.Rate{Remaining: -1}}
	}
	return l.API.Archive(ctx, ids)
}

// TestRefusedAlone: a 400 that names the batch is halved until the guilty one stands alone.
func TestRefusedAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, many)
		w.account.SetFaults(hubspottest.Fault{Name: "409", All: true, When: func(r *http.Request, body []byte) bool {
			return strings.HasSuffix(r.URL.Path, "/batch/archive") && strings.Contains(string(body), `"`+w.ids[9]+`"`)
		}})
		_, err := w.undo(t.Context(), 0)
		w.must(err)
		kept := w.fates()
		if len(kept) != 1 || !strings.HasPrefix(kept[9], "refused ") {
			t.Fatal(kept)
		}
		w.check(kept)
	})
}

// TestRestoredMeanwhile: what exists after it was archived is reported.
func TestRestoredMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 5)
		restored := false
		w.change = func(o *Options) {
			o.Progress = func(int64) {
				if !restored {
					restored = true
					w.must(w.account.Restore("line_items", w.ids[4]))
				}
			}
		}
		_, err := w.undo(t.Context(), 0)
		w.must(err)
		w.check(map[int64]string{4: "refused STILL_EXISTS"})
	})
}

// TestRestoredBetweenProcesses: so is what an earlier process archived.
func TestRestoredBetweenProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, many)
		for k := 1; k == 1 || w.fates()[1] != ""; k++ { // one step further each time, until row 1 is archived
			if _, err := w.undo(t.Context(), k); err == nil {
				t.Fatal("it was never killed in between")
			}
		}
		w.must(w.account.Restore("line_items", w.ids[1]))
		_, err := w.undo(t.Context(), 0)
		w.must(err)
		w.check(map[int64]string{1: "refused STILL_EXISTS"})
	})
}

func TestChangedRecordsOnRequest(t *testing.T) {
	for name, open := range map[string]bool{"with the input": true, "without it": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, kept := troubled(t)
				w.change = func(o *Options) {
					o.ArchiveChanged = true
					if !open {
						o.Open = nil
					}
				}
				_, err := w.undo(t.Context(), 0)
				w.must(err)
				maps.DeleteFunc(kept, func(_ int64, fate string) bool { return strings.HasPrefix(fate, "changed") })
				w.check(kept)
			})
		})
	}
}

// TestWithoutInput: nothing is archived of which it isn't known what was sent.
func TestWithoutInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 3)
		w.change = func(o *Options) { o.Open = nil }
		_, err := w.undo(t.Context(), 0)
		w.must(err)
		w.check(map[int64]string{1: "changed UNKNOWN_VALUES", 2: "changed UNKNOWN_VALUES", 3: "changed UNKNOWN_VALUES"})
	})
}

func TestChangedInputStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, many)
		w.csv = strings.Replace(w.csv, "row-9,9.50", "row-9,9.51", 1)
		var mismatch *rows.MismatchError
		if _, err := w.undo(t.Context(), 0); !errors.As(err, &mismatch) {
			t.Error(err)
		}
		if got := w.account.Len("line_items"); got != many {
			t.Errorf("%d records are left", got)
		}
	})
}

func TestSelectionAndDryRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := troubled(t)
		w.change = func(o *Options) { o.DryRun = true }
		_, err := w.undo(t.Context(), 0)
		w.must(err)
		if got := w.account.Len("line_items"); got != many-1 {
			t.Errorf("a dry run leaves %d records", got)
		}
		w.path += ".part"
		w.change = func(o *Options) { o.Select = func(row int64) bool { return row >= 2 && row <= 4 } }
		_, err = w.undo(t.Context(), 0)
		w.must(err)
		if got := w.account.Len("line_items"); got != many-1-1 { // 3 is gone, 2 changed
			t.Errorf("a part leaves %d records", got)
		}
	})
}

func TestFindSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 130)
		for row := int64(1); row <= 120; row++ {
			w.must(w.account.Archive("line_items", w.ids[row]))
		}
		source, err := FindSource(t.Context(), w.client, w.limiter, w.run)
		if source != "1234567" || err != nil {
			t.Error(source, err)
		}
	})
}

// TestReport: a row for each record, and the last fate counts.
func TestReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, kept := troubled(t)
		w.change = func(o *Options) { o.Select = func(row int64) bool { return row != 10 } }
		_, err := w.undo(t.Context(), 0)
		w.must(err)
		st, err := journal.Load(w.path)
		w.must(err)
		defer st.Close()
		path := t.TempDir() + "/undo.csv"
		w.must(Report{Run: w.run, Undos: []*journal.State{st}, Shown: func(row int64) int64 { return row + 1000 }}.Write(path))
		lines := strings.Split(strings.TrimSpace(readFile(t, path)), "\n")
		if len(lines) != many || lines[0] != "hubload_row,hubload_id,fate,why" {
			t.Fatalf("%d lines, the first is %s", len(lines), lines[0])
		}
		for _, row := range slices.Sorted(maps.Keys(kept)) {
			fate, _, _ := strings.Cut(kept[row], " ")
			if want := fmt.Sprintf("%d,%s,%s,", row+1000, w.ids[row], fate); !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, want) }) {
				t.Errorf("no line %s", want)
			}
		}
		if strings.Contains(strings.Join(lines, "\n"), "\n1010,") {
			t.Error("a row without a fate is reported")
		}
	})
}
