// The proof that the simulation bites: an importer as many are written, which creates rows twice under the same faults.

package importer_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// A simNaive sends a batch again when there is no answer, or a 5xx or 429, three
// times in all as SDKs do, and keeps the rows that were answered for as done.
type simNaive struct {
	run  *simRun
	wire *simWire
	done map[string]bool // what stands in its results.csv
}

func (n *simNaive) send(names []string) {
	type input struct {
		Trace        string            `json:"objectWriteTraceId"`
		Properties   map[string]string `json:"properties"`
		Associations []string          `json:"associations"`
	}
	var inputs []input
	for _, name := range names {
		inputs = append(inputs, input{name, map[string]string{"name": name}, []string{}})
	}
	body, err := json.Marshal(map[string]any{"inputs": inputs})
	if err != nil {
		n.run.fault("%v", err)
		return
	}
	for range 3 {
		var answer struct {
			Results []struct {
				Properties map[string]string `json:"properties"`
			} `json:"results"`
		}
		switch status, got := n.post(body); {
		case status == 0 || status == http.StatusTooManyRequests || status >= 500:
			time.Sleep(time.Second)
			continue
		case status/100 == 2 && json.Unmarshal(got, &answer) == nil:
			for _, res := range answer.Results {
				n.done[res.Properties["name"]] = true
			}
		}
		return
	}
}

// post returns the answer's status, 0 when it didn't come whole.
func (n *simNaive) post(body []byte) (int, []byte) {
	client := http.Client{Transport: n.wire, Timeout: n.run.plan.timeout}
	req, err := http.NewRequest(http.MethodPost, "https://api.hubapi.com/crm/v3/objects/line_items/batch/create", bytes.NewReader(body))
	if err != nil {
		n.run.fault("%v", err)
		return 0, nil
	}
	req.Header.Set("Authorization", "Bearer a-token")
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil
	}
	return res.StatusCode, got
}

// live goes once through the rows that are not done, unless it dies: before it
// could write down what was answered.
func (n *simNaive) live(rng *rand.Rand, deadly bool) {
	var batch []string
	flush := func() bool {
		if len(batch) == 0 {
			return true
		}
		kept := maps.Clone(n.done)
		n.send(batch)
		batch = nil
		if deadly && chance(rng, 0.02) {
			n.done = kept
			return false
		}
		return true
	}
	for _, row := range n.run.input.rows {
		if n.done[row.name] || row.unfit {
			continue
		}
		if batch = append(batch, row.name); len(batch) == n.run.plan.batch && !flush() {
			return
		}
	}
	flush()
}

// simulateNaive returns how many rows it has created, and how many twice.
func simulateNaive(plan simPlan) (r *simRun, rows, twice int) {
	r = &simRun{plan: &plan}
	r.input = newSimInput(r.plan)
	var err error
	if r.world, err = newSimWorld(r.plan, r.input); err != nil {
		r.fault("%v", err)
		return r, 0, 0
	}
	never := func() bool { return false }
	n := &simNaive{run: r, done: map[string]bool{}, wire: &simWire{
		world: r.world, died: make(chan struct{}), leave: func([]string) {}, enter: func() error { return nil }, out: never,
		at: func(string, bool) error { return nil },
	}}
	rng := rand.New(rand.NewPCG(plan.seed, 3))
	for range 3 {
		n.live(rng, plan.deadly > 0)
	}
	r.world.settle()
	times := map[string]int{}
	for o := range r.world.account.Objects("line_items") {
		times[o.Properties["name"]]++
	}
	for _, k := range times {
		rows++
		if k > 1 {
			twice++
		}
	}
	return r, rows, twice
}

func TestNaiveImporterDuplicates(t *testing.T) {
	if raceDetector {
		t.Skip("the naive importer is no part of the product")
	}
	const seeds = 60
	rows, twice, runs := 0, 0, 0
	for seed := uint64(1); seed <= seeds; seed++ {
		plan := newSimPlan(seed)
		plan.key, plan.oauth = false, false
		plan.account.OAuth.RefreshToken = ""
		plan.account.Quirks.NotAtomic = false
		plan.net.replay = 0
		if plan.batch == 1 {
			plan.batch = 2
		}
		synctest.Test(t, func(*testing.T) {
			r, n, k := simulateNaive(plan)
			for _, f := range r.faults {
				t.Errorf("seed %d: %s", seed, f)
			}
			rows += n
			twice += k
			if k > 0 {
				runs++
			}
		})
	}
	t.Logf("%d of %d rows were created more than once (%.1f %%), in %d of %d runs", twice, rows, 100*float64(twice)/float64(rows), runs, seeds)
	if twice == 0 {
		t.Error("an importer that must create rows twice didn't: the simulation proves nothing")
	}
}
