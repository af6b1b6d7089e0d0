// Whole runs under simulation: the real engine, limiter, client and journal against an account, a network and processes that fail.

package importer_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

var (
	simSeeds = flag.Int("sim.seeds", 0, "simulate so many runs; 0: 100, with -short 60 and -race 10")
	simFrom  = flag.Uint64("sim.from", 1, "the first seed")
)

// play simulates the run of a plan in a bubble of its own. It fails the test when
// a promise was broken.
func play(t *testing.T, plan simPlan) *simRun {
	t.Helper()
	dir, err := os.MkdirTemp(shm(), "hubload-sim-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	again := fmt.Sprintf("go test ./importer -run '^TestSimulation$' -sim.from %d -sim.seeds 1", plan.seed)
	defer func() {
		if p := recover(); p != nil { // a deadlock of the bubble
			panic(fmt.Sprintf("seed %d: %v\nagain: %s", plan.seed, p, again))
		}
	}()
	// A goroutine that waits for a mutex stops the bubble's clock, for good
	// when the one who holds it waits for that clock.
	defer time.AfterFunc(3*time.Minute, func() {
		panic(fmt.Sprintf("seed %d hangs\nagain: %s", plan.seed, again))
	}).Stop()
	var r *simRun
	synctest.Test(t, func(*testing.T) { r = simulate(plan, dir) })
	for _, f := range r.faults {
		t.Errorf("seed %d: %s", plan.seed, f)
	}
	if len(r.faults) > 0 {
		t.Logf("seed %d was %+v", plan.seed, plan)
		t.Logf("again: %s", again)
	}
	return r
}

// shm is a directory in memory, where there is one.
func shm() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

func TestSimulation(t *testing.T) {
	seeds := *simSeeds
	if seeds == 0 {
		switch seeds = 100; {
		case raceDetector:
			seeds = 10
		case testing.Short():
			seeds = 60
		}
	}
	var (
		next   atomic.Uint64
		failed atomic.Int64
		mu     sync.Mutex
		total  simTally
	)
	t.Run("seeds", func(t *testing.T) {
		for shard := range 4 {
			t.Run(fmt.Sprint(shard), func(t *testing.T) {
				t.Parallel()
				for failed.Load() < 5 {
					n := next.Add(1) - 1
					if n >= uint64(seeds) {
						return
					}
					r := play(t, newSimPlan(*simFrom+n))
					if len(r.faults) > 0 {
						failed.Add(1)
					}
					mu.Lock()
					total.add(r.tally)
					mu.Unlock()
				}
			})
		}
	})
	for _, line := range total.lines() {
		t.Log(line)
	}
}

// TestSimulationRepeats plays seeds twice. With one worker every request and
// every fate is the same; with several the order in which they get their turn
// isn't ours, and that the promises hold is all.
func TestSimulationRepeats(t *testing.T) {
	seeds := uint64(20)
	if raceDetector { // with one worker it has little to find: 27 s for 20 seeds
		seeds = 2
	}
	for seed := range seeds {
		plan := newSimPlan(seed + 1)
		plan.workers = 1
		plan.match, plan.numbered = false, false // deals and products are asked for at the same time
		first, second := play(t, plan).trace(), play(t, plan).trace()
		if slices.Equal(first, second) {
			continue
		}
		for i := range min(len(first), len(second)) {
			if first[i] != second[i] {
				t.Errorf("seed %d: line %d of %d and %d:\n%s\n%s", seed, i, len(first), len(second), first[i], second[i])
				break
			}
		}
	}
}

// TestPlansMeetEverything: what the simulation leaves to chance, each fault and each
// reading of what isn't established, comes up in a thousand seeds.
func TestPlansMeetEverything(t *testing.T) {
	faults, quirks := map[string]int{}, map[string]int{}
	for seed := uint64(1); seed <= 1000; seed++ {
		p := newSimPlan(seed)
		for _, f := range p.account.Faults {
			faults[f.Name]++
		}
		v := reflect.ValueOf(p.account.Quirks)
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				quirks[v.Type().Field(i).Name]++
				if v.Field(i).CanInt() {
					quirks[fmt.Sprint(v.Type().Field(i).Name, v.Field(i).Int())]++
				}
			}
		}
	}
	for name := range hubspottest.FaultNames() {
		if faults[name] < 10 {
			t.Errorf("the fault %s is in %d plans of 1,000", name, faults[name])
		}
	}
	elsewhere := []string{
		"SilentUnassociated", // associations are read by reconcile alone
		"HiddenSchema",       // definitions are read by the program
		// Names and prices are all that is sent here. What is stored of other values is
		// hubspottest's own subject.
		"Dates", "TrimText", "RefuseSpace", "PlainNumbers", "SettableBilling", "AnyPeriod", "PriceBesideTiers",
		"KeepLineItems",      // nothing is archived
		"NoEditAssociations", // from 2026-09 on, with OAuth
	}
	v := reflect.TypeFor[hubspottest.Quirks]()
	for i := range v.NumField() {
		if name := v.Field(i).Name; quirks[name] < 10 && !slices.Contains(elsewhere, name) {
			t.Errorf("the quirk %s is in %d plans of 1,000", name, quirks[name])
		}
	}
	for _, name := range []string{"Conflict1", "Conflict2", "Targets1", "Targets2", "Merge1", "Merge2"} {
		if quirks[name] < 10 {
			t.Errorf("the reading %s is in %d plans of 1,000", name, quirks[name])
		}
	}
}
