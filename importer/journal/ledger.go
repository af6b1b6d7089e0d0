// The law: which record may follow which. Writing and replaying obey the same.

package journal

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// What the table of a ledger says of a row: its Kind in the low bits, and
const (
	kindBits byte = 0x07
	openBit  byte = 0x08 // it is in an intent without an end
	readBit  byte = 0x10 // it is in a slice
)

// A ledger is what all records so far add up to, as far as it decides which may
// come next:
//
//   - a row without a fate, or in doubt, may enter an intent, unless it is in one;
//   - the rows of an open intent get fates by its end, or are as before;
//   - a row without a fate, or in doubt, may be settled, also when it is in an
//     intent that its process didn't live to end;
//   - a row that was never in an intent may be refused when it is read;
//   - created, existing and refused are final;
//   - a row is read once, and intents are numbered 1, 2, 3 ...
type ledger struct {
	rows     table
	open     map[int64]spans // intents without an end, by number
	counts   [InDoubt + 1]int64
	intents  int64 // the number of the last one
	dead     int64 // intents up to this one belong to processes that are gone
	highest  int64 // row that was read
	complete int64 // rows of the whole input, -1 as long as that isn't known
}

func newLedger() ledger {
	return ledger{open: map[int64]spans{}, complete: -1, dead: math.MaxInt64}
}

// clone returns a ledger for a process that goes on with the journal.
func (l *ledger) clone() ledger {
	c := *l
	c.rows = l.rows.clone()
	c.open = maps.Clone(l.open)
	c.dead = l.intents
	return c
}

// apply changes the ledger by a record, or says why that one can't be, and then
// leaves the ledger as it was.
func (l *ledger) apply(r *record) error {
	switch {
	case r.Begin != nil:
		return l.begin(*r.Begin, r)
	case r.End > 0:
		return l.end(r.End, r)
	case r.Return > 0:
		return l.end(r.Return, r)
	case r.Settle > 0:
		return l.settle(r)
	case r.Complete != nil:
		if *r.Complete < l.highest || *r.Complete > maxRow {
			return fmt.Errorf("the input can't have %d rows when row %d was read", *r.Complete, l.highest)
		}
		l.complete = *r.Complete
		return nil
	}
	return errors.New("the record is of no known kind")
}

func (l *ledger) begin(n int64, r *record) error {
	if len(r.Rows) == 0 && n != 0 || len(r.Rows) > 0 && n != l.intents+1 {
		return fmt.Errorf("intent %d with %d rows can't follow intent %d", n, r.Rows.len(), l.intents)
	}
	var read spans
	for _, s := range r.Slices {
		read = append(read, s.Span)
	}
	read, err := join(read)
	if err != nil {
		return err
	}
	refused, err := fated(r)
	if err != nil {
		return err
	}
	if _, err := join(slices.Concat(refused, r.Rows)); err != nil {
		return err
	}
	if len(r.Created)+len(r.Existing)+len(r.InDoubt) > 0 {
		return errors.New("rows that were not sent can be refused only")
	}
	if err := l.check(read, unread); err != nil {
		return err
	}
	if err := l.check(refused, untouched); err != nil {
		return err
	}
	if err := l.check(r.Rows, free); err != nil {
		return err
	}

	for _, sp := range read {
		l.rows.set(sp, ^byte(0), readBit)
		l.highest = max(l.highest, sp.To)
	}
	l.decide(r)
	for _, sp := range r.Rows {
		l.rows.set(sp, ^byte(0), openBit)
	}
	if n > 0 {
		l.open[n], l.intents = r.Rows, n
	}
	return nil
}

func (l *ledger) end(n int64, r *record) error {
	rows, ok := l.open[n]
	if !ok {
		return fmt.Errorf("intent %d is not open", n)
	}
	decided, err := fated(r)
	if err != nil {
		return err
	}
	if strange := decided.minus(rows); len(strange) > 0 {
		return fmt.Errorf("row %d is not in intent %d", strange[0].From, n)
	}
	for _, sp := range rows {
		l.rows.set(sp, ^openBit, 0)
	}
	delete(l.open, n)
	l.decide(r)
	return nil
}

func (l *ledger) settle(r *record) error {
	decided, err := fated(r)
	if err != nil {
		return err
	}
	if r.Settle != decided.len() {
		return fmt.Errorf("%d rows are settled and %d announced", decided.len(), r.Settle)
	}
	if err := l.check(decided, undecided); err != nil {
		return err
	}
	rest := map[int64]spans{} // intents that lose rows
	for n, rows := range l.open {
		left := rows.minus(decided)
		if left.len() == rows.len() {
			continue
		}
		if n > l.dead {
			return fmt.Errorf("row %d is in flight", rows.minus(left)[0].From)
		}
		rest[n] = left
	}

	for n, left := range rest {
		if l.open[n] = left; len(left) == 0 {
			delete(l.open, n)
		}
	}
	for _, sp := range decided {
		l.rows.set(sp, ^openBit, 0)
	}
	l.decide(r)
	return nil
}

// fated returns the rows that the record gives a fate.
func fated(r *record) (spans, error) {
	var all spans
	for _, g := range r.groups() {
		all = append(all, g.Rows...)
	}
	return join(all)
}

// check returns an error for the first row that rule has something against.
func (l *ledger) check(rows spans, rule func(v byte) string) error {
	for _, sp := range rows {
		for at, v := range l.rows.runs(sp) {
			if objection := rule(v); objection != "" {
				return fmt.Errorf("row %d %s", at.From, objection)
			}
		}
	}
	return nil
}

func unread(v byte) string {
	if v&readBit != 0 {
		return "was read already"
	}
	return ""
}

func undecided(v byte) string {
	if k := Kind(v & kindBits); k != 0 && k != InDoubt {
		return "is " + k.String() + " already"
	}
	return ""
}

func free(v byte) string {
	if v&openBit != 0 {
		return "is in an open intent"
	}
	return undecided(v)
}

func untouched(v byte) string {
	if Kind(v&kindBits) == InDoubt {
		return "is in doubt"
	}
	return free(v)
}

// decide gives rows the fates that the record holds.
func (l *ledger) decide(r *record) {
	for kind, g := range r.groups() {
		for _, sp := range g.Rows {
			for at, v := range l.rows.runs(sp) {
				l.counts[v&kindBits] -= at.To - at.From + 1
			}
			l.counts[kind] += sp.To - sp.From + 1
			l.rows.set(sp, ^kindBits, byte(kind))
		}
	}
}
