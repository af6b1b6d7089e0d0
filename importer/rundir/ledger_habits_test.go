// Habits of people that created rows twice, lost them, or stopped without need.

package rundir_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/rundir"
)

// TestGrownElsewhere: a file that begins with all rows of an earlier run goes on in that run,
// whatever its name, its place, its compression and the run directory that was asked for are.
func TestGrownElsewhere(t *testing.T) {
	zipped := func(text string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte(text))
		z.Close()
		return b.String()
	}
	for name, content := range map[string]string{"grown.csv": numbered(0, 8), "grown.csv.gz": zipped(numbered(0, 8)), "marked.csv": "\ufeff" + numbered(0, 8)} {
		d := newDesk(t, hubspottest.Config{}, numbered(0, 5))
		if _, err := rundir.Import(t.Context(), d.options); err != nil {
			t.Fatal(err)
		}
		d.write(t, name, content)
		os.Remove(d.path("orders.csv"))
		for range 2 {
			o := d.options
			o.File, o.Dir = d.path(name), d.path("another run")
			r, err := rundir.Import(t.Context(), o)
			if err != nil || !r.Complete() || r.Dir.Path != d.path("run") || r.Summary.Created != 8 {
				t.Fatalf("%s: %+v, %v", name, r, err)
			}
			d.holds(t, 8)
			if _, err := rundir.Report(d.path("run")); err != nil {
				t.Errorf("%s: its reports: %v", name, err)
			}
		}
	}
}

// TestGrownElsewhereOfAnUnfinishedRun: its rest is sent too, once.
func TestGrownElsewhereOfAnUnfinishedRun(t *testing.T) {
	d := interrupted(t)
	d.write(t, "grown.csv", "name\na\nb\nc\n")
	d.account = hubspottest.New(hubspottest.Config{})
	o := d.options
	o.File, o.Dir = d.path("grown.csv"), ""
	r, err := rundir.Import(t.Context(), o)
	if err != nil || r.Dir.Path != d.path("run") || r.Summary.Created != 3 {
		t.Fatalf("%+v, %v", r, err)
	}
	d.holds(t, 2) // the first row is in the account of before
	// A file that only begins like what was read is another one.
	e := interrupted(t)
	e.account = hubspottest.New(hubspottest.Config{})
	e.write(t, "other.csv", "name\na\nz\n")
	o = e.options
	o.File = e.path("other.csv")
	_, err = rundir.Import(t.Context(), o)
	if got, _ := reason(err); got != rundir.OtherInput {
		t.Errorf("another file with the same run directory: %v", err)
	}
}

// TestInputWasMoved: a run goes on although its input lies elsewhere now.
func TestInputWasMoved(t *testing.T) {
	d := interrupted(t)
	d.account = hubspottest.New(hubspottest.Config{})
	if err := os.Rename(d.path("orders.csv"), d.path("moved.csv")); err != nil {
		t.Fatal(err)
	}
	o := d.options
	o.File, o.Dir = d.path("moved.csv"), ""
	r, err := rundir.Import(t.Context(), o)
	if err != nil || !r.Complete() || r.Dir.Path != d.path("run") {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err := rundir.Report(d.path("run")); err != nil {
		t.Errorf("its reports: %v", err)
	}
}

// TestStandardInputOfAnotherRun: --run of a run of standard input, given to another content.
func TestStandardInputOfAnotherRun(t *testing.T) {
	d := newDesk(t, hubspottest.Config{}, "")
	from := func(text string) (*rundir.Result, error) {
		o := d.options
		o.File, o.Stdin = "-", strings.NewReader(text)
		return rundir.Import(t.Context(), o)
	}
	if r, err := from("name\na\nb\n"); err != nil || !r.Complete() {
		t.Fatalf("%+v, %v", r, err)
	}
	_, err := from("name\nc\n")
	if got, _ := reason(err); got != rundir.OtherInput {
		t.Errorf("another content: %v", err)
	}
	d.holds(t, 2)
	if r, err := from("name\na\nb\nc\n"); err != nil || r.Summary.Created != 3 {
		t.Errorf("a content that begins with it: %+v, %v", r, err)
	}
	d.holds(t, 3)
}

// TestAnotherMappingInAnotherFile: rows that would be new records only because the mapping has
// changed are noticed in whatever file they come. Rows that differ in a column which the old
// mapping didn't read are other rows.
func TestAnotherMappingInAnotherFile(t *testing.T) {
	const before, after = "properties: { name: product, price: amount }\n", "properties: { name: product, price: amount, description: note }\n"
	for name, key := range map[string]string{"no key": "", "an automatic key": "key: { property: hubload_key, auto: true }\n"} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, hubspottest.Config{Account: 4242}, "")
			rundir.RememberKey(d.path("state"), &rundir.Run{BaseURL: d.url, Account: 4242, Object: rundir.DefaultObject, Key: "hubload_key"})
			d.write(t, "old.yaml", before+key)
			d.write(t, "new.yaml", after+key)
			by := func(mapping string) func(*rundir.Options) {
				return func(o *rundir.Options) { o.Mapping, o.CreateKey = d.path(mapping), true }
			}
			d.imports(t, "mon.csv", "product,amount,note\na,1,x\nb,2,x\n", none, by("old.yaml"))
			d.imports(t, "tue.csv", "product,amount,note\nb,2,x\nc,3,x\n", rundir.SeenRemapped, by("new.yaml"))
			d.holds(t, 2)
			d.imports(t, "wed.csv", "product,amount,note\na,1,another order\nc,3,x\n", none, by("new.yaml"))
			d.holds(t, 4)
			// Where the run's files are gone, nobody can tell.
			for _, name := range []string{"mon.csv", "run of mon.csv 0/results.csv"} {
				if err := os.Remove(d.path(name)); err != nil {
					t.Fatal(err)
				}
			}
			d.imports(t, "thu.csv", "product,amount,note\nb,2,another order\nd,3,x\n", rundir.SeenRemapped, by("new.yaml"))
			d.holds(t, 4)
		})
	}
}

