// Random people, who use the package's front door.

package rundir_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/promisetest"
	"github.com/hubload/hubload/importer/reconcile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/importer/rundir"
)

var (
	personSeeds = flag.Int("person.seeds", 100, "histories of TestPerson")
	personFirst = flag.Uint64("person.first", 1, "seed of the first one")
)

// TestPerson: whatever people do with files between runs, no row is created twice or lost,
// and with a key no import is refused without need.
func TestPerson(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	defer os.Chdir(here)
	for i := range *personSeeds {
		h := promisetest.NewHistory(*personFirst + uint64(i))
		first := play(t, h, func(string) {})
		if first == nil {
			continue
		}
		if _, set := os.LookupEnv("HUBLOAD_MUTANTS"); set { // that it fails is all that is asked
			t.Fatalf("seed %d: %v", h.Seed, first)
		}
		less := h.Shrink(func(h promisetest.History) bool { return play(t, h, func(string) {}) != nil })
		var steps strings.Builder
		err := play(t, less, func(line string) { steps.WriteString(line + "\n") })
		t.Fatalf("seed %d, key %d, moves %t: %v\nthe shortest history that fails: %v\n%s", h.Seed, h.Key, h.Moves, first, err, &steps)
	}
}

// play lives through a history with an account of its own.
func play(t *testing.T, h promisetest.History, log func(string)) (err error) {
	t.Helper()
	root, mkErr := os.MkdirTemp(fastDir(), "person")
	if mkErr != nil {
		t.Fatal(mkErr)
	}
	defer os.RemoveAll(root)
	synctest.Test(t, func(t *testing.T) {
		p := &inProcess{t: t, root: root, account: hubspottest.New(hubspottest.Config{})}
		if h.Key != promisetest.NoKey {
			p.account.AddProperty("line_items", hubspottest.Property{Name: promisetest.KeyProperty, Unique: true})
		}
		err = h.Play(root, p, log)
	})
	return err
}

// fastDir is where syncs cost nothing, "" where there is no such place.
func fastDir() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

// An inProcess program dies by a copy of its disk: what it writes after its death is taken
// back.
type inProcess struct {
	t       *testing.T
	root    string
	account *hubspottest.Account
}

func (p *inProcess) Held() map[string][]string {
	held := map[string][]string{}
	for o := range p.account.Objects("line_items") {
		if !o.Archived {
			held[o.Properties["name"]] = append(held[o.Properties["name"]], o.ID)
		}
	}
	return held
}

var errDied = errors.New("killed")

func (p *inProcess) Do(c promisetest.Command) promisetest.Outcome {
	if err := os.Chdir(c.Dir); err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	wire := &deadlyWire{program: p, command: c, cancel: cancel}
	o := rundir.Options{
		File: c.Target, Dir: c.Run, Mapping: c.Mapping, Object: c.Object, StateDir: c.State, Seen: rundir.Seen(c.Seen),
		BaseURL:   []string{"http://127.0.0.1:8080", "http://localhost:8080", "HTTP://127.0.0.1:8080/"}[c.Spelling],
		BatchSize: 3, Workers: 1,
		Connect: func(_ context.Context, e rundir.Endpoint) (rundir.Account, error) {
			return hubspot.New(hubspot.Config{
				BaseURL: e.BaseURL, Version: e.Version, Object: e.Object, KeyProperty: e.Key, Credentials: hubspot.Static("a-token"), Transport: wire,
			})
		},
	}
	result, err := p.run(ctx, c, o)
	if wire.dead() {
		if err := errors.Join(os.Chdir(p.root), wire.restore()); err != nil {
			p.t.Fatal(err)
		}
		return promisetest.Outcome{Exit: promisetest.Died}
	}
	out := promisetest.Outcome{Exit: exitCode(result, err)}
	if err != nil {
		out.Text = fmt.Sprintf("%T: %v", err, err)
		if e, ok := errors.AsType[*rundir.Error](err); ok {
			out.Text = fmt.Sprintf("reason %d: %s (%v)", e.Reason, e.Path, err)
		}
	}
	if result != nil && result.Dir != nil {
		if out.Run, err = filepath.Abs(result.Dir.Path); err != nil {
			p.t.Fatal(err)
		}
		if result.Done {
			out.Text += " done before"
		}
	}
	return out
}

