// One run of the torture: commands given again and again until all is done, and dying in between.

//go:build unix

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// mostCommands is how often a command may be given while nobody kills it.
const mostCommands = 25

// An ordeal is one run: an input, an account, and what happens between them.
type ordeal struct {
	score
	h     *harness
	lane  *lane
	sc    scenario
	rng   *rand.Rand
	truth *truth

	dir, state, token string
	rows              []*orderRow
	batch, workers    int
	command           []string // the first one

	started    int // processes, for the names of what they print
	violations []string
	ended      bool
	code       map[string]int // exit code of a finished run, by the name of its input
}

func newOrdeal(h *harness, l *lane, sc scenario, seed uint64, rng *rand.Rand) (*ordeal, error) {
	o := &ordeal{h: h, lane: l, sc: sc, rng: rng, score: score{runs: 1}, code: map[string]int{}}
	o.dir = filepath.Join(h.base, fmt.Sprintf("run-%d", seed))
	o.state = filepath.Join(o.dir, "state")
	o.token = fmt.Sprintf("%s-%d", canary, seed)
	o.batch = []int{5, 10, 20, 50, 100}[rng.IntN(5)]
	o.workers = 1 + rng.IntN(6)
	n := min(o.batch*(4+rng.IntN(40)), 1500) + rng.IntN(o.batch)
	share := []float64{0, 0.01, 0.05}[rng.IntN(3)]
	o.rows = newOrders(n, share, sc.key == "columns", rng)
	o.score.rows = n
	if err := os.Mkdir(o.dir, 0o700); err != nil {
		return nil, err
	}
	var about string
	var err error
	o.truth, about, err = newTruth(sc, o.token, rng)
	err = errors.Join(err, writeOrders(filepath.Join(o.dir, "orders.csv"), o.rows), writeOrdersMapping(filepath.Join(o.dir, "orders.mapping.yaml"), sc.key),
		os.WriteFile(filepath.Join(o.dir, "about.txt"), []byte(about+"\n"), 0o600))
	if rng.IntN(20) > 0 {
		err = errors.Join(err, l.provedBefore(o.state))
	}
	return o, err
}

func (o *ordeal) wrong(format string, args ...any) {
	o.violations = append(o.violations, fmt.Sprintf(format, args...))
}

// importing loads the input and checks what came of it.
func (o *ordeal) importing() {
	o.lane.serve(o.truth)
	o.command = []string{"import", "orders.csv", "--base-url", o.lane.server.URL, "--workers", strconv.Itoa(o.workers), "--batch-size", strconv.Itoa(o.batch)}
	run := ""
	if o.sc.naive || o.rng.IntN(2) == 0 {
		run = "out"
		o.command = append(o.command, "--run", run)
	}
	exit := o.drive(o.command, run, "orders", o.rows)
	o.check(o.rows, "orders", run, exit)
}

// mending repairs what was refused and imports that: with the rows of before
// nothing may be there twice.
func (o *ordeal) mending() {
	if !o.ended || o.sc.naive || len(o.violations) > 0 {
		return
	}
	run := o.runDir("", "orders")
	mended, err := mend(run, o.rows)
	if err != nil {
		o.wrong("mending %s: %v", run, err)
		return
	}
	if len(mended) == 0 {
		return
	}
	o.mended = len(mended)
	o.lane.serve(o.truth)
	rel, _ := filepath.Rel(o.dir, filepath.Join(run, "failures.csv"))
	command := []string{"import", rel, "--base-url", o.lane.server.URL, "--workers", strconv.Itoa(o.workers), "--batch-size", strconv.Itoa(o.batch), "--run", "mended"}
	exit := o.drive(command, "mended", "failures", mended)
	o.check(mended, "failures", "mended", exit)
}

// oncemore gives the first command after everything is done, and without a key also
// for a directory of another name: the same content may not go in twice.
func (o *ordeal) oncemore() {
	if !o.ended || o.sc.naive || len(o.violations) > 0 || o.rng.IntN(4) > 0 {
		return
	}
	if o.doubt > 0 && o.sc.key != "" {
		return // it may look for those rows once more
	}
	o.lane.serve(o.truth)
	before := o.arrivals()
	commands := [][]string{o.command}
	if o.sc.key == "" {
		commands = append(commands, append(slices.Clone(o.command[:8]), "--run", "elsewhere"))
	}
	for _, command := range commands {
		p := o.start(command, strike{kind: "none"})
		p.wait()
		if code := p.code(); code != o.code["orders"] || !strings.Contains(p.printed("stdout"), "nothing was sent") {
			o.wrong("a finished import, given once more (%s), ends with %d and says %q", strings.Join(command, " "), code, p.printed("stdout"))
		}
	}
	o.lane.serve(nil)
	if sent := o.arrivals() - before; sent > 0 {
		o.wrong("a finished import, given once more, sent %d creates", sent)
	}
}

