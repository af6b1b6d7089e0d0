// Real deaths: the program is killed at random moments against an account that holds the truth, and its reports are compared with that truth.

//go:build unix

package main

import (
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	tortureRuns = flag.Int("torture.runs", 0, "runs of TestTorture; 0: as many as fit into a quick test")
	tortureSeed = flag.Uint64("torture.seed", 0, "seed of the first run, from which the others count on; 0: another one each time")
)

// A scenario is what the runs of one line of the table have in common.
type scenario struct {
	name   string
	key    string // how the mapping makes keys: columns, auto, or "" for none
	faults bool
	kills  bool
	naive  bool // the importer that does what importers do, in place of hubload
}

func scenarios() []scenario {
	return []scenario{
		{name: "no key: kills", kills: true},
		{name: "no key: faults", faults: true},
		{name: "no key: faults + kills", faults: true, kills: true},
		{name: "key: kills", key: "columns", kills: true},
		{name: "key: faults + kills", key: "columns", faults: true, kills: true},
		{name: "auto key: faults + kills", key: "auto", faults: true, kills: true},
	}
}

func naiveScenarios() []scenario {
	return []scenario{
		{name: "naive: kills", kills: true, naive: true},
		{name: "naive: faults", faults: true, naive: true},
		{name: "naive: faults + kills", faults: true, kills: true, naive: true},
	}
}

func TestTorture(t *testing.T) {
	t.Parallel()
	for _, s := range torture(t, scenarios(), runsOr(18)) {
		if s.wrong() > 0 {
			t.Errorf("%s: %d rows with a wrong outcome", s.name, s.wrong())
		}
	}
}

// TestTortureBites runs an importer that repeats lost answers and takes its results
// file for a checkpoint through the same harness. If that came out clean the
// harness would prove nothing.
func TestTortureBites(t *testing.T) {
	t.Parallel()
	for _, s := range torture(t, naiveScenarios(), max(24, *tortureRuns/4)) {
		if s.twice == 0 {
			t.Errorf("%s: no row was created twice: the harness is blind", s.name)
		}
	}
}

func runsOr(n int) int {
	switch {
	case *tortureRuns > 0:
		return *tortureRuns
	case testing.Short():
		return n / 3
	}
	return n
}

// torture makes runs of the scenarios in turn, several at a time since most of a
// run is waiting, and returns what each scenario came to.
func torture(t *testing.T, list []scenario, runs int) []*score {
	seed := *tortureSeed
	if seed == 0 {
		// The scenario follows from the seed, so this has to be a multiple.
		seed = uint64(time.Now().UnixMilli()) / uint64(len(list)) * uint64(len(list))
	}
	base, err := os.MkdirTemp("", "hubload-torture-")
	if err != nil {
		t.Fatal(err)
	}
	h := &harness{t: t, base: base}
	if h.hubload, err = exec.LookPath("hubload"); err != nil {
		t.Fatal(err)
	}
	if h.self, err = os.Executable(); err != nil {
		t.Fatal(err)
	}

	scores := make([]*score, len(list))
	for i, sc := range list {
		scores[i] = &score{name: sc.name}
	}
	jobs := make(chan uint64)
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range min(10, runs) {
		workers.Go(func() {
			l := newLane(t, base)
			defer l.close()
			for s := range jobs {
				i := int(s % uint64(len(list)))
				got := h.run(l, list[i], s)
				mu.Lock()
				scores[i].add(got)
				mu.Unlock()
			}
		})
	}
	for i := range runs {
		jobs <- seed + uint64(i)
	}
	close(jobs)
	workers.Wait()

	t.Logf("%d runs from seed %d\n%s", runs, seed, table(scores))
	if kept, _ := filepath.Glob(filepath.Join(base, "run-*")); len(kept) == 0 {
		os.RemoveAll(base)
	}
	return scores
}

// A harness is what all runs share.
type harness struct {
	t             *testing.T
	base          string
	hubload, self string
}

// run makes one run from the first command to the mended failures file. Violations
// fail the test, unless they are the naive importer's, which are only counted.
func (h *harness) run(l *lane, sc scenario, seed uint64) score {
	rng := rand.New(rand.NewPCG(seed, 0))
	o, err := newOrdeal(h, l, sc, seed, rng)
	if err != nil {
		h.t.Errorf("seed %d: %v", seed, err)
		return score{}
	}
	defer l.serve(nil)
	o.importing()
	o.mending()
	o.oncemore()
	o.canaries()
	l.keepProofs(o.state)

	s := o.score
	if sc.naive || len(o.violations) == 0 {
		os.RemoveAll(o.dir)
	}
	if !sc.naive && len(o.violations) > 0 {
		more := ""
		if len(o.violations) > 12 {
			o.violations, more = o.violations[:12], "\n  ..."
		}
		h.t.Errorf("seed %d (%s): go test ./cmd/hubload -run '^%s$' -torture.runs 1 -torture.seed %d\n  kept in %s; hubload %s\n  %s%s",
			seed, sc.name, h.t.Name(), seed, o.dir, strings.Join(o.command, " "), strings.Join(o.violations, "\n  "), more)
	}
	return s
}
