// Nightly drops under torture: a writer that does what writers do, watchers that are
// killed, and an account that fails. Then everything is counted.

//go:build unix

package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

var (
	dropRuns = flag.Int("drops.runs", 0, "histories of TestDropsTorture; 0: as many as fit into a quick test")
	dropSeed = flag.Uint64("drops.seed", 0, "seed of the first history, from which the others count on; 0: another one each time")
	dropKeep = flag.Bool("drops.keep", false, "keep the directories of all histories")
)

// A dropScenario is what histories of one line of the table have in common.
type dropScenario struct {
	name   string
	key    string // how the mapping makes keys: columns, auto, or "" for none
	ready  string // rename, marker or settle
	rows   string // new or growing
	faults bool
}

func dropScenarios() []dropScenario {
	return []dropScenario{
		{name: "renamed", ready: "rename", rows: "new"},
		{name: "renamed, faults", ready: "rename", rows: "new", faults: true},
		{name: "markers, faults", ready: "marker", rows: "new", faults: true},
		{name: "settling, faults", ready: "settle", rows: "new", faults: true},
		{name: "growing, faults", ready: "rename", rows: "growing", faults: true},
		{name: "key, markers, faults", key: "columns", ready: "marker", rows: "new", faults: true},
		{name: "auto key, settling, faults", key: "auto", ready: "settle", rows: "new", faults: true},
	}
}

// A dropScore is what histories came to.
type dropScore struct {
	name                          string
	runs, processes, kills        int
	delivered, records            int
	twice, lost, misplaced, other int
	corrected, inDoubt, held      int
}

func (s *dropScore) add(o dropScore) {
	s.runs += o.runs
	s.processes += o.processes
	s.kills += o.kills
	s.delivered += o.delivered
	s.records += o.records
	s.twice += o.twice
	s.lost += o.lost
	s.misplaced += o.misplaced
	s.other += o.other
	s.corrected += o.corrected
	s.inDoubt += o.inDoubt
	s.held += o.held
}

// TestDropsTorture: no row twice, none lost, every file in exactly one place.
func TestDropsTorture(t *testing.T) {
	t.Parallel()
	list := dropScenarios()
	runs := *dropRuns
	if runs == 0 {
		runs = 4
	}
	seed := *dropSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixMilli()) // of the scenarios a quick test has some, each time others
	}
	base, err := os.MkdirTemp("", "hubload-drops-")
	if err != nil {
		t.Fatal(err)
	}
	hubload, err := exec.LookPath("hubload")
	if err != nil {
		t.Fatal(err)
	}
	scores := make([]*dropScore, len(list))
	for i, sc := range list {
		scores[i] = &dropScore{name: sc.name}
	}
	jobs := make(chan uint64)
	var mu sync.Mutex
	var workers sync.WaitGroup
	for range min(6, runs) {
		workers.Go(func() {
			l := newLane(t, base)
			defer l.close()
			for s := range jobs {
				i := int(s % uint64(len(list)))
				h := newDropHistory(hubload, base, l, list[i], s)
				h.run()
				mu.Lock()
				scores[i].add(h.score)
				mu.Unlock()
				h.report(t)
			}
		})
	}
	for i := range runs {
		jobs <- seed + uint64(i)
	}
	close(jobs)
	workers.Wait()
	t.Logf("%d histories from seed %d\n%s", runs, seed, dropTable(scores))
	if kept, _ := filepath.Glob(filepath.Join(base, "history-*")); len(kept) == 0 {
		os.RemoveAll(base)
	}
}

// TestDropsTortureBites puts things wrong behind the back of a history that went well:
// the checker has to see each of them.
func TestDropsTortureBites(t *testing.T) {
	t.Parallel()
	hubload, err := exec.LookPath("hubload")
	if err != nil {
		t.Fatal(err)
	}
	l := newLane(t, t.TempDir())
	defer l.close()
	h := newDropHistory(hubload, t.TempDir(), l, dropScenarios()[0], 1)
	h.run()
	defer h.log.Close()
	if len(h.violations) > 0 {
		t.Fatal(h.violations)
	}
	again := func(what string, count *int, f func()) {
		*count = 0
		h.check()
		before := *count
		*count = 0
		f()
		if h.check(); *count <= before {
			t.Errorf("not seen: %s", what)
		}
	}
	files, _ := filepath.Glob(filepath.Join(h.state, "done", "*", "*.csv"))
	var rows []hubspottest.Object
	for o := range h.truth.Objects(defaultObject) {
		rows = append(rows, o)
	}
	if len(files) < 2 || len(rows) < 2 {
		t.Fatalf("%d files, %d rows", len(files), len(rows))
	}
	again("a row is there twice", &h.score.twice, func() {
		if _, err := h.truth.AddRecord(defaultObject, "", rows[0].Properties); err != nil {
			t.Fatal(err)
		}
	})
	again("a row is lost", &h.score.lost, func() {
		if err := h.truth.Archive(defaultObject, rows[1].ID); err != nil {
			t.Fatal(err)
		}
	})
	again("a file is in two places", &h.score.misplaced, func() {
		if err := os.Link(files[0], filepath.Join(h.state, "failed", filepath.Base(files[0]))); err != nil {
			t.Fatal(err)
		}
	})
	if err := os.Remove(filepath.Join(h.state, "failed", filepath.Base(files[0]))); err != nil {
		t.Fatal(err)
	}
	again("a file is gone", &h.score.misplaced, func() {
		if err := os.Remove(files[1]); err != nil {
			t.Fatal(err)
		}
	})
	again("a metric is wrong", &h.score.other, func() {
		path := filepath.Join(h.dir, "hubload.prom")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := regexp.MustCompile(`outcome="done"} \d+`).ReplaceAllString(string(data), `outcome="done"} 0`)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	})
}

// report fails the test for what was wrong, and says how to see it again.
func (h *dropHistory) report(t *testing.T) {
	h.log.Close()
	if len(h.violations) == 0 {
		if !*dropKeep {
			os.RemoveAll(h.dir)
		}
		return
	}
	t.Errorf("seed %d (%s): go test ./cmd/hubload -run '^TestDropsTorture$' -drops.runs 1 -drops.seed %d\n  kept in %s\n  %s",
		h.seed, h.sc.name, h.seed, h.dir, strings.Join(h.violations[:min(len(h.violations), 12)], "\n  "))
}

func dropTable(scores []*dropScore) string {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "scenario\thistories\twatchers\tkilled\tfiles\trecords\tcorrected\tin doubt\theld\trows twice\tlost\tfiles misplaced\tother\t")
	total := dropScore{name: "all"}
	for _, s := range scores {
		total.add(*s)
	}
	for _, s := range append(scores, &total) {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", s.name, s.runs, s.processes, s.kills, s.delivered, s.records,
			s.corrected, s.inDoubt, s.held, s.twice, s.lost, s.misplaced, s.other)
	}
	w.Flush()
	return b.String()
}
