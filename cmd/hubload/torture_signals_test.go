// Signals and a second process: how a run stops when it is asked to, and who may work on it.

//go:build unix

package main

import (
	"math/rand/v2"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// newPatient is an ordeal of rows without fault. With a latency of 0 the account
// takes creates and answers none of them before the test ends.
func newPatient(t *testing.T, rows int, latency time.Duration) *ordeal {
	t.Helper()
	h := &harness{t: t, base: t.TempDir()}
	var err error
	if h.hubload, err = exec.LookPath("hubload"); err != nil {
		t.Fatal(err)
	}
	l := newLane(t, h.base)
	t.Cleanup(l.close)
	rng := rand.New(rand.NewPCG(1, 0))
	o, err := newOrdeal(h, l, scenario{}, 1, rng)
	if err != nil {
		t.Fatal(err)
	}
	o.batch, o.workers = 10, 4
	o.rows = newOrders(rows, 0, false, rng)
	if err := writeOrders(filepath.Join(o.dir, "orders.csv"), o.rows); err != nil {
		t.Fatal(err)
	}
	o.truth = letAnswer(hubspottest.New(hubspottest.Config{Tokens: []string{o.token}, Limit: 1000, Per: time.Second, Latency: latency}))
	if latency == 0 {
		never := make(chan struct{})
		o.truth.answers = never
		t.Cleanup(func() { close(never) })
	}
	l.serve(o.truth)
	o.command = []string{"import", "orders.csv", "--base-url", l.server.URL, "--workers", "4", "--batch-size", "10", "--run", "out"}
	t.Cleanup(func() {
		o.canaries()
		for _, v := range o.violations {
			t.Error(v)
		}
	})
	return o
}

// await waits until n creates more have arrived.
func (p *process) await(t *testing.T, n int) {
	t.Helper()
	select {
	case <-p.o.truth.after(n):
	case <-p.exited:
		t.Fatalf("it ended too early: %s", p.printed("stderr"))
	}
}

// One signal: the answers in flight are taken, nothing is in doubt, and the command
// that is printed goes on.
func TestTortureOneSignal(t *testing.T) {
	for name, sig := range map[string]struct {
		signal syscall.Signal
		code   int
	}{"SIGINT": {syscall.SIGINT, 130}, "SIGTERM": {syscall.SIGTERM, 143}, "SIGHUP": {syscall.SIGHUP, 143}} {
		t.Run(name, func(t *testing.T) {
			if signal.Ignored(sig.signal) {
				t.Skip("whoever started this test has it ignored, as nohup does, and hubload goes by that")
			}
			t.Parallel()
			o := newPatient(t, 600, 60*time.Millisecond)
			p := o.start(o.command, strike{kind: "none"})
			p.await(t, 12)
			if err := p.cmd.Process.Signal(sig.signal); err != nil {
				t.Fatal(err)
			}
			p.wait()
			if got := p.code(); got != sig.code {
				t.Errorf("exit code %d, want %d: %s", got, sig.code, p.printed("stderr"))
			}
			places := map[int]int{}
			results := o.report(filepath.Join(o.dir, "out"), "results.csv", o.rows, []string{"status", "id", "warning"}, places)
			if held := o.truth.Len(defaultObject); len(results) != held || held == 600 {
				t.Errorf("%d rows are reported as created, and the account holds %d of 600", len(results), held)
			}
			if out := p.printed("stdout"); !strings.Contains(out, " 0 in doubt, ") {
				t.Errorf("rows are in doubt: %s", out)
			}
			if said := p.printed("stderr"); !strings.Contains(said, "in flight; Ctrl-C again stops at once") {
				t.Errorf("it doesn't say what it waits for: %s", said)
			}
			_, next, ok := strings.Cut(p.printed("stderr"), "go on with: hubload ")
			if !ok {
				t.Fatalf("it doesn't say how to go on: %s", p.printed("stderr"))
			}
			p = o.start(strings.Fields(next), strike{kind: "none"})
			p.wait()
			o.ended = true
			o.check(o.rows, "orders", "out", ending{code: p.code()})
			if o.doubt > 0 {
				t.Errorf("%d rows are in doubt", o.doubt)
			}
		})
	}
}

// A second signal ends the process at once, however long answers take.
func TestTortureSecondSignal(t *testing.T) {
	o := newPatient(t, 200, 0)
	p := o.start(o.command, strike{kind: "none"})
	p.await(t, 1)
	began := time.Now()
	// Two signals of a kind may become one, so it is asked until it hears.
	for p.cmd.Process.Signal(syscall.SIGINT) == nil && p.lives(20*time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatal("signals don't end it")
		}
	}
	p.wait()
	if got := p.code(); got != 130 {
		t.Errorf("exit code %d, want 130", got)
	}
	if said := p.printed("stderr"); !strings.Contains(said, "\ngo on with:\n  hubload resume out --base-url ") {
		t.Errorf("it doesn't say how to go on: %s", said)
	}
}

// Whoever comes second to a run is told before anything slow.
func TestTortureSecondProcess(t *testing.T) {
	t.Parallel()
	o := newPatient(t, 200, 0)
	first := o.start(o.command, strike{kind: "none"})
	first.await(t, 1)
	requests := func() (n int) {
		for _, times := range o.lane.current.Load().Counts() {
			n += times
		}
		return n
	}
	before := requests()
	for name, args := range map[string][]string{
		"import": o.command,
		"resume": {"resume", "out", "--base-url", o.lane.server.URL},
	} {
		p := o.start(args, strike{kind: "none"})
		p.wait()
		if got := p.code(); got != exitLocked {
			t.Errorf("%s: exit code %d, want %d: %s", name, got, exitLocked, p.printed("stderr"))
		}
	}
	// It didn't even ask for the account.
	if sent := requests() - before; sent > 0 {
		t.Errorf("%d requests arrived meanwhile; the first process waits for its first answer", sent)
	}
	_ = first.cmd.Process.Kill()
	first.wait()
}
