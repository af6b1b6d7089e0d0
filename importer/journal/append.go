// What can be appended: intents, their ends, fates, the number of rows.

package journal

import "fmt"

// Begin makes durable that slices of the input were read, that rows of theirs
// were refused before they were sent or are left out, and that rows are about to be sent. The
// request may leave when Begin has returned, and not before.
//
// The number n of the intent is for [Journal.End] or [Journal.Return]; intents
// are numbered from 1 on, over all processes of the run. Without rows there is
// no intent, and n is 0. The rows may come in any order; attempt is 1 for rows
// that are sent for the first time.
//
// It is an error to read rows twice, and to send a row that is in an open
// intent or has a final fate: any but in doubt.
func (j *Journal) Begin(read []Slice, refused []Fate, rows []int64, attempt int) (n int64, err error) {
	r := &record{Begin: &n, Slices: read}
	if r.Fates, err = groupFates(refused); err != nil {
		return 0, fmt.Errorf("journal: %w", err)
	}
	if r.Rows, err = spansOf(rows); err != nil {
		return 0, fmt.Errorf("journal: %w", err)
	}
	if len(rows) > 0 && attempt < 1 {
		return 0, fmt.Errorf("journal: %d is not the number of an attempt", attempt)
	}
	if len(rows) > 0 && attempt > 1 {
		r.Attempt = attempt
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(rows) > 0 {
		n = j.states.intents + 1
	}
	if err := j.add(r, true); err != nil {
		return 0, err
	}
	return n, nil
}

// Read is a Begin of slices alone that doesn't wait for the disk: when it returns the
// record is written, and the next Begin makes it durable together with its own.
func (j *Journal) Read(read []Slice) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.add(&record{Begin: new(int64), Slices: read}, false)
}

// End makes durable what became of the rows of intent n. Rows without a fate
// were certainly not executed: they are as they were before the intent, and may
// be sent again.
func (j *Journal) End(n int64, fates []Fate) error {
	groups, err := groupFates(fates)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.add(&record{End: n, Fates: groups}, true)
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
	groups, err := groupFates(fates)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(fates) == 0 {
		return j.err
	}
	return j.add(&record{Settle: int64(len(fates)), Fates: groups}, true)
}

// Complete makes durable that the input was read to its end and has this many
// rows.
func (j *Journal) Complete(rows int64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.add(&record{Complete: &rows}, true)
}
