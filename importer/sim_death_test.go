// Deaths by name: at each point of the life of a batch, for each batch, and at two of them.

package importer_test

import (
	"cmp"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/journal"
)

var simDeep = flag.Bool("sim.deep", false, "each death both ways, and 2,000 pairs of them")

// The points where a process may die, in the order in which a batch comes by. That
// it dies at one of them means just behind it. Those of the reports are tested
// where the reports are.
const (
	pointRead         = "read"         // the batch's first row was read
	pointMap          = "map"          // it was mapped, and the next one is asked for
	pointSlice        = "slice"        // the batch is cut and has its place
	pointIntentWrite  = "intent write" // written, and not synced
	pointIntentFsync  = "intent fsync"
	pointDial         = "dial"
	pointFirstByte    = "first byte"
	pointLastByte     = "last byte" // the account carries it out
	pointHeader       = "response header"
	pointBody         = "body" // read to its end
	pointOutcomeWrite = "outcome write"
	pointOutcomeFsync = "outcome fsync"
)

var points = []string{
	pointRead, pointMap, pointSlice, pointIntentWrite, pointIntentFsync, pointDial,
	pointFirstByte, pointLastByte, pointHeader, pointBody, pointOutcomeWrite, pointOutcomeFsync,
}

// A doom is where a process dies: when it comes to a point for the visit-th time.
type doom struct {
	point  string
	visit  int
	ending ending // killed or powerCut
	seen   int
}

// at is called where a process may die, and returns an error when it has.
func (p *simProcess) at(point string, here bool) error {
	if !here || p.doom == nil {
		return nil
	}
	p.mu.Lock()
	dead := p.dead
	if !dead && p.doom.point == point {
		p.doom.seen++
	}
	now := !dead && p.doom.point == point && p.doom.seen == p.doom.visit
	p.mu.Unlock()
	if now {
		return p.end()
	}
	if dead {
		return errProcessDied
	}
	return nil
}

// A simDisk lies below a process's journal. What wasn't synced dies in a power cut.
type simDisk struct {
	journal.File
	p *simProcess

	mu      sync.Mutex
	written int64
	synced  int64
	last    string // what was written since the last sync: begin or end
}

func (d *simDisk) below(f journal.File) journal.File {
	d.File, d.written = f, d.synced
	return d
}

func (d *simDisk) durable() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.synced
}

func (d *simDisk) WriteAt(b []byte, at int64) (int, error) {
	n, err := d.File.WriteAt(b, at)
	d.mu.Lock()
	d.written = max(d.written, at+int64(n))
	switch text := string(b); {
	case strings.Contains(text, `"rows":`) && strings.Contains(text, `{"begin":`):
		d.last = "begin"
	case strings.Contains(text, `{"end":`):
		d.last = "end"
	default:
		d.last = ""
	}
	last := d.last
	d.mu.Unlock()
	if died := cmp.Or(d.p.at(pointIntentWrite, last == "begin"), d.p.at(pointOutcomeWrite, last == "end")); died != nil {
		return 0, died
	}
	return n, err
}

func (d *simDisk) Sync() error {
	err := d.File.Sync()
	d.mu.Lock()
	if err == nil {
		d.synced = d.written
	}
	last := d.last
	d.last = ""
	d.mu.Unlock()
	if died := cmp.Or(d.p.at(pointIntentFsync, last == "begin"), d.p.at(pointOutcomeFsync, last == "end")); died != nil {
		return died
	}
	return err
}

// newDeathPlan is a run of 20 batches of 5 rows to which nothing happens but dooms.
func newDeathPlan(seed uint64, key bool, workers int, dooms ...doom) simPlan {
	p := simPlan{
		seed: seed, rows: 100, batch: 5, workers: workers, key: key, timeout: 20 * time.Second, dooms: dooms, noisy: len(dooms),
		unfit: 0.03, wrong: 0.05,
	}
	p.account.Seed = seed
	p.account.Latency = 100 * time.Millisecond
	p.net.prompt = true
	return p
}

// TestDeathAtEveryPoint kills a run of 20 batches at every point of every batch,
// with and without a key, by a kill or a power cut in turn. The checker of the
// simulation compares everything with the account; what may be in doubt is exact
// here, for one batch is on its way at a time.
func TestDeathAtEveryPoint(t *testing.T) {
	every := 3
	switch {
	case *simDeep:
		every = 1
	case testing.Short():
		every = 10
	}
	deaths := 0
	for _, key := range []bool{false, true} {
		for i, point := range points {
			for visit := 1; visit <= 20; visit++ {
				for _, how := range []ending{killed, powerCut} {
					if (visit+i)%every > 0 || !*simDeep && (visit%2 == 0) == (key == (how == killed)) {
						continue
					}
					// Rows that can't be sent make a batch's place in the file
					// another one, so the last visit may be one less.
					plan := newDeathPlan(uint64(visit), key, 1, doom{point: point, visit: visit, ending: how})
					name := fmt.Sprintf("key %t, %s, batch %d, ending %d", key, point, visit, how)
					r := play(t, plan)
					if t.Failed() {
						t.Fatal(name)
					}
					died := r.tally.kills + r.tally.powerCuts
					if died != 1 && visit < 18 {
						t.Fatalf("%s: %d deaths", name, died)
					}
					deaths += died
					most := plan.batch
					switch {
					case point == pointRead, point == pointMap: // the batch before may be on its way
					case point == pointSlice, point == pointOutcomeFsync:
						most = 0 // nothing was on its way
					case point == pointOutcomeWrite && how == killed:
						most = 0 // what was written stays
					}
					if len(r.died) > most {
						t.Errorf("%s: %d rows in flight at the death, want at most %d", name, len(r.died), most)
					}
					if onItsWay := point == pointLastByte || point == pointHeader || point == pointBody; onItsWay && died > 0 && len(r.died) == 0 {
						t.Errorf("%s: no row was in flight at the death: there was none", name)
					}
				}
			}
		}
	}
	t.Logf("%d deaths at %d points", deaths, len(points))
}

// TestPairsOfDeaths draws pairs of such deaths, in the first process and in the one
// that goes on.
func TestPairsOfDeaths(t *testing.T) {
	pairs := 60
	switch {
	case *simDeep:
		pairs = 2000
	case testing.Short() || raceDetector:
		pairs = 20
	}
	deaths := 0
	for seed := range uint64(pairs) {
		rng := rand.New(rand.NewPCG(seed, 16))
		one := func() doom {
			return doom{point: pick(rng, points...), visit: 1 + rng.IntN(20), ending: pick(rng, killed, powerCut)}
		}
		first, second := one(), one()
		second.visit = 1 + rng.IntN(max(1, 20-first.visit))
		plan := newDeathPlan(seed, chance(rng, 0.5), pick(rng, 1, 1, 2, 4), first, second)
		r := play(t, plan)
		if t.Failed() {
			t.Fatalf("%+v and %+v", first, second)
		}
		deaths += r.tally.kills + r.tally.powerCuts
	}
	t.Logf("%d pairs, %d deaths", pairs, deaths)
	if deaths < pairs {
		t.Errorf("only %d deaths in %d runs: the points aren't reached", deaths, pairs)
	}
}
