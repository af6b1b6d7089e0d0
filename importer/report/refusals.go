// Failures of rows that were never sent: the report of a check.

package report

import (
	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// Refusals is a failures.csv that is written row by row while the input is read,
// where there is no run and no journal. It is the file that [Write] would make of the
// same fates, with an empty hubload_run. One goroutine at a time may use it.
type Refusals struct {
	dir     atomicfile.Dir
	file    *hashedFile
	p       *projection
	options Options
}

// NewRefusals begins a failures.csv in dir for the rows that r reads. m gives the
// values that messages speak of. Neutralised is that of [Source]; the fields of the
// records are restored already. The caller calls Close.
func NewRefusals(dir string, r *csvfile.Reader, m *mapping.Mapper, neutralised bool, o Options) (*Refusals, error) {
	d, err := atomicfile.OpenDir(dir)
	if err != nil {
		return nil, err
	}
	f := &Refusals{dir: d, options: o}
	err = d.Sweep()
	if err == nil {
		f.file, err = createHashed(d, failuresName)
	}
	if err == nil {
		f.p, err = newProjection(r, values{mapper: m, neutralised: neutralised}, "", o, nil, f.file, nil)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	f.p.values.neutralised = false // the fields are restored
	return f, nil
}

// Add adds a row with the fate [journal.Refused]. The row is not kept.
func (f *Refusals) Add(row *rows.Row, fate journal.Fate) error {
	cells, number, line, mark := f.p.cells(row.Record, row.Filler().Filled())
	return f.p.failures.add(cells, f.p.failure(number, line, row.Record, &fate, mark, row.Position(), row.Filler().Mark())...)
}

// Publish gives the file its name, complete and durable. A failures.csv that somebody
// changed is kept, as [Write] does.
func (f *Refusals) Publish() error {
	if err := f.p.failures.flush(); err != nil {
		return err
	}
	defer f.dir.Lock()()
	return publish(f.dir, 0, f.options, f.file)
}

// Close removes what wasn't published.
func (f *Refusals) Close() error {
	if f.file != nil {
		f.file.Discard()
	}
	return f.dir.Close()
}
