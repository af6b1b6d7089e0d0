// Each thing that a server may do to a create, with what must become of the rows.

package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/promisetest"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rundir"
)

// A misdeed is what happens to the first of three creates of a hundred rows each.
type misdeed struct {
	name string

	fault  string                                  // of the account, struck by the first create
	status int                                     // or an answer that comes in place of the account's
	body   string                                  // of status
	rate   func(request int32) (most, left string) // what headers say of the limit, where the account has none
	quirk  func(*hubspottest.Quirks)
	limit  func(*hubspottest.Config)
	bad    int // rows that the account refuses, in the first batch

	args []string // more flags

	// What becomes of the 300 rows without a key: rows in doubt, refused,
	// pending; the rest is created.
	doubt, refused, pending int64
	exit                    int

	// keyExit and keyRefused are the same with a key, where nothing may stay
	// in doubt. -1: the same as without.
	keyExit, keyPending int
}

const all = 100

// misdeeds are the rows of the protocol's table of answers; the names are the
// table's.
var misdeeds = []misdeed{
	{name: "201, results in another order"},
	{name: "connection lost before the request was carried out", fault: "hangup-before", doubt: all, exit: 3},
	{name: "response lost after commit", fault: "hangup-after", doubt: all, exit: 3},
	{name: "late commit", fault: "late-commit=next-1:50ms", doubt: all, exit: 3},
	{name: "slow", fault: "slow=next-1:100ms"},
	{name: "slower than the time limit", fault: "slow=next-1:1500ms", args: []string{"--timeout", "700ms"}, doubt: all, exit: 3},
	{name: "truncated body", fault: "truncated", doubt: all, exit: 3},
	{name: "gzip body, corrupt", fault: "broken-gzip", doubt: all, exit: 3},
	{name: "malformed JSON", fault: "bad-json", doubt: all, exit: 3},
	{name: "HTML page with 200, not carried out", fault: "html-200", doubt: all, exit: 3},
	{name: "HTML page with 200, carried out", fault: "html-200-after", doubt: all, exit: 3},
	{name: "HTML page with 502", fault: "html-502", doubt: all, exit: 3},
	{name: "3xx", fault: "redirect-308", doubt: all, pending: 200, exit: 1, keyExit: 1, keyPending: 200},
	{name: "answer of another request", fault: "wrong-trace", doubt: all, pending: 200, exit: 1, keyExit: 1, keyPending: 200},
	{name: "201, results missing", fault: "missing-result", doubt: 1, exit: 3},
	{name: "201, no results, not carried out", fault: "empty-results", doubt: all, pending: 200, exit: 1},
	{name: "201, no results, carried out", fault: "empty-results-after", doubt: all, pending: 200, exit: 1},
	{name: "201 with status PENDING", fault: "pending", doubt: all, exit: 3},
	{name: "201 with trace ids", quirk: func(q *hubspottest.Quirks) { q.EchoTrace = true }},
	{name: "207", bad: 2, refused: 2, exit: 3, keyExit: 3},
	{name: "207, errors without trace ids", bad: 2, quirk: func(q *hubspottest.Quirks) { q.NoTraceInErrors = true }, refused: 2, exit: 3, keyExit: 3},
	{name: "400 on the first attempt", bad: 2, quirk: func(q *hubspottest.Quirks) { q.WholeBatch = true }, refused: 2, exit: 3, keyExit: 3},
	{name: "401", fault: "401", pending: 3 * all, exit: 7, keyExit: 7, keyPending: 3 * all},
	{name: "403", fault: "403", pending: 3 * all, exit: 7, keyExit: 7, keyPending: 3 * all},
	{name: "404", status: 404, body: `{"status":"error","message":"no","category":"OBJECT_NOT_FOUND"}`, pending: 3 * all, exit: 1, keyExit: 1, keyPending: 3 * all},
	{name: "405", status: 405, pending: 3 * all, exit: 1, keyExit: 1, keyPending: 3 * all},
	{name: "413", status: 413, pending: 3 * all, exit: 1, keyExit: 1, keyPending: 3 * all},
	{name: "414", status: 414, pending: 3 * all, exit: 1, keyExit: 1, keyPending: 3 * all},
	{name: "415", status: 415, pending: 3 * all, exit: 1, keyExit: 1, keyPending: 3 * all},
	{name: "408", fault: "408", doubt: all, exit: 3},
	{name: "409", fault: "409"}, // halved; the halves are carried out
	{name: "423 Locked", fault: "423", doubt: all, exit: 3},
	{name: "429 TEN_SECONDLY_ROLLING", fault: "refuse-429"},
	{name: "429 SECONDLY", status: 429, body: `{"status":"error","message":"You have reached your secondly limit.","errorType":"RATE_LIMIT","policyName":"SECONDLY"}`},
	{name: "429, no body", fault: "bare-429"},
	{name: "429 DAILY", fault: "daily-429", pending: 3 * all, exit: 6, keyExit: 6, keyPending: 3 * all},
	{name: "477 migration, for a moment", fault: "477=next-1:1s"},
	{name: "477 migration, for an hour", fault: "477=next-1:1h", pending: 3 * all, exit: 1, keyExit: 1, keyPending: 3 * all},
	{name: "500", fault: "500", doubt: all, exit: 3},
	{name: "500 after commit", fault: "500-after", doubt: all, exit: 3},
	{name: "502", fault: "502", doubt: all, exit: 3},
	{name: "502 after commit", fault: "502-after", doubt: all, exit: 3},
	{name: "503", fault: "503", doubt: all, exit: 3},
	{name: "503 after commit", fault: "503-after", doubt: all, exit: 3},
	{name: "504", fault: "504", doubt: all, exit: 3},
	{name: "504, late commit", fault: "late-504=next-1:50ms", doubt: all, exit: 3},
	{name: "520", status: 520, doubt: all, exit: 3},
	{name: "521 of Cloudflare", status: 521, doubt: all, exit: 3},
	{name: "522", status: 522, doubt: all, exit: 3},
	{name: "523 of Cloudflare", status: 523, doubt: all, exit: 3},
	{name: "525 of Cloudflare", status: 525, doubt: all, exit: 3},
	{name: "526 of Cloudflare", status: 526, doubt: all, exit: 3},
	{name: "504 after commit", fault: "504-after", doubt: all, exit: 3},
	{name: "524 after commit", fault: "524-after", doubt: all, exit: 3},
	{name: "a proxy's 400 without JSON", status: 400, body: "<html>", doubt: all, exit: 3},
	{name: "a status nobody knows", status: 299, body: "{}", doubt: all, exit: 3},
	{name: "rate headers absent"},
	{name: "rate headers zero", rate: says("0", "0")},
	{name: "rate headers negative", rate: says("-190", "-1")},
	{name: "rate headers abc", rate: says("abc", "")},
	{name: "rate headers whose Max changes", rate: func(n int32) (string, string) {
		return []string{"190", "50", "110", "1000000", "100"}[n%5], "30"
	}},
	{name: "rate headers", limit: func(c *hubspottest.Config) { c.Limit, c.Per = 190, 10*time.Second }},
}