// runDir is the directory of a run, "" before it exists.
func (o *ordeal) runDir(run, name string) string {
	if run != "" {
		return filepath.Join(o.dir, run)
	}
	if _, err := os.Stat(filepath.Join(o.dir, "out")); err == nil {
		return filepath.Join(o.dir, "out")
	}
	found, _ := filepath.Glob(filepath.Join(o.dir, runsDir, name+"-*"))
	if len(found) > 1 {
		o.wrong("one input made %d run directories: %s", len(found), found)
	}
	if len(found) == 0 {
		return ""
	}
	return found[0]
}

// drive gives a command until the import is done, and returns how the last one ended.
func (o *ordeal) drive(command []string, run, name string, rows []*orderRow) ending {
	o.ended = false
	strikes := 0
	if o.sc.kills {
		for strikes = 1; strikes < 5 && o.rng.IntN(2) == 0; strikes++ {
		}
	}
	calm := 0
	for {
		args := command
		if dir := o.runDir(run, name); dir != "" && !o.sc.naive && o.rng.IntN(2) == 0 {
			if _, err := os.Stat(filepath.Join(dir, "run.json")); err == nil {
				rel, _ := filepath.Rel(o.dir, dir)
				args = append([]string{"resume", rel}, command[2:8]...)
			}
		}
		how := strike{kind: "none"}
		if strikes > 0 {
			strikes--
			how = o.newStrike()
		} else {
			calm++
		}
		p := o.start(args, how)
		began := time.Now()
		o.strike(p, how, func() string { return o.runDir(run, name) })
		p.wait()
		if took := time.Since(began); how.kind == "none" && took < time.Second {
			o.lane.usual = (3*o.lane.usual + took) / 4
		}
		code, done := o.verdict(p, how)
		if done {
			o.ended = true
			return ending{code, strings.Contains(p.printed("stdout"), "nothing was sent") || how.kind == "closed"}
		}
		o.meanwhile(o.runDir(run, name), rows)
		if calm > mostCommands {
			o.wrong("not done after %d commands; the last one ended with %d: %s", calm, code, p.printed("stderr"))
			return ending{code: code}
		}
	}
}

// meanwhile checks reports of an unfinished run: whatever came between, they are
// whole or not there.
func (o *ordeal) meanwhile(dir string, rows []*orderRow) {
	places := map[int]int{}
	for name, own := range o.reportColumns() {
		if _, err := os.Stat(filepath.Join(dir, name)); dir != "" && err == nil && !o.sc.naive {
			o.report(dir, name, rows, own, places)
		}
	}
}

// An ending is the exit code of the process that found everything done. If it only
// said so, an earlier one wrote the reports.
type ending struct {
	code    int
	nothing bool
}

// verdict judges how a process ended, and whether it had finished.
func (o *ordeal) verdict(p *process, how strike) (code int, done bool) {
	if p.signalled() {
		switch {
		case how.kind == "kill" && p.struck == 1:
			o.deaths++
		case slices.Contains([]string{"term", "int", "int-int", "int-term"}, how.kind) && p.requests() == 0:
			// The signal came before the program listened: nothing was sent.
		default:
			o.wrong("%s: a process died of %s after %d creates", how, p.status().Signal(), p.requests())
		}
		return -1, false
	}
	code = p.code()
	want := map[string]int{"term": 143, "int": 130, "int-int": 130}[how.kind]
	switch code {
	case exitOK, exitRefused:
		return code, true
	case 130, 143:
		if (want != code && how.kind != "int-term") || p.struck == 0 {
			o.wrong("%s: exit code %d", how, code)
		}
		if p.struck > 1 {
			o.deaths++
		}
		return code, false
	case exitFailed, exitUnauthorised:
		if o.sc.faults || o.sc.naive {
			return code, false
		}
	}
	o.wrong("%s: exit code %d: %s", how, code, p.printed("stderr"))
	return code, false
}

// canaries looks for the token in everything that was left.
func (o *ordeal) canaries() {
	if o.sc.naive {
		return
	}
	err := filepath.WalkDir(o.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if leaks(data) {
			o.wrong("the token stands in %s", path)
		}
		return err
	})
	if err != nil {
		o.wrong("looking for the token: %v", err)
	}
}
