// The walk: all that can happen to a small import, up to a number of misfortunes, with the real engine and journal as the transition function.

package importer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/ratelimit"
)

var walkDeep = flag.Bool("walk.deep", false, "walk with more misfortunes at once; takes many minutes, so with -timeout 0")

// misfortunes is how many of them a path may hold: misbehaviours of the server,
// deaths of the process, and both together.
type misfortunes struct{ faults, deaths, total int }

func (m misfortunes) fault() bool { return m.faults > 0 && m.total > 0 }
func (m misfortunes) death() bool { return m.deaths > 0 && m.total > 0 }

func walkBounds(key bool) misfortunes {
	switch {
	case *walkDeep && key: // a level more takes an hour
		return misfortunes{3, 2, 4}
	case *walkDeep:
		return misfortunes{3, 2, 5}
	}
	return misfortunes{2, 2, 2} // three take half a minute, and two catch each mutant
}

// TestWalk runs every path of the oracle's choices, those with the fewest
// misfortunes first, so that what is found is found at its shortest.
func TestWalk(t *testing.T) {
	was := debug.SetGCPercent(1000) // each look at a journal takes a buffer of 256 kB
	t.Cleanup(func() { debug.SetGCPercent(was) })
	for _, imp := range []walk{
		{rows: 2, first: 1, later: 1},
		{rows: 3, first: 2, later: 2},
		{rows: 2, first: 1, later: 2, readAhead: true},
		{rows: 3, first: 2, later: 1, readAhead: true},
		{rows: 2, first: 2, later: 2, held: 1},
	} {
		for _, key := range []bool{false, true} {
			if imp.held > 0 && !key {
				continue
			}
			t.Run(fmt.Sprintf("key %t, batches of %d, later of %d, %d there already", key, imp.first, imp.later, imp.held), func(t *testing.T) {
				t.Parallel()
				w := imp
				w.key = key
				w.prepare(t)
				most := walkBounds(key)
				if w.held > 0 {
					most.total-- // a misfortune of its own
				}
				w.all(t, most)
			})
		}
	}
}

// A walk is a small import and what was seen of its behaviours.
type walk struct {
	rows         int
	first, later int // rows a batch, for the first process and those after it
	held         int // rows that an earlier import has created already, by their key
	key          bool
	readAhead    bool // the reader comes before the worker whenever it can

	path   string
	header []byte
	mapper *mapping.Mapper

	states map[[sha256.Size]byte]string // states between two processes -> the choices that led there first
	ends   map[string]bool
	paths  int
	joined int // paths that ended in a state whose continuations are walked elsewhere
}