// TestMappingsThatReadOneRowOtherwise: what a mapping makes of the cells decides, not how it
// is written.
func TestMappingsThatReadOneRowOtherwise(t *testing.T) {
	for rule, want := range map[string]rundir.Reason{
		`{ column: price, symbol: "EUR" }`: rundir.SeenRows, // the same values
		`{ column: price, sign: "EUR" }`:   rundir.SeenRows, // as earlier versions wrote it
		`{ column: price, scale: 100 }`:    rundir.SeenRemapped,
		`{ column: price, decimal: "," }`:  rundir.SeenRows,
	} {
		d := newDesk(t, hubspottest.Config{}, "")
		d.write(t, "old.yaml", "properties: { name: name, price: price }\n")
		d.write(t, "new.yaml", "properties: { name: name, price: "+rule+" }\n")
		d.imports(t, "mon.csv", "name,price\na,1\nb,2\n", none, func(o *rundir.Options) { o.Mapping = d.path("old.yaml") })
		d.imports(t, "tue.csv", "name,price\nb,2\nc,3\n", want, func(o *rundir.Options) { o.Mapping = d.path("new.yaml") })
		d.holds(t, 2)
	}
}

// TestSymbolIsTheSameAsSign: a run goes on although its mapping spells the old name of a rule.
func TestSymbolIsTheSameAsSign(t *testing.T) {
	d := newDesk(t, hubspottest.Config{Daily: 3}, "name,price\na,1 EUR\nb,2 EUR\n")
	d.write(t, "old.yaml", "properties: { name: name, price: { column: price, sign: EUR } }\n")
	d.write(t, "new.yaml", "properties: { name: name, price: { column: price, symbol: EUR } }\n")
	o := d.options
	o.BatchSize, o.Workers, o.Mapping = 1, 1, d.path("old.yaml")
	if _, err := rundir.Import(t.Context(), o); err == nil {
		t.Fatal("the run was to be stopped by the daily quota")
	}
	d.account = hubspottest.New(hubspottest.Config{})
	o.Mapping = d.path("new.yaml")
	if r, err := rundir.Import(t.Context(), o); err != nil || r.Summary.Created != 2 {
		t.Errorf("%+v, %v", r, err)
	}
	d.write(t, "other.yaml", "properties: { name: name, price: { column: price, symbol: E } }\n")
	o.Mapping = d.path("other.yaml")
	_, err := rundir.Import(t.Context(), o)
	if got, _ := reason(err); got != rundir.OtherMapping {
		t.Errorf("with another symbol: %v", err)
	}
}

