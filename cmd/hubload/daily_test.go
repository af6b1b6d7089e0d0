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
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/report"
)

// TestWaitDaily: midnight is a few seconds away in the account's time zone. With
// --wait-daily the run sleeps until then and ends well; nothing of what was refused
// is in doubt.
func TestWaitDaily(t *testing.T) {
	t.Parallel()
	// Time enough for 40 requests on a busy machine; after midnight there would be no quota
	// to exhaust, and the next reset is a day away.
	reset := time.Now().Add(12 * time.Second).Truncate(time.Second)
	utc := reset.UTC()
	toMidnight := 24*time.Hour - time.Duration(utc.Hour())*time.Hour - time.Duration(utc.Minute())*time.Minute - time.Duration(utc.Second())*time.Second
	if toMidnight > 12*time.Hour {
		toMidnight -= 24 * time.Hour
	}
	zone := time.FixedZone("nearly tomorrow", int(toMidnight.Seconds()))
	if h, m, s := reset.In(zone).Clock(); h+m+s != 0 {
		t.Fatalf("in the zone it is %d:%d:%d then", h, m, s)
	}
	const daily, batches = 40, 60 // the second day has room for the rest
	account := hubspottest.New(hubspottest.Config{Daily: daily, Location: zone})
	asked := 0
	// Whether HubSpot answers this question when the quota is gone isn't known; the
	// account doesn't. See importer.TestOneWorkerAsksForTheReset for a run that isn't told.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/api-usage/daily/private-apps") {
			account.ServeHTTP(w, r)
			return
		}
		asked++
		fmt.Fprintf(w, `{"results":[{"name":"private-apps-api-calls-daily","usageLimit":%d,"currentUsage":%d,"resetsAt":%q}]}`, daily, daily, reset.UTC().Format(time.RFC3339))
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
	cmd := exec.CommandContext(ctx, "hubload", "import", input, "--run", out, "--base-url", server.URL, "--batch-size", "1", "--limit", "40/1s", "--workers", "4", "--wait-daily")
	cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, "state"), "HUBSPOT_ACCESS_TOKEN="+canary)
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if time.Now().Before(reset) {
		t.Fatal("the run ended before the quota was fresh: the test tests nothing")
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
