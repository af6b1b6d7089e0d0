package watch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// TestDeadlines: weekends, changes of clocks, and the deadline of today.
func TestDeadlines(t *testing.T) {
	berlin := Expect{By: "03:00", Timezone: "Europe/Berlin", Days: "mon-fri"}
	for _, c := range []struct {
		expect            Expect
		now, last, before string
	}{
		{berlin, "2026-11-27T01:59:00Z", "2026-11-26T02:00:00Z", "2026-11-25T02:00:00Z"}, // Friday, a minute early
		{berlin, "2026-11-27T02:00:00Z", "2026-11-27T02:00:00Z", "2026-11-26T02:00:00Z"},
		{berlin, "2026-11-29T12:00:00Z", "2026-11-27T02:00:00Z", "2026-11-26T02:00:00Z"}, // Sunday
		{berlin, "2026-11-30T03:00:00Z", "2026-11-30T02:00:00Z", "2026-11-27T02:00:00Z"},
		{berlin, "2026-07-01T01:30:00Z", "2026-07-01T01:00:00Z", "2026-06-30T01:00:00Z"},                                         // summer
		{Expect{By: "02:30", Timezone: "Europe/Berlin"}, "2026-03-29T12:00:00Z", "2026-03-29T01:30:00Z", "2026-03-28T01:30:00Z"}, // 02:30 is left out
		{Expect{By: "23:00", Timezone: "UTC", Days: "sat,sun"}, "2026-11-28T12:00:00Z", "2026-11-22T23:00:00Z", "2026-11-21T23:00:00Z"},
		{Expect{By: "03:00", Timezone: "UTC", Days: "fri-mon"}, "2026-11-26T12:00:00Z", "2026-11-23T03:00:00Z", "2026-11-22T03:00:00Z"},
	} {
		now, _ := time.Parse(time.RFC3339, c.now)
		last, before := c.expect.deadlines(now)
		if got := last.UTC().Format(time.RFC3339); got != c.last {
			t.Errorf("%+v at %s: last deadline %s, want %s", c.expect, c.now, got, c.last)
		}
		if got := before.UTC().Format(time.RFC3339); got != c.before {
			t.Errorf("%+v at %s: deadline before %s, want %s", c.expect, c.now, got, c.before)
		}
	}
}

// TestExpected: a file that hasn't come is exit 8, reported once, until one comes.
func TestExpected(t *testing.T) {
	by := time.Now().UTC().Add(-time.Minute)
	w := newWorld(t, func(d *Drop) { d.Expect = &Expect{By: by.Format("15:04"), Timezone: "UTC"} })
	w.look(0) // the first look begins after the deadline
	w.age(12 * time.Hour)
	w.look(8)
	if len(w.events) != 1 || w.events[0].Event != "missing" {
		t.Fatalf("events %v", w.events)
	}
	w.put("page.csv", "<html>")
	w.look(2) // a rejected file is not the one
	w.look(8)
	if n := len(w.events); n != 2 {
		t.Errorf("reported %d times", n-1)
	}
	w.put("1.csv", night)
	w.look(0)
	w.look(0)
}

// TestRetention: what holds cells goes by age, open files never, and counts stay.
func TestRetention(t *testing.T) {
	w := newWorld(t, nil)
	w.put("1.csv", night)
	w.put("2.csv", "name,quantity\nx,x\n")
	w.look(3)
	done, open := w.file("1.csv"), w.file("2.csv")
	retain := Retain{Done: Duration{30 * 24 * time.Hour}, Runs: Duration{24 * time.Hour}}
	w.config.Drops[0].Retain = retain
	w.look(0)
	if _, err := os.Stat(w.state(done.place())); err != nil {
		t.Error("a new file was deleted")
	}
	w.age(31 * 24 * time.Hour)
	w.look(0)
	for path, kept := range map[string]bool{
		done.place(): false,
		filepath.Join(runsDir, done.ID, "results.csv"):   false,
		filepath.Join(runsDir, done.ID, "journal.jsonl"): true,
		filepath.Join(runsDir, done.ID, "summary.json"):  true,
		open.place(): true,
		filepath.Join(runsDir, open.ID, "failures.csv"): true,
	} {
		if _, err := os.Stat(w.state(path)); (err == nil) != kept {
			t.Errorf("%s: kept %t, want %t", path, err == nil, kept)
		}
	}
	// The content is known still.
	w.put("again.csv", night)
	w.look(0)
	w.is("again.csv", Duplicate)
	w.holds(4)

	w.age(90 * 24 * time.Hour)
	pruned, err := Prune(w.state(), retain)
	if err != nil || pruned.Runs != 2 {
		t.Errorf("pruned %+v, %v", pruned, err)
	}
	s, err := Read(w.state())
	if err != nil || s.Total[Done] != 1 || s.Total[Duplicate] != 1 || len(s.Files) != 1 || s.Files[0].Name != "2.csv" {
		t.Errorf("status %+v, %v", s, err)
	}
	w.put("3.csv", "name,quantity\nz,1\n") // the ledger goes on
	w.look(0)
	w.is("3.csv", Done)
}

// TestSettle: a file stands still at two looks, or isn't taken.
func TestSettle(t *testing.T) {
	d := &Drop{Name: "orders", Dir: t.TempDir(), Ready: Ready{Settle: Duration{time.Minute}}}
	path := filepath.Join(d.Dir, "1.csv")
	write := func(text string, at time.Time) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	old := now.Add(-time.Hour) // as programs that keep times write it
	var seen map[string]sighting
	ready := func(at time.Time) bool {
		t.Helper()
		list, next, err := d.candidates(at, seen)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		seen = next
		return list[0].Ready
	}
	write("half", old)
	if ready(now) || ready(now.Add(59*time.Second)) {
		t.Error("taken too soon")
	}
	write("half and more", old)
	if ready(now.Add(61 * time.Second)) {
		t.Error("taken although it grew")
	}
	if ready(now.Add(100 * time.Second)) {
		t.Error("taken too soon after it grew")
	}
	if ready(now) {
		t.Error("taken although the clock went back")
	}
	if !ready(now.Add(3 * time.Minute)) {
		t.Error("not taken although it stood still")
	}
}

// TestDoubts: rows in doubt are looked up after ten minutes, by themselves.
func TestDoubts(t *testing.T) {
	w := newWorld(t, func(d *Drop) { d.Mapping = filepath.Join(filepath.Dir(d.Dir), "m.yaml") })
	if err := os.WriteFile(w.config.Drops[0].Mapping, []byte("properties: { name: name }\nassociations: [{ to: deals, column: deal }]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.account.SetFaults(hubspottest.Fault{Name: "hangup-after", Next: 1})
	var b strings.Builder
	b.WriteString("name,deal\n")
	for _, name := range []string{"a", "b", "c"} {
		b.WriteString(name + ",1\n")
	}
	w.put("1.csv", b.String())
	w.look(3)
	if f := w.is("1.csv", Open); f.InDoubt != 3 {
		t.Fatalf("%+v", f)
	}
	w.look(0)
	w.is("1.csv", Open)
	w.age(11 * time.Minute)
	w.look(0)
	w.is("1.csv", Done)
	w.holds(3)
	w.eachPlace()
}
