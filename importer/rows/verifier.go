// The input verifier: is the input what earlier processes have read?

package rows

import (
	"fmt"

	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
)

// A MismatchError says that the input isn't the one that the journal is about.
type MismatchError struct {
	From, To int64 // the first rows that differ
	Reason   string
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("rows %d to %d: %s", e.From, e.To, e.Reason)
}

// A Verifier compares an input that is read from its start with the slices of a
// journal. Its methods must be called for each row in order.
type Verifier struct {
	Slices journal.Slices // those that aren't verified so far

	crc uint32 // of the first of them, as far as it was read
}

// Holds reports whether the row, the next one to be read, was read before.
func (v *Verifier) Holds(row int64) bool { return v.Slices.Len() > 0 && row >= v.Slices.First().From }

// Take takes a row that the journal holds. It reports whether this was the last
// row of its slice and the slice is unchanged. The error is a [*MismatchError] if
// it has changed; the Verifier then goes on with the next slice.
func (v *Verifier) Take(rec *csvfile.Record) (verified bool, err error) {
	s := v.Slices.First()
	if rec.Row == s.From {
		v.crc = 0
	}
	v.crc = journal.Checksum(v.crc, rec.Raw)
	if rec.Row < s.To {
		return false, nil
	}
	v.Slices = v.Slices.Rest()
	if v.crc != s.CRC {
		return false, &MismatchError{From: s.From, To: s.To, Reason: "the input has changed here since these rows were read"}
	}
	return true, nil
}

// End returns a [*MismatchError] if the input ends with the row last and the journal
// holds more.
func (v *Verifier) End(last int64) error {
	if v.Slices.Len() == 0 {
		return nil
	}
	return &MismatchError{
		From: max(v.Slices.First().From, last+1), To: v.Slices.Last().To,
		Reason: "the input is shorter than it was: these rows are gone",
	}
}
