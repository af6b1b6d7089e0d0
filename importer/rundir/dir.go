// The run directory: what was asked for, and where everything about a run lies.

package rundir

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

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/mapping"
)

// Root is the directory, in the working directory, that holds the runs for which
// no other directory was given.
const Root = "hubload-runs"

// The files of a run directory. Those of package report come to them.
const (
	runName     = "run.json"
	journalName = "journal.jsonl"
	lockName    = "lock"
	mappingName = "mapping.yaml"
	schemaName  = "schema.json"
	spoolName   = "input.csv"
	resultsName = "results.csv"
	failedName  = "failures.csv"
	doubtName   = "in_doubt.csv"
)

const (
	maxText   = 1 << 20  // bytes of a mapping or of run.json: nobody writes more by hand
	maxSchema = 64 << 20 // answers of half a megabyte are reported
)

// A Run is run.json: what was asked for, and of which account.
type Run struct {
	Program    string    `json:"hubload"`
	ID         string    `json:"run"`
	Started    time.Time `json:"started"`
	Input      Identity  `json:"input"`
	Grown      *Identity `json:"input_grown,omitempty"` // what the input has become since
	Object     string    `json:"object"`
	Key        string    `json:"key,omitempty"`     // the property by which records are found
	Account    int64     `json:"account,omitempty"` // 0: the token can't read it
	BaseURL    string    `json:"base_url"`
	APIVersion string    `json:"api_version"`
	Sandbox    bool      `json:"sandbox,omitempty"`
	NoLedger   bool      `json:"no_ledger,omitempty"` // the ledger was not to know of it
	ExcelSafe  bool      `json:"excel_safe,omitempty"`
	First      int64     `json:"first,omitempty"` // rows that were asked for; 0 is all
	More       bool      `json:"more,omitempty"`  // rows are asked for behind the end that the journal says
	Seen       Seen      `json:"seen,omitempty"`  // what the command line said of rows that exist
	// Restore says that the input was written with excel_safe.
	Restore bool `json:"restore_excel_safe,omitempty"`
	// Corrects is the directory of the run whose refused rows the input holds, where
	// the key is automatic.
	Corrects diskPath `json:"corrects,omitempty"`
	// Cut are rows in whose middle the input ended when they were read.
	Cut []CutRow `json:"cut_off,omitempty"`
	// CorrectsRuns are the runs that refused the rows of the input, by their ids.
	CorrectsRuns []string `json:"corrects_runs,omitempty"`
	// Undone says when the last record of the run was archived; see [Undo].
	Undone time.Time `json:"undone,omitzero"`
}

// A Dir is the directory of a run. It may not exist yet.
type Dir struct {
	Path string
	Run

	guard  *journal.Guard
	schema *savedSchema // what create keeps; nil when the account's properties aren't known
	kept   string
	found  report.Findings // by the reports that this process wrote last
	spool  string          // where the copy of standard input lies until the run directory is made
}

// KeptFailures returns the name of the failures.csv that somebody had changed and that
// the reports written by this process have left beside theirs; "" when there is none.
func (d *Dir) KeptFailures() string { return d.kept }

// Open reads the run in a directory that the user named. Its error is an [*Error].
func Open(path string) (*Dir, error) {
	d, err := open(path)
	switch info, statErr := os.Stat(path); {
	case errors.Is(statErr, fs.ErrNotExist):
		return nil, &Error{Reason: NotARun, Path: path, Err: fmt.Errorf("there is no %s here", path)}
	case statErr == nil && !info.IsDir():
		return nil, &Error{Reason: NotARun, Path: path, Err: fmt.Errorf("%s is not a run directory, but a file", path)}
	case errors.Is(err, fs.ErrNotExist):
		return nil, &Error{Reason: NotARun, Path: path, Err: fmt.Errorf("%s is not a run directory: it has no %s", path, runName)}
	}
	if err != nil {
		return nil, &Error{Reason: DamagedRun, Path: path, Err: err}
	}
	return d, nil
}

