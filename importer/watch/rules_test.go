package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// TestOutcomes is the table of what becomes of a file by how its run ended.
func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		ending
		want State
	}{
		{ending{code: 0}, Done},
		{ending{code: 3, sent: true}, Open},
		{ending{code: 0, repeated: true}, Duplicate},
		{ending{code: 3, repeated: true}, Duplicate},
		{ending{code: 1}, Waiting},
		{ending{code: 1, damaged: true}, Held},
		{ending{code: 2, ofFile: true}, Rejected},
		{ending{code: 2, ofFile: true, sent: true}, Held}, // the file broke off in the middle
		{ending{code: 2}, Held},                           // the mapping or the account: the next files would fail, too
		{ending{code: 4}, Waiting},
		{ending{code: 5}, Held},
		{ending{code: 6}, Waiting},
		{ending{code: 6, tooMany: true}, Held},
		{ending{code: 7}, Waiting},
	} {
		if got := c.state(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.ending, got, c.want)
		}
	}
	for code, want := range map[int]time.Duration{codeStopped: 30 * time.Minute, codeDenied: 0, codeLocked: time.Minute} {
		if got := (ending{code: code}).pause(5); got != want {
			t.Errorf("after code %d the pause is %s, want %s", code, got, want)
		}
	}
	network := ending{code: 1}
	var pauses []time.Duration
	for try := 1; try <= 8; try++ {
		pauses = append(pauses, network.pause(try)/time.Minute)
	}
	if got := fmt.Sprint(pauses); got != fmt.Sprint([]time.Duration{1, 2, 4, 8, 16, 30, 30, 30}) {
		t.Errorf("pauses in minutes: %s", got)
	}
}

const night = "name,quantity\na,1\nb,2\nc,3\nd,4\n"

// TestWaiting: the network is away; the next files wait behind the first, and a file that
// failed for a day is held.
func TestWaiting(t *testing.T) {
	w := newWorld(t, nil)
	url := w.url
	w.url = "http://127.0.0.1:1"
	w.put("1.csv", night)
	w.put("2.csv", "name,quantity\nz,1\n")
	w.look(1)
	w.is("1.csv", Waiting)
	w.is("2.csv", Claimed) // taken, so that the next night can't overwrite it
	if len(w.events) != 0 {
		t.Errorf("a network that is away for a minute was reported: %v", w.events)
	}
	w.look(1) // not yet due
	if f := w.file("1.csv"); f.Tries != 1 {
		t.Errorf("tried %d times before it was due", f.Tries)
	}
	w.age(2 * time.Minute)
	w.look(1)
	if len(w.events) != 1 || w.events[0].Event != "waiting" {
		t.Errorf("the second failure was reported as %v", w.events)
	}
	w.age(25 * time.Hour)
	w.look(1)
	w.is("1.csv", Held)

	// A person lets it go on.
	w.url = url
	w.look(1) // held until then
	if _, err := Release(w.state(), "1.csv", false); err != nil {
		t.Fatal(err)
	}
	w.look(0)
	w.is("1.csv", Done)
	w.is("2.csv", Done)
	w.holds(5)
	w.eachPlace()
}

