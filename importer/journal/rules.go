// Transition rules, checked when appending and when replaying.

package journal

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// The byte that rowStates has of a row: its Kind in the low bits, and
const (
	kindBits byte = 0x0f
	openBit  byte = 0x10 // it is in an intent without an end
	readBit  byte = 0x20 // it is in a slice
	warnBit  byte = 0x40 // its fate has a warning
)

// rowStates is what all records so far say, as far as it decides which record may
// come next:
//
//   - a row without a fate, or in doubt, may enter an intent, unless it is in one;
//   - the rows of an open intent get fates by its end, or are as before;
//   - a row without a fate, or in doubt, may be settled, also when it is in an
//     intent that its process didn't live to end;
//   - a row that was never in an intent may be refused or left out when it is read;
//   - other fates are final; but an unidentified row can be settled as created, and an
//     archived one as refused, where its record exists all the same;
//   - a row is read once, and intents are numbered 1, 2, 3 ...
type rowStates struct {
	rows      table
	open      map[int64]spans // intents without an end, by number
	counts    [kinds]int64
	warned    int64 // rows whose fate has a warning
	intents   int64 // the number of the last one
	inherited int64 // intents up to this one belong to processes that have ended
	highest   int64 // row that was read
	complete  int64 // rows of the whole input, -1 as long as that isn't known
}

func newRowStates() rowStates {
	return rowStates{open: map[int64]spans{}, complete: -1, inherited: math.MaxInt64}
}

// clone returns a copy for a process that goes on with the journal.
func (s *rowStates) clone() rowStates {
	c := *s
	c.rows = s.rows.clone()
	c.open = maps.Clone(s.open)
	c.inherited = s.intents
	return c
}

// apply applies a record, or says why it can't follow and changes nothing.
func (s *rowStates) apply(r *record) error {
	switch {
	case r.Begin != nil:
		return s.begin(*r.Begin, r)
	case r.End > 0:
		return s.end(r.End, r)
	case r.Return > 0:
		return s.end(r.Return, r)
	case r.Settle > 0:
		return s.settle(r)
	case r.Complete != nil:
		if *r.Complete < s.highest || *r.Complete > maxRow {
			return fmt.Errorf("the input can't have %d rows when row %d was read", *r.Complete, s.highest)
		}
		s.complete = *r.Complete
		return nil
	}
	return errors.New("the record has an unknown kind")
}

func (s *rowStates) begin(n int64, r *record) error {
	if len(r.Rows) == 0 && n != 0 || len(r.Rows) > 0 && n != s.intents+1 {
		return fmt.Errorf("intent %d with %d rows can't follow intent %d", n, r.Rows.len(), s.intents)
	}
	var read spans
	for _, sl := range r.Slices {
		read = append(read, sl.Span)
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
	for _, g := range r.Fates {
		if g.Kind != Refused && g.Kind != LeftOut {
			return fmt.Errorf("row %d was not sent and can't be %s", g.Rows[0].From, g.Kind)
		}
	}
	if err := s.check(read, unread); err != nil {
		return err
	}
	if err := s.check(refused, untouched); err != nil {
		return err
	}
	if err := s.check(r.Rows, free); err != nil {
		return err
	}

	for _, sp := range read {
		s.rows.set(sp, ^byte(0), readBit)
		s.highest = max(s.highest, sp.To)
	}
	s.decide(r)
	for _, sp := range r.Rows {
		s.rows.set(sp, ^byte(0), openBit)
	}
	if n > 0 {
		s.open[n], s.intents = r.Rows, n
	}
	return nil
}

func (s *rowStates) end(n int64, r *record) error {
	rows, ok := s.open[n]
	if !ok {
		return fmt.Errorf("intent %d is not open", n)
	}
	decided, err := fated(r)
	if err != nil {
		return err
	}
	if outside := decided.minus(rows); len(outside) > 0 {
		return fmt.Errorf("row %d is not in intent %d", outside[0].From, n)
	}
	for _, sp := range rows {
		s.rows.set(sp, ^openBit, 0)
	}
	delete(s.open, n)
	s.decide(r)
	return nil
}

func (s *rowStates) settle(r *record) error {
	decided, err := fated(r)
	if err != nil {
		return err
	}
	if r.Settle != decided.len() {
		return fmt.Errorf("%d rows are settled and %d announced", decided.len(), r.Settle)
	}
	for _, g := range r.Fates {
		rule := undecided
		switch g.Kind {
		case Created:
			rule = unnamed
		case Refused:
			rule = unarchived
		}
		if err := s.check(g.Rows, rule); err != nil {
			return err
		}
	}
	rest := map[int64]spans{} // intents that lose rows
	for n, rows := range s.open {
		left := rows.minus(decided)
		if left.len() == rows.len() {
			continue
		}
		if n > s.inherited {
			return fmt.Errorf("row %d is in flight", rows.minus(left)[0].From)
		}
		rest[n] = left
	}

	for n, left := range rest {
		if s.open[n] = left; len(left) == 0 {
			delete(s.open, n)
		}
	}
	for _, sp := range decided {
		s.rows.set(sp, ^openBit, 0)
	}
	s.decide(r)
	return nil
}

// fated returns the rows that the record gives a fate.
func fated(r *record) (spans, error) {
	var all spans
	for _, g := range r.Fates {
		if g.Kind == 0 || len(g.Rows) == 0 {
			return nil, errors.New("a fate has no kind or no rows")
		}
		all = append(all, g.Rows...)
	}
	return join(all)
}

// check returns an error for the first row that rule objects to.
func (s *rowStates) check(rows spans, rule func(v byte) string) error {
	for _, sp := range rows {
		for at, v := range s.rows.runs(sp) {
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

func unnamed(v byte) string {
	if Kind(v&kindBits) == Unidentified {
		return ""
	}
	return undecided(v)
}

func unarchived(v byte) string {
	if Kind(v&kindBits) == Archived {
		return ""
	}
	return undecided(v)
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
func (s *rowStates) decide(r *record) {
	for _, g := range r.Fates {
		for _, sp := range g.Rows {
			for at, v := range s.rows.runs(sp) {
				n := at.To - at.From + 1
				s.counts[v&kindBits] -= n
				if v&warnBit != 0 {
					s.warned -= n
				}
			}
			n, bits := sp.To-sp.From+1, byte(g.Kind)
			s.counts[g.Kind] += n
			if g.Warning != "" {
				s.warned += n
				bits |= warnBit
			}
			s.rows.set(sp, ^(kindBits | warnBit), bits)
		}
	}
}
