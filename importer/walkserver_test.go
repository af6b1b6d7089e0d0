// The walk's server and the deaths of its processes, as the oracle chooses them, and what is promised of the end of each path.

package importer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing/synctest"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/journal"
)

func names(rows []int) string {
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, " r%d", row+1)
	}
	return strings.TrimPrefix(b.String(), " ")
}

// A deed is one way to answer a create.
type deed struct {
	words  string
	answer func() api.Answer
}

// Create answers as the oracle chooses.
func (tr *trip) Create(ctx context.Context, inputs []api.Input) api.Answer {
	rows := make([]int, len(inputs))
	for i, in := range inputs {
		n, err := strconv.Atoi(strings.TrimPrefix(property(in.Record, "name"), "r"))
		if err != nil {
			panic(err)
		}
		rows[i] = n - 1
	}
	if tr.dead {
		tr.blame("%s leaves after the death of the process", names(rows))
	}
	if ctx.Err() != nil {
		tr.blame("the interruption cuts %s off", names(rows))
	}
	tr.executeLate()
	for _, row := range rows {
		tr.absent[row] = false
	}
	deeds := []deed{{"answered well", func() api.Answer { return tr.wellAnswered(inputs, rows, -1) }}}
	if tr.left.fault() && !tr.calm {
		deeds = append(deeds, tr.misdeeds(inputs, rows)...)
	}
	c := tr.oracle.choose(len(deeds))
	tr.say("create %s: %s", names(rows), deeds[c].words)
	if c > 0 {
		tr.left.faults--
		tr.left.total--
	}
	return deeds[c].answer()
}

// misdeeds are the ways to answer that cost the path a fault.
func (tr *trip) misdeeds(inputs []api.Input, rows []int) []deed {
	// A lost answer and a 5xx are one thing to the engine, as they prove the same.
	lost := func() api.Answer {
		tr.expose(rows)
		return api.Answer{Outcome: api.Unknown, Err: errors.New("502"), Rate: api.Rate{Remaining: -1}, Refusal: api.Failure{Code: "HTTP_502", Message: "nothing is known"}}
	}
	bad := func(traces ...string) api.Failure {
		return api.Failure{Traces: traces, Code: "INVALID_OPTION", Property: "name", Message: "{value} is bad"}
	}
	deeds := []deed{
		{"no answer or a 502, not executed", lost},
		{"no answer or a 502, executed", func() api.Answer { tr.execute(rows); return lost() }},
		{"no answer or a 502, executed late", func() api.Answer { tr.pending = append(tr.pending, rows); return lost() }},
		{"429", func() api.Answer {
			return api.Answer{Outcome: api.Limited, Err: errors.New("429"), Rate: api.Rate{Refused: true, Remaining: -1}}
		}},
		{"400", func() api.Answer {
			tr.reject(rows)
			return api.Answer{Outcome: api.Refused, Refusal: bad(), Err: errors.New("400"), Rate: api.Rate{Remaining: -1}}
		}},
		{"an answer without trace ids", func() api.Answer {
			ans := tr.wellAnswered(inputs, rows, -1)
			for i := range ans.Created {
				ans.Created[i].Trace = ""
			}
			tr.expose(rows)
			return ans
		}},
	}
	for i, row := range rows {
		name := names(rows[i : i+1])
		others := slices.Delete(slices.Clone(rows), i, i+1)
		fewer := slices.Delete(slices.Clone(inputs), i, i+1)
		deeds = append(deeds,
			deed{"207 that refuses " + name, func() api.Answer {
				tr.reject([]int{row})
				ans := tr.wellAnswered(fewer, others, -1)
				ans.Failures = append(ans.Failures, bad(inputs[i].Trace))
				return ans
			}},
			deed{"207 that refuses " + name + " without its name", func() api.Answer {
				tr.reject([]int{row})
				if len(rows) > 1 {
					tr.expose([]int{row})
				}
				ans := tr.wellAnswered(fewer, others, -1)
				ans.Failures = append(ans.Failures, bad())
				return ans
			}},
			deed{"an answer that leaves out " + name, func() api.Answer {
				tr.expose([]int{row})
				return tr.wellAnswered(inputs, rows, i)
			}})
	}
	return deeds
}