// TestDenied: without a token all drops of the account wait, and go on by themselves.
func TestDenied(t *testing.T) {
	w := newWorld(t, nil)
	other := w.config.Drops[0]
	other.Name, other.Dir = "second", filepath.Join(w.dir, "in2")
	if err := os.Mkdir(other.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	w.config.Drops = append(w.config.Drops, other)
	w.put("1.csv", night)
	if err := os.WriteFile(filepath.Join(other.Dir, "2.csv"), []byte("name,quantity\nz,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.account.SetFaults(hubspottest.Fault{Name: "401", All: true, Every: 1})
	w.look(7)
	f := w.is("1.csv", Waiting)
	if f.Run != "" {
		t.Errorf("a run was begun: %+v", f)
	}
	if len(w.events) != 1 || w.events[0].Event != "denied" {
		t.Errorf("events %v, want denied once", w.events)
	}
	w.look(7)
	if len(w.events) != 1 {
		t.Errorf("told again at the next look: %v", w.events)
	}
	w.account.SetFaults()
	w.look(0)
	w.is("1.csv", Done)
	w.holds(5)
}

// TestHeld: rows that went in before stop a file, and a person decides.
func TestHeld(t *testing.T) {
	w := newWorld(t, nil)
	w.put("1.csv", night)
	w.look(0)
	w.put("2.csv", night+"e,5\n")
	w.put("3.csv", "name,quantity\nz,1\n")
	w.look(5)
	w.is("2.csv", Held)
	w.is("3.csv", Claimed)
	w.holds(4)
	w.look(5) // until somebody decides
	if text, err := os.ReadFile(w.state(w.pathOf("2.csv") + whySuffix)); err != nil || !strings.Contains(string(text), "went into this account already") {
		t.Errorf("the text beside it: %q, %v", text, err)
	}
	if _, err := GiveUp(w.state(), "2.csv"); err != nil {
		t.Fatal(err)
	}
	w.look(0)
	w.is("2.csv", Dropped)
	w.is("3.csv", Done)
	w.holds(5)
	w.eachPlace()

	w.put("4.csv", night+"f,6\n")
	w.look(5)
	if _, err := Release(w.state(), "4.csv", true); err != nil {
		t.Fatal(err)
	}
	w.look(0)
	w.holds(10)
	w.eachPlace()
	if _, err := Release(w.state(), "4.csv", true); err == nil {
		t.Error("a file that is done was released")
	}
}

func (w *world) pathOf(name string) string {
	f := w.file(name)
	return f.place()
}

// TestMaxFailures: a file stopped for its refused rows is held, and goes on without the
// limit when it is released.
func TestMaxFailures(t *testing.T) {
	w := newWorld(t, func(d *Drop) { d.MaxFailures = Threshold{importer.Threshold{Rows: 2}} })
	w.put("1.csv", "name,quantity\na,x\nb,x\nc,x\nd,x\ne,5\n")
	w.look(6)
	w.is("1.csv", Held)
	if _, err := Release(w.state(), "1.csv", false); err != nil {
		t.Fatal(err)
	}
	w.look(3)
	w.is("1.csv", Open)
	w.holds(1)
	w.eachPlace()
}

// TestRefusedHold: with on: { refused: hold } the next files wait for the corrected rows.
func TestRefusedHold(t *testing.T) {
	w := newWorld(t, func(d *Drop) { d.On.Refused = "hold" })
	w.put("1.csv", "name,quantity\na,x\nb,2\n")
	w.put("2.csv", "name,quantity\nz,1\n")
	w.look(3)
	w.look(3)
	w.holds(1)
	fix, _ := filepath.Glob(w.state(fixDir, "*"))
	w.put("back.failures.csv", corrected(t, fix[0], "a,x", "a,1"))
	w.look(3)
	w.look(0)
	w.is("1.csv", Done)
	w.is("2.csv", Done)
	w.holds(3)
}

// TestGuards: what can't be right is rejected before the first write.
func TestGuards(t *testing.T) {
	w := newWorld(t, func(d *Drop) {
		d.Guard = Guard{MinRows: 2, MaxRows: 6, Change: Percent{50}, MaxRefused: Threshold{importer.Threshold{Percent: 25}}, Columns: "same"}
	})
	w.put("0.csv", night)
	w.look(0)
	for name, c := range map[string]struct{ text, why string }{
		"short.csv":   {"name,quantity\nr1,1\n", "it has 1 rows, and min_rows is 2"},
		"long.csv":    {"name,quantity\n" + strings.Repeat("r,1\n", 7), "it has 7 rows, and max_rows is 6"},
		"empty.csv":   {"", "the file is empty"},
		"columns.csv": {"name,quantity,price\nr1,1,1\nr2,2,1\nr3,3,1\n", "its columns are not those of the last file"},
		"refused.csv": {"name,quantity\nr1,x\nr2,x\nr3,3\nr4,4\n", "2 of 4 rows would be refused, more than max_refused"},
	} {
		w.put(name, c.text)
		w.look(2)
		if f := w.is(name, Rejected); !strings.Contains(f.Why, c.why) {
			t.Errorf("%s: %q, want %q", name, f.Why, c.why)
		}
	}
	w.config.Drops[0].Guard.MinRows = 0
	w.put("half.csv", "name,quantity\nr1,1\n")
	w.look(2)
	if f := w.is("half.csv", Rejected); !strings.Contains(f.Why, "more than the change of 50%") {
		t.Error(f.Why)
	}
	w.holds(4)
	w.put("order.csv", "quantity,name\n1,s1\n2,s2\n3,s3\n") // other order, same columns
	w.look(0)
	w.holds(7)
	w.eachPlace()
}

// TestMarkers: a marker's count and checksum are compared, and it goes with its file.
func TestMarkers(t *testing.T) {
	w := newWorld(t, func(d *Drop) { d.Ready = Ready{Marker: "{stem}.done"} })
	sum := strings.Repeat("0123456789abcdef", 4)
	for _, c := range []struct {
		name, marker string
		state        State
	}{
		{"none.csv", "", Done},
		{"count.csv", "4\n", Done},
		{"wrong.csv", "5", Rejected},
		{"sum.csv", sum + "  sum.csv\n", Rejected},
		{"words.csv", "complete at 03:00\n", Done},
	} {
		w.put(c.name, "name,quantity\n"+c.name+"1,1\n"+c.name+"2,1\n"+c.name+"3,1\n"+c.name+"4,1\n")
		if c.state == Rejected {
			w.look(0) // without its marker it stays
		}
		w.put(strings.TrimSuffix(c.name, ".csv")+".done", c.marker)
		want := 0
		if c.state == Rejected {
			want = 2
		}
		w.look(want)
		w.is(c.name, c.state)
	}
	if left, _ := filepath.Glob(filepath.Join(w.config.Drops[0].Dir, "*")); len(left) != 0 {
		t.Errorf("the drop holds %v", left)
	}
	w.holds(12)
}

// TestNotTaken: links, temporary and hidden files stay where they are.
func TestNotTaken(t *testing.T) {
	w := newWorld(t, nil)
	secret := filepath.Join(w.dir, "secret.csv")
	if err := os.WriteFile(secret, []byte(night), 0o600); err != nil {
		t.Fatal(err)
	}
	drop := w.config.Drops[0].Dir
	if err := os.Symlink(secret, filepath.Join(drop, "sym.csv")); err != nil {
		t.Skip(err)
	}
	if err := os.Link(secret, filepath.Join(drop, "hard.csv")); err != nil {
		t.Skip(err)
	}
	if err := os.Mkdir(filepath.Join(drop, "dir.csv"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.csv.part", "a.csv.PARTIAL", "a.tmp", ".hidden.csv", ".sftpgo-upload.x.csv", "readme.md"} {
		w.put(name, night)
	}
	w.look(0)
	w.holds(0)
	if left, _ := os.ReadDir(drop); len(left) != 9 {
		t.Errorf("the drop holds %v", left)
	}
	list, errs := w.watcher().DryRun()
	if len(list) != 3 || len(errs) > 0 {
		t.Errorf("dry run: %v, %v", list, errs)
	}
}

// TestOtherDrop: a state directory serves one folder.
func TestOtherDrop(t *testing.T) {
	w := newWorld(t, nil)
	w.put("1.csv", night)
	w.look(0)
	w.config.Drops[0].Dir = filepath.Join(w.dir, "other")
	if err := os.Mkdir(w.config.Drops[0].Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	w.put("2.csv", "name,quantity\nz,1\n")
	w.look(5)
	w.holds(4)
}

// TestDamagedLedger: nothing is taken without the memory of what was.
func TestDamagedLedger(t *testing.T) {
	w := newWorld(t, nil)
	w.put("1.csv", night)
	w.look(0)
	data, err := os.ReadFile(w.state(ledgerName))
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte{}, data...)
	flipped[len(flipped)/2] ^= 1
	if err := os.WriteFile(w.state(ledgerName), flipped, 0o600); err != nil {
		t.Fatal(err)
	}
	w.put("2.csv", "name,quantity\nz,1\n")
	w.look(5)
	w.holds(4)
	// A line that breaks off was never acted on.
	if err := os.WriteFile(w.state(ledgerName), append(data, `{"time":"20`...), 0o600); err != nil {
		t.Fatal(err)
	}
	w.look(0)
	w.holds(5)
}

// TestOtherWatcher: a drop that another process looks at is left to it.
func TestOtherWatcher(t *testing.T) {
	w := newWorld(t, nil)
	w.put("1.csv", night)
	l, err := openLedger(w.state())
	if err != nil {
		t.Fatal(err)
	}
	w.look(4)
	l.close()
	w.look(0)
	w.holds(4)
}

// TestGrowing: each night's file holds the rows of those before it, and only the new ones go in.
func TestGrowing(t *testing.T) {
	w := newWorld(t, func(d *Drop) { d.Rows = "growing" })
	w.put("1.csv", night)
	w.look(0)
	w.put("1.csv", night+"e,5\n")
	w.look(0)
	if f := w.is("1.csv", Done); f.Existing != 4 || f.Created != 1 {
		t.Errorf("%+v", f.Counts)
	}
	w.holds(5)
}

// TestExitPrecedence: the exit code of a look is the gravest of what it has met.
func TestExitPrecedence(t *testing.T) {
	order := []int{7, 5, 1, 6, 2, 3, 8, 4, 0}
	for i, grave := range order {
		for _, other := range order[i:] {
			for _, codes := range [][]int{{grave, other}, {other, grave}, {other, grave, other, 0}} {
				l := &look{codes: codes}
				if got := l.code(); got != grave {
					t.Errorf("a look that met %v ends with %d, want %d", codes, got, grave)
				}
				if got := graver(codes[0], codes[1]); got != grave {
					t.Errorf("two looks that ended with %d and %d end with %d, want %d", codes[0], codes[1], got, grave)
				}
			}
		}
	}
	if got := (&look{}).code(); got != 0 {
		t.Errorf("a look that met nothing ends with %d", got)
	}
}
