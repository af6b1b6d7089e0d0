// A simulated run: processes one after the other until every row has its fate.

package importer_test

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/journal"
)

// mostProcesses is far beyond what any run needs: those after the noisy ones
// end early for the daily quota only.
const mostProcesses = 60

// A simTally counts what simulations met.
type simTally struct {
	seeds, processes, kills, powerCuts, interrupts, fullDisks, unread int
	requests, rows, created, existing, refused, doubted, doubtedKeyed int
	rowsKeyed, atFirst, windows, linked, lost, lookups, twins         int
	struck                                                            map[string]int
}

func (t *simTally) add(o simTally) {
	for _, pair := range [][2]*int{
		{&t.seeds, &o.seeds},
		{&t.processes, &o.processes},
		{&t.kills, &o.kills},
		{&t.powerCuts, &o.powerCuts},
		{&t.interrupts, &o.interrupts},
		{&t.fullDisks, &o.fullDisks},
		{&t.unread, &o.unread},
		{&t.requests, &o.requests},
		{&t.rows, &o.rows},
		{&t.created, &o.created},
		{&t.existing, &o.existing},
		{&t.refused, &o.refused},
		{&t.doubted, &o.doubted},
		{&t.doubtedKeyed, &o.doubtedKeyed},
		{&t.rowsKeyed, &o.rowsKeyed},
		{&t.twins, &o.twins},
		{&t.atFirst, &o.atFirst},
		{&t.windows, &o.windows},
		{&t.linked, &o.linked},
		{&t.lost, &o.lost},
		{&t.lookups, &o.lookups},
	} {
		*pair[0] += *pair[1]
	}
	if t.struck == nil {
		t.struck = map[string]int{}
	}
	for name, n := range o.struck {
		t.struck[name] += n
	}
}

// A simRun is a run under simulation, with what was found wrong with it.
type simRun struct {
	plan  *simPlan
	input *simInput
	world *simWorld
	dir   string
	path  string // of the journal; another one after each death
	tally simTally

	calm    bool         // nothing happened to the process that ended the run
	died    map[int]bool // rows that were in flight when a process died
	dropped int          // requests that were, at most
	fates   []journal.Fate

	leaving int // guarded by the mutex of the process that is alive

	faultMu sync.Mutex
	faults  []string
}

// fault notes that a promise was broken.
func (r *simRun) fault(format string, args ...any) {
	r.faultMu.Lock()
	defer r.faultMu.Unlock()
	if len(r.faults) < 8 {
		r.faults = append(r.faults, fmt.Sprintf(format, args...))
	}
}

// simulate plays a whole run in a bubble of package synctest.
func simulate(plan simPlan, dir string) *simRun {
	r := &simRun{plan: &plan, dir: dir, path: filepath.Join(dir, "journal.jsonl"), died: map[int]bool{}}
	r.input = newSimInput(r.plan)
	var err error
	if r.world, err = newSimWorld(r.plan, r.input); err != nil {
		r.fault("%v", err)
		return r
	}
	time.Sleep(max(plan.account.Quirks.ReadLag, plan.account.Quirks.SearchLag) + time.Second) // so that what was held before can be read
	for n := 1; ; n++ {
		if n > mostProcesses || len(r.faults) > 0 {
			r.fault("not done after %d processes", n-1)
			break
		}
		if n > plan.noisy {
			r.world.quieten()
		}
		p := r.newProcess(n)
		r.tally.processes++
		err := p.live()
		if r.examine(p, n, err) {
			r.calm = n > plan.noisy
			break
		}
		r.rest(p, err)
	}
	r.world.quieten()
	r.world.settle()
	r.again()
	r.world.settle()
	r.check()
	return r
}

// open opens the journal, or makes it.
func (r *simRun) open() (*journal.Journal, *journal.State, error) {
	j, st, err := journal.Open(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		j, err = journal.Create(r.path, journal.Header{Run: "5ca1ab1e", Started: time.Now()})
	}
	return j, st, err
}

