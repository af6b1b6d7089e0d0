// Rows that lead to records: found, not found, ambiguous, and what becomes of the run when they can't be looked up.

package importer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

func TestRowsAreLinkedToWhatTheirValuesName(t *testing.T) {
	for _, unique := range []bool{true, false} {
		t.Run(fmt.Sprint("unique ", unique), func(t *testing.T) {
			w := newDealWorld(8)
			w.unique = unique
			w.deals["twice"] = []string{"1", "2"}
			seen := map[string][]mapping.Association{}
			var mu sync.Mutex
			w.linked = func(r *mapping.Record) {
				mu.Lock()
				defer mu.Unlock()
				seen[property(r, "name")] = slices.Clone(r.Associations)
			}
			tr := newMatchTrial(t, w, 40, func(n int) string {
				switch {
				case n%10 == 0:
					return "nobody's"
				case n%10 == 5:
					return "Twice"
				case n%10 == 7:
					return ""
				case n%2 == 0:
					return fmt.Sprintf(" A-%d", n/4%8) // one with the next, to the account
				}
				return fmt.Sprintf("a-%d", n/4%8)
			})
			if err := tr.run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if c := tr.check(w.world, 40); c != (journal.Counts{Created: 28, Refused: 12}) {
				t.Errorf("counts: %+v", c)
			}
			for n := 1; n <= 40; n++ {
				f, _, err := tr.state().Fate(int64(n))
				if err != nil {
					t.Fatal(err)
				}
				name := fmt.Sprint("r", n)
				switch {
				case n%10 == 0:
					if f.Code != mapping.CodeMatchNotFound || f.Property != "deals" || !f.Retryable || !strings.Contains(f.Message, "{value}") || strings.Contains(f.Message, "nobody") {
						t.Errorf("row %d: %+v", n, f)
					}
				case n%10 == 5:
					if f.Code != mapping.CodeMatchAmbiguous {
						t.Errorf("row %d: %+v", n, f)
					}
				case n%10 == 7:
					if f.Code != mapping.CodeUnassociated || len(seen[name]) != 0 {
						t.Errorf("row %d leads to %v: %+v", n, seen[name], f)
					}
				default:
					want := mapping.Association{To: "deals", ID: fmt.Sprint(7000 + n/4%8), Category: "HUBSPOT_DEFINED", TypeID: 20}
					if got := seen[name]; len(got) != 1 || got[0] != want {
						t.Errorf("row %d leads to %v, want %v", n, got, want)
					}
				}
			}
			for _, values := range w.asked {
				folded := map[string]bool{}
				for _, v := range values {
					if folded[api.Folded(v)] {
						t.Errorf("one request asks twice for %q: %q", v, values)
					}
					folded[api.Folded(v)] = true
				}
			}
			if w.defined != 1 || (w.searches > 0) == unique {
				t.Errorf("%d looks at the definition, %d searches", w.defined, w.searches)
			}
			requests, lookups := w.requests, len(w.asked)
			if err := tr.run(t.Context()); err != nil || w.requests != requests || len(w.asked) != lookups {
				t.Errorf("a finished run: %v, %d creates, %d lookups", err, w.requests-requests, len(w.asked)-lookups)
			}
		})
	}
}

// 1,000 rows with 292 values, each in some rows that follow each other, also from
// one batch to the next.
func TestRowsShareLookups(t *testing.T) {
	for _, workers := range []int{1, 8} {
		w := newDealWorld(300)
		tr := newMatchTrial(t, w, 1000, func(n int) string { return fmt.Sprint("a-", (n-1)*7/24) })
		tr.batch, tr.workers = 100, workers
		if err := tr.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c := tr.check(w.world, 1000); c.Created != 1000 {
			t.Errorf("counts: %+v", c)
		}
		times := map[string]int{}
		for _, values := range w.asked {
			for _, v := range values {
				times[v]++
			}
		}
		for v, n := range times {
			if n != 1 {
				t.Errorf("%s was asked for %d times", v, n)
			}
		}
		if len(times) != 292 || len(w.asked) > 10 {
			t.Errorf("%d workers: %d values in %d lookups, want 292 in 3 to 10", workers, len(times), len(w.asked))
		}
	}
}

