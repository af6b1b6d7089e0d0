// Package journal keeps the truth about a run: what was attempted, and what
// became of it.
//
// A journal is a file that only grows. Before a request leaves, the rows that it
// holds are written and synced: an intent. When its answer was judged, the fates of
// the rows are. So whatever happens to the process or the machine,
// the file says of every row whether it was created, was refused, is in doubt,
// was in flight, or was never sent. All reports are made from it.
//
//	j, err := journal.Create(path, journal.Header{Run: "1a2b3c4d", Started: time.Now()})
//	n, err := j.Begin(slices, nil, rows, 1) // synced when it returns
//	...                                     // send one request
//	err = j.End(n, fates)
//
// # The file
//
// Every record is one line: a JSON object whose last member is the CRC32C of
// the bytes before it.
//
//	{"journal":2,"run":"1a2b3c4d","started":"2026-03-01T09:00:00Z","crc":"0f6d6f1c"}
//	{"begin":1,"slices":[{"from":1,"to":100,"crc32c":2053230113}],"rows":"1-37,39-100","crc":"..."}
//	{"end":1,"fates":[{"rows":"1-36,39-100","ids":[51234567890,[1,97]],"fate":"created","attempts":1},
//	                  {"rows":"37","fate":"refused","code":"INVALID_OPTION",...}],"crc":"..."}
//
// (The last one is one line.) A begin says which rows were read and are about to be
// sent (begin 0: none of them); end and return name a begin; settle gives fates to rows
// outside of a request; complete is the number of rows in the input. Ids are written as
// steps from the id before, [step,times] when a step is repeated, and as a string when
// an id is not the usual text of a number. A fate that HubSpot warned about has a warning. A batch of 100 rows takes about 210 bytes
// when its ids follow each other. A journal holds row numbers, ids, codes and messages,
// and no values.
//
// Version 2 of hubload's journal can't read version 1: that run has to be finished with
// the hubload that began it.
//
// # Torn and damaged
//
// A death leaves at most a torn end: bytes after the last line end. [Open] cuts
// them off, but keeps a whole record among them. Anything else that isn't as it was
// written is damage, which is never skipped: a record that can't be read may be the
// intent of a request that was sent. A record that contradicts those before it, such as
// a second fate for a row that was created, is damage too.
package journal

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/hubload/hubload/importer/atomicfile"
)

// A Header says which run a journal belongs to.
type Header struct {
	Run     string    // random id of the run, 8 hex digits
	Started time.Time // kept in UTC
}

// A Journal appends to a journal's file. Its methods may be called from many
// goroutines at once; those that wait for the disk at the same time share one
// sync.
//
// A record that would contradict what the journal says already, such as an
// intent for a row that was created, is an error that changes nothing. When a
// write or a sync fails, the journal has failed for good: every method that
// appends returns that error from then on, and no sync is tried again, for the
// system may have dropped what it couldn't write.
//
// A file that is deleted or replaced while a Journal appends to it is such a failure: no
// other process would find the records in it.
//
// Two processes must not append to one file: see [Lock].
type Journal struct {
	path    string // at which the file must stay, "" in tests of other files
	mu      sync.Mutex
	changed sync.Cond // written, synced, busy or err has changed
	file    file
	states  rowStates
	pending []byte // records that nobody has begun to write
	spare   []byte // the buffer that pending doesn't use
	end     int64  // offset after pending
	written int64  // offset up to which the file is written
	synced  int64  // offset up to which it is durable
	busy    bool   // somebody is writing or syncing
	err     error  // why the journal has failed, or that it was closed
}

// Create makes a new journal with mode 0600 and returns when it is durable. The
// error matches [os.ErrExist] when there is a file already. A death in Create
// leaves a journal without records, or none.
func Create(path string, h Header) (*Journal, error) {
	line, err := h.encode()
	if err == nil {
		err = atomicfile.WriteNewFile(path, line)
	}
	var f *os.File
	if err == nil {
		f, err = atomicfile.OpenRegular(path, os.O_RDWR)
	}
	if err != nil {
		return nil, fmt.Errorf("creating the journal: %w", err)
	}
	j := begun(f, line)
	j.path = path
	return j, nil
}

func (h Header) encode() ([]byte, error) {
	return (&record{Journal: version, Run: h.Run, Started: h.Started.UTC()}).encode()
}

// begun is a journal whose file holds the header and no more.
func begun(f file, header []byte) *Journal {
	j := newJournal(f, newRowStates())
	j.states.inherited = 0
	j.end = int64(len(header))
	j.written, j.synced = j.end, j.end
	return j
}

func newJournal(f file, states rowStates) *Journal {
	j := &Journal{file: f, states: states}
	j.changed.L = &j.mu
	return j
}

// Open goes on with the journal at path. It returns what that says so far, and
// has cut off a torn end, if there was one, before it returns. What the State
// says is durable.
//
// The error matches [os.ErrNotExist] when there is no journal, and is a
// [*DamageError] when there is a broken one.
func Open(path string) (*Journal, *State, error) {
	s, t, err := load(path)
	if err != nil {
		return nil, nil, err
	}
	f, err := atomicfile.OpenRegular(path, os.O_RDWR)
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	j, err := resume(f, s, t)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close(), s.Close())
	}
	j.path = path
	return j, s, nil
}

// State reads what j holds, as far as it is written. It is valid until j is closed, and
// must not be closed itself.
func (j *Journal) State() (*State, error) {
	s, _, err := read(j.file, "the journal")
	return s, err
}

func resume(f file, s *State, t tail) (*Journal, error) {
	j := newJournal(f, s.clone())
	j.end = t.end
	if t.torn > 0 {
		if err := f.Truncate(t.end); err != nil {
			return nil, fmt.Errorf("cutting off the journal's torn end: %w", err)
		}
	}
	if t.noLineEnd {
		if _, err := f.WriteAt([]byte{'\n'}, t.end); err != nil {
			return nil, fmt.Errorf("writing the journal: %w", err)
		}
		j.end++
	}
	// Also when there was nothing to cut off: records that a killed process wrote
	// may not be durable yet, and from now on they are acted on.
	if err := f.Sync(); err != nil {
		return nil, fmt.Errorf("syncing the journal: %w", err)
	}
	j.written, j.synced = j.end, j.end
	return j, nil
}
