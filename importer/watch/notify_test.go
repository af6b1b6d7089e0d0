package watch

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// TestChannels: a ping, a webhook and a command hear what they want, and no cell.
func TestChannels(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the command is a shell's")
	}
	w := newWorld(t, nil)
	var mu sync.Mutex
	var paths []string
	var bodies []string
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		paths = append(paths, r.URL.Path)
		if r.URL.Path == "/hook" {
			bodies = append(bodies, string(body))
		}
	}))
	defer server.Close()
	secret := func(name, url string) string {
		path := filepath.Join(w.dir, name)
		if err := os.WriteFile(path, []byte(url+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	log := filepath.Join(w.dir, "log")
	w.config.Notify = []Channel{
		{Ping: &Ping{URLFile: secret("ping", server.URL+"/ping/")}},
		{Webhook: &Webhook{URLFile: secret("hook", server.URL+"/hook")}},
		{Command: &Command{Run: []string{"/bin/sh", "-c", "cat >> " + log}, On: []string{"all"}}},
	}
	w.put("1.csv", "name,quantity\nSECRET,1\n")
	w.put("2.csv", "name,quantity\nSECRET two,x-SECRET\n")
	found, err := w.watcher().Once(context.Background())
	if err != nil || found.Code != 3 {
		t.Fatal(found, err)
	}
	slices.Sort(paths)
	if want := []string{"/hook", "/ping/3", "/ping/start"}; !slices.Equal(paths, want) {
		t.Errorf("requests %v, want %v", paths, want)
	}
	var e Event
	if len(bodies) != 1 || json.Unmarshal([]byte(bodies[0]), &e) != nil || e.Event != "open" || e.Text == "" || e.Counts.Refused != 1 {
		t.Errorf("the webhook got %v", bodies)
	}
	data, err := os.ReadFile(log)
	if err != nil || strings.Count(string(data), `"event":`) != 2 {
		t.Errorf("the command got %s, %v", data, err)
	}
	if strings.Contains(string(data)+strings.Join(bodies, ""), "SECRET") {
		t.Error("an event holds a cell")
	}
	if data, _ := os.ReadFile(w.state(ledgerName)); strings.Contains(string(data), "SECRET") {
		t.Error("the ledger holds a cell")
	}
}

// TestSilentChannel: a channel that fails is a note, and never a failure.
func TestSilentChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		start := time.Now()
		err := tried(context.Background(), func(ctx context.Context) error {
			tries++
			<-ctx.Done()
			return ctx.Err()
		})
		if err == nil || tries != 3 || time.Since(start) != 32*time.Second {
			t.Errorf("%d tries in %s: %v", tries, time.Since(start), err)
		}
	})
	w := newWorld(t, nil)
	w.config.Notify = []Channel{{Ping: &Ping{URLFile: filepath.Join(w.dir, "gone")}}}
	w.put("1.csv", night)
	watcher := w.watcher()
	var notes []string
	watcher.Import.Note = func(text string) { notes = append(notes, text) }
	found, err := watcher.Once(context.Background())
	if err != nil || found.Code != 0 {
		t.Error(found, err)
	}
	if !slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, "nobody was told") }) {
		t.Errorf("notes %q", notes)
	}
}

// TestMetrics: the file holds every metric, and only counts and names.
func TestMetrics(t *testing.T) {
	w := newWorld(t, nil)
	w.config.Metrics = filepath.Join(w.dir, "hubload.prom")
	w.put("1.csv", night)
	w.put("2.csv", night)
	w.put("3.csv", "name,quantity\nx,x\n")
	w.look(3)
	data, err := os.ReadFile(w.config.Metrics)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`hubload_files_total{drop="orders",outcome="done"} 1`,
		`hubload_files_total{drop="orders",outcome="duplicate"} 1`,
		`hubload_files{drop="orders",state="open"} 1`,
		`hubload_rows_total{drop="orders",fate="created"} 4`,
		`hubload_open_rows{drop="orders",fate="refused"} 1`,
		`hubload_drop_overdue{drop="orders"} 0`,
		`hubload_requests_total{account="",outcome="sent"} 1`,
	} {
		if !strings.Contains(string(data), line+"\n") {
			t.Errorf("%s is missing in\n%s", line, data)
		}
	}
	names := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		if sample, ok := strings.CutPrefix(line, "hubload_"); ok {
			names[strings.FieldsFunc(sample, func(r rune) bool { return r == '{' || r == ' ' })[0]] = true
		}
		if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); !strings.HasPrefix(name, "hubload_") && name != "#" {
			t.Errorf("%q is not a sample", line)
		}
	}
	for _, name := range []string{
		"build_info", "look_timestamp_seconds", "drop_last_done_timestamp_seconds", "drop_overdue", "files_total", "files", "rows_total",
		"open_rows", "last_run_duration_seconds", "requests_total", "daily_remaining",
	} {
		if !names[name] {
			t.Errorf("hubload_%s is missing in\n%s", name, data)
		}
		delete(names, name)
	}
	for name := range names {
		t.Errorf("hubload_%s is not documented", name)
	}
	if info, err := os.Stat(w.config.Metrics); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v: the collector is another user", info.Mode(), err)
	}
}

// TestDailyRemaining: the daily quota is asked for after a look that sent something, and
// once an hour; an account that doesn't answer leaves the metric out.
func TestDailyRemaining(t *testing.T) {
	w := newWorld(t, nil)
	w.account = hubspottest.New(hubspottest.Config{Daily: 1000})
	server := httptest.NewServer(w.account)
	defer server.Close()
	w.url = server.URL
	w.config.Metrics = filepath.Join(w.dir, "hubload.prom")
	asked := func() (n int) {
		for _, r := range w.account.Requests() {
			if strings.Contains(r.Path, "/api-usage/") {
				n++
			}
		}
		return n
	}
	look := func(wantAsked, wantLeft int) {
		t.Helper()
		w.look(0)
		if got := asked(); got != wantAsked {
			t.Errorf("asked %d times, want %d", got, wantAsked)
		}
		data, _ := os.ReadFile(w.config.Metrics)
		_, left, _ := strings.Cut(string(data), "hubload_daily_remaining{account=\"\"} ")
		if want := strconv.Itoa(wantLeft) + "\n"; wantLeft > 0 && left != want || wantLeft == 0 && left != "" {
			t.Errorf("remaining %q, want %q", left, want)
		}
	}
	left := func() int { return 1000 - len(w.account.Requests()) - 1 } // with the question itself
	look(1, 999)
	look(1, 999) // within the hour
	w.put("1.csv", night)
	w.look(0)
	data, _ := os.ReadFile(w.config.Metrics)
	if want := "hubload_daily_remaining{account=\"\"} " + strconv.Itoa(left()+1) + "\n"; asked() != 2 || !strings.HasSuffix(string(data), want) {
		t.Errorf("asked %d times; %q is missing in\n%s", asked(), want, data)
	}
	older := func(by time.Duration, change func(*quota)) {
		path := w.state(quotaName)
		var q quota
		data, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(data, &q)
		}
		q.Asked = q.Asked.Add(-by)
		change(&q)
		if data, _ = json.Marshal(q); err == nil {
			err = os.WriteFile(path, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	older(61*time.Minute, func(*quota) {})
	look(3, left())
	older(time.Minute, func(q *quota) { q.ResetsAt = time.Now().Add(-time.Second) }) // a new day
	look(4, left())
	w.account.SetFaults(hubspottest.Fault{Name: "403", All: true, Every: 1})
	older(61*time.Minute, func(*quota) {})
	look(5, 0)
	look(5, 0)
}
