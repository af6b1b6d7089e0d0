// Failures of rows that were never sent: the report of a check.

package report

import (
	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
)

// Refusals is a failures.csv that is written row by row while the input is read,
// where there is no run and no journal. It is the file that [Write] would make of the
// same fates. One goroutine at a time may use it.
type Refusals struct {
	dir  atomicfile.Dir
	file *atomicfile.File
	p    *projection
}

// NewRefusals begins a failures.csv in dir for the rows that r reads. m gives the
// values that messages speak of. Neutralised is that of [Source]; the fields of the
// records are restored already. The caller calls Close.
func NewRefusals(dir string, r *csvfile.Reader, m *mapping.Mapper, neutralised bool, o Options) (*Refusals, error) {
	d, err := atomicfile.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	f := &Refusals{dir: d, p: &projection{input: r, columns: columnsOf(r.Header()), values: values{mapper: m}, delim: byte(r.Dialect().Delimiter)}}
	if f.file, err = d.Create(failuresName); err != nil {
		d.Close()
		return nil, err
	}
	if o.ExcelSafe {
		f.p.safe = newNeutraliser(r.Dialect(), neutralised)
	}
	cells := f.p.columns.header(r.HeaderCells())
	f.p.safe.all(cells)
	if f.p.failures, err = newTable[failure](csvfile.NewWriter(f.file, r.Dialect()), f.p.join(cells), len(cells) == 0, f.p.values.numbered()); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Add adds a row with the fate [journal.Refused]. Position is what stands in
// hubload_position, where the mapping numbers rows. The record is not kept.
func (f *Refusals) Add(rec *csvfile.Record, fate journal.Fate, position string) error {
	cells, row, line, mark := f.p.cells(rec)
	refused := f.p.failure(row, line, rec, &fate)
	refused.CorrelationID = mark
	return f.p.failures.add(cells, refused, position)
}

// Publish gives the file its name, complete and durable.
func (f *Refusals) Publish() error {
	if err := f.p.failures.end(); err != nil {
		return err
	}
	return f.dir.Publish(f.file)
}

// Close removes what wasn't published.
func (f *Refusals) Close() error {
	f.file.Discard()
	return f.dir.Close()
}
