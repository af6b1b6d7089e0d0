// The window file when it fails.

package rundir

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"

	"github.com/hubload/hubload/ratelimit"
)

// TestWindowFileThatFails: without the file a run goes on by itself, and says so once.
func TestWindowFileThatFails(t *testing.T) {
	used := filepath.Join(t.TempDir(), "used")
	if err := os.WriteFile(used, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	free := filepath.Join(t.TempDir(), "state")
	for name, m := range map[string]struct {
		state
		locked bool
	}{
		"its directory can't be made": {state: state{filepath.Join(used, "state")}},
		"it is locked for too long":   {state: state{free}, locked: true},
	} {
		t.Run(name, func(t *testing.T) {
			var notes []error
			w := m.window("https://api.hubapi.com", 1, func(err error) { notes = append(notes, err) })
			defer w.close()
			if m.locked {
				if err := os.MkdirAll(m.sub("windows"), 0o700); err != nil {
					t.Fatal(err)
				}
				other := flock.New(w.path + ".lock")
				if err := other.Lock(); err != nil {
					t.Fatal(err)
				}
				defer other.Unlock()
			}
			l := ratelimit.New(ratelimit.Options{Store: w})
			for range 3 {
				slot, err := l.Acquire(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				slot.Sent()
				slot.Done(ratelimit.Answer{Limit: ratelimit.Limit{N: 100, Per: time.Second}, Remaining: 99})
			}
			called := false
			err := w.Update(func([]byte) []byte { called = true; return nil })
			if err == nil || called || len(notes) != 1 {
				t.Errorf("Update: %v, change called: %v; %d notes: %v", err, called, len(notes), notes)
			}
		})
	}
}
