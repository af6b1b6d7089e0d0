// The summary: a run in numbers.

package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
)

// A Summary is what summary.json says of a run.
type Summary struct {
	Counts                // of the whole run, as Write returned them
	csvfile.Stats         // what the last process overlooked in the input
	Requests      int64   `json:"requests"`        // that create or change records, over all processes
	Limited       int64   `json:"limited_429"`     // those that the rate limit refused
	Retries       int64   `json:"retries"`         // those that repeated rows
	Seconds       float64 `json:"seconds"`         // of the last process
	RowsPerSecond float64 `json:"rows_per_second"` // of the last process
	ExitCode      int     `json:"exit_code"`       // of the last process

	Run     string `json:"run"` // the run's random id
	Input   string `json:"input"`
	First   int64  `json:"first,omitempty"` // so many rows were asked for; without it all
	Object  string `json:"object"`          // type of the records
	Account int64  `json:"account"`         // 0 when it isn't known

	Started     time.Time `json:"started"`      // of the run
	Finished    time.Time `json:"finished"`     // of the last process
	SessionRows int64     `json:"session_rows"` // rows that got their fate in the last process

	Refusals []Reason `json:"refusals,omitempty"` // why rows were refused, the most frequent reason first
	Warned   []Reason `json:"warned,omitempty"`   // what HubSpot warned about, in the same order

	// SentOtherwise counts rows that exist with other values than they have now: the input
	// was cut off in them.
	SentOtherwise int64 `json:"sent_with_other_values,omitempty"`

	// Odd are the cells of rows that could be sent and most likely are a mistake.
	Odd []Reason `json:"worth_a_look,omitempty"`

	Timeline []Moment `json:"timeline,omitempty"` // of the last process, at most some hundred
}

const maxSummary = 1 << 20

// WriteSummary writes summary.json into dir, in the way in which [Write] writes its
// files.
func WriteSummary(dir string, s Summary) error {
	d, err := atomicfile.OpenDir(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return writeSummary(d, s)
}

func writeSummary(dir atomicfile.Dir, s Summary) error { return writeJSON(dir, summaryName, s) }

// UpdateSummary changes the summary of a run whose reports were just written from st.
// Without a summary it does nothing: the run hasn't ended. The error matches [ErrStale]
// when newer reports were written since.
func UpdateSummary(dir string, st *journal.State, change func(*Summary)) error {
	d, err := atomicfile.OpenDir(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	defer d.Lock()()
	if readStamp(d).Journal > st.Size() {
		return ErrStale
	}
	s, err := ReadSummary(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	change(&s)
	return writeSummary(d, s)
}

// ReadSummary reads what WriteSummary wrote. The error matches [os.ErrNotExist]
// when there is no summary. Anything but a regular file of at most 1 MiB is
// refused.
func ReadSummary(dir string) (s Summary, err error) {
	data, err := atomicfile.ReadFile(filepath.Join(dir, summaryName), maxSummary)
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return Summary{}, fmt.Errorf("reading %s: %w", summaryName, err)
	}
	return s, nil
}
