// Rows that exist are left out, by what the runs that made them have written down.

package rundir_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/rundir"
)

func skipping(o *rundir.Options) { o.Seen = rundir.SeenSkip }

// results are the status and the id of each row of a run that exists, by its name.
func (d *desk) results(t *testing.T, run string) map[string][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(d.path(run), "results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for _, r := range list[1:] {
		n := len(r)
		found[r[0]] = append(found[r[0]], r[n-3]+" "+r[n-2])
	}
	return found
}

// TestSeenRowsAreSkipped: a sliding window, of which each row is created once and is
// existing with one id ever after.
func TestSeenRowsAreSkipped(t *testing.T) {
	d := newDesk(t, hubspottest.Config{}, "")
	run := func(name, rows string) map[string][]string {
		t.Helper()
		d.imports(t, name, "name\n"+rows, none, func(o *rundir.Options) { skipping(o); o.Dir = d.path("run of " + name) })
		return d.results(t, "run of "+name)
	}
	mon := run("mon.csv", "a\nb\nc\nd\n")
	tue := run("tue.csv", "c\nd\ne\nf\n")
	d.holds(t, 6)
	for _, name := range []string{"c", "d"} {
		if want := strings.Replace(mon[name][0], "created", "existing", 1); tue[name][0] != want {
			t.Errorf("%s is %s, want %s", name, tue[name][0], want)
		}
	}
	// Equal rows: as many exist as there are records.
	wed := run("wed.csv", "d\nf\nf\nd\ng\nd\n")
	d.holds(t, 6+4)
	if f := wed["f"]; !strings.HasPrefix(f[0], "existing") || !strings.HasPrefix(f[1], "created") {
		t.Errorf("of two equal rows, of which one existed: %v", f)
	}
	thu := run("thu.csv", "d\nd\nd\nf\nf\n")
	d.holds(t, 10)
	if ids := map[string]bool{thu["d"][0]: true, thu["d"][1]: true, thu["d"][2]: true}; len(ids) != 3 {
		t.Errorf("three equal rows have %d records: %v", len(ids), thu["d"])
	}

	// What an earlier run has of a row is enough, where an even earlier one is gone.
	if err := os.RemoveAll(d.path("run of mon.csv")); err != nil {
		t.Fatal(err)
	}
	run("fri.csv", "c\nd\ng\n")
	d.imports(t, "sat.csv", "name\na\nz\n", rundir.SkipGone, skipping)
	d.holds(t, 10)

	// Without its input a run's results serve, unless rows are missing there.
	if err := os.Remove(d.path("wed.csv")); err != nil {
		t.Fatal(err)
	}
	if g := run("sun.csv", "g\n"); g["g"][0] != strings.Replace(wed["g"][0], "created", "existing", 1) {
		t.Errorf("by results.csv: %v, %v", g["g"], wed["g"])
	}
	d.holds(t, 10)
	for _, name := range []string{"fri.csv", "sun.csv"} {
		if err := os.RemoveAll(d.path("run of " + name)); err != nil {
			t.Fatal(err)
		}
	}
	results := filepath.Join(d.path("run of wed.csv"), "results.csv")
	data, err := os.ReadFile(results)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSpace(string(data)), "\n")
	if err := os.WriteFile(results, []byte(strings.Join(lines[:len(lines)-2], "")), 0o600); err != nil {
		t.Fatal(err)
	}
	d.imports(t, "mon2.csv", "name\ng\nh\n", rundir.SkipGone, skipping)
	d.holds(t, 10)
}

// TestSkippingWithRowsInDoubt: it isn't guessed whether they exist.
func TestSkippingWithRowsInDoubt(t *testing.T) {
	d := newDesk(t, hubspottest.Config{}, "name\na\nb\n")
	fault, err := hubspottest.ParseFault("hangup-after=next-1")
	if err != nil {
		t.Fatal(err)
	}
	o := d.options
	o.BatchSize = 1
	if _, err := rundir.Import(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	d.write(t, "doubt.csv", "name\nc\nd\n")
	d.account.SetFaults(fault)
	o.File, o.Dir = d.path("doubt.csv"), d.path("doubt")
	o.Workers = 1
	if r, err := rundir.Import(t.Context(), o); r == nil || r.Summary.InDoubt == 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	held := d.account.Len("line_items")
	d.imports(t, "next.csv", "name\na\nc\nd\ne\n", rundir.SkipUnsettled, skipping)
	d.holds(t, held)
	d.imports(t, "other.csv", "name\na\ne\n", none, skipping)
	d.holds(t, held+1)
}

// TestSkippingGoesOn: a run that was stopped goes on with what neither it nor others have
// created.
func TestSkippingGoesOn(t *testing.T) {
	d := newDesk(t, hubspottest.Config{}, numbered(0, 20))
	o := d.options
	if _, err := rundir.Import(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	d.write(t, "skip.mapping.yaml", "properties: { name: name, price: price }\nseen: skip\n")
	d.write(t, "skip.csv", numbered(10, 40))
	fault, err := hubspottest.ParseFault("401=every-2")
	if err != nil {
		t.Fatal(err)
	}
	d.account.SetFaults(fault)
	o.File, o.Dir, o.BatchSize, o.Workers = d.path("skip.csv"), d.path("skip"), 3, 1
	for range 40 {
		var r *rundir.Result
		if r, err = rundir.Import(t.Context(), o); err == nil {
			if r.Summary.Existing != 10 || r.Summary.Created != 20 {
				t.Errorf("%+v", r.Summary.Counts)
			}
			break
		}
	}
	if err != nil {
		t.Error(err)
	}
	d.account.SetFaults()
	d.holds(t, 40)
}