// wellAnswered executes a request and answers it, but for the row at except. Where
// the key of a row is taken, HubSpot may refuse that row or the whole batch.
func (tr *trip) wellAnswered(inputs []api.Input, rows []int, except int) api.Answer {
	taken := func(traces ...string) api.Failure {
		return api.Failure{Traces: traces, Code: "CONFLICTING_UNIQUE_VALUE", Property: "row_key", Message: "taken", Conflict: true}
	}
	conflict := tr.key && slices.ContainsFunc(rows, func(row int) bool { return len(tr.ids[row]) > 0 })
	if conflict && except < 0 && tr.oracle.choose(2) == 1 {
		tr.say("  which is 409 for all, as a key is taken")
		return api.Answer{Outcome: api.Refused, Refusal: taken(), Err: errors.New("409"), Rate: api.Rate{Remaining: -1}}
	}
	ans := api.Answer{Outcome: api.Answered, Rate: api.Rate{Remaining: -1}}
	made := tr.execute(rows)
	for i, row := range slices.Backward(rows) { // results come in no order
		switch {
		case i == except:
		case slices.Contains(made, row):
			c := api.Created{Trace: inputs[i].Trace, ID: tr.ids[row][len(tr.ids[row])-1]}
			if tr.key {
				c.Key = inputs[i].Record.Key
			}
			ans.Created = append(ans.Created, c)
		default:
			ans.Failures = append(ans.Failures, taken(inputs[i].Trace))
		}
	}
	return ans
}

// execute creates what it can of rows and returns that.
func (tr *trip) execute(rows []int) (made []int) {
	for _, row := range rows {
		if tr.key && len(tr.ids[row]) > 0 {
			continue
		}
		tr.ids[row] = append(tr.ids[row], strconv.Itoa(1000+10*row+len(tr.ids[row])))
		made = append(made, row)
	}
	return made
}

// executeLate executes requests that were given up, or lets them wait on.
func (tr *trip) executeLate() {
	var wait [][]int
	for _, rows := range tr.pending {
		if tr.oracle.choose(2) == 0 {
			wait = append(wait, rows)
			continue
		}
		tr.say("late: %s", names(rows))
		tr.executeAfter(rows)
	}
	tr.pending = wait
}

// executeAfter executes a request that was given up. Rows that a read hasn't found since
// they were sent last can't be known to exist from then on, unless they are read again.
func (tr *trip) executeAfter(rows []int) {
	for _, row := range rows {
		tr.afterAll[row] = tr.afterAll[row] || tr.absent[row]
	}
	tr.execute(rows)
}

// expose notes rows that may exist from now on, whatever is answered later. With a
// key that doesn't matter: a read tells.
func (tr *trip) expose(rows []int) {
	if tr.key {
		return
	}
	for _, row := range rows {
		tr.exposed[row] = true
	}
}

func (tr *trip) reject(rows []int) {
	for _, row := range rows {
		tr.rejected[row] = true
	}
}

// ReadProperties answers a read by the key.
func (tr *trip) ReadProperties(_ context.Context, _ string, values, _ []string) (map[string]api.Record, error) {
	if tr.readAhead {
		synctest.Wait()
	}
	tr.mayEnd("before a read", false)
	if tr.dead {
		return nil, errDied
	}
	tr.executeLate()
	answers := 1
	if tr.left.fault() && !tr.calm {
		answers = 3
	}
	c := tr.oracle.choose(answers)
	tr.say("read %s: %s", strings.Join(values, " "), [...]string{"complete", "fails for now", "fails for good"}[c])
	if c > 0 {
		tr.left.faults--
		tr.left.total--
		return nil, passing{temporary: c == 1, rate: api.Rate{Remaining: -1}}
	}
	found := map[string]api.Record{}
	for row, ids := range tr.ids {
		v := names([]int{row})
		if !slices.Contains(values, v) {
			continue
		}
		tr.absent[row], tr.afterAll[row] = len(ids) == 0, false
		if len(ids) > 0 {
			found[v] = api.Record{ID: ids[0]}
		}
	}
	return found, nil
}

