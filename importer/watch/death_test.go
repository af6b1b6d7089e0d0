package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDeathAtEveryStep stops the process between every two steps of a story, once at each,
// and lets later looks go on: no row twice, none lost, every file in one place.
func TestDeathAtEveryStep(t *testing.T) {
	var points []string
	deaths(t, func(point string) bool {
		points = append(points, point)
		return false
	})
	if len(points) < 30 {
		t.Fatalf("the story has %d steps only", len(points))
	}
	for n, point := range points {
		// A quick pass dies at the last step of each kind.
		if testing.Short() && slices.Contains(points[n+1:], point) {
			continue
		}
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			count := -1
			deaths(t, func(string) bool { count++; return count == n })
			if t.Failed() {
				t.Logf("died at %q", point)
			}
		})
	}
}

// deaths is a story with every outcome but for those that need a person. The process dies
// where stop says so, once.
func deaths(t *testing.T, stop func(point string) bool) {
	w := newWorld(t, func(d *Drop) {
		d.Ready = Ready{Marker: "{name}.ok"}
		d.Guard = Guard{MaxRows: 10}
	})
	look := func() {
		t.Helper()
		for {
			watcher := w.watcher()
			watcher.stopAt = stop
			_, err := watcher.Look(context.Background())
			if errors.Is(err, errStopped) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	put := func(name, text string) {
		w.put(name, text)
		w.put(name+".ok", "")
	}
	put("a.csv", "name,quantity\na1,1\na2,2\n")
	put("b.csv", "name,quantity\nb1,1\nb2,x\nb3,y\n")
	put("c.csv", "name,quantity\na1,1\na2,2\n")
	put("d.csv", "Foo\n1\n")
	w.put("e.csv", "name,quantity\nhalf,1\n")
	look()
	w.holds(3)
	w.is("a.csv", Done)
	w.is("b.csv", Open)
	w.is("c.csv", Duplicate)
	w.is("d.csv", Rejected)
	if _, err := os.Stat(w.state(w.pathOf("d.csv") + whySuffix)); err != nil {
		t.Error(err)
	}
	w.eachPlace()
	if left, _ := filepath.Glob(filepath.Join(w.config.Drops[0].Dir, "*")); len(left) != 1 {
		t.Errorf("the drop holds %v, want e.csv alone", left)
	}

	fix, _ := filepath.Glob(w.state(fixDir, "*"))
	if len(fix) != 1 {
		t.Fatalf("fix/ holds %v", fix)
	}
	put("back failures.csv", corrected(t, fix[0], "b2,x", "b2,2"))
	put("a.csv", "name,quantity\na1,1\na3,3\nlast,4\n")
	look()
	w.holds(4)
	w.is("b.csv", Open)
	w.is("back failures.csv", Open)
	w.eachPlace()

	fix, _ = filepath.Glob(w.state(fixDir, "*back*"))
	if len(fix) != 1 {
		t.Fatalf("fix/ holds %v", fix)
	}
	put("again failures.csv", corrected(t, fix[0], "b3,y", "b3,3"))
	look()
	w.is("again failures.csv", Done)
	w.is("back failures.csv", Done)
	w.is("b.csv", Done)
	if fix, _ := filepath.Glob(w.state(fixDir, "*")); len(fix) != 0 {
		t.Errorf("fix/ holds %v after all rows were corrected", fix)
	}
	w.eachPlace()
	w.holds(5)
	seen := map[string]int{}
	for o := range w.account.Objects("line_items") {
		seen[o.Properties["name"]]++
	}
	for _, name := range []string{"a1", "a2", "b1", "b2", "b3"} {
		if seen[name] != 1 {
			t.Errorf("%s was created %d times", name, seen[name])
		}
	}
}

// corrected is the text of a failures file with a cell corrected.
func corrected(t *testing.T, path, old, better string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	if !strings.Contains(text, old) {
		t.Fatalf("%s doesn't hold %q:\n%s", path, old, text)
	}
	return strings.ReplaceAll(text, old, better)
}
