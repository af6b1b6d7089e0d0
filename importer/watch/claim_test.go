package watch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
)

// dies looks once, and the process dies the nth time that it reaches a point.
func (w *world) dies(point string, nth int, change func(*Watcher)) {
	w.Helper()
	watcher := w.watcher()
	if change != nil {
		change(watcher)
	}
	watcher.stopAt = func(p string) bool {
		if p == point {
			nth--
		}
		return p == point && nth == 0
	}
	if _, err := watcher.Look(context.Background()); !errors.Is(err, errStopped) {
		w.Fatalf("it didn't die %s: %v", point, err)
	}
}

// drop is a path in the drop.
func (w *world) drop(name string) string { return filepath.Join(w.config.Drops[0].Dir, name) }

// append writes to a file behind its end, as a writer that has it open.
func (w *world) append(path, text string) {
	w.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		w.Fatal(err)
	}
}

// TestWrittenDuringClaim: the process dies when it has moved a file that somebody is
// writing to. The next look gives it back.
func TestWrittenDuringClaim(t *testing.T) {
	w := newWorld(t, func(d *Drop) { d.Ready = Ready{Settle: Duration{time.Nanosecond}} })
	w.put("1.csv", "name,quantity\na,1\n")
	w.look(0) // seen
	w.dies("claim moved", 1, nil)
	inbox, _ := filepath.Glob(w.state(inboxDir, "*.csv"))
	if len(inbox) != 1 {
		t.Fatal(inbox)
	}
	w.append(inbox[0], "b,2\n")
	w.look(0)
	w.holds(0)
	if _, err := os.Stat(w.drop("1.csv")); err != nil {
		t.Error(err)
	}
	w.look(0)
	w.is("1.csv", Done)
	w.holds(2)
	w.eachPlace()
}

// TestWrittenAfterClaim: a writer that has paused for longer than its drop settles writes
// on. The file goes back while nothing of it was sent, and is held later.
func TestWrittenAfterClaim(t *testing.T) {
	for _, c := range []struct {
		name, point string
		ready       Ready
		state       State // after the writer has come back
	}{
		{"nothing sent", "after claimed", Ready{Settle: Duration{time.Nanosecond}}, void},
		{"its marker was wrong", "after claimed", Ready{Marker: "{name}.ok"}, Held},
		{"all sent", "sent", Ready{Settle: Duration{time.Nanosecond}}, Held},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(d *Drop) { d.Ready = c.ready })
			w.put("1.csv", "name,quantity\na,1\n")
			w.put("1.csv.ok", "")
			if c.ready.Marker == "" {
				w.look(0)
			}
			w.dies(c.point, 1, nil)
			inbox, _ := filepath.Glob(w.state(inboxDir, "*.csv"))
			w.append(inbox[0], "b,2\n")
			if c.state == void {
				w.look(0) // it goes back
				w.eachPlace()
				w.look(0) // it is seen
				w.look(0)
				w.is("1.csv", Done)
				w.holds(2)
				return
			}
			w.look(5)
			f := w.is("1.csv", c.state)
			if !strings.Contains(f.Why, "it was written to after") {
				t.Errorf("why: %q", f.Why)
			}
			w.eachPlace()
			if _, err := GiveUp(w.state(), "1.csv"); err != nil {
				t.Error(err)
			}
			w.look(0)
			w.eachPlace()
		})
	}
}

// TestWrittenWhenDone: a writer comes back when its file is done with.
func TestWrittenWhenDone(t *testing.T) {
	w := newWorld(t, nil)
	w.put("1.csv", night)
	w.put("2.csv", night)
	w.look(0)
	w.append(w.state(w.pathOf("1.csv")), "e,5\n")
	w.append(w.state(w.pathOf("2.csv")), "e,5\n")
	w.dies("after postponed", 1, nil)
	w.look(5)
	w.is("1.csv", Held)
	w.is("2.csv", Held)
	w.eachPlace()
	for _, name := range []string{"1.csv", "2.csv"} {
		if text, err := os.ReadFile(w.state(w.pathOf(name) + whySuffix)); err != nil || !strings.Contains(string(text), lateWrite) {
			t.Errorf("%q, %v", text, err)
		}
	}
	if _, err := Release(w.state(), "1.csv", false); err != nil {
		t.Fatal(err)
	}
	w.look(5) // for the second one
	w.is("1.csv", Done)
	w.holds(5)
	if _, err := GiveUp(w.state(), "2.csv"); err != nil {
		t.Fatal(err)
	}
	w.look(0)
	w.holds(5)
	w.eachPlace()
}

// TestWrittenWhileRunning: the process dies when rows were sent, and the writer comes back.
// When the file is released, what was added goes in, and nothing twice.
func TestWrittenWhileRunning(t *testing.T) {
	w := newWorld(t, nil)
	w.put("1.csv", night)
	w.account.SetFaults(hubspottest.Fault{Name: "401", Next: 1}) // the run is begun
	w.dies("after running", 1, nil)
	w.look(7)
	inbox, _ := filepath.Glob(w.state(inboxDir, "*.csv"))
	w.append(inbox[0], "e,5\n")
	w.look(5)
	if f := w.is("1.csv", Held); f.Why != lateWrite {
		t.Error(f.Why)
	}
	if _, err := Release(w.state(), "1.csv", false); err != nil {
		t.Fatal(err)
	}
	w.look(0)
	w.is("1.csv", Done)
	w.holds(5)
	w.eachPlace()
}

