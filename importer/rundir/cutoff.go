// A file that was cut off when it was imported, and is whole now: half an upload.

package rundir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// A CutRow is a row in whose middle the input ended when the run read it. The run goes on
// with it as it was, and all that comes after it.
type CutRow struct {
	At   int64 `json:"at"` // length of the input then
	Row  int64 `json:"row"`
	Line int64 `json:"line"`

	// Other says that the row exists, with other values than it has now.
	Other bool `json:"other_values,omitempty"`
}

// sentOtherwise are the rows that exist with other values than they have now.
func (r *Run) sentOtherwise() (list []CutRow) {
	for _, c := range r.Cut {
		if c.Other {
			list = append(list, c)
		}
	}
	return list
}

// cutWarnings are what the reports say of the rows that were cut off.
func (r *Run) cutWarnings() map[int64]string {
	warnings := map[int64]string{}
	for _, c := range r.Cut {
		warnings[c.Row] = fmt.Sprintf("The file ended in this row when it was read. It is whole now, on line %d: copy its cells from there.", c.Line)
		if c.Other {
			warnings[c.Row] = fmt.Sprintf("SENT_WITH_OTHER_VALUES: the file was cut off in this row when it was sent. It is whole now, on line %d: correct the record in HubSpot.", c.Line)
		}
	}
	return warnings
}

// findCut finds the row in whose middle the input ended before, where it begins with all
// that it was and that row has a fate. A row in doubt isn't one: what was sent must be known
// to find it.
func (s *session) findCut(ctx context.Context, in *Input) (found bool, err error) {
	d := s.dir
	at := d.latest().Size
	if in.Spooled || slices.ContainsFunc(d.Cut, func(c CutRow) bool { return c.At == at }) {
		return false, nil
	}
	if whole, err := endsLine(in.File(), at); whole || err != nil {
		return false, err
	}
	if same, err := in.continues(ctx, d.latest()); !same || err != nil {
		return false, err
	}
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer st.Close()
	form := formOf(s.mapping)
	form.CutAt = []int64{at}
	before, now := form, formOf(s.mapping)
	cut := CutRow{At: at}
	was, err := s.contentOf(ctx, in, before, func(rec *csvfile.Record) bool {
		if rec.Cut {
			cut.Row, cut.Line = rec.Row, rec.Line
		}
		return rec.Cut
	})
	if err != nil || cut.Row == 0 {
		return false, err
	}
	is, err := s.contentOf(ctx, in, now, func(rec *csvfile.Record) bool { return rec.Row == cut.Row })
	if err != nil {
		return false, err
	}
	kind, settled := st.Kind(cut.Row)
	if !settled || kind == journal.InDoubt || slices.Contains(st.OpenRows(), cut.Row) {
		return false, nil
	}
	cut.Other = kind.Exists() && was != is
	d.Cut = append(d.Cut, cut)
	return true, nil
}

// contentOf reads the input up to a row, and returns what that sends; nothing for one that
// is refused.
func (s *session) contentOf(ctx context.Context, in *Input, form csvfile.Options, wanted func(*csvfile.Record) bool) (c rows.Content, err error) {
	open := func() (rows.Source, error) {
		r, err := in.Open(form, s.mapping.CSV.Empty...)
		if err != nil {
			return nil, inputError(err)
		}
		return newSource(r, in.File(), in.restored()), nil
	}
	var record mapping.Record
	err = rows.Each(ctx, open, rows.Config{Mapper: s.mapper}, func(row *rows.Row) error {
		if !wanted(row.Record) {
			return nil
		}
		if row.Map(&record) == nil {
			for i := range record.Properties { // 11 was sent, and 11.00 is the same
				record.Properties[i].Value = api.Normalized(record.Properties[i].Value)
			}
			c = rows.ContentOf(&record)
		}
		return io.EOF
	})
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return c, err
}

// endsLine reports whether the first size bytes of a file end with the end of a line.
func endsLine(path string, size int64) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, badInput(err)
	}
	defer f.Close()
	var last [1]byte
	if _, err := f.ReadAt(last[:], size-1); size < 1 || err != nil {
		return true, nil // shorter than it was: not a file that has grown
	}
	return last[0] == '\n' || last[0] == '\r', nil
}
