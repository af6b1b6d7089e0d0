// One history: a writer and watchers at the same time, then quiet, then a person who
// finishes what is left.

//go:build unix

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// settleFor is how long files of the settling scenarios have to stand still.
const settleFor = time.Second

// A dropHistory is a drop, what was put into it, and what came of it.
type dropHistory struct {
	sc      dropScenario
	seed    uint64
	rng     *rand.Rand // of the watchers; the writer has its own
	hubload string
	lane    *lane
	truth   *truth
	writer  *dropWriter
	score   dropScore

	dir, in, state string
	config         string
	hold           bool // refused rows hold the next files
	started        int

	mu         sync.Mutex
	log        *os.File
	violations []string
}

func newDropHistory(hubload, base string, l *lane, sc dropScenario, seed uint64) *dropHistory {
	h := &dropHistory{sc: sc, seed: seed, hubload: hubload, lane: l, rng: rand.New(rand.NewPCG(seed, 1)), score: dropScore{runs: 1}}
	h.dir = filepath.Join(base, fmt.Sprintf("history-%d", seed))
	h.in, h.state = filepath.Join(h.dir, "in"), filepath.Join(h.dir, "state", "orders")
	h.writer = &dropWriter{h: h, rng: rand.New(rand.NewPCG(seed, 2))}
	h.config = filepath.Join(h.dir, "drops.yaml")
	var about string
	var err error
	h.truth, about, err = newTruth(scenario{key: sc.key, faults: sc.faults}, canary, h.rng)
	err = errors.Join(err, os.MkdirAll(h.in, 0o700))
	if h.log, _ = os.Create(filepath.Join(h.dir, "history.log")); h.log == nil {
		panic(err)
	}
	h.note("%s; %s", sc.name, about)
	if err = errors.Join(err, h.configure(), l.provedBefore(filepath.Join(h.dir, "user"))); err != nil {
		h.other("%v", err)
	}
	return h
}

// configure writes the mapping and the configuration.
func (h *dropHistory) configure() error {
	mapping := "properties: { name: name, quantity: quantity }\nassociations: [{ to: deals, column: deal }]\n"
	switch h.sc.key {
	case "columns":
		mapping += "key: { property: " + keyProperty + ", columns: [name] }\n"
	case "auto":
		mapping += "key: { property: " + keyProperty + ", auto: true }\n"
	}
	ready := map[string]string{"rename": "rename", "marker": `{ marker: "{name}.ok" }`, "settle": "{ settle: " + settleFor.String() + " }"}[h.sc.ready]
	drop := fmt.Sprintf("name: orders, account: acme, dir: %s, mapping: %s, ready: %s, rows: %s", h.in, filepath.Join(h.dir, "m.yaml"), ready, h.sc.rows)
	if h.rng.IntN(2) == 0 {
		drop += ", guard: { max_rows: 100000 }"
	}
	if h.rng.IntN(4) == 0 {
		drop += ", order: time"
	}
	if h.hold = h.rng.IntN(4) == 0; h.hold {
		drop += ", on: { refused: hold }"
	}
	config := fmt.Sprintf("state: %s\nmetrics: %s\naccounts: { acme: { token_file: %s, base_url: %q, limit: 1000/1s } }\ndrops: [{ %s }]\n",
		filepath.Dir(h.state), filepath.Join(h.dir, "hubload.prom"), filepath.Join(h.dir, "token"), h.lane.server.URL, drop)
	h.note("%s", drop)
	return errors.Join(
		os.WriteFile(filepath.Join(h.dir, "token"), []byte(canary), 0o600),
		os.WriteFile(filepath.Join(h.dir, "m.yaml"), []byte(mapping), 0o600),
		os.WriteFile(h.config, []byte(config), 0o600))
}

func (h *dropHistory) note(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	fmt.Fprintf(h.log, "%s "+format+"\n", append([]any{time.Now().Format("05.000")}, args...)...)
}

// other is a violation that is neither a row twice nor a lost one nor a misplaced file.
func (h *dropHistory) other(format string, args ...any) {
	h.violate(&h.score.other, format, args...)
}

func (h *dropHistory) violate(count *int, format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	*count++
	h.violations = append(h.violations, fmt.Sprintf(format, args...))
	fmt.Fprintf(h.log, "VIOLATION "+format+"\n", args...)
}

func (h *dropHistory) run() {
	h.lane.serve(h.truth)
	defer h.lane.serve(nil)
	written := make(chan struct{})
	go func() {
		defer close(written)
		h.writer.write(8 + h.writer.rng.IntN(12))
	}()
	for writing := true; writing; {
		select {
		case <-written:
			writing = false
		default:
			h.watchAndStrike()
		}
	}
	h.finishUp()
	h.lane.keepProofs(filepath.Join(h.dir, "user"))
	h.lane.serve(nil)
	h.check()
}

