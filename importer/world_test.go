// A small world for the engine's tests: a server that holds the truth, inputs, and the checker that compares it with the journal.

package importer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/before"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/promisetest"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

const plainMapping = `
properties:
  name: { column: name, required: true }
  price: { column: price }
`

const keyMapping = plainMapping + `
key: { property: row_key, columns: [name] }
`

// rowsCSV is an input of n good rows, named r1, r2 ...
func rowsCSV(n int) string {
	var b strings.Builder
	b.WriteString("name,price\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "r%d,%d\n", i, i)
	}
	return b.String()
}

// A mishap is what a server does to one request besides answering it well.
type mishap int

const (
	fine        mishap = iota
	lostBefore         // not executed, no answer
	lostAfter          // executed, no answer
	late               // no answer, executed once the next request has come
	throttled          // 429
	unreachable        // no connection
	shortAnswer        // executed, one record is missing in the answer
	noTraces           // executed, the answer echoes no trace id
	noNames            // executed, the answer is complete, and echoes neither trace ids nor keys
)

// A world is a server with the truth in it.
type world struct {
	partialAPI
	mu       sync.Mutex
	unique   bool                              // row_key is unique
	poison   map[string]bool                   // names that are refused
	whole    bool                              // one bad row refuses its batch
	nameless bool                              // bad rows come in one error that names none of them
	misdeeds func(request int) mishap          // nil: fine
	onCreate func(request int, names []string) // before anything happens
	requests int
	nextID   int
	ids      map[string][]string // name -> ids of its records
	keys     map[string]string   // key -> id
	pending  []func()            // late commits
	sent     map[string]int      // name -> how often it was in a request

	// Of modes that change records; see change_world_test.go.
	values      map[string]map[string]string // id -> properties
	overwritten []before.Value               // by requests, in their order
	reads       int
	onRead      func(keys []string) // before the read is answered
}

func newWorld() *world {
	return &world{nextID: 1000, ids: map[string][]string{}, keys: map[string]string{}, poison: map[string]bool{}, sent: map[string]int{}, values: map[string]map[string]string{}}
}