var errDied = errors.New("the process died")

// step is the engine's hook: the places where a process may die.
func (tr *trip) step(s step) error {
	if s > afterFates { // reads are steps of their own here
		return nil
	}
	if tr.readAhead && s == beforeIntent {
		synctest.Wait()
	}
	tr.mayEnd([...]string{"before the intent", "after the intent", "after the answer", "after the fates"}[s], s == beforeRequest)
	if tr.dead {
		return errDied
	}
	return nil
}

// mayEnd lets the process die by a kill, which leaves what was written, or by a
// power cut, which leaves what was synced; or be interrupted by its user. A dead
// process goes on until the next step, but nobody hears of it.
func (tr *trip) mayEnd(where string, interrupt bool) {
	if tr.dead || tr.calm || !tr.left.death() {
		return
	}
	info, err := os.Stat(tr.path)
	if err != nil {
		panic(err)
	}
	type end struct {
		words string
		cut   int64
	}
	ends := []end{{}, {"dies: kill", info.Size()}}
	if synced := tr.journal.Synced(); synced < info.Size() {
		ends = append(ends, end{"dies: power cut", synced})
	}
	if interrupt && !tr.stopped {
		ends = append(ends, end{"is interrupted", -1})
	}
	c := tr.oracle.choose(len(ends))
	if c == 0 {
		return
	}
	tr.say("%s the process %s", where, ends[c].words)
	tr.left.deaths--
	tr.left.total--
	if ends[c].cut < 0 {
		tr.stopped = true
		tr.interrupt()
		return
	}
	tr.dead, tr.cut = true, ends[c].cut
}

// look reads the journal that a process has left, which must say what the process
// has shown.
func (tr *trip) look(f func(*journal.State)) {
	st, err := journal.Load(tr.path)
	if err != nil {
		panic(err)
	}
	defer st.Close()
	if want := st.Counts(); tr.shown != want {
		tr.blame("the run has shown %+v, the journal says %+v", tr.shown, want)
	}
	f(st)
}

// check compares the journal with the account, once nothing can happen any more.
func (tr *trip) check(st *journal.State) {
	end := ""
	for row, ids := range tr.ids {
		name := names([]int{row})
		f, ok, err := st.Fate(int64(row + 1))
		if err != nil {
			panic(err)
		}
		if len(ids) > 1 {
			tr.blame("%s was created %d times", name, len(ids))
		}
		switch {
		case !ok:
			tr.blame("%s has no fate", name)
		case f.Kind == journal.Existing && !tr.key:
			tr.blame("%s is said to be existing, without a key", name)
		case f.Kind == journal.Created || f.Kind == journal.Existing:
			if len(ids) == 0 || f.ID != ids[0] {
				tr.blame("%s is said to be %s as %s, the account holds %v", name, f.Kind, f.ID, ids)
			}
			if tr.exposed[row] {
				tr.blame("%s could exist a second time, and is said to be %s", name, f.Kind)
			}
		case f.Kind == journal.Refused:
			// With a key an attempt may still be executed after the last read: the
			// row can be imported again, and its key keeps it from existing twice.
			if len(ids) > 0 && row >= tr.held && !(tr.key && tr.afterAll[row]) {
				tr.blame("%s is said to be refused, and exists", name)
			}
			if !tr.rejected[row] {
				tr.blame("%s is said to be refused, and nobody refused it", name)
			}
			if tr.exposed[row] {
				tr.blame("%s could exist, and is said to be refused", name)
			}
		case tr.key:
			tr.blame("%s is in doubt after a run without trouble, although there is a key", name)
		case !tr.exposed[row]:
			tr.blame("%s is in doubt, and nothing put it there", name)
		}
		end += fmt.Sprintf("%s %d %t;", f.Kind, len(ids), tr.exposed[row])
	}
	tr.ends[end] = true
}
