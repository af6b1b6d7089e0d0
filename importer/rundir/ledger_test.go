// What the ledger knows of rows, whatever file they come in.

package rundir_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/rundir"
)

// imports imports a file of the desk in a run directory of its own, and wants a reason to
// refuse it, or none.
func (d *desk) imports(t *testing.T, name, csv string, want rundir.Reason, change func(*rundir.Options)) {
	t.Helper()
	d.write(t, name, csv)
	o := d.options
	o.File, o.Dir = d.path(name), d.path(fmt.Sprintf("run of %s %d", name, d.runs))
	d.runs++
	if change != nil {
		change(&o)
	}
	d.requests.Store(0)
	result, err := rundir.Import(t.Context(), o)
	got, refused := reason(err)
	switch {
	case want == none && (err != nil || !result.Complete()):
		t.Errorf("%s: %v", name, err)
	case want != none && (!refused || got != want):
		t.Errorf("%s: error %v, want reason %d", name, err, want)
	}
}

// none is no reason to refuse an input.
const none = rundir.Reason(255)

func (d *desk) holds(t *testing.T, want int) {
	t.Helper()
	if got := d.account.Len("line_items"); got != want {
		t.Fatalf("the account holds %d records, want %d", got, want)
	}
}

func numbered(from, to int) string {
	var b strings.Builder
	b.WriteString("name,price\n")
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "row %d,%d\n", i, i)
	}
	return b.String()
}

// TestFewRowsOfALargeRun: the smallest part of the largest run is found, and a few rows of
// a large file are a warning.
func TestFewRowsOfALargeRun(t *testing.T) {
	d := newDesk(t, hubspottest.Config{}, "")
	d.imports(t, "large.csv", numbered(0, 5000), none, nil)
	d.imports(t, "one.csv", numbered(4321, 4322), rundir.SeenRows, nil)
	d.imports(t, "window.csv", numbered(4999, 5999), rundir.SeenRows, nil)
	d.holds(t, 5000)
	warned := ""
	d.imports(t, "window.csv", numbered(4999, 9200), none, func(o *rundir.Options) {
		o.Warn = func(text string) { warned += text }
	})
	d.holds(t, 5000+4201)
	if !strings.Contains(warned, "1 of 4201 rows of ") || !strings.Contains(warned, "for example row 1.") {
		t.Errorf("warned: %q", warned)
	}
}

// TestSeenRowsByAnotherMapping: rows that would be new records only because the mapping
// has changed are refused, with and without a key.
func TestSeenRowsByAnotherMapping(t *testing.T) {
	const csv, changed = "product,amount,note\na,1,x\nb,2,x\n", "product,amount,note\na,1,x\nb,3,x\n"
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
			d.imports(t, "orders.csv", csv, none, by("old.yaml"))
			d.imports(t, "orders.csv", csv, rundir.SeenRemapped, func(o *rundir.Options) {
				by("new.yaml")(o)
				os.RemoveAll(d.path("state/imports")) // or it would be the same content
			})
			d.imports(t, "orders.csv", changed, rundir.SeenRemapped, by("new.yaml"))
			d.holds(t, 2)
			// Another delivery under the same name is none of it.
			d.imports(t, "orders.csv", "product,amount,note\nc,1,x\n", none, by("new.yaml"))
			d.imports(t, "orders.csv", changed, none, func(o *rundir.Options) { by("new.yaml")(o); o.Again = true })
			d.holds(t, 5)
		})
	}
	t.Run("a key that comes later", func(t *testing.T) {
		d := newDesk(t, hubspottest.Config{}, "")
		d.write(t, "keyed.yaml", before+"key: { property: hubload_key, auto: true }\n")
		d.write(t, "plain.yaml", before)
		d.imports(t, "orders.csv", csv, none, func(o *rundir.Options) { o.Mapping = d.path("plain.yaml") })
		d.imports(t, "other.csv", changed, rundir.SeenRows, func(o *rundir.Options) { o.Mapping, o.CreateKey = d.path("keyed.yaml"), true })
		d.holds(t, 2)
	})
}

// TestARunThatHasSentNothing is in nobody's way, and looks again when it goes on.
func TestARunThatHasSentNothing(t *testing.T) {
	d := newDesk(t, hubspottest.Config{}, "name\na\nb\n")
	fault, err := hubspottest.ParseFault("401=next-1")
	if err != nil {
		t.Fatal(err)
	}
	d.account.SetFaults(fault)
	if _, err := rundir.Import(t.Context(), d.options); err == nil {
		t.Fatal("the token was to be refused")
	}
	d.imports(t, "part.csv", "name\nb\n", none, nil)
	for range 2 {
		_, err := rundir.Resume(t.Context(), d.path("run"), d.options)
		if got, _ := reason(err); got != rundir.SeenRows {
			t.Errorf("resumed: %v", err)
		}
		_, err = rundir.Import(t.Context(), d.options)
		if got, _ := reason(err); got != rundir.SeenRows {
			t.Errorf("imported: %v", err)
		}
	}
	d.holds(t, 1)
}

// TestDamagedLedger: no damage of an entry goes unnoticed.
func TestDamagedLedger(t *testing.T) {
	d := newDesk(t, hubspottest.Config{}, "")
	d.imports(t, "first.csv", "name\na\nb\n", none, nil)
	entries, err := filepath.Glob(d.path("state/rows/*/*.rows"))
	if err != nil || len(entries) != 1 {
		t.Fatalf("entries: %v, %v", entries, err)
	}
	whole, err := os.ReadFile(entries[0])
	if err != nil {
		t.Fatal(err)
	}
	head := strings.IndexByte(string(whole), '\n')
	for name, damaged := range map[string][]byte{
		"emptied":       nil,
		"cut":           whole[:len(whole)-1],
		"a row is gone": append(whole[:head+1:head+1], whole[head+9:]...),
		"another row":   append(whole[:head+1:head+1], append([]byte{whole[head+1] ^ 1}, whole[head+2:]...)...),
		"no header":     whole[head+1:],
	} {
		if err := os.WriteFile(entries[0], damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Log(name)
		d.imports(t, "second.csv", "name\nc\n", rundir.LedgerDamaged, nil)
	}
	d.holds(t, 2)
	d.imports(t, "second.csv", "name\nc\n", none, func(o *rundir.Options) { o.NoLedger = true })
}

// TestDirectoryDeletedMeanwhile: a run whose directory goes sends nothing more, and the
// same command again doesn't begin anew.
func TestDirectoryDeletedMeanwhile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files in use can't be deleted there")
	}
	d := newDesk(t, hubspottest.Config{}, numbered(0, 20))
	d.answered = func(r *http.Request) {
		if strings.Contains(r.URL.Path, "batch/create") {
			os.RemoveAll(d.path("run"))
		}
	}
	o := d.options
	o.BatchSize, o.Workers = 2, 1
	_, err := rundir.Import(t.Context(), o)
	if _, refused := reason(err); err == nil || refused {
		t.Errorf("the run ended with %v", err)
	}
	d.holds(t, 2)
	d.answered = nil
	_, err = rundir.Import(t.Context(), o)
	if got, _ := reason(err); got != rundir.SeenGone {
		t.Errorf("the same command again: %v", err)
	}
	d.holds(t, 2)
}