func (p *inProcess) run(ctx context.Context, c promisetest.Command, o rundir.Options) (*rundir.Result, error) {
	switch c.Verb {
	case "import":
		return rundir.Import(ctx, o)
	case "resume":
		return rundir.Resume(ctx, c.Target, o)
	case "report":
		return rundir.Report(c.Target)
	case "resolve":
		r, err := rundir.Resolve(ctx, c.Target, reconcile.AssumeNothing, o)
		if r == nil {
			return nil, err
		}
		return &rundir.Result{Dir: r.Dir, Summary: report.Summary{Counts: r.Tally.Counts}}, err
	case "status":
		f, same, _, err := rundir.StatusOf(ctx, c.Target, c.State, rundir.Root)
		if err == nil && (f == nil || !same || !f.Complete()) {
			return &rundir.Result{Dir: &rundir.Dir{}, Summary: report.Summary{Counts: report.Counts{Refused: 1}}}, nil
		}
		return nil, err
	}
	panic("what is " + c.Verb + "?")
}

func exitCode(result *rundir.Result, err error) int {
	_, refused := errors.AsType[*rundir.Error](err)
	_, changed := errors.AsType[*rows.MismatchError](err)
	_, locked := errors.AsType[*journal.LockedError](err)
	_, stopped := errors.AsType[*importer.StoppedError](err)
	_, quota := errors.AsType[*call.QuotaError](err)
	switch {
	case err == nil && (result == nil || result.Complete()):
		return 0
	case err == nil:
		return 3
	case locked:
		return 4
	case refused, changed, errors.Is(err, csvfile.ErrChanged):
		return 5
	case stopped, quota:
		return 6
	}
	return 1
}

// A deadlyWire carries requests to the account until the process dies.
type deadlyWire struct {
	program *inProcess
	command promisetest.Command
	cancel  context.CancelCauseFunc

	mu      sync.Mutex
	creates int
	copied  string // of the disk, at the moment of death
}

func (w *deadlyWire) dead() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.copied != ""
}

func (w *deadlyWire) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.dead() {
		return nil, errDied
	}
	if w.command.Hidden && strings.Contains(r.URL.Path, "account-info") {
		return &http.Response{StatusCode: http.StatusForbidden, Body: io.NopCloser(strings.NewReader("{}")), Header: http.Header{}, Request: r}, nil
	}
	if !strings.HasSuffix(r.URL.Path, "/batch/create") {
		return w.program.account.RoundTrip(r)
	}
	w.mu.Lock()
	w.creates++
	dies := w.creates == w.command.Kill
	w.mu.Unlock()
	if !dies {
		return w.program.account.RoundTrip(r)
	}
	if w.command.Carried {
		if resp, err := w.program.account.RoundTrip(r); err == nil {
			resp.Body.Close()
		}
	}
	w.die()
	return nil, errDied
}

func (w *deadlyWire) die() {
	to, err := os.MkdirTemp(fastDir(), "disk")
	if err == nil {
		err = os.CopyFS(to, os.DirFS(w.program.root))
	}
	if err != nil {
		panic(err)
	}
	w.mu.Lock()
	w.copied = to
	w.mu.Unlock()
	w.cancel(errDied)
}

// restore makes the disk what it was at the moment of death.
func (w *deadlyWire) restore() error {
	defer os.RemoveAll(w.copied)
	entries, err := os.ReadDir(w.program.root)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(w.program.root, e.Name())); err != nil {
			return err
		}
	}
	return os.CopyFS(w.program.root, os.DirFS(w.copied))
}