// open is Open whose error matches [fs.ErrNotExist] when there is no run.
func open(path string) (*Dir, error) {
	d := &Dir{Path: path}
	data, err := atomicfile.ReadFile(d.file(runName), maxText)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &d.Run); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", d.file(runName), err)
	}
	return d, nil
}

func (d *Dir) file(name string) string { return filepath.Join(d.Path, name) }

// Failures is the path of the report of refused rows, which is an input itself.
func (d *Dir) Failures() string { return d.file(failedName) }

// InDoubt is the path of the report of rows in doubt.
func (d *Dir) InDoubt() string { return d.file(doubtName) }

// Changes reports whether the run changes records that exist. It is false also where the
// mapping of the run can't be read.
func (d *Dir) Changes() bool {
	m, err := d.mapping()
	return err == nil && m.Mode != mapping.Create
}

// AccountName is how messages name the run's account.
func (r *Run) AccountName() string {
	switch {
	case r.Sandbox:
		return "a throw-away account"
	case r.Account == 0:
		return "the account at " + r.BaseURL
	}
	return fmt.Sprintf("account %d", r.Account)
}

// lock takes the run for this process. A [*LockedError] names who has it.
func (d *Dir) lock() error {
	if d.guard != nil {
		return nil
	}
	guard, err := journal.Lock(d.file(lockName))
	if err != nil {
		return d.locked(err)
	}
	d.guard = guard
	return nil
}

// A LockedError says that another process works on a run.
type LockedError struct {
	Path string // of the run directory
	Err  error  // a *journal.LockedError
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("another process works on %s: %v", e.Path, e.Err)
}
func (e *LockedError) Unwrap() error { return e.Err }

func (d *Dir) locked(err error) error {
	if held, ok := errors.AsType[*journal.LockedError](err); ok {
		return &LockedError{d.Path, held}
	}
	return err
}

func (d *Dir) unlock() {
	if d.guard != nil {
		d.guard.Release()
		d.guard = nil
	}
}

// create makes the directory and takes it, and puts in what the run needs. run.json
// comes last: a directory without it is not a run yet.
func (d *Dir) create(m *mapping.Mapping, in *Input) error {
	if err := atomicfile.MkdirAll(d.Path); err != nil {
		return err
	}
	if err := d.lock(); err != nil {
		return err
	}
	if _, err := os.Lstat(d.file(runName)); err == nil {
		return d.locked(&journal.LockedError{}) // another process was faster between two looks
	}
	if err := in.moveInto(d); err != nil {
		return err
	}
	if err := atomicfile.WriteFile(d.file(mappingName), m.Encode()); err != nil {
		return err
	}
	if d.schema != nil {
		if err := d.schema.write(d.file(schemaName)); err != nil {
			return err
		}
	}
	return d.save()
}

func (d *Dir) save() error {
	data, err := json.MarshalIndent(d.Run, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteFile(d.file(runName), append(data, '\n'))
}

// mapping is the mapping that the run uses.
func (d *Dir) mapping() (*mapping.Mapping, error) {
	data, err := atomicfile.ReadFile(d.file(mappingName), maxText)
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
func (d *Dir) journal() (*journal.Journal, *journal.State, error) {
	path := d.file(journalName)
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		j, err := journal.Create(path, journal.Header{Run: d.ID, Started: d.Started})
		return j, nil, err
	}
	return journal.Open(path)
}

// inputPath is where the run's input lies.
func (d *Dir) inputPath() string {
	if d.spool != "" {
		return d.spool
	}
	if d.Input.Spooled {
		return d.file(spoolName)
	}
	return d.Input.Path
}

// input opens the run's input in the form that its mapping says.
func (d *Dir) input(m *mapping.Mapping) (*csvfile.Reader, error) {
	form := formOf(m)
	for _, c := range d.Cut {
		form.CutAt = append(form.CutAt, c.At)
	}
	return openSource(d.inputPath(), d.Input.Sheet, form, m.CSV.Empty...)
}

// is reports whether the run directory is the one at an absolute path.
func (d *Dir) is(path string) bool {
	own, err := filepath.Abs(d.Path)
	return err == nil && own == path
}

// runID is a new random name of a run, 8 hex digits.
func runID() string {
	var b [4]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
