// What isn't established about HubSpot: the program is right under each reading, and every fault that the account can do is done to it.

package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rundir"
)

type quirk = func(*hubspottest.Quirks)

// A reading is one of the worlds that there may be.
type reading struct {
	name  string
	set   quirk
	keyed bool // what the program can't get right without a key, as README says
}

var readings = []reading{
	{name: "as documented", set: func(*hubspottest.Quirks) {}},
	{name: "results name their rows, as recorded of companies", set: func(q *hubspottest.Quirks) { q.EchoTrace = true }},
	{name: "errors name no rows", set: func(q *hubspottest.Quirks) { q.NoTraceInErrors = true }},
	{name: "one bad row refuses the batch", set: func(q *hubspottest.Quirks) { q.WholeBatch = true }},
	{name: "and the others are created", set: func(q *hubspottest.Quirks) { q.WholeBatch, q.NotAtomic = true, true }, keyed: true},
	{name: "a body without inputs is fine", set: func(q *hubspottest.Quirks) { q.SilentEmpty = true }},
	{name: "numbers are strings", set: func(q *hubspottest.Quirks) { q.Numbers = true }},
	{name: "unknown members are refused", set: func(q *hubspottest.Quirks) { q.UnknownMembers = true }},
	{name: "a taken value is a 409", set: func(q *hubspottest.Quirks) { q.Conflict = hubspottest.Conflict409 }},
	{name: "a taken value is a 400", set: func(q *hubspottest.Quirks) { q.Conflict = hubspottest.Conflict400 }},
	{name: "an unknown parent refuses the row", set: func(q *hubspottest.Quirks) { q.Targets = hubspottest.RefuseRow }},
	{name: "an unknown parent refuses the batch", set: func(q *hubspottest.Quirks) { q.Targets = hubspottest.RefuseBatch }},
	{name: "unique values are compared to the letter", set: func(q *hubspottest.Quirks) { q.ExactUnique = true }},
	{name: "equal rows of a batch stay apart", set: func(q *hubspottest.Quirks) { q.Merge = hubspottest.MergeNothing }},
	{name: "rows with equal properties are merged", set: func(q *hubspottest.Quirks) { q.Merge = hubspottest.MergeProperties }},
	{name: "values come back as they were sent", set: func(q *hubspottest.Quirks) { q.ValuesAsSent = true }},
	{name: "results stand in order", set: func(q *hubspottest.Quirks) { q.InOrder = true }},
	{name: "rows with the same error share one", set: func(q *hubspottest.Quirks) { q.JoinErrors = true }},
	{name: "another property loses its values", set: func(q *hubspottest.Quirks) { q.Reverts = []string{"quantity"} }},
	{name: "what is young can't be read", set: func(q *hubspottest.Quirks) { q.ReadLag = 300 * time.Millisecond }},
}

// elsewhere are the readings that are about what an import doesn't do.
var elsewhere = map[string]string{
	"SilentUnassociated": "TestRelatedInAnAccount",
	"SearchExact":        "TestMatchInAnAccount, TestSimulation",
	"SearchLag":          "TestSimulation",
	"HiddenSchema":       "TestScripts/schema",
	"NoMultiStatus":      "TestSimulation",

	// In hubspottest's own tests:
	"Dates": "TestStoredValues", "TrimText": "TestStoredValues", "RefuseSpace": "TestStoredValues", "PlainNumbers": "TestStoredValues",
	"SettableBilling": "TestBilling", "AnyPeriod": "TestBilling", "PriceBesideTiers": "TestBilling",
	"KeepLineItems": "TestParentsTakeTheirLineItems", "NoEditAssociations": "TestFrom2026_09",
}

// TestQuirks imports 300 rows in each of these worlds: two are refused, one has an
// unknown parent, one stands there already, and the answer to the first request
// is lost.
func TestQuirks(t *testing.T) {
	for _, r := range readings {
		for _, keyed := range []bool{false, true} {
			if r.keyed && !keyed {
				continue
			}
			name := r.name + ", without a key"
			if keyed {
				name = r.name + ", with a key"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r.test(t, keyed)
			})
		}
	}
}

