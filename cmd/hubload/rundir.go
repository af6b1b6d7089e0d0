// The run directory: what was asked for, and where everything about a run lies.

package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

const (
	runsDir     = "hubload-runs"
	runName     = "run.json"
	journalName = "journal.jsonl"
	lockName    = "lock"
	mappingName = "mapping.yaml"
	spoolName   = "input.csv"
	resultsName = "results.csv"
	failedName  = "failures.csv"
	doubtName   = "in_doubt.csv"
)

// A request is run.json: what was asked for, and of which account.
type request struct {
	Program    string    `json:"hubload"`
	Run        string    `json:"run"`
	Started    time.Time `json:"started"`
	Input      asked     `json:"input"`
	Grown      *asked    `json:"input_grown,omitempty"` // what the input has become since
	Object     string    `json:"object"`
	Key        string    `json:"key,omitempty"`
	Account    int64     `json:"account,omitempty"` // 0: the token may not read it
	BaseURL    string    `json:"base_url"`
	APIVersion string    `json:"api_version"`
	Sandbox    bool      `json:"sandbox,omitempty"`
	ExcelSafe  bool      `json:"excel_safe,omitempty"`
	// Restore says that the input was written with excel_safe.
	Restore bool `json:"restore_excel_safe,omitempty"`
}

// asked is the input as it was when the run began.
type asked struct {
	Path    string `json:"path"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"`
	Spooled bool   `json:"spooled,omitempty"` // standard input or a pipe: the run directory holds it
}

// A runDir is the directory of a run. It may not exist yet.
type runDir struct {
	path string
	request
	guard *journal.Guard
	known *savedSchema // what create keeps; nil when the account's properties aren't known
}

func (d *runDir) file(name string) string { return filepath.Join(d.path, name) }

// openRun reads a run directory. The error is fs.ErrNotExist when there is no run.
func openRun(path string) (*runDir, error) {
	d := &runDir{path: path}
	data, err := os.ReadFile(d.file(runName))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &d.request); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", d.file(runName), err)
	}
	return d, nil
}

// needRun is openRun for a directory that the user named.
func needRun(path string) (*runDir, error) {
	d, err := openRun(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{withHint(fmt.Errorf("%s is not a run directory: it holds no %s", path, runName), "hubload status lists the runs here")}
	}
	if err != nil {
		return nil, usageError{err}
	}
	return d, nil
}

// lock takes the run for this process. A *journal.LockedError says who has it.
func (d *runDir) lock() error {
	if d.guard != nil {
		return nil
	}
	guard, err := journal.Lock(d.file(lockName))
	if err != nil {
		return err
	}
	d.guard = guard
	return nil
}

func (d *runDir) unlock() {
	if d.guard != nil {
		d.guard.Release()
		d.guard = nil
	}
}

// create makes the directory and takes it, and puts in what the run needs. run.json
// comes last: a directory without it is no run yet.
func (d *runDir) create(m *mapping.Mapping, in *input) error {
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		return err
	}
	if err := d.lock(); err != nil {
		return err
	}
	if _, err := os.Lstat(d.file(runName)); err == nil {
		return &journal.LockedError{} // another process was faster between two looks
	}
	if err := in.moveInto(d); err != nil {
		return err
	}
	if err := writeFile(d.file(mappingName), m.Encode()); err != nil {
		return err
	}
	if d.known != nil {
		if err := d.known.write(d.file(schemaName)); err != nil {
			return err
		}
	}
	return d.save()
}

func (d *runDir) save() error {
	data, err := json.MarshalIndent(d.request, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(d.file(runName), append(data, '\n'))
}

// mapping is the mapping that the run uses.
func (d *runDir) mapping() (*mapping.Mapping, error) {
	data, err := os.ReadFile(d.file(mappingName))
	if err != nil {
		return nil, err
	}
	m, err := mapping.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.file(mappingName), err)
	}
	return m, nil
}

// journal opens the run's journal, or begins it.
func (d *runDir) journal() (*journal.Journal, *journal.State, error) {
	path := d.file(journalName)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		j, err := journal.Create(path, journal.Header{Run: d.Run, Started: d.Started})
		return j, nil, err
	}
	return journal.Open(path)
}

// inputPath is where the run's input lies.
func (d *runDir) inputPath() string {
	if d.Input.Spooled {
		return d.file(spoolName)
	}
	return d.Input.Path
}

// runID is a new random name of a run, 8 hex digits.
func runID() string {
	var b [4]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// writeFile writes a file whole or not at all, readable for its owner alone.
func writeFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
