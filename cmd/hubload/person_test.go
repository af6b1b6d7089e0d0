//go:build unix

// Random people who use the real program, which is killed for real.

package main

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/promisetest"
)

var (
	personRuns  = flag.Int("person.runs", 2, "histories of TestPerson")
	personFirst = flag.Uint64("person.first", 1, "seed of the first one")
)

// TestPerson: package rundir plays more histories within its process; these are processes
// of their own.
func TestPerson(t *testing.T) {
	for i := range *personRuns {
		h := promisetest.NewHistory(*personFirst + uint64(i))
		var steps strings.Builder
		if err := live(t, h, func(line string) { steps.WriteString(line + "\n") }); err != nil {
			t.Fatalf("seed %d, key %d, moves %t: %v\n%s", h.Seed, h.Key, h.Moves, err, &steps)
		}
	}
}

func live(t *testing.T, h promisetest.History, log func(string)) error {
	t.Helper()
	hubload, err := exec.LookPath("hubload")
	if err != nil {
		t.Fatal(err)
	}
	p := &realProgram{t: t, hubload: hubload, account: hubspottest.New(hubspottest.Config{})}
	if h.Key != promisetest.NoKey {
		if err := p.account.AddProperty("line_items", hubspottest.Property{Name: promisetest.KeyProperty, Unique: true}); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(p)
	defer server.Close()
	p.address = strings.TrimPrefix(server.URL, "http://127.0.0.1")
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return h.Play(root, p, log)
}

// A realProgram is the binary, and the account that it talks to.
type realProgram struct {
	t       *testing.T
	hubload string
	account *hubspottest.Account
	address string // port
	hidden  atomic.Bool
	doom    atomic.Pointer[doom]
}

// A doom is where a process dies.
type doom struct {
	promisetest.Command
	process *os.Process
	creates atomic.Int64
}

func (p *realProgram) Held() map[string][]string {
	held := map[string][]string{}
	for o := range p.account.Objects("line_items") {
		if !o.Archived {
			held[o.Properties["name"]] = append(held[o.Properties["name"]], o.ID)
		}
	}
	return held
}

func (p *realProgram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p.hidden.Load() && strings.Contains(r.URL.Path, "account-info") {
		http.Error(w, "{}", http.StatusForbidden)
		return
	}
	if d := p.doom.Load(); d != nil && strings.HasSuffix(r.URL.Path, "/batch/create") && d.creates.Add(1) == int64(d.Kill) {
		if d.Carried {
			p.account.ServeHTTP(httptest.NewRecorder(), r)
		}
		d.process.Kill()
		panic(http.ErrAbortHandler)
	}
	p.account.ServeHTTP(w, r)
}

func (p *realProgram) Do(c promisetest.Command) promisetest.Outcome {
	p.hidden.Store(c.Hidden)
	args := []string{c.Verb, c.Target}
	flags := map[string]string{"--run": c.Run, "--mapping": c.Mapping, "--seen": c.Seen, "--object": c.Object}
	for _, name := range []string{"--run", "--mapping", "--seen", "--object"} {
		if c.Verb == "import" && flags[name] != "" {
			args = append(args, name, flags[name])
		}
	}
	if c.Verb == "import" || c.Verb == "resume" {
		args = append(args, "--batch-size", "3", "--workers", "1")
	}
	if c.Verb != "report" && c.Verb != "status" {
		args = append(args, "--base-url", []string{"http://127.0.0.1", "http://localhost", "HTTP://127.0.0.1"}[c.Spelling]+p.address)
	}
	args = append(args, "--log-format", "json")
	cmd := exec.Command(p.hubload, args...)
	cmd.Dir = c.Dir
	cmd.Env = []string{"PATH=/nowhere", "HOME=" + c.Dir, "XDG_STATE_HOME=" + filepath.Dir(c.State), "HUBSPOT_ACCESS_TOKEN=a-token"}
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	d := &doom{Command: c}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	if d.process = cmd.Process; c.Kill > 0 {
		p.doom.Store(d)
		defer p.doom.Store(nil)
	}
	err := cmd.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		p.t.Fatal(err)
	}
	var result struct {
		Run string `json:"directory"`
	}
	for dec := json.NewDecoder(strings.NewReader(out.String())); ; {
		if err := dec.Decode(&result); err != nil {
			if err != io.EOF {
				p.t.Log(err, out.String())
			}
			break
		}
	}
	if result.Run != "" && !filepath.IsAbs(result.Run) {
		result.Run = filepath.Join(c.Dir, result.Run)
	}
	return promisetest.Outcome{Exit: cmd.ProcessState.ExitCode(), Run: result.Run, Text: errs.String()}
}