func (w *walk) prepare(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "walk")
	if err != nil {
		dir = t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	w.path = filepath.Join(dir, "journal.jsonl")
	j, err := journal.Create(w.path, journal.Header{Run: "0badcafe", Started: time.Unix(1e9, 0)})
	if err == nil {
		err = j.Close()
	}
	if err == nil {
		w.header, err = os.ReadFile(w.path)
	}
	if err != nil {
		t.Fatal(err)
	}
	text := plainMapping
	if w.key {
		text = keyMapping
	}
	m, err := mapping.Parse([]byte(text))
	if err == nil {
		w.mapper, err = m.Compile([]string{"name", "price"})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (w *walk) all(t *testing.T, most misfortunes) {
	start := time.Now()
	for total := range most.total + 1 {
		w.states, w.ends, w.paths, w.joined = map[[sha256.Size]byte]string{}, map[string]bool{}, 0, 0
		bound := misfortunes{min(most.faults, total), min(most.deaths, total), total}
		if worst := w.level(t, bound); worst != nil {
			told := w.trip(t, bound, worst.oracle.taken(), true)
			t.Fatalf("%s\nThe shortest way there, with %d misfortunes:\n  %s", strings.Join(worst.wrong, "\n"), total, strings.Join(told.words, "\n  "))
		}
	}
	t.Logf("%d paths, %d of them into states met before; %d states between processes, %d ends; %s",
		w.paths, w.joined, len(w.states), len(w.ends), time.Since(start).Round(time.Millisecond))
}

// level walks all paths within a bound and returns the shortest that breaks a
// promise, nil when there is none.
func (w *walk) level(t *testing.T, bound misfortunes) (worst *trip) {
	const enough = 300 // broken paths, of which the shortest is likely the shortest of all
	broken := 0
	for choices := []int(nil); ; {
		tr := w.trip(t, bound, choices, false)
		w.paths++
		if tr.joined {
			w.joined++
		}
		if len(tr.wrong) > 0 {
			if worst == nil || len(tr.oracle.path) < len(worst.oracle.path) {
				worst = tr
			}
			if broken++; broken == enough {
				return worst
			}
		}
		if choices = tr.oracle.next(); choices == nil {
			return worst
		}
	}
}

// trip walks one path: the choices given, then the first of each.
func (w *walk) trip(t *testing.T, bound misfortunes, choices []int, tell bool) *trip {
	tr := &trip{
		walk: w, oracle: oracle{path: slices.Clone(choices)}, left: bound, tell: tell,
		ids: make([][]string, w.rows), exposed: make([]bool, w.rows), absent: make([]bool, w.rows), afterAll: make([]bool, w.rows), rejected: make([]bool, w.rows),
	}
	defer func() {
		if p := recover(); p != nil {
			panic(fmt.Sprintf("%v\non the path %v", p, tr.oracle.taken()))
		}
	}()
	for row := range w.held {
		tr.execute([]int{row})
	}
	synctest.Test(t, func(*testing.T) { tr.walkOn() })
	return tr
}

// An oracle makes the choices of a path: those it was given, then always the
// first.
type oracle struct {
	path, widths []int
}

func (o *oracle) choose(n int) int {
	at := len(o.widths)
	if n < 2 {
		return 0
	}
	o.widths = append(o.widths, n)
	if at == len(o.path) {
		o.path = append(o.path, 0)
	}
	if o.path[at] >= n {
		panic("the walk isn't deterministic")
	}
	return o.path[at]
}

func (o *oracle) taken() []int { return o.path[:len(o.widths)] }

// next returns the choices of the path after this one, depth first; nil after the
// last.
func (o *oracle) next() []int {
	for at := len(o.widths) - 1; at >= 0; at-- {
		if o.path[at]+1 < o.widths[at] {
			return append(slices.Clone(o.path[:at]), o.path[at]+1)
		}
	}
	return nil
}

// A trip is one path: a server, and the processes that come to it one after another.
type trip struct {
	partialAPI
	*walk
	oracle oracle
	left   misfortunes
	tell   bool
	words  []string
	wrong  []string
	joined bool

	// The account, and what is known of it that no process knows.
	ids      [][]string // of each row, its records
	pending  [][]int    // rows of requests that may still be executed
	exposed  []bool     // rows that an answer or a death left in doubt; none with a key
	rejected []bool     // rows that the server refused
	absent   []bool     // rows that a read hasn't found since they were sent last
	afterAll []bool     // rows of requests that were executed after the last read of them

	// The process.
	resumed   bool
	calm      bool // the last one, which meets no trouble of its own
	interrupt context.CancelFunc
	stopped   bool // by an interruption
	dead      bool
	cut       int64 // what its death left of the journal
	journal   *journal.Journal
	shown     journal.Counts // by its progress, at its end
}

func (tr *trip) say(format string, args ...any) {
	if tr.tell {
		tr.words = append(tr.words, fmt.Sprintf(format, args...))
	}
}

func (tr *trip) blame(format string, args ...any) {
	tr.wrong = append(tr.wrong, fmt.Sprintf(format, args...))
	tr.say("HERE: "+format, args...)
}

// walkOn lets processes come until one ends by itself, and then a last one.
func (tr *trip) walkOn() {
	if err := os.WriteFile(tr.path, tr.header, 0o600); err != nil {
		panic(err)
	}
	for !tr.calm {
		tr.process()
		tr.calm = !tr.dead && !tr.stopped
		if len(tr.wrong) > 0 {
			return
		}
		if tr.metBefore() {
			tr.joined = true
			return
		}
	}
	tr.say("a last run, without trouble")
	tr.process()
	for _, rows := range tr.pending {
		tr.say("late, after everything: %s", names(rows))
		tr.executeAfter(rows)
	}
	if len(tr.wrong) == 0 {
		tr.look(tr.check)
	}
}

// process runs or resumes the import once.
func (tr *trip) process() {
	j, st, err := journal.Open(tr.path)
	if err != nil {
		panic(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	tr.journal, tr.interrupt, tr.stopped, tr.dead = j, cancel, false, false
	for _, n := range st.OpenRows() {
		tr.expose([]int{int(n) - 1})
	}
	batch := tr.first
	if tr.resumed {
		batch = tr.later
	}
	tr.resumed = true
	progress := new(Progress)
	im := Import{
		Source: &walkSource{tr: tr}, Rows: rows.Config{Mapper: tr.mapper}, API: tr, Journal: j, State: st, Name: "0badcafe",
		BatchSize: batch, Workers: 1, Progress: progress, KeyProved: true, step: tr.step,
		Limiter: ratelimit.New(ratelimit.Options{Cap: ratelimit.Limit{N: 100_000, Per: time.Second}}),
	}
	if tr.walk.key {
		im.Rows.Key = "row_key"
	}
	err = Run(ctx, im)
	if err := cmp.Or(j.Close(), st.Close()); err != nil {
		panic(err)
	}
	if tr.dead {
		if err := os.Truncate(tr.path, tr.cut); err != nil {
			panic(err)
		}
		return
	}
	if errors.Is(err, errNothingJudged) {
		tr.say("the run stops: its first answer tells nothing")
		tr.stopped, err = true, nil
	} else if !errors.Is(err, ctx.Err()) {
		tr.blame("the run ends with: %v", err)
		return
	}
	tr.shown = progress.Counts()
	if !tr.calm {
		tr.look(func(st *journal.State) {
			if open := st.OpenRows(); len(open) > 0 {
				tr.blame("the run has ended, and rows %v are in flight", open)
			}
			for n := range int64(tr.rows) {
				if _, ok := st.Kind(n + 1); !ok && !tr.stopped {
					tr.blame("the run has finished, and r%d has no fate", n+1)
				}
			}
		})
	}
}

// metBefore reports whether another path led to this state too: a process knows
// nothing but the journal, so what can follow is walked from there.
func (tr *trip) metBefore() bool {
	text, err := os.ReadFile(tr.path)
	if err != nil {
		panic(err)
	}
	state := sha256.Sum256(fmt.Appendf(text, "%v %v %v %v %v %v %v %v", tr.ids, tr.pending, tr.exposed, tr.absent, tr.afterAll, tr.rejected, tr.left, tr.calm))
	here := string(fmt.Append(nil, tr.oracle.taken()))
	first, ok := tr.states[state]
	if !ok {
		tr.states[state] = here
	}
	return ok && first != here
}

// A walkSource is the input. It keeps the engine's two goroutines apart, so that
// the same choices make the same path: it waits until the worker does.
type walkSource struct {
	tr *trip
	n  int
}

func (s *walkSource) Header() []string { return []string{"name", "price"} }

func (s *walkSource) Read() (*csvfile.Record, error) {
	if !s.tr.readAhead {
		synctest.Wait()
	}
	if s.n++; s.n > s.tr.rows {
		return nil, io.EOF
	}
	name := "r" + strconv.Itoa(s.n)
	return &csvfile.Record{Row: int64(s.n), Line: int64(s.n) + 1, Fields: []string{name, "1"}, Raw: []byte(name + ",1")}, nil
}
