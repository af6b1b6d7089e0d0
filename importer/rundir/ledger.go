// The ledger: what went into which account, and from where.

package rundir

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/journal"
)

// A ledger remembers runs in the user's state directory: by the content of their
// input, so that the same file under another name or from another place is noticed,
// and by their directory, so that a run that the user has begun differs from one
// that was planted. With an empty directory there is none.
type ledger struct{ state }

func (o *Options) ledger() ledger { return ledger{o.state()} }

// An entry is what the ledger says of one run.
type entry struct {
	Run     diskPath  `json:"run"` // absolute path of the run directory
	Input   diskPath  `json:"input"`
	Started time.Time `json:"started"`
	BaseURL string    `json:"base_url"`
	ID      string    `json:"id,omitempty"`
}

// content is the place for what is in d's input, in d's account.
func (l ledger) content(d *Dir) string {
	return filepath.Join(l.sub("imports"), digest(append(accountOf(&d.Run), d.Input.SHA256)...)) + ".json"
}

func (l ledger) directory(path string) string {
	return filepath.Join(l.sub("runs"), digest(path)+".json")
}

// byContent returns the latest run of d's content into d's account.
func (l ledger) byContent(d *Dir) (entry, bool) {
	if l.dir == "" {
		return entry{}, false
	}
	return readEntry(l.content(d))
}

// knows reports whether the user has begun d, as it says it is.
func (l ledger) knows(d *Dir) bool {
	path, err := filepath.Abs(d.Path)
	if l.dir == "" || err != nil {
		return false
	}
	e, ok := readEntry(l.directory(path))
	if ok && e.BaseURL == d.BaseURL {
		return true
	}
	e, ok = l.byContent(d) // by an earlier version, which kept no directories
	return ok && string(e.Run) == path && e.BaseURL == d.BaseURL
}

func readEntry(path string) (e entry, ok bool) {
	data, err := atomicfile.ReadFile(path, maxText)
	return e, err == nil && json.Unmarshal(data, &e) == nil
}

// add notes that d's content goes into d's account from d.
func (l ledger) add(d *Dir) error {
	if l.dir == "" {
		return nil
	}
	run, err := filepath.Abs(d.Path)
	if err != nil {
		return err
	}
	data, err := json.Marshal(entry{diskPath(run), diskPath(d.Input.Path), d.Started, d.BaseURL, d.ID})
	if err != nil {
		return err
	}
	if err := l.make(); err != nil {
		return err
	}
	for _, path := range []string{l.content(d), l.directory(run)} {
		if err := atomicfile.WriteFile(path, data); err != nil {
			return err
		}
	}
	return nil
}

// holdPatience is how long another process may take to make its run.
const holdPatience = 2 * time.Second

// hold takes d's content in d's account for this process. The error is a
// [*journal.LockedError] when another one keeps it.
func (l ledger) hold(d *Dir) (*journal.Guard, error) {
	if err := l.make(); err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(holdPatience); ; time.Sleep(5 * time.Millisecond) {
		guard, err := journal.Lock(l.content(d) + ".lock")
		if _, locked := errors.AsType[*journal.LockedError](err); !locked || time.Now().After(deadline) {
			return guard, err
		}
	}
}
