// The ledger of a drop: every change of a file's state, durable before it is acted on.

package watch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/journal"
)

const (
	ledgerName = "ledger.jsonl"
	lockName   = "lock"
)

// An entry is one line of the ledger.
type entry struct {
	Time time.Time `json:"time"`
	File *File     `json:"file,omitempty"`
	Drop *dropNote `json:"drop,omitempty"`
}

// A dropNote is what the ledger says of the drop itself.
type dropNote struct {
	Dir     string    `json:"dir"`              // absolute
	Started time.Time `json:"started"`          // the first look
	Missing time.Time `json:"missing,omitzero"` // the last deadline that was reported as missed
	Pruned  time.Time `json:"pruned,omitzero"`  // when old files were last deleted
	Totals  totals    `json:"totals,omitempty"` // of files that the ledger has forgotten
}

// A ledger is held by one process at a time.
type ledger struct {
	dir   string // state directory of the drop
	guard *journal.Guard
	file  *os.File
	note  dropNote
	files []*File // in the order in which they were claimed
	byID  map[string]*File
}

// A DamageError says that a ledger isn't as it was written. Without it nobody knows which
// files were taken: put it back from a copy.
type DamageError struct {
	Path string
	Line int
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("the ledger %s is damaged at line %d", e.Path, e.Line)
}

// openLedger takes the lock of a state directory, which it makes, and reads its ledger.
// The error is a [*journal.LockedError] while another process has the lock.
func openLedger(dir string) (_ *ledger, err error) {
	for _, sub := range []string{"", inboxDir, runsDir, doneDir, failedDir, rejectedDir, fixDir} {
		if err := atomicfile.MkdirAll(filepath.Join(dir, sub)); err != nil {
			return nil, err
		}
	}
	l := &ledger{dir: dir}
	if l.guard, err = journal.Lock(filepath.Join(dir, lockName)); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	if l.file, err = atomicfile.OpenOwn(filepath.Join(dir, ledgerName)); err != nil {
		return nil, err
	}
	whole, err := l.read(l.file)
	if err != nil {
		return nil, err
	}
	// The line of a writer that has died is cut off.
	if err := l.file.Truncate(whole); err != nil {
		return nil, err
	}
	if whole == 0 {
		if err := atomicfile.SyncDir(dir); err != nil {
			return nil, err
		}
	}
	_, err = l.file.Seek(whole, io.SeekStart)
	return l, err
}

// readLedger reads a ledger without taking its lock: as it is now.
func readLedger(dir string) (*ledger, error) {
	l := &ledger{dir: dir}
	f, err := atomicfile.OpenRegular(filepath.Join(dir, ledgerName), os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	_, err = l.read(f)
	return l, err
}

// read replays the lines of r and returns the length of the whole ones. What follows the
// last line end is torn. A line that has one was synced, and must be valid.
func (l *ledger) read(r io.Reader) (whole int64, err error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	l.byID = map[string]*File{}
	for n := 1; ; n++ {
		line, rest, ok := bytes.Cut(data, []byte("\n"))
		if !ok {
			return whole, nil
		}
		var e entry
		if !journal.Sealed(line) || json.Unmarshal(line, &e) != nil {
			return 0, &DamageError{filepath.Join(l.dir, ledgerName), n}
		}
		l.apply(&e)
		whole += int64(len(line)) + 1
		data = rest
	}
}

func (l *ledger) apply(e *entry) {
	if e.Drop != nil {
		l.note = *e.Drop
	}
	if e.File == nil {
		return
	}
	if known := l.byID[e.File.ID]; known != nil {
		*known = *e.File
		return
	}
	l.byID[e.File.ID] = e.File
	l.files = append(l.files, e.File)
}

// save makes durable how files are now, and what is noted of the drop. What follows may
// be done then, and not before.
func (l *ledger) save(entries ...entry) error {
	for i := range entries {
		entries[i].Time = time.Now().UTC()
	}
	lines, err := sealed(entries)
	if err != nil {
		return err
	}
	if _, err := l.file.Write(lines); err != nil {
		return fmt.Errorf("writing the ledger: %w", err)
	}
	if err := l.file.Sync(); err != nil {
		return fmt.Errorf("writing the ledger: %w", err)
	}
	for i := range entries {
		l.apply(&entries[i])
	}
	return nil
}

// sealed are entries as lines.
func sealed(entries []entry) (lines []byte, err error) {
	for i := range entries {
		data, err := json.Marshal(entries[i])
		if err != nil {
			return nil, err
		}
		lines = append(lines, journal.Seal(data)...)
	}
	return lines, nil
}

// saveFile is save for one file, in a new state or not.
func (l *ledger) saveFile(f *File) error { return l.save(entry{File: f}) }

func (l *ledger) saveNote() error {
	note := l.note
	return l.save(entry{Drop: &note})
}

func (l *ledger) close() {
	if l.file != nil {
		l.file.Close()
	}
	l.guard.Release()
}

// path is where a file lies.
func (l *ledger) path(f *File) string { return filepath.Join(l.dir, f.place()) }

// runDir is the directory of a file's run.
func (l *ledger) runDir(f *File) string { return filepath.Join(l.dir, runsDir, f.ID) }

// byRun returns the file whose run has an id, nil when there is none.
func (l *ledger) byRun(run string) *File {
	for _, f := range l.files {
		if run != "" && f.Run == run {
			return f
		}
	}
	return nil
}

// begin notes at the first look whose state this is, and refuses the state of another drop.
func (l *ledger) begin(d *Drop) error {
	dir, err := filepath.Abs(d.Dir)
	if err != nil {
		return err
	}
	if l.note.Dir == "" {
		l.note = dropNote{Dir: dir, Started: time.Now().UTC()}
		return l.saveNote()
	}
	if l.note.Dir != dir {
		return &OtherDropError{State: l.dir, Was: l.note.Dir, Is: dir}
	}
	return nil
}

// An OtherDropError says that a state directory belongs to another folder.
type OtherDropError struct{ State, Was, Is string }

func (e *OtherDropError) Error() string {
	return fmt.Sprintf("%s is the state of the drop %s, and not of %s", e.State, e.Was, e.Is)
}

// missing reports whether an error says that a file or directory isn't there.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