// A watcher is a process of hubload watch.
type watcher struct {
	cmd            *exec.Cmd
	name           string
	exited         chan struct{}
	stdout, stderr *os.File
}

func (h *dropHistory) start(args ...string) *watcher {
	h.started++
	h.score.processes++
	w := &watcher{name: filepath.Join(h.dir, fmt.Sprintf("process-%03d", h.started)), exited: make(chan struct{})}
	w.cmd = exec.Command(h.hubload, args...)
	w.cmd.Dir = h.dir
	w.cmd.Env = []string{"PATH=/nowhere", "HOME=" + h.dir, "XDG_STATE_HOME=" + filepath.Join(h.dir, "user"), "HUBSPOT_ACCESS_TOKEN=" + canary, "GOGC=400"}
	var err1, err2 error
	w.stdout, err1 = os.Create(w.name + ".stdout")
	w.stderr, err2 = os.Create(w.name + ".stderr")
	w.cmd.Stdout, w.cmd.Stderr = w.stdout, w.stderr
	h.note("%03d: hubload %s", h.started, strings.Join(args, " "))
	if err := errors.Join(err1, err2, w.cmd.Start()); err != nil {
		h.other("%v", err)
		w.cmd = exec.Command("true")
		_ = w.cmd.Start()
	}
	go func() {
		_ = w.cmd.Wait()
		w.stdout.Close()
		w.stderr.Close()
		close(w.exited)
	}()
	return w
}

// lives waits and reports whether the process is still there.
func (w *watcher) lives(d time.Duration) bool {
	select {
	case <-w.exited:
		return false
	case <-time.After(d):
		return true
	}
}

// end waits for the process and looks at how it ended.
func (h *dropHistory) end(w *watcher) (code int) {
	if w.lives(2 * time.Minute) {
		h.other("%s didn't end within two minutes", w.name)
		_ = w.cmd.Process.Kill()
	}
	<-w.exited
	code = w.cmd.ProcessState.ExitCode()
	h.note("%s ended with %d", filepath.Base(w.name), code)
	said, _ := os.ReadFile(w.name + ".stderr")
	if strings.Contains(string(said), "goroutine ") || strings.Contains(string(said), "panic:") {
		h.other("%s panicked", w.name)
	}
	printed, _ := os.ReadFile(w.name + ".stdout")
	if strings.Contains(string(said)+string(printed), canary) {
		h.other("%s says the token", w.name)
	}
	return code
}

func (h *dropHistory) watchArgs(more ...string) []string {
	return append([]string{"watch", "--config", h.config, "--progress", "none", "--batch-size", "5", "--workers", "4"}, more...)
}

// watchAndStrike runs a watcher, often to its violent end.
func (h *dropHistory) watchAndStrike() {
	args := h.watchArgs("--once")
	if h.rng.IntN(4) == 0 {
		args = h.watchArgs("--every", "100ms")
	}
	w := h.start(args...)
	var second *watcher
	if h.rng.IntN(8) == 0 {
		second = h.start(h.watchArgs("--once")...)
	}
	signal := syscall.SIGKILL
	switch n := h.rng.IntN(10); {
	case n < 4:
		w.lives(time.Duration(h.rng.IntN(80)) * time.Millisecond)
	case n < 7:
		w.lives(time.Duration(h.rng.IntN(int(h.usual()))))
	default:
		select {
		case <-h.truth.after(1 + h.rng.IntN(6)):
			w.lives(time.Duration(h.rng.IntN(12)) * time.Millisecond)
		case <-w.exited:
		case <-time.After(h.usual()):
		}
	}
	if h.rng.IntN(6) == 0 {
		signal = []syscall.Signal{syscall.SIGTERM, syscall.SIGINT}[h.rng.IntN(2)]
	}
	if h.rng.IntN(5) == 0 && args[len(args)-1] == "--once" {
		h.end(w) // in peace
	} else if w.lives(0) {
		h.note("%s gets %s", filepath.Base(w.name), signal)
		if w.cmd.Process.Signal(signal) == nil && signal == syscall.SIGKILL {
			h.score.kills++
		}
		// It is lost before the program listens, where the shell has it ignored.
		for signal != syscall.SIGKILL && w.lives(time.Second) {
			_ = w.cmd.Process.Signal(syscall.SIGTERM)
		}
		h.end(w)
	}
	if second != nil {
		h.end(second)
	}
	<-w.exited
}

// usual is about how long a watcher has something to do.
func (h *dropHistory) usual() time.Duration {
	if h.sc.ready == "settle" {
		return settleFor + 700*time.Millisecond
	}
	return 700 * time.Millisecond
}

// calm ends all faults, and what was to be executed late is executed.
func (h *dropHistory) calm() {
	h.truth.SetFaults()
	h.truth.Settle()
}