// examine looks at how a process ended, and reports whether the run is done.
func (r *simRun) examine(p *simProcess, n int, err error) bool {
	var (
		server *call.ServerError
		quota  *call.QuotaError
		denied *call.DeniedError
	)
	noisy := n <= r.plan.noisy
	st, lerr := journal.Load(r.path)
	if lerr != nil {
		r.fault("process %d: the journal can't be read: %v", n, lerr)
		return true
	}
	defer st.Close()
	open := st.OpenRows()
	switch {
	case p.dead:
		if p.ending == powerCut {
			r.tally.powerCuts++
		} else {
			r.tally.kills++
		}
		r.bury(open)
		return false
	case p.isFull() && err != nil: // this error or one that came before it
		r.tally.fullDisks++
		r.bury(open)
		return false
	}
	if len(open) > 0 {
		r.fault("process %d ended (%v) with rows %v in flight", n, err, open)
	}
	if got, want := p.progress.Counts(), st.Counts(); got != want {
		r.fault("process %d: Progress says %+v, the journal %+v", n, got, want)
	}
	switch {
	case err == nil:
		if rows, complete := st.Rows(); !complete || rows != int64(r.plan.rows) {
			r.fault("process %d: Run returned nil, and the journal knows %d of %d rows (complete: %t)", n, rows, r.plan.rows, complete)
		}
		return true
	case p.ending == interrupt && errors.Is(err, errInterrupted):
		r.tally.interrupts++
	case p.ending == unread && errors.Is(err, errReading):
		r.tally.unread++
	case errors.As(err, &quota) && (noisy || r.plan.account.Daily > 0):
	case noisy && (errors.As(err, &server) || errors.As(err, &denied)):
	default:
		r.fault("process %d (left in peace: %t) ended for no good reason: %v", n, !noisy, err)
	}
	return false
}

// bury notes what a sudden end has left in flight.
func (r *simRun) bury(open []int64) {
	for _, n := range open {
		r.died[int(n)] = true
	}
	workers := r.plan.workers
	if workers == 0 {
		workers = 64
	}
	r.dropped += min(workers, len(open))
}

func (p *simProcess) isFull() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.full
}

// rest is the time until somebody starts the next process.
func (r *simRun) rest(p *simProcess, err error) {
	d := pick(p.rng, 0, time.Millisecond, time.Second, time.Minute)
	if r.plan.strict {
		d += r.plan.account.Per + time.Second
	}
	if quota := (*call.QuotaError)(nil); errors.As(err, &quota) {
		d += time.Until(midnight())
	}
	time.Sleep(d)
}

// again runs the finished import once more, hours later. It has nothing to send,
// except with a key, which settles what it can of the rows in doubt.
func (r *simRun) again() {
	doubts := r.doubts()
	if r.plan.key {
		r.tally.atFirst = doubts
		if r.calm && doubts > 0 {
			r.fault("%d rows with a key are in doubt at the end of a run whose server answers", doubts)
		}
	}
	for n := 1; ; n++ {
		time.Sleep(time.Until(midnight()))
		before := len(r.world.exchanges)
		err := r.newProcess(mostProcesses + n).live()
		if sent := len(r.world.exchanges) - before; sent > 0 && (!r.plan.key || doubts == 0) {
			r.fault("the run was finished, and running it again sent %d requests", sent)
		}
		quota := (*call.QuotaError)(nil)
		switch {
		case err == nil:
			return
		case r.plan.account.Daily == 0 || n == 10 || !errors.As(err, &quota):
			r.fault("the run was finished, and running it again: %v", err)
			return
		}
	}
}

func (r *simRun) doubts() int {
	st, err := journal.Load(r.path)
	if err != nil {
		return 0 // said elsewhere
	}
	defer st.Close()
	return int(st.Counts().InDoubt)
}

// trace is what must be the same when the same seed is played again with one
// worker: every request at its time, and every fate.
func (r *simRun) trace() []string {
	var lines []string
	for _, q := range r.world.account.Requests() {
		lines = append(lines, fmt.Sprintf("%+v", q))
	}
	for _, f := range r.fates {
		lines = append(lines, fmt.Sprintf("%+v", f))
	}
	return lines
}

// struck counts the faults of the account by name.
func (r *simRun) struck() map[string]int {
	m := map[string]int{}
	for _, q := range r.world.account.Requests() {
		if q.Fault != "" {
			m[q.Fault]++
		}
	}
	return m
}

func (t *simTally) lines() []string {
	return []string{
		fmt.Sprintf("%d seeds, %d processes: %d killed, %d power cuts, %d interrupted, %d with a full disk, %d with an unreadable input",
			t.seeds, t.processes, t.kills, t.powerCuts, t.interrupts, t.fullDisks, t.unread),
		fmt.Sprintf("%d requests, %d windows compared with the limit", t.requests, t.windows),
		fmt.Sprintf("%d rows: %d created, %d existing, %d refused, %d in doubt", t.rows, t.created, t.existing, t.refused, t.doubted),
		fmt.Sprintf("with a key %d rows: in doubt %d at first and %d after another run", t.rowsKeyed, t.atFirst, t.doubtedKeyed),
		fmt.Sprintf("%d rows were led to other records, %d led nowhere; %d lookups", t.linked, t.lost, t.lookups),
		fmt.Sprintf("%d rows send what another one sends", t.twins),
		fmt.Sprintf("%d kinds of faults struck: %v", len(t.struck), slices.Sorted(maps.Keys(t.struck))),
	}
}
