// A quota of the day that ends in the midst of a run, and is fresh again soon after.

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/report"
)

// TestWaitDaily: the quota is exhausted after 40 creates, and fresh two or three seconds
// later. With --wait-daily the run sleeps until then and ends well; nothing of what was
// refused is in doubt.
func TestWaitDaily(t *testing.T) {
	t.Parallel()
	const daily, batches = 40, 60
	exhausted, err := hubspottest.ParseFault("daily-429=every-1")
	if err != nil {
		t.Fatal(err)
	}
	account := hubspottest.New(hubspottest.Config{})
	var (
		mu             sync.Mutex
		creates, asked int
		reset          time.Time // begins with the first refusal, however long the first creates took
	)
	// Whether HubSpot answers the question for the reset when the quota is gone isn't known;
	// this server does. See importer.TestOneWorkerAsksForTheReset for a run that isn't told.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if strings.HasSuffix(r.URL.Path, "/api-usage/daily/private-apps") {
			asked++
			fmt.Fprintf(w, `{"results":[{"name":"private-apps-api-calls-daily","usageLimit":%d,"currentUsage":%d,"resetsAt":%q}]}`, daily, daily, reset.UTC().Format(time.RFC3339))
			return
		}
		if strings.HasSuffix(r.URL.Path, "/batch/create") {
			if creates++; creates == daily+1 {
				reset = time.Now().Add(3 * time.Second).Truncate(time.Second)
				account.SetFaults(exhausted)
			}
			if creates > daily && !time.Now().Before(reset) {
				account.SetFaults()
			}
		}
		account.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)

	dir := t.TempDir()
	input, out := filepath.Join(dir, "rows.csv"), filepath.Join(dir, "run")
	rows := []string{"name"}
	for i := range batches {
		rows = append(rows, fmt.Sprint("row-", i+1))
	}
	if err := os.WriteFile(input, []byte(strings.Join(rows, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "hubload", "import", input, "--run", out, "--base-url", server.URL, "--batch-size", "1", "--limit", "1000/1s", "--workers", "4", "--wait-daily")
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, "state"), "HUBSPOT_ACCESS_TOKEN="+canary)
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if reset.IsZero() || time.Now().Before(reset) {
		t.Errorf("the run ended before the quota was fresh, at %s", reset)
	}
	if !strings.Contains(string(said), "the daily quota is exhausted") {
		t.Errorf("it doesn't say what it waits for:\n%s", said)
	}
	sum, err := report.ReadSummary(out)
	if err != nil || sum.Created != batches || sum.InDoubt != 0 || sum.Limited == 0 {
		t.Errorf("%+v, %v", sum, err)
	}
	if n := account.Len(defaultObject); n != batches || asked == 0 {
		t.Errorf("%d records, asked %d times", n, asked)
	}
}