// While requests wait for their turn, the values of all jobs gather.
func TestLookupsFillUpWhileTheyWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newDealWorld(2000)
		tr := newMatchTrial(t, w, 2000, func(n int) string { return fmt.Sprint("a-", n-1) })
		tr.batch, tr.workers = 20, 16
		tr.change = func(im *Import) {
			im.Limiter = ratelimit.New(ratelimit.Options{Cap: ratelimit.Limit{N: 10, Per: time.Second}})
		}
		if err := tr.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c := tr.check(w.world, 2000); c.Created != 2000 {
			t.Errorf("counts: %+v", c)
		}
		if len(w.asked) > 45 { // 20 would be full; a request for each job would be 100
			t.Errorf("2,000 values in %d lookups", len(w.asked))
		}
	})
}

func TestSearchesAreHalvedUntilTheyFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newDealWorld(0)
		w.unique, w.page = false, 10
		for i := range 90 {
			ids := []string{fmt.Sprint(100 + i)}
			if i%9 == 0 {
				ids = append(ids, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11")
			}
			w.deals[fmt.Sprint("a-", i)] = ids
		}
		tr := newMatchTrial(t, w, 90, func(n int) string { return fmt.Sprint("a-", n-1) })
		tr.batch = 100
		if err := tr.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c := tr.check(w.world, 90); c != (journal.Counts{Created: 80, Refused: 10}) {
			t.Errorf("counts: %+v", c)
		}
	})
}

func TestLookupsThatFailForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newDealWorld(40)
		w.trouble = func(n int) error {
			switch n % 5 {
			case 1:
				return passing{temporary: true, rate: api.Rate{Remaining: -1}}
			case 2:
				return passing{temporary: true, rate: api.Rate{Remaining: -1, Refused: true}}
			case 3:
				return passing{temporary: true, rate: api.Rate{Remaining: -1, Wait: 3 * time.Second}}
			}
			return nil
		}
		tr := newMatchTrial(t, w, 40, func(n int) string { return fmt.Sprint("a-", n-1) })
		if err := tr.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c := tr.check(w.world, 40); c.Created != 40 {
			t.Errorf("counts: %+v", c)
		}
	})
}

// What doesn't pass stops the run before anything of the batch is sent, and the
// next run goes on.
func TestLookupsThatFail(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		want func(error) bool
	}{
		"forbidden": {passing{forbidden: true, rate: api.Rate{Remaining: -1}}, func(err error) bool {
			var denied *call.DeniedError
			return errors.As(err, &denied) && denied.Object == "deals"
		}},
		"refused": {passing{rate: api.Rate{Remaining: -1}}, func(err error) bool {
			var server *call.ServerError
			return errors.As(err, &server) && strings.Contains(err.Error(), "deals can't be looked up by external_id")
		}},
		"of no kind": {errors.New("no JSON"), func(err error) bool { var server *call.ServerError; return errors.As(err, &server) }},
		"for long":   {passing{temporary: true, rate: api.Rate{Remaining: -1}}, func(err error) bool { var server *call.ServerError; return errors.As(err, &server) }},
		"for today": {passing{temporary: true, rate: api.Rate{Remaining: -1, Refused: true, Daily: true}}, func(err error) bool {
			var quota *call.QuotaError
			return errors.As(err, &quota)
		}},
	} {
		for _, unique := range []bool{true, false} {
			t.Run(fmt.Sprint(name, " ", unique), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newDealWorld(40)
					w.unique = unique
					w.trouble = func(int) error { return tt.err }
					tr := newMatchTrial(t, w, 40, func(n int) string { return fmt.Sprint("a-", n-1) })
					if err := tr.run(t.Context()); !tt.want(err) {
						t.Fatalf("Run returned %v", err)
					}
					if w.requests > 0 {
						t.Errorf("%d requests were sent", w.requests)
					}
					w.trouble = nil
					if err := tr.run(t.Context()); err != nil {
						t.Fatal(err)
					}
					if c := tr.check(w.world, 40); c.Created != 40 {
						t.Errorf("counts: %+v", c)
					}
				})
			})
		}
	}
}

// A server that reads well and loses every create is noticed all the same.
func TestLookupsProveNothingOfCreates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newDealWorld(400)
		w.misdeeds = func(int) mishap { return lostAfter }
		tr := newMatchTrial(t, w, 400, func(n int) string { return fmt.Sprint("a-", n-1) })
		tr.workers = 1
		var server *call.ServerError
		if err := tr.run(t.Context()); !errors.As(err, &server) || !strings.Contains(err.Error(), "20 answers in a row proved nothing") {
			t.Errorf("Run returned %v", err)
		}
		if c := tr.check(w.world, 400); c.InDoubt != 100 {
			t.Errorf("counts: %+v", c)
		}
	})
}

func TestLookupsEndWithTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newDealWorld(40)
		interrupted := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(t.Context())
		w.trouble = func(n int) error {
			if n == 3 {
				cancel(interrupted)
			}
			return passing{temporary: true, rate: api.Rate{Remaining: -1}}
		}
		tr := newMatchTrial(t, w, 40, func(n int) string { return fmt.Sprint("a-", n-1) })
		if err := tr.run(ctx); err != interrupted {
			t.Errorf("Run returned %v", err)
		}
	})
}

func TestTooManyRowsLeadNowhere(t *testing.T) {
	w := newDealWorld(0)
	tr := newMatchTrial(t, w, 3000, func(n int) string { return fmt.Sprint("x-", n) })
	tr.batch, tr.workers = 100, 2
	var stopped *StoppedError
	if err := tr.run(t.Context()); !errors.As(err, &stopped) {
		t.Fatalf("Run returned %v", err)
	}
	if c := tr.check(w.world, 3000); c.Refused < 1000 || c.Refused > 1400 || w.requests > 0 {
		t.Errorf("counts: %+v, %d requests", c, w.requests)
	}
	// The deals are made, and the run goes on with the rows that have no fate.
	for n := 1; n <= 3000; n++ {
		w.deals[fmt.Sprint("x-", n)] = []string{fmt.Sprint(n)}
	}
	if err := tr.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := tr.check(w.world, 3000); c.Created < 1600 || c.Created+c.Refused != 3000 {
		t.Errorf("counts: %+v", c)
	}
}

func TestMaxRefusedCountsRowsThatLeadNowhere(t *testing.T) {
	w := newDealWorld(5)
	tr := newMatchTrial(t, w, 200, func(n int) string { return fmt.Sprint("a-", n%10) })
	tr.change = func(im *Import) { im.MaxRefused = Threshold{Rows: 20} }
	var stopped *StoppedError
	if err := tr.run(t.Context()); !errors.As(err, &stopped) {
		t.Fatalf("Run returned %v", err)
	}
	tr.check(w.world, 200)
}

// A row in doubt that would be sent again, and whose record is gone, stays in doubt.
func TestARowInDoubtWhoseRecordIsGone(t *testing.T) {
	for _, gone := range []bool{false, true} {
		w := newDealWorld(5)
		w.misdeeds = func(n int) mishap {
			if n == 1 {
				return lostBefore
			}
			return fine
		}
		tr := newMatchTrial(t, w, 5, func(n int) string { return fmt.Sprint("a-", n-1) }).withKey(w.world)
		tr.mapping = keyMapping + "associations: [ { to: deals, column: order, match: external_id } ]\n"
		died := errors.New("died")
		tr.change = func(im *Import) {
			im.step = func(s step) error {
				if s == afterAnswer {
					return died
				}
				return nil
			}
		}
		if err := tr.run(t.Context()); err != died {
			t.Fatal(err)
		}
		tr.change = nil
		if gone {
			delete(w.deals, "a-2")
		}
		if err := tr.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := journal.Counts{Created: 5}
		if gone {
			want = journal.Counts{Created: 4, InDoubt: 1}
		}
		if c := tr.check(w.world, 5); c != want {
			t.Errorf("gone %t: %+v", gone, c)
		}
	}
}

func TestRunNeedsWhatTheMappingDoes(t *testing.T) {
	for name, text := range map[string]string{
		"Positions": positionMapping,
	} {
		tr := newTrial(t, newWorld(), 0)
		tr.mapping, tr.csv = text, ordersCSV(1, func(int) string { return "1" })
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), name) {
					t.Errorf("without %s: %v", name, p)
				}
			}()
			_ = tr.run(t.Context())
		}()
	}
}

func TestIDsAreChecked(t *testing.T) {
	w := newDealWorld(0)
	w.deals["17"] = []string{"17"}
	tr := newMatchTrial(t, w, 30, func(n int) string { return []string{"18", "0017", "17"}[n%3] })
	tr.mapping = plainMapping + "associations: [ { to: deals, column: order, exists: check } ]\n"
	var ids sync.Map
	w.linked = func(r *mapping.Record) { ids.Store(r.Associations[0].ID, true) }
	if err := tr.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if c := tr.check(w.world, 30); c != (journal.Counts{Created: 20, Refused: 10}) || w.defined != 0 {
		t.Errorf("counts: %+v, %d definitions", c, w.defined)
	}
	if f, _, _ := tr.state().Fate(3); f.Code != mapping.CodeAssociationNotFound || f.Property != "deals" {
		t.Errorf("row 3: %+v", f)
	}
	ids.Range(func(id, _ any) bool {
		if id != "17" {
			t.Errorf("a row leads to %v", id)
		}
		return true
	})
}
