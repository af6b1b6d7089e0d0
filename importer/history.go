// What earlier processes have read, by which the input is known to be the same.

package importer

import (
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
)

// A history compares an input that is read from its start with the slices that
// the journal knows of it.
type history struct {
	slices journal.Slices // those ahead
	crc    uint32         // of the first of them, as far as it was read
}

// holds reports whether the row, the next one to be read, was read before.
func (h *history) holds(row int64) bool { return h.slices.Len() > 0 && row >= h.slices.First().From }

// take takes a row that the history holds. It reports whether that was the last
// one of its slice, and the slice is what it was; if it isn't, the error is a
// [*MismatchError]. Nothing of a slice may be acted upon before.
func (h *history) take(rec *csvfile.Record) (verified bool, err error) {
	s := h.slices.First()
	if rec.Row == s.From {
		h.crc = 0
	}
	h.crc = journal.Checksum(h.crc, rec.Raw)
	if rec.Row < s.To {
		return false, nil
	}
	if h.crc != s.CRC {
		return false, &MismatchError{From: s.From, To: s.To, Reason: "the input has changed here since these rows were read"}
	}
	h.slices = h.slices.Rest()
	return true, nil
}

// end returns a [*MismatchError] if the input ended with the row last and the
// history goes on.
func (h *history) end(last int64) error {
	if h.slices.Len() == 0 {
		return nil
	}
	return &MismatchError{
		From: max(h.slices.First().From, last+1), To: h.slices.Last().To,
		Reason: "the input is shorter than it was: these rows are gone",
	}
}