// TestGivenBackAfterDeath: the process dies when it has noted that a file goes back.
func TestGivenBackAfterDeath(t *testing.T) {
	w := newWorld(t, nil)
	w.put("1.csv", "name,quantity\na,1\n")
	w.dies("after claimed", 1, nil)
	inbox, _ := filepath.Glob(w.state(inboxDir, "*.csv"))
	w.append(inbox[0], "b,2\n")
	w.dies("after given back", 1, nil)
	w.look(0)
	w.is("1.csv", Done)
	w.holds(2)
	w.eachPlace()
}

// TestMarkers of files that are taken go, also when they were filled after they were seen,
// and stay when they say something of the next file.
func TestMarkerFilledLate(t *testing.T) {
	w := newWorld(t, func(d *Drop) { d.Ready = Ready{Marker: "{name}.ok"} })
	w.put("1.csv", night)
	w.put("1.csv.ok", "")
	w.dies("claim moved", 1, nil)
	w.append(w.drop("1.csv.ok"), "4\n")
	w.look(0)
	if _, err := os.Stat(w.drop("1.csv.ok")); err == nil {
		t.Error("the marker is there: the next file of that name would be taken before it is complete")
	}
	w.put("2.csv", "name,quantity\nx,1\n")
	w.put("2.csv.ok", "")
	w.dies("claim moved", 1, nil)
	w.put("2.csv", "name,quantity\ny,1\n")
	w.append(w.drop("2.csv.ok"), "1\n")
	w.look(0) // what was begun is completed
	w.look(0)
	if left, _ := os.ReadDir(w.config.Drops[0].Dir); len(left) != 0 {
		t.Errorf("left in the drop: %v", left)
	}
	w.holds(6)
	w.eachPlace()
}

// crossDevice is a rename between file systems.
func crossDevice(from, to string) error {
	return &os.LinkError{Op: "rename", Old: from, New: to, Err: syscall.EXDEV}
}

// TestOtherFileSystem: the file is copied, synced and removed; a death at any step, and a
// writer that comes back at any step, leave it in one place.
func TestOtherFileSystem(t *testing.T) {
	for _, point := range []string{"", "before claim noted", "after claim noted", "claim copied", "claim moved", "before claimed", "after claimed"} {
		for _, written := range []bool{false, true} {
			w := newWorld(t, nil)
			w.put("1.csv", night)
			info, err := os.Stat(w.drop("1.csv"))
			if err != nil {
				t.Fatal(err)
			}
			other := func(watcher *Watcher) { watcher.rename = crossDevice }
			if point != "" {
				w.dies(point, 1, other)
			}
			rows := 4
			if _, err := os.Stat(w.drop("1.csv")); err == nil && written {
				w.append(w.drop("1.csv"), "e,5\n")
				rows = 5
			}
			for range 2 {
				watcher := w.watcher()
				other(watcher)
				if found, err := watcher.Look(context.Background()); err != nil || found.Code != 0 {
					t.Fatal(found, err)
				}
			}
			w.is("1.csv", Done)
			w.holds(rows)
			w.eachPlace()
			if left, _ := os.ReadDir(w.config.Drops[0].Dir); len(left) != 0 {
				t.Errorf("died at %q, written to %t: the drop holds %v", point, written, left)
			}
			kept, err := os.Stat(w.state(w.pathOf("1.csv")))
			if err != nil || !written && !kept.ModTime().Equal(info.ModTime()) {
				t.Errorf("%v, %v: the copy has another time", kept, err)
			}
			if hidden, _ := filepath.Glob(w.state(inboxDir, ".*")); len(hidden) != 0 {
				t.Errorf("left behind: %v", hidden)
			}
		}
	}
}

// TestChangedDuringCopy: what changes while it is copied stays in the drop.
func TestChangedDuringCopy(t *testing.T) {
	w := newWorld(t, nil)
	w.put("1.csv", night)
	watcher := w.watcher()
	watcher.rename = crossDevice
	watcher.stopAt = func(point string) bool {
		if point == "claim copied" {
			w.append(w.drop("1.csv"), "e,5\n")
		}
		return false
	}
	if _, err := watcher.Look(context.Background()); err != nil {
		t.Fatal(err)
	}
	w.holds(0)
	w.eachPlace()
	w.look(0)
	w.holds(5)
	w.eachPlace()
}

// TestHalfCopy: a process that dies within the copy leaves a hidden file, which goes.
func TestHalfCopy(t *testing.T) {
	w := newWorld(t, nil)
	w.look(0)
	half := w.state(inboxDir, ".tmp-x.csv.HALF")
	entries := func() (names []string) {
		list, _ := os.ReadDir(w.state(inboxDir))
		for _, e := range list {
			names = append(names, e.Name())
		}
		return names
	}
	if err := os.WriteFile(half, []byte("name,quan"), 0o600); err != nil {
		t.Fatal(err)
	}
	w.look(0)
	if left := entries(); slices.Contains(left, filepath.Base(half)) {
		t.Errorf("the inbox holds %v", left)
	}
}
