// Whom a run trusts: what stands in its directory, and what answers.

package rundir_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rundir"
)

// A desk is a user with a file, a state directory, and an account that counts what
// comes.
type desk struct {
	dir      string
	account  *hubspottest.Account
	url      string
	requests atomic.Int64
	runs     int
	answered func(*http.Request) // is called after each request; may be nil
	options  rundir.Options
}

func newDesk(t *testing.T, c hubspottest.Config, csv string) *desk {
	t.Helper()
	d := &desk{dir: t.TempDir(), account: hubspottest.New(c)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.requests.Add(1)
		d.account.ServeHTTP(w, r)
		if d.answered != nil {
			d.answered(r)
		}
	}))
	t.Cleanup(server.Close)
	d.url = server.URL
	d.write(t, "orders.csv", csv)
	d.options = rundir.Options{
		File: d.path("orders.csv"), Dir: d.path("run"), StateDir: d.path("state"), BaseURL: d.url, Connect: connect, Unassociated: true,
	}
	return d
}

// around serves the desk's account behind a handler that may answer instead of it.
func (d *desk) around(t *testing.T, answers func(http.ResponseWriter, *http.Request) bool) (url string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answers(w, r) {
			d.account.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func (d *desk) path(name string) string { return filepath.Join(d.dir, name) }

func (d *desk) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(d.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// edit replaces text in a file.
func (d *desk) edit(t *testing.T, name, old, new string) {
	t.Helper()
	data, err := os.ReadFile(d.path(name))
	if err != nil || !strings.Contains(string(data), old) {
		t.Fatalf("%s doesn't hold %q, error %v:\n%s", name, old, err, data)
	}
	d.write(t, name, strings.ReplaceAll(string(data), old, new))
}

func connect(_ context.Context, e rundir.Endpoint) (rundir.Account, error) {
	return hubspot.New(hubspot.Config{
		BaseURL: e.BaseURL, Version: e.Version, Object: e.Object, KeyProperty: e.Key, Credentials: hubspot.Static("a-token"),
	})
}

// interrupted is a run that was stopped with one of two batches sent.
func interrupted(t *testing.T) *desk {
	t.Helper()
	d := newDesk(t, hubspottest.Config{Daily: 3}, "name\na\nb\n")
	o := d.options
	o.BatchSize, o.Workers = 1, 1
	if _, err := rundir.Import(t.Context(), o); err == nil {
		t.Fatal("the run was to be stopped by the daily quota")
	}
	d.requests.Store(0)
	return d
}

func reason(err error) (rundir.Reason, bool) {
	e, ok := errors.AsType[*rundir.Error](err)
	if !ok {
		return 0, false
	}
	return e.Reason, true
}

// TestResumeOfAPlantedRun: a run directory names a file to send and an address to send
// it to. Whoever plants one gets neither, nor the token.
func TestResumeOfAPlantedRun(t *testing.T) {
	refuse := func(t *testing.T, d *desk, o rundir.Options, want rundir.Reason) {
		t.Helper()
		_, err := rundir.Resume(t.Context(), d.path("run"), o)
		if got, ok := reason(err); !ok || got != want || d.requests.Load() != 0 {
			t.Errorf("%d requests, error %v", d.requests.Load(), err)
		}
	}
	t.Run("another file", func(t *testing.T) {
		d := interrupted(t)
		d.write(t, "secret.csv", "name\nsecret\nsecret\n")
		d.edit(t, "run/run.json", "orders.csv", "secret.csv")
		refuse(t, d, d.options, rundir.ContentChanged)
	})
	t.Run("an address that nobody has named", func(t *testing.T) {
		d := interrupted(t)
		o := d.options
		o.BaseURL, o.StateDir = "", d.path("the state of somebody else")
		refuse(t, d, o, rundir.UntrustedURL)
	})
	t.Run("an address that was changed", func(t *testing.T) {
		d := interrupted(t)
		d.edit(t, "run/run.json", d.url, strings.Replace(d.url, "127.0.0.1", "localhost", 1))
		o := d.options
		o.BaseURL = ""
		refuse(t, d, o, rundir.UntrustedURL)
	})
	t.Run("the user's own", func(t *testing.T) {
		d := interrupted(t)
		d.account = hubspottest.New(hubspottest.Config{})
		o := d.options
		o.BaseURL = ""
		if r, err := rundir.Resume(t.Context(), d.path("run"), o); err != nil || !r.Complete() {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// TestNotHubSpot: where the account's details can't be read because something else
// answers, nothing is created. A token that lacks a scope is no such case.
func TestNotHubSpot(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://example.com/", http.StatusFound)
		},
		"a bad request":   func(w http.ResponseWriter, r *http.Request) { http.Error(w, "{}", http.StatusBadRequest) },
		"a missing scope": func(w http.ResponseWriter, r *http.Request) { http.Error(w, "{}", http.StatusForbidden) },
		"an unknown path": func(w http.ResponseWriter, r *http.Request) { http.Error(w, "{}", http.StatusNotFound) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, hubspottest.Config{}, "name\na\n")
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "account-info") {
					answer(w, r)
					return
				}
				d.account.ServeHTTP(w, r)
			}))
			defer server.Close()
			o := d.options
			o.BaseURL = server.URL
			_, err := rundir.Import(t.Context(), o)
			wanted := 0
			if name == "a missing scope" || name == "an unknown path" {
				wanted = 1
			}
			if n := d.account.Len("line_items"); n != wanted || (err == nil) != (wanted == 1) {
				t.Errorf("%d records, error %v", n, err)
			}
		})
	}
	t.Run("a wrong certificate", func(t *testing.T) {
		d := newDesk(t, hubspottest.Config{}, "name\na\n")
		server := httptest.NewTLSServer(d.account)
		defer server.Close()
		o := d.options
		o.BaseURL = server.URL
		started := time.Now()
		if _, err := rundir.Import(t.Context(), o); err == nil || !strings.Contains(err.Error(), "certificate") || time.Since(started) > 5*time.Second {
			t.Errorf("after %s: %v", time.Since(started), err)
		}
	})
}

// TestStatusIsNeverInTheWay: it takes no lock, so that a process that starts meanwhile
// always gets it, and writes nothing.
func TestStatusIsNeverInTheWay(t *testing.T) {
	d := interrupted(t)
	run, err := rundir.Open(d.path("run"))
	if err != nil {
		t.Fatal(err)
	}
	before := list(t, d.path("run"))
	ctx, cancel := context.WithCancel(t.Context())
	looked := make(chan struct{})
	go func() {
		defer close(looked)
		for ctx.Err() == nil {
			if _, _, err := run.Status(); err != nil {
				t.Error(err)
			}
		}
	}()
	if after := list(t, d.path("run")); after != before {
		t.Errorf("the directory was\n%s\nand is\n%s", before, after)
	}
	for range 500 {
		guard, err := journal.Lock(filepath.Join(run.Path, "lock"))
		if err != nil {
			t.Fatal(err)
		}
		if err := guard.Release(); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	<-looked

	if _, state, err := run.Status(); state != rundir.Unfinished || err != nil {
		t.Errorf("without a process: %s, %v", state, err)
	}
	guard, err := journal.Lock(filepath.Join(run.Path, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer guard.Release()
	if _, state, err := run.Status(); state != rundir.Running || err != nil {
		t.Errorf("with a process: %s, %v", state, err)
	}
}

// list is what can be seen of the files in a directory.
func list(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err == nil {
			b.WriteString(path + " " + info.ModTime().String() + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