func property(r *mapping.Record, name string) string {
	for _, p := range r.Properties {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

func (w *world) Create(_ context.Context, inputs []api.Input) api.Answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests++
	var names []string
	for _, in := range inputs {
		name := property(in.Record, "name")
		names = append(names, name)
		w.sent[name]++
	}
	if w.onCreate != nil {
		n := w.requests
		w.mu.Unlock()
		w.onCreate(n, names)
		w.mu.Lock()
	}
	for _, commit := range w.pending {
		commit()
	}
	w.pending = nil
	return w.answer(inputs, w.execute)
}

// answer executes a request, now, later or not at all, and answers it, or not.
func (w *world) answer(inputs []api.Input, execute func([]api.Input) api.Answer) api.Answer {
	m := fine
	if w.misdeeds != nil {
		m = w.misdeeds(w.requests)
	}
	lost := api.Answer{
		Outcome: api.Unknown, Err: errors.New("connection reset"), Rate: api.Rate{Remaining: -1},
		Refusal: api.Failure{Code: "NO_ANSWER", Message: "the connection was lost"},
	}
	switch m {
	case lostBefore:
		return lost
	case late:
		copied := append([]api.Input(nil), inputs...)
		records := make([]mapping.Record, len(inputs))
		for i := range copied {
			records[i] = mapping.Record{Properties: append([]mapping.Property(nil), copied[i].Record.Properties...), Key: copied[i].Record.Key}
			copied[i].Record = &records[i]
		}
		w.pending = append(w.pending, func() { execute(copied) })
		return lost
	case throttled:
		return api.Answer{Outcome: api.Limited, Err: errors.New("429"), Rate: api.Rate{Refused: true, Remaining: -1}}
	case unreachable:
		return api.Answer{Outcome: api.Unreachable, Err: errors.New("connection refused"), Rate: api.Rate{Remaining: -1}}
	}
	ans := execute(inputs)
	switch {
	case m == lostAfter:
		return lost
	case m == shortAnswer && len(ans.Created) > 0:
		ans.Created = ans.Created[1:]
	case m == noNames:
		for i := range ans.Created {
			ans.Created[i].Trace, ans.Created[i].Key = "", ""
		}
		ans.Completeness = api.Completeness{Final: true, Results: len(ans.Created)}
	case m == noTraces:
		for i := range ans.Created {
			ans.Created[i].Trace = ""
		}
	}
	return ans
}

// execute carries a request out as an account does.
func (w *world) execute(inputs []api.Input) api.Answer {
	ans := api.Answer{Outcome: api.Answered, Rate: api.Rate{Remaining: -1}}
	var bad []api.Failure
	for _, in := range inputs {
		key := property(in.Record, "row_key")
		_, taken := w.keys[key]
		switch name := property(in.Record, "name"); {
		case w.poison[name]:
			bad = append(bad, api.Failure{Traces: []string{in.Trace}, Code: "INVALID_OPTION", Property: "name", Message: "{value} is bad"})
		case w.unique && key != "" && taken:
			bad = append(bad, api.Failure{Traces: []string{in.Trace}, Code: "CONFLICTING_UNIQUE_VALUE", Property: "row_key", Message: "taken", Conflict: true})
		}
	}
	if w.whole && len(bad) > 0 {
		f := bad[0]
		f.Traces = nil
		return api.Answer{Outcome: api.Refused, Refusal: f, Err: errors.New("400"), Rate: api.Rate{Remaining: -1}}
	}
	refused := map[string]bool{}
	for _, f := range bad {
		refused[f.Traces[0]] = true
	}
	for _, in := range inputs {
		if refused[in.Trace] {
			continue
		}
		key := property(in.Record, "row_key")
		if _, taken := w.keys[key]; w.unique && key != "" && taken {
			continue // twice in one request
		}
		w.nextID++
		id := strconv.Itoa(w.nextID)
		name := property(in.Record, "name")
		w.ids[name] = append(w.ids[name], id)
		if key != "" {
			w.keys[key] = id
		}
		w.values[id] = map[string]string{}
		for _, p := range in.Record.Properties {
			w.values[id][p.Name] = p.Value
		}
		ans.Created = append(ans.Created, api.Created{Trace: in.Trace, Key: key, ID: id})
	}
	ans.Failures = bad
	if w.nameless && len(bad) > 0 {
		joined := bad[0]
		joined.Traces = nil
		ans.Failures = []api.Failure{joined}
		ans.Completeness = api.Completeness{Final: true, Results: len(ans.Created), NumErrors: 1, Unnamed: 1}
	}
	rand.Shuffle(len(ans.Created), func(i, j int) { ans.Created[i], ans.Created[j] = ans.Created[j], ans.Created[i] })
	return ans
}

func (w *world) FindByProperty(_ context.Context, _, _ string, values []string) (api.Found, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := api.Found{Complete: len(values), IDs: map[string][]string{}, Rate: api.Rate{Remaining: -1}}
	for _, v := range values {
		if id, ok := w.keys[v]; ok {
			found.IDs[v] = []string{id}
		}
	}
	return found, nil
}

// An attempt at an import, on one journal.
type trial struct {
	t       *testing.T
	dir     string
	csv     string
	mapping string
	sender  api.API
	key     string
	batch   int
	workers int
	mode    mapping.Mode
	change  func(*Import)
}

func newTrial(t *testing.T, w *world, rows int) *trial {
	return &trial{t: t, dir: t.TempDir(), csv: rowsCSV(rows), mapping: plainMapping, sender: w, batch: 5, workers: 3}
}

func (tr *trial) withKey(w *world) *trial {
	w.unique = true
	tr.mapping, tr.key = keyMapping, "row_key"
	return tr
}

func (tr *trial) path() string { return filepath.Join(tr.dir, "journal.jsonl") }

// run runs or resumes the import.
func (tr *trial) run(ctx context.Context) error {
	tr.t.Helper()
	j, st, err := journal.Open(tr.path())
	if err != nil {
		j, err = journal.Create(tr.path(), journal.Header{Run: "0badcafe", Started: time.Unix(1e9, 0)})
	}
	if err != nil {
		tr.t.Fatal(err)
	}
	defer j.Close()
	if st != nil {
		defer st.Close()
	}
	m, err := mapping.Parse([]byte(tr.mapping))
	if err != nil {
		tr.t.Fatal(err)
	}
	src, err := csvfile.NewReader(strings.NewReader(tr.csv), csvfile.Options{})
	if err != nil {
		tr.t.Fatal(err)
	}
	mapper, err := m.Compile(src.Header())
	if err != nil {
		tr.t.Fatal(err)
	}
	im := Import{
		Source: src, Rows: rows.Config{Mapper: mapper, Key: tr.key}, API: tr.sender, Journal: j, State: st, Name: "0badcafe",
		KeyProved: true, BatchSize: tr.batch, Workers: tr.workers,
		Limiter: ratelimit.New(ratelimit.Options{Cap: ratelimit.Limit{N: 100_000, Per: time.Second}}),
	}
	if im.Mode = tr.mode; tr.mode != mapping.Create {
		im.Before = tr.before(st)
		defer im.Before.Close()
	}
	if tr.change != nil {
		tr.change(&im)
	}
	return Run(ctx, im)
}

// state reads the journal as it is now.
func (tr *trial) state() *journal.State {
	tr.t.Helper()
	st, err := journal.Load(tr.path())
	if err != nil {
		tr.t.Fatal(err)
	}
	tr.t.Cleanup(func() { st.Close() })
	return st
}

// check compares the journal with the truth and returns the counts. It knows the
// product's promise and nothing of how it is kept.
func (tr *trial) check(w *world, rows int) journal.Counts {
	tr.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, commit := range w.pending {
		commit()
	}
	w.pending = nil
	st := tr.state()
	var c journal.Counts
	var claims []promisetest.Claim
	for n := 1; n <= rows; n++ {
		name := fmt.Sprintf("r%d", n)
		ids := w.ids[name]
		f, ok, err := st.Fate(int64(n))
		if err != nil {
			tr.t.Fatal(err)
		}
		if !ok {
			if len(st.OpenRows()) == 0 && len(ids) > 0 {
				tr.t.Errorf("row %d is pending, and exists", n)
			}
			continue
		}
		claims = append(claims, promisetest.Claim{Row: name, Status: f.Kind.String(), ID: f.ID})
		switch f.Kind {
		case journal.Created:
			c.Created++
		case journal.Existing:
			c.Existing++
		case journal.Refused:
			c.Refused++
		case journal.InDoubt:
			c.InDoubt++
		}
	}
	for _, b := range promisetest.Check(claims, w.ids) {
		tr.t.Error(b.Text)
	}
	if got := st.Counts(); got != c {
		tr.t.Errorf("the journal counts %+v, its fates are %+v", got, c)
	}
	return c
}

// partialAPI is what a fake of some methods embeds: it can't renew credentials, and the
// methods that the fake lacks panic.
type partialAPI struct{ api.API }

func (partialAPI) Renew(context.Context) (bool, error) { return false, nil }