func says(most, left string) func(int32) (string, string) {
	return func(int32) (string, string) { return most, left }
}

func TestFaultTable(t *testing.T) {
	t.Parallel()
	list := misdeeds
	if raceDetector && !*raceAll { // the detector has nothing to find in one misdeed that isn't in another
		list = nil
		for i := rand.IntN(8); i < len(misdeeds); i += 8 {
			list = append(list, misdeeds[i])
		}
	}
	for _, m := range list {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			t.Run("without a key", func(t *testing.T) {
				t.Parallel()
				m.test(t, false)
			})
			t.Run("with a key", func(t *testing.T) {
				t.Parallel()
				m.test(t, true)
			})
		})
	}
}

func (m *misdeed) test(t *testing.T, keyed bool) {
	account, url := m.serve(t, keyed)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := ""
	if keyed {
		key = "key: { property: row_key, columns: [name] }\n"
	}
	mapping := write("m.yaml", "properties: { name: name, quantity: quantity }\nassociations: []\n"+key)
	input := write("rows.csv", m.rows())
	out := filepath.Join(dir, "run")
	env := map[string]string{"XDG_STATE_HOME": filepath.Join(dir, "state"), "HUBSPOT_ACCESS_TOKEN": canary, unassociatedEnv: "true"}
	sys := system{getenv: func(k string) string { return env[k] }, stdin: strings.NewReader("")}
	if keyed {
		// The five seconds of the key's proof are another test's subject.
		rundir.RememberKey(stateDir(sys.getenv), &rundir.Run{BaseURL: url, Account: 4242, Object: defaultObject, Key: "row_key"})
	}
	var stdout, stderr strings.Builder
	sys.stdout, sys.stderr = &stdout, &stderr
	args := append([]string{"import", input, "-m", mapping, "--run", out, "--base-url", url, "--workers", "1"}, m.args...)
	code := run(args, sys)
	account.Settle()

	want := report.Counts{Rows: 300, Refused: m.refused, InDoubt: m.doubt, Pending: m.pending}
	exit := m.exit
	if keyed {
		want.InDoubt = 0
		exit, want.Pending = m.keyExit, int64(m.keyPending)
		if m.keyPending > 0 && m.doubt > 0 {
			want.InDoubt = m.doubt // the run ended before they could be looked up
		}
	}
	sum, err := report.ReadSummary(out)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	got := sum.Counts
	existing := got.Created + got.Existing
	got.Created, got.Existing = 0, 0
	if got != want || existing != 300-want.Refused-want.InDoubt-want.Pending {
		t.Errorf("counts: %+v\nwant %+v\n%s", sum.Counts, want, stderr.String())
	}
	if code != exit || sum.ExitCode != exit {
		t.Errorf("exit code %d, in the summary %d, want %d\n%s", code, sum.ExitCode, exit, stderr.String())
	}
	m.truth(t, account, out)
	if leaks([]byte(stdout.String() + stderr.String())) {
		t.Error("the token was printed")
	}
	for _, path := range leakyFiles(dir) {
		t.Errorf("the token stands in %s", path)
	}
	if data, err := os.ReadFile(filepath.Join(out, journalName)); err != nil || !keyed && strings.Contains(string(data), "row-") {
		t.Errorf("values of rows stand in the journal: %v\n%s", err, data)
	}
}

