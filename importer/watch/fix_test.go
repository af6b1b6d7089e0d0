package watch

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/reconcile"
	"github.com/hubload/hubload/importer/rundir"
)

// doubtful is a world with an open file: two rows are in doubt, and one was refused.
func doubtful(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, func(d *Drop) { d.Mapping = filepath.Join(filepath.Dir(d.Dir), "m.yaml") })
	if err := os.WriteFile(w.config.Drops[0].Mapping, []byte("properties: { name: name, quantity: quantity }\nassociations: [{ to: deals, column: deal }]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.account.SetFaults(hubspottest.Fault{Name: "503", Next: 1})
	w.put("1.csv", "name,quantity,deal\na,1,7\nb,2,7\nc,x,7\n")
	w.look(3)
	if f := w.is("1.csv", Open); f.InDoubt != 2 || f.Refused != 1 {
		t.Fatalf("%+v", f.Counts)
	}
	return w
}

// resolve is hubload resolve of the run of 1.csv.
func (w *world) resolve(assume reconcile.Assumption) {
	w.Helper()
	f := w.file("1.csv")
	if _, err := rundir.Resolve(context.Background(), w.state(runsDir, f.ID), assume, w.watcher().imports()); err != nil {
		w.Fatal(err)
	}
}

// imports are the options of an import as the watcher makes them.
func (w *Watcher) imports() rundir.Options {
	o := w.Import
	o.Connect = func(ctx context.Context, e rundir.Endpoint) (rundir.Account, error) {
		return w.Connect(ctx, Account{}, e)
	}
	return o
}

// fixes are the names in fix/.
func (w *world) fixes() []string {
	list, _ := filepath.Glob(w.state(fixDir, "*"))
	return list
}

// TestSettledByHand: a person has decided about rows in doubt with hubload resolve, and
// what is refused since is offered with the rest.
func TestSettledByHand(t *testing.T) {
	w := doubtful(t)
	w.resolve(reconcile.AssumeAbsent)
	w.look(0)
	f := w.is("1.csv", Open)
	if f.InDoubt != 0 || f.Refused != 3 {
		t.Errorf("%+v", f.Counts)
	}
	fix := w.fixes()
	if len(fix) != 1 {
		t.Fatalf("fix/ holds %v", fix)
	}
	w.put("back-failures.csv", corrected(t, fix[0], "c,x", "c,3"))
	w.look(0)
	w.is("1.csv", Done)
	w.holds(3)
	w.eachPlace()
	if left := w.fixes(); len(left) != 0 {
		t.Errorf("fix/ holds %v after all rows were corrected", left)
	}
}

// TestSettledAsCreated: rows in doubt turn out to exist, by hand, and the file is done.
func TestSettledAsCreated(t *testing.T) {
	w := newWorld(t, nil)
	w.account.SetFaults(hubspottest.Fault{Name: "502-after", Next: 1})
	w.put("1.csv", "name,quantity\na,1\n")
	w.look(3)
	w.resolve(reconcile.AssumeCreated)
	w.dies("after recounted", 1, nil)
	w.look(0)
	w.is("1.csv", Done)
	w.holds(1)
	w.eachPlace()
}

// TestFixIsEdited: what somebody edits, or has taken away, is never written over.
func TestFixIsEdited(t *testing.T) {
	for _, taken := range []bool{false, true} {
		w := doubtful(t)
		first := w.fixes()[0]
		edited := corrected(t, first, "c,x", "c,3")
		if taken {
			if err := os.Remove(first); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(first, []byte(edited), 0o600); err != nil {
			t.Fatal(err)
		}
		w.look(0)
		w.resolve(reconcile.AssumeAbsent)
		w.dies("before offered", 1, nil)
		w.look(0)
		w.look(0)
		if data, err := os.ReadFile(first); !taken && (err != nil || string(data) != edited) {
			t.Errorf("what was edited is now %q, %v", data, err)
		}
		second := strings.Replace(first, ".failures", "-2.failures", 1)
		data, err := os.ReadFile(second)
		if err != nil || strings.Count(string(data), "\n") != 4 {
			t.Errorf("offered beside it: %q, %v", data, err)
		}
		w.put("x-failures.csv", corrected(t, second, "c,x", "c,3"))
		w.look(0)
		w.is("1.csv", Done)
		w.holds(3)
		if left := w.fixes(); len(left) != 0 {
			t.Errorf("fix/ holds %v after all rows were corrected", left)
		}
	}
}

// TestDoubtsAfterDeath: the process dies between what a look at rows in doubt has found
// and what follows from it.
func TestDoubtsAfterDeath(t *testing.T) {
	w := doubtful(t)
	w.age(11 * time.Minute)
	for _, point := range []string{"before resolved", "after resolved"} {
		w.dies(point, 1, nil)
		w.age(25 * time.Hour)
	}
	w.look(0)
	if f := w.is("1.csv", Open); f.InDoubt != 2 {
		t.Errorf("%+v", f.Counts)
	}
}

// TestCorrectedTwice: the same refused rows are corrected in two rounds, the second time
// with other values. Each is created once, and the family is done when all are.
func TestCorrectedTwice(t *testing.T) {
	w := newWorld(t, nil)
	w.put("1.csv", "name,quantity\na,1\nb,x\nc,y\n")
	w.look(3)
	fix := w.fixes()[0]
	w.put("one failures.csv", corrected(t, fix, "b,x", "b,2"))
	w.dies("sent", 1, nil)
	w.put("two failures.csv", strings.ReplaceAll(corrected(t, fix, "b,x", "b,22"), "c,y", "c,3"))
	w.look(3)
	w.holds(3)
	if f := w.is("two failures.csv", Done); f.Existing != 1 || f.Created != 1 {
		t.Errorf("%+v", f.Counts)
	}
	w.is("one failures.csv", Done)
	w.is("1.csv", Done)
	w.eachPlace()
	if left := w.fixes(); len(left) != 0 {
		t.Errorf("fix/ holds %v after all rows were corrected", left)
	}
}

// TestUnsureRound: a round of corrections is in doubt about a row. The next one waits, and
// goes on when that is settled.
func TestUnsureRound(t *testing.T) {
	w := newWorld(t, nil)
	w.put("1.csv", "name,quantity\na,x\nb,x\n")
	w.look(3)
	fix := w.fixes()[0]
	w.account.SetFaults(hubspottest.Fault{Name: "503", Next: 1})
	w.put("one failures.csv", corrected(t, fix, "a,x", "a,2"))
	w.look(3)
	w.put("two failures.csv", corrected(t, fix, ",x", ",22"))
	w.look(1)
	if f := w.is("two failures.csv", Waiting); !strings.Contains(f.Why, "settled first") {
		t.Error(f.Why)
	}
	w.holds(0)
	one := w.file("one failures.csv")
	if _, err := rundir.Resolve(context.Background(), w.state(runsDir, one.ID), reconcile.AssumeAbsent, w.watcher().imports()); err != nil {
		t.Fatal(err)
	}
	w.age(2 * time.Minute)
	w.look(0)
	w.is("1.csv", Done)
	w.holds(2)
	w.eachPlace()
}