// TestLedgerOfRunsNearby: where the state directory is gone, the runs in the working
// directory and beside the file come back into the ledger.
func TestLedgerOfRunsNearby(t *testing.T) {
	begin := func(t *testing.T) (*desk, func(name, csv string, want rundir.Reason)) {
		d := newDesk(t, hubspottest.Config{}, "")
		if err := os.Mkdir(d.path("elsewhere"), 0o700); err != nil {
			t.Fatal(err)
		}
		t.Chdir(d.dir)
		imports := func(name, csv string, want rundir.Reason) {
			t.Helper()
			d.imports(t, name, csv, want, func(o *rundir.Options) { o.Dir = "" })
		}
		imports("mon.csv", "name,price\na,1\nb,2\n", none)
		if err := os.RemoveAll(d.path("state")); err != nil {
			t.Fatal(err)
		}
		return d, imports
	}
	t.Run("here", func(t *testing.T) {
		d, imports := begin(t)
		imports("tue.csv", "name,price\nb,2\nc,3\n", rundir.SeenRows)
		imports("wed.csv", "name,price\nc,3\n", none)
		d.holds(t, 3)
	})
	t.Run("beside the file", func(t *testing.T) {
		d, imports := begin(t)
		t.Chdir(d.path("elsewhere"))
		imports("tue.csv", "name,price\nb,2\nc,3\n", rundir.SeenRows)
		d.holds(t, 2)
	})
	t.Run("of which the input is gone", func(t *testing.T) {
		d, imports := begin(t)
		if err := os.Remove(d.path("mon.csv")); err != nil {
			t.Fatal(err)
		}
		imports("tue.csv", "name,price\nb,2\nc,3\n", rundir.SeenRows)
		d.holds(t, 2)
	})
	t.Run("of which nothing is known", func(t *testing.T) {
		d, imports := begin(t)
		runs, _ := rundir.List(rundir.Root)
		for _, path := range []string{d.path("mon.csv"), runs[0].Path + "/results.csv"} {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
		imports("tue.csv", "name,price\nc,3\n", rundir.LedgerLost)
		d.imports(t, "tue.csv", "name,price\nc,3\n", none, func(o *rundir.Options) { o.Dir, o.Again = "", true })
		d.holds(t, 3)
	})
	t.Run("that were not to be remembered", func(t *testing.T) {
		d := newDesk(t, hubspottest.Config{}, "")
		t.Chdir(d.dir)
		for _, name := range []string{"mon.csv", "tue.csv"} {
			d.imports(t, name, "name\na\n", none, func(o *rundir.Options) { o.Dir, o.NoLedger = "", name == "mon.csv" })
		}
		d.holds(t, 2)
	})
}

// TestAccountThatHidesItsNumber: the ledger is asked for the number and for the address.
func TestAccountThatHidesItsNumber(t *testing.T) {
	for _, hiddenFirst := range []bool{false, true} {
		d := newDesk(t, hubspottest.Config{}, "")
		hidden := hiddenFirst
		server := d.around(t, func(w http.ResponseWriter, r *http.Request) bool {
			if hidden && strings.Contains(r.URL.Path, "account-info") {
				http.Error(w, "{}", http.StatusForbidden)
				return true
			}
			return false
		})
		at := func(o *rundir.Options) { o.BaseURL = server }
		d.imports(t, "mon.csv", "name\na\nb\n", none, at)
		hidden = !hidden
		d.imports(t, "tue.csv", "name\nb\nc\n", rundir.SeenRows, at)
		d.imports(t, "wed.csv", "name\nc\n", none, at)
		d.holds(t, 3)
		spelled := func(o *rundir.Options) {
			o.BaseURL = strings.Replace(server, "http://127.0.0.1", "HTTP://localhost", 1) + "/"
		}
		d.imports(t, "thu.csv", "name\nb\nd\n", rundir.SeenRows, spelled)
	}
}

// TestAnEarlierFileInALargeOne: few of many rows may be alike by chance, unless they are
// most of an earlier file.
func TestAnEarlierFileInALargeOne(t *testing.T) {
	d := newDesk(t, hubspottest.Config{}, "")
	d.imports(t, "first.csv", numbered(0, 20), none, nil)
	d.imports(t, "all.csv", numbered(0, 5000), none, nil) // goes on in that run
	d.holds(t, 5000)
	d.imports(t, "few.csv", numbered(6000, 6020), none, nil)
	d.holds(t, 5020)
	d.imports(t, "joined.csv", numbered(7000, 12000)+strings.TrimPrefix(numbered(6000, 6020), "name,price\n"), rundir.SeenRows, nil)
	d.holds(t, 5020)
}