// serve starts an account whose first create meets with the misdeed.
func (m *misdeed) serve(t *testing.T, keyed bool) (*hubspottest.Account, string) {
	var c hubspottest.Config
	if m.fault != "" {
		text := m.fault
		if !strings.Contains(text, "=") {
			text += "=next-1"
		}
		f, err := hubspottest.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		c.Faults = append(c.Faults, f)
	}
	if m.quirk != nil {
		m.quirk(&c.Quirks)
	}
	if m.limit != nil {
		m.limit(&c)
	}
	account := hubspottest.New(c)
	if err := account.AddProperty(defaultObject, ruled("quantity")); err != nil {
		t.Fatal(err)
	}
	if keyed {
		if err := account.AddProperty(defaultObject, hubspottest.Property{Name: "row_key", Unique: true}); err != nil {
			t.Fatal(err)
		}
	}
	var creates, requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if m.status != 0 && strings.HasSuffix(r.URL.Path, "/batch/create") && creates.Add(1) == 1 {
			if m.status > 520 {
				w.Header().Set("Server", "cloudflare")
			}
			w.WriteHeader(m.status)
			fmt.Fprint(w, m.body)
			return
		}
		if m.rate != nil {
			most, left := m.rate(requests.Add(1))
			w.Header().Set("X-HubSpot-RateLimit-Max", most)
			w.Header().Set("X-HubSpot-RateLimit-Interval-Milliseconds", "10000")
			w.Header().Set("X-HubSpot-RateLimit-Remaining", left)
		}
		account.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return account, server.URL
}

// rows is an input of 300 rows, m.bad of which the account refuses.
func (m *misdeed) rows() string {
	var b strings.Builder
	b.WriteString("name,quantity\n")
	for i := range 300 {
		quantity := "1"
		if i < m.bad {
			quantity = "-1"
		}
		fmt.Fprintf(&b, "row-%d,%s\n", i+1, quantity)
	}
	return b.String()
}

// truth compares the reports with the account: nothing twice, results exist,
// failures don't.
func (m *misdeed) truth(t *testing.T, account *hubspottest.Account, dir string) {
	ids := map[string][]string{}
	for o := range account.Objects(defaultObject) {
		name := o.Properties["name"]
		ids[name] = append(ids[name], o.ID)
	}
	var claims []promisetest.Claim
	for _, row := range readReport(t, filepath.Join(dir, resultsName)) {
		id := row[slices.IndexFunc(row, isStatus)+1]
		claims = append(claims, promisetest.Claim{Row: row[0], Status: promisetest.Created, ID: id})
	}
	for _, row := range readReport(t, filepath.Join(dir, failedName)) {
		claims = append(claims, promisetest.Claim{Row: row[0], Status: promisetest.Refused})
	}
	for _, b := range promisetest.Check(claims, ids) {
		t.Error(b.Text)
	}
}

// isStatus reports whether a cell is hubload_status, which is beside hubload_id.
func isStatus(cell string) bool { return cell == "created" || cell == "existing" }
