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

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

const matchMapping = plainMapping + `
associations:
  - { to: deals, column: order, match: external_id }
`

// A dealWorld is a world with deals.
type dealWorld struct {
	*world
	deals    map[string][]string // external_id, folded -> ids
	unique   bool
	page     int                      // results of a search; 0: no end
	trouble  func(lookup int) error   // nil: fine
	linked   func(in *mapping.Record) // sees each record that is created; may be nil
	mu2      sync.Mutex
	asked    [][]string // values of each lookup
	searches int
	defined  int
}

func newDealWorld(deals int) *dealWorld {
	w := &dealWorld{world: newWorld(), deals: map[string][]string{}, unique: true}
	for i := range deals {
		w.deals[fmt.Sprint("a-", i)] = []string{fmt.Sprint(7000 + i)}
	}
	return w
}

func (w *dealWorld) Create(ctx context.Context, inputs []Input) Answer {
	for _, in := range inputs {
		if w.linked != nil {
			w.linked(in.Record)
		}
	}
	return w.world.Create(ctx, inputs)
}

func (w *dealWorld) Unique(_ context.Context, to, property string) (bool, error) {
	w.mu2.Lock()
	defer w.mu2.Unlock()
	w.defined++
	if to != "deals" || property != "external_id" {
		return false, errors.New("no such property")
	}
	return w.unique, nil
}

func (w *dealWorld) Match(_ context.Context, to, property string, values []string) (Matched, error) {
	return w.look(values, len(values))
}

func (w *dealWorld) Search(_ context.Context, to, property string, values []string) (Matched, error) {
	w.mu2.Lock()
	w.searches++
	w.mu2.Unlock()
	return w.look(values, min(len(values), 40)) // as if the others didn't fit
}

func (w *dealWorld) look(values []string, n int) (Matched, error) {
	w.mu2.Lock()
	defer w.mu2.Unlock()
	w.asked = append(w.asked, slices.Clone(values))
	if w.trouble != nil {
		if err := w.trouble(len(w.asked)); err != nil {
			return Matched{}, err
		}
	}
	m := Matched{Asked: n, IDs: map[string][]string{}, Rate: Rate{Remaining: -1}}
	found := 0
	for _, v := range values[:n] {
		if ids := w.deals[Folded(v)]; len(ids) > 0 {
			m.IDs[v] = ids
			found += len(ids)
		}
	}
	if w.page > 0 && found > w.page && n > 1 {
		m.Asked, m.IDs = 0, nil
	}
	return m, nil
}

// A passing error is a ReadError.
type passing struct {
	temporary, unauthorized, forbidden bool
	rate                               Rate
}

func (e passing) Error() string {
	return fmt.Sprintf("trouble %+v", struct{ t, u, f bool }{e.temporary, e.unauthorized, e.forbidden})
}
func (e passing) Temporary() bool    { return e.temporary }
func (e passing) Unauthorized() bool { return e.unauthorized }
func (e passing) Forbidden() bool    { return e.forbidden }
func (e passing) Rate() Rate         { return e.rate }

// newMatchTrial is an import of rows r1 ... whose order is what of says.
func newMatchTrial(t *testing.T, w *dealWorld, rows int, of func(row int) string) *trial {
	tr := newTrial(t, w.world, rows)
	tr.sender, tr.mapping = w, matchMapping
	tr.csv = ordersCSV(rows, of)
	return tr
}

func ordersCSV(rows int, of func(row int) string) string {
	var b strings.Builder
	b.WriteString("name,price,order\n")
	for n := 1; n <= rows; n++ {
		fmt.Fprintf(&b, "r%d,%d,%s\n", n, n, of(n))
	}
	return b.String()
}

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
			if c := tr.check(w.world, 40); c != (journal.Counts{Created: 32, Refused: 8}) {
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
					if len(seen[name]) != 0 {
						t.Errorf("row %d leads to %v", n, seen[name])
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
					if folded[Folded(v)] {
						t.Errorf("one request asks twice for %q: %q", v, values)
					}
					folded[Folded(v)] = true
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
				return passing{temporary: true, rate: Rate{Remaining: -1}}
			case 2:
				return passing{temporary: true, rate: Rate{Remaining: -1, Refused: true}}
			case 3:
				return passing{temporary: true, rate: Rate{Remaining: -1, Wait: 3 * time.Second}}
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
		"forbidden": {passing{forbidden: true, rate: Rate{Remaining: -1}}, func(err error) bool {
			var denied *DeniedError
			return errors.As(err, &denied) && denied.To == "deals"
		}},
		"refused": {passing{rate: Rate{Remaining: -1}}, func(err error) bool {
			var server *ServerError
			return errors.As(err, &server) && strings.Contains(err.Error(), "deals can't be looked up by external_id")
		}},
		"of no kind": {errors.New("no JSON"), func(err error) bool { var server *ServerError; return errors.As(err, &server) }},
		"for long":   {passing{temporary: true, rate: Rate{Remaining: -1}}, func(err error) bool { var server *ServerError; return errors.As(err, &server) }},
		"for today": {passing{temporary: true, rate: Rate{Remaining: -1, Refused: true, Daily: true}}, func(err error) bool {
			var stopped *StoppedError
			return errors.As(err, &stopped) && stopped.Cause == DailyQuota
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
		var server *ServerError
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
			return passing{temporary: true, rate: Rate{Remaining: -1}}
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
	if err := tr.run(t.Context()); !errors.As(err, &stopped) || stopped.Cause != TooManyRefused {
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
	if err := tr.run(t.Context()); !errors.As(err, &stopped) || stopped.Cause != TooManyRefused {
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
		"a Linker":  matchMapping,
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

// What is remembered has an end, however many values there are.
func TestRepliesHaveABound(t *testing.T) {
	var m replies
	q := func(i int) question {
		return question{mapping.Target{To: "deals", Property: "x"}, fmt.Sprintf("%0100d", i)}
	}
	const n = 200_000
	for i := range n {
		m.put(q(i), reply{id: fmt.Sprint(i)})
		if rep, ok := m.get(q(0)); !ok || rep.id != "0" {
			t.Fatalf("the reply that is asked for again and again was forgotten, after %d", i)
		}
	}
	if held := len(m.young) + len(m.old); held > 2*(maxReplies/replySize) || held < 10_000 {
		t.Errorf("%d of %d replies are remembered", held, n)
	}
	if _, ok := m.get(q(1)); ok {
		t.Error("an old reply is remembered")
	}
	if rep, ok := m.get(q(n - 1)); !ok || rep.id != fmt.Sprint(n-1) {
		t.Errorf("the last reply is %+v", rep)
	}
	long := question{mapping.Target{}, strings.Repeat("x", maxReplies+1)}
	for range 3 {
		m.put(long, reply{})
	}
	if _, ok := m.get(q(n - 1)); ok {
		t.Error("long values count for nothing")
	}
}

func TestFolded(t *testing.T) {
	for a, b := range map[string]string{" A-1\t": "a-1", "007": "7", "1.50": "01.5", "0.0": "0", "000": "0", "É": "é"} {
		if Folded(a) != Folded(b) {
			t.Errorf("%q and %q are %q and %q", a, b, Folded(a), Folded(b))
		}
	}
	for a, b := range map[string]string{"a b": "ab", "7a": "07a", "1.5.0": "1.5", "-1": "1", "0": "", ".5": "0.5"} {
		if Folded(a) == Folded(b) {
			t.Errorf("%q and %q are both %q", a, b, Folded(a))
		}
	}
}
