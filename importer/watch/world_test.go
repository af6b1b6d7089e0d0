// What the tests of the package stand on: an account, a drop, and a count of everything.

package watch

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/call"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/rundir"
)

// A world is an account and a drop that goes into it.
type world struct {
	*testing.T
	account *hubspottest.Account
	url     string
	dir     string
	config  Config
	events  []Event
}

func newWorld(t *testing.T, change func(*Drop)) *world {
	t.Helper()
	w := &world{T: t, account: hubspottest.New(hubspottest.Config{}), dir: t.TempDir()}
	server := httptest.NewServer(w.account)
	t.Cleanup(server.Close)
	w.url = server.URL
	d := Drop{Name: "orders", Dir: filepath.Join(w.dir, "in"), Ready: Ready{Rename: true}}
	if change != nil {
		change(&d)
	}
	w.config = Config{State: filepath.Join(w.dir, "state"), Drops: []Drop{d}}
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return w
}

// code is what the program's exit codes are, as far as these tests meet them.
func code(err error) int {
	if e, ok := errors.AsType[*rundir.Error](err); ok {
		switch e.Reason {
		case rundir.BadInput, rundir.BadMapping, rundir.NoMapping, rundir.InputIsResult, rundir.KeyMissing:
			return codeUnusable
		}
		return codeMismatch
	}
	for _, known := range []struct {
		is   func(error) bool
		code int
	}{
		{func(err error) bool { _, ok := errors.AsType[*importer.StoppedError](err); return ok }, codeStopped},
		{func(err error) bool { _, ok := errors.AsType[*call.QuotaError](err); return ok }, codeStopped},
		{func(err error) bool { _, ok := errors.AsType[*call.DeniedError](err); return ok }, codeDenied},
		{func(err error) bool { e, ok := errors.AsType[*hubspot.Error](err); return ok && e.Unauthorized() }, codeDenied},
	} {
		if known.is(err) {
			return known.code
		}
	}
	return codeFailed
}

func (w *world) watcher() *Watcher {
	w.Helper()
	watcher, err := New(Options{
		Config: w.config,
		Import: rundir.Options{StateDir: filepath.Join(w.dir, "account"), BaseURL: w.url, ExitCode: code, Unassociated: true},
		Connect: func(_ context.Context, _ Account, e rundir.Endpoint) (rundir.Account, error) {
			return hubspot.New(hubspot.Config{
				BaseURL: e.BaseURL, Version: e.Version, Object: e.Object, KeyProperty: e.Key,
				Credentials: hubspot.Static("pat-na1-a-token"),
			})
		},
	})
	if err != nil {
		w.Fatal(err)
	}
	return watcher
}

// look looks once, and compares the exit code.
func (w *world) look(want int) *Look {
	w.Helper()
	found, err := w.watcher().Look(context.Background())
	if err != nil {
		w.Fatal(err)
	}
	if found.Code != want {
		w.Errorf("exit code %d, want %d; events %v, errors %v", found.Code, want, found.Events, found.Errors)
	}
	w.events = append(w.events, found.Events...)
	return found
}

func (w *world) state(elem ...string) string {
	return filepath.Join(append([]string{w.config.State, "orders"}, elem...)...)
}

// put puts a file into the drop.
func (w *world) put(name, text string) {
	w.Helper()
	if err := os.WriteFile(filepath.Join(w.config.Drops[0].Dir, name), []byte(text), 0o600); err != nil {
		w.Fatal(err)
	}
}

// holds compares the number of records in the account.
func (w *world) holds(want int) {
	w.Helper()
	if got := w.account.Len("line_items"); got != want {
		w.Errorf("the account holds %d line items, want %d", got, want)
	}
}

// file returns the latest file of a name, as the ledger says it is.
func (w *world) file(name string) File {
	w.Helper()
	l, err := readLedger(w.state())
	if err != nil {
		w.Fatal(err)
	}
	found := File{}
	for _, f := range l.files {
		if f.Name == name && f.State != void {
			found = *f
		}
	}
	return found
}

// is compares the state of the latest file of a name.
func (w *world) is(name string, want State) File {
	w.Helper()
	f := w.file(name)
	if f.State != want {
		w.Errorf("%s is %q (%s), want %s", name, f.State, f.Why, want)
	}
	return f
}

// eachPlace checks that every file lies in the place of its state, and nowhere else.
func (w *world) eachPlace() {
	w.Helper()
	l, err := readLedger(w.state())
	if err != nil {
		w.Fatal(err)
	}
	want := map[string]bool{}
	for _, f := range l.files {
		if f.State != void {
			want[w.state(f.place())] = true
		}
	}
	for _, sub := range []string{inboxDir, doneDir, failedDir, rejectedDir} {
		err := filepath.WalkDir(w.state(sub), func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(path, whySuffix) {
				return err
			}
			if !want[path] {
				w.Errorf("%s is not in its place", path)
			}
			delete(want, path)
			return nil
		})
		if err != nil {
			w.Fatal(err)
		}
	}
	for path := range want {
		w.Errorf("%s is missing", path)
	}
}

// age makes everything in the ledger older.
func (w *world) age(by time.Duration) {
	w.Helper()
	l, err := openLedger(w.state())
	if err != nil {
		w.Fatal(err)
	}
	defer l.close()
	var entries []entry
	for _, f := range l.files {
		older := *f
		for _, at := range []*time.Time{&older.Since, &older.Claimed, &older.First, &older.Next} {
			if !at.IsZero() {
				*at = at.Add(-by)
			}
		}
		if !f.Claimed.Equal(older.Claimed) && !f.State.Active() && f.State != Open && f.State != Rejected {
			older.Claimed = f.Claimed // it names the month in done/
		}
		entries = append(entries, entry{File: &older})
	}
	note := l.note
	for _, at := range []*time.Time{&note.Started, &note.Pruned} {
		if !at.IsZero() {
			*at = at.Add(-by)
		}
	}
	if err := l.save(append(entries, entry{Drop: &note})...); err != nil {
		w.Fatal(err)
	}
}