func (r *reading) test(t *testing.T, keyed bool) {
	m := &misdeed{fault: "hangup-after", quirk: r.set, bad: 2}
	account, url := m.serve(t, keyed)
	if _, err := account.AddRecord("deals", "17000000001", nil); err != nil {
		t.Fatal(err)
	}
	var q hubspottest.Quirks
	r.set(&q)
	dir := t.TempDir()
	rows := strings.ReplaceAll(m.rows(), ",1\n", ",1,17000000001\n")
	rows = strings.ReplaceAll(rows, ",none\n", ",none,17000000001\n")
	rows = strings.Replace(rows, "row-150,1,17000000001", "row-150,1,17000000999", 1)
	rows = strings.Replace(rows, "name,quantity\n", "name,quantity,deal\n", 1)
	mapping := "properties: { name: name, quantity: quantity }\nassociations: [{ to: deals, column: deal }]\n"
	if keyed {
		mapping += "key: { property: row_key, columns: [name] }\n"
		held := "row-200"
		if !q.ExactUnique {
			held = " ROW-200"
		}
		if _, err := account.AddRecord(defaultObject, "", map[string]string{"name": "row-200", "row_key": held}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(q.ReadLag) // it isn't young
	}
	for name, text := range map[string]string{"m.yaml": mapping, "rows.csv": rows} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "run")
	env := map[string]string{"XDG_STATE_HOME": filepath.Join(dir, "state"), "HUBSPOT_ACCESS_TOKEN": canary, unassociatedEnv: "true"}
	sys := system{getenv: func(k string) string { return env[k] }, stdin: strings.NewReader("")}
	if keyed {
		rundir.RememberKey(stateDir(sys.getenv), &rundir.Run{BaseURL: url, Account: 4242, Object: defaultObject, Key: "row_key"})
	}
	var stdout, stderr strings.Builder
	sys.stdout, sys.stderr = &stdout, &stderr
	command := []string{"import", filepath.Join(dir, "rows.csv"), "-m", filepath.Join(dir, "m.yaml"), "--run", out, "--base-url", url, "--workers", "2", "--limit", "10000/1s"}
	code := run(command, sys)
	account.Settle()
	if keyed && q.ReadLag > 0 {
		// Rows whose key is taken, says the account, and can't be read: they are
		// in doubt, and looked up when the run is gone on with.
		time.Sleep(q.ReadLag)
		code = run(command, sys)
	}

	sum, err := report.ReadSummary(out)
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	mostDoubt := int64(all) // of the answer that was lost
	if keyed {
		mostDoubt = 0
	}
	c := sum.Counts
	if c.Rows != 300 || c.Pending != 0 || c.InDoubt > mostDoubt || c.Refused > 3 || c.IDsUnknown > 0 || keyed && c.Existing == 0 || c.Created+c.Existing+c.Refused+c.InDoubt != 300 {
		t.Errorf("counts: %+v\n%s", c, stderr.String())
	}
	if code != exitRefused || sum.ExitCode != code {
		t.Errorf("exit code %d, in the summary %d, want 3\n%s", code, sum.ExitCode, stderr.String())
	}
	m.truth(t, account, out)
}

// TestAKeyThatIsLost: the one reading under which a key is none stops the run.
func TestAKeyThatIsLost(t *testing.T) {
	t.Parallel()
	m := &misdeed{quirk: func(q *hubspottest.Quirks) { q.Reverts = []string{"row_key"} }}
	account, url := m.serve(t, true)
	dir := t.TempDir()
	for name, text := range map[string]string{"m.yaml": "properties: { name: name }\nkey: { property: row_key, columns: [name] }\n", "rows.csv": m.rows()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "run")
	env := map[string]string{"XDG_STATE_HOME": filepath.Join(dir, "state"), "HUBSPOT_ACCESS_TOKEN": canary, unassociatedEnv: "true"}
	var stdout, stderr strings.Builder
	sys := system{getenv: func(k string) string { return env[k] }, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
	code := run([]string{"import", filepath.Join(dir, "rows.csv"), "-m", filepath.Join(dir, "m.yaml"), "--run", out, "--base-url", url}, sys)
	if code != exitFailed || !strings.Contains(stderr.String(), "row_key") {
		t.Errorf("exit code %d\n%s", code, stderr.String())
	}
	m.truth(t, account, out)
	if strings.Contains(stderr.String(), canary) {
		t.Error("the token was printed")
	}
}

// TestEveryFaultIsProvoked: a fault that the account can do, or a reading that it can
// have, without a test that says what becomes of the rows is a hole in the table.
func TestEveryFaultIsProvoked(t *testing.T) {
	provoked := map[string]bool{}
	for _, m := range misdeeds {
		name, _, _ := strings.Cut(m.fault, "=")
		provoked[name] = true
	}
	for name := range hubspottest.FaultNames() {
		if !provoked[name] {
			t.Errorf("no misdeed does %s", name)
		}
	}
	set := map[string]map[any]bool{}
	for _, r := range readings {
		var q hubspottest.Quirks
		r.set(&q)
		v := reflect.ValueOf(q)
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if set[name] == nil {
				set[name] = map[any]bool{}
			}
			if f := v.Field(i); !f.IsZero() && f.Kind() != reflect.Slice {
				set[name][f.Interface()] = true
			} else if !f.IsZero() {
				set[name]["some"] = true
			}
		}
	}
	for name, values := range set {
		want := 1
		if name == "Conflict" || name == "Targets" || name == "Merge" {
			want = 2
		}
		if len(values) < want && elsewhere[name] == "" {
			t.Errorf("of the quirk %s %d readings are tested, want %d", name, len(values), want)
		}
	}
	// Those of the command sandbox are the same ones.
	for name := range hubspottest.QuirkNames() {
		var c hubspottest.Config
		if err := c.AddQuirk(name); err != nil {
			t.Error(err)
		}
		v := reflect.ValueOf(c.Quirks)
		for i := range v.NumField() {
			if field := v.Type().Field(i).Name; !v.Field(i).IsZero() && len(set[field]) == 0 && elsewhere[field] == "" {
				t.Errorf("the quirk %s isn't tested", name)
			}
		}
	}
}
