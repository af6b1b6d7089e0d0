// Package journal keeps the truth about a run: what was attempted, and what
// became of it.
//
// A journal is a file that only grows. Before a request leaves, the rows that it
// holds are written and synced, which is an intent; when its answer was judged,
// the fates of the rows are. So whatever happens to the process or the machine,
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
//	{"journal":1,"run":"1a2b3c4d","started":"2026-03-01T09:00:00Z","crc":"0f6d6f1c"}
//	{"begin":1,"slices":["1-100:7a61ce21"],"rows":"1-37,39-100","crc":"…"}
//	{"end":1,"created":["1-36,39-100=51234567890a97"],"refused":[{"rows":"37","code":"INVALID_OPTION",…}],"crc":"…"}
//
// A begin says which rows were read and are about to be sent (begin 0: none of
// them); end and return name a begin; settle gives fates to rows outside of a
// request; complete is the number of rows in the input. Rows are written as
// ranges, and the ids of rows as the first id and steps: a to z for 1 to 26
// more, A to Z for 1 to 26 less, +n and -n, and a number behind a letter to
// repeat it. A batch of 100 rows takes about 180 bytes when its ids follow each
// other. A journal holds row numbers, ids, codes and messages, and no values.
//
// # Torn and damaged
//
// A death leaves at most a torn end: bytes behind the last line end. [Open] cuts
// it off, but keeps what it holds of a whole record. Anything else that isn't
// as it was written is damage, which is never skipped: a record that can't be
// read may be the intent of a request that was sent. So is a record that
// contradicts those before it, such as a second fate for a row that was created.
package journal

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
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
// Two processes must not append to one file: see [Lock].
type Journal struct {
	mu      sync.Mutex
	changed sync.Cond // written, synced, busy or err has changed
	file    file
	ledger  ledger
	pending []byte // records that nobody has begun to write
	spare   []byte // the buffer that pending doesn't use
	end     int64  // offset behind pending
	written int64  // offset up to which the file is written
	synced  int64  // offset up to which it is durable
	busy    bool   // somebody is writing or syncing
	err     error  // why the journal has failed, or that it was closed
}

// Create makes a new journal with mode 0600 and returns when it is durable. The
// error matches [os.ErrExist] when there is a file already. A death in Create
// leaves a journal without records, or none.
func Create(path string, h Header) (*Journal, error) {
	var j *Journal
	f, err := publish(path, func(f file) (err error) {
		j, err = create(f, h)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("creating the journal: %w", err)
	}
	j.file = f
	return j, nil
}

func create(f file, h Header) (*Journal, error) {
	j := newJournal(f, newLedger())
	j.ledger.dead = 0
	r := &record{Journal: version, Run: h.Run, Started: h.Started.UTC()}
	line, err := r.line()
	if err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j, j.put(line, true)
}

func newJournal(f file, l ledger) *Journal {
	j := &Journal{file: f, ledger: l}
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
	f, err := openRegular(path, os.O_RDWR)
	if err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	j, err := resume(f, s, t)
	if err != nil {
		return nil, nil, errors.Join(err, f.Close(), s.Close())
	}
	return j, s, nil
}

func resume(f file, s *State, t tail) (*Journal, error) {
	j := newJournal(f, s.clone())
	j.end = t.end
	if t.torn > 0 {
		if err := f.Truncate(t.end); err != nil {
			return nil, fmt.Errorf("cutting off the journal's torn end: %w", err)
		}
	}
	if t.unended {
		if _, err := f.WriteAt([]byte{'\n'}, t.end); err != nil {
			return nil, fmt.Errorf("writing the journal: %w", err)
		}
		j.end++
	}
	// Also when there was nothing to mend: records that a killed process wrote
	// may not be durable yet, and from now on they are acted on.
	if err := f.Sync(); err != nil {
		return nil, fmt.Errorf("syncing the journal: %w", err)
	}
	j.written, j.synced = j.end, j.end
	return j, nil
}

// Begin makes durable that slices of the input were read, that rows of theirs
// were refused before they were sent, and that rows are about to be sent. The
// request may leave when Begin has returned, and not before.
//
// The number n of the intent is for [Journal.End] or [Journal.Return]; intents
// are numbered from 1 on, over all processes of the run. Without rows there is
// no intent, and n is 0. The rows may come in any order; attempt is 1 for rows
// that are sent for the first time.
//
// It is an error to read rows twice, and to send a row that is in an open
// intent or has a final fate: created, existing or refused.
func (j *Journal) Begin(read []Slice, refused []Fate, rows []int64, attempt int) (n int64, err error) {
	r := &record{Begin: &n}
	for _, s := range read {
		if err := s.check(); err != nil {
			return 0, fmt.Errorf("journal: %w", err)
		}
		r.Slices = append(r.Slices, sliceText(s))
	}
	if err := r.addFates(refused); err != nil {
		return 0, fmt.Errorf("journal: %w", err)
	}
	if r.Rows, err = spansOf(rows); err != nil {
		return 0, fmt.Errorf("journal: %w", err)
	}
	if len(rows) > 0 && attempt < 1 {
		return 0, fmt.Errorf("journal: %d is no number of an attempt", attempt)
	}
	if len(rows) > 0 && attempt > 1 {
		r.Attempt = attempt
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(rows) > 0 {
		n = j.ledger.intents + 1
	}
	if err := j.add(r, true); err != nil {
		return 0, err
	}
	return n, nil
}

// End makes durable what became of the rows of intent n. Rows without a fate
// were certainly not executed: they are as they were before the intent, and may
// be sent again.
func (j *Journal) End(n int64, fates []Fate) error {
	r := &record{End: n}
	if err := r.addFates(fates); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.add(r, true)
}

// Return is an End without fates, because of a reason, which is a word such as
// limited. When it returns the record is written, but not synced: the next Begin
// makes it durable, and when the machine dies before that, the rows are found to
// be in flight.
func (j *Journal) Return(n int64, reason string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.add(&record{Return: n, Reason: reason}, false)
}

// Settle makes durable what became of rows outside of an intent: rows in doubt
// that were found, and rows that were in flight when a process died. It is an
// error to settle a row that is in flight now, or has a final fate.
func (j *Journal) Settle(fates []Fate) error {
	r := &record{Settle: int64(len(fates))}
	if err := r.addFates(fates); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(fates) == 0 {
		return j.err
	}
	return j.add(r, true)
}

// Complete makes durable that the input was read to its end and has this many
// rows.
func (j *Journal) Complete(rows int64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.add(&record{Complete: &rows}, true)
}
