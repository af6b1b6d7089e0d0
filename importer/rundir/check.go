// A check: everything that can be said of a file before the first write.

package rundir

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/atomicfile"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

// A Checked is a file that was checked.
type Checked struct {
	Input   *Input
	Mapping *mapping.Mapping
	Known   Known
	Dir     string         // of the report, "" when there is none
	Stats   csvfile.Stats  // what was overlooked in the file
	Summary report.Summary // rows that can be sent are pending

	// Preview is what an import would do to records that exist. It is nil without a key,
	// or where the account wasn't asked.
	Preview *importer.Previewed
}

// A Visitor sees the rows of a check, in the order of the file. Rows are valid until
// the next one is seen.
type Visitor interface {
	// Known comes first, and Begin before the first row.
	Known(k Known)
	Begin(c *Checked, m *mapping.Mapper)
	Good(row *rows.Row, record *mapping.Record)
	Refused(row *rows.Row, refused *rows.Refusal)
	LeftOut(row *rows.Row, refused *rows.Refusal)
}

// Check reads all of a file, maps every row and checks every value, as far as that can
// be done without writing. Rows that an import would refuse go into failures.csv in
// the directory dir, which is made when there is one; with always, in any case. "" is
// a directory in [Root]. It is never that of a run.
//
// With the error of an input that ends in the middle, the result has what was read.
func Check(ctx context.Context, o Options, dir string, always bool, v Visitor) (*Checked, error) {
	in, m, err := o.prepare(ctx, Root)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	c := &checking{o: &o, Checked: Checked{Input: in, Mapping: m}, always: always, visitor: v}
	if c.dir = dir; dir == "" {
		c.dir = filepath.Join(Root, in.Name+"-"+in.SHA256[:8]+".check")
	}
	if c.Known, err = Definitions(ctx, o, m); err != nil {
		return nil, err
	}
	v.Known(c.Known)
	if c.Mapping, err = o.complete(in, m, c.Known.Schema); err != nil {
		return nil, err
	}
	if c.mapper, err = o.compile(in, c.Mapping, c.Known.Schema, c.Known.AccountName); err != nil {
		return nil, err
	}
	if err := in.checkPercent(ctx, c.Mapping, c.mapper); err != nil {
		return nil, err
	}
	if _, err := in.findCorrects(c.mapper, o.FailuresOf); err != nil {
		return nil, err
	}
	v.Begin(&c.Checked, c.mapper)
	started := time.Now()
	checked, err := c.rows(ctx)
	if c.failures != nil {
		defer c.failures.Close()
	}
	if _, cut := errors.AsType[*csvfile.FileError](err); err != nil && !cut {
		return nil, err
	}
	if err == nil {
		if err := c.compare(ctx); err != nil {
			return nil, err
		}
	}
	if reportErr := c.report(checked, started, err); reportErr != nil {
		return nil, reportErr
	}
	return &c.Checked, err
}

// A checking is one check on its way.
type checking struct {
	Checked
	o        *Options
	mapper   *mapping.Mapper
	config   rows.Config // once rows has begun
	visitor  Visitor
	dir      string
	always   bool
	failures *report.Refusals
}

// open opens the input from its start, in the form that Import sends it in.
func (c *checking) open() (*source, error) {
	r, err := c.Input.Open(formOf(c.Mapping), c.Mapping.CSV.Empty...)
	if err != nil {
		return nil, inputError(err)
	}
	return newSource(r, c.Input.File(), c.Input.restored()), nil
}

// rows reads the file and notes what is wrong with it.
func (c *checking) rows(ctx context.Context) (n importer.Checked, err error) {
	c.config = rows.Config{Mapper: c.mapper, Key: c.Mapping.KeyProperty()}
	if err := c.config.Prepare(ctx, func() (rows.Source, error) { return c.open() }); err != nil {
		return n, passError(ctx, err)
	}
	src, err := c.open()
	if err != nil {
		return n, err
	}
	defer src.Close()
	check := importer.Check{Source: src, Rows: c.config, Good: c.visitor.Good, LeftOut: c.visitor.LeftOut}
	check.Refused = func(row *rows.Row, refused *rows.Refusal) error {
		c.visitor.Refused(row, refused)
		if err := c.begin(src); err != nil {
			return err
		}
		return c.failures.Add(row, refused.Fate(row.Row))
	}
	if c.always || c.stale() {
		if err := c.begin(src); err != nil {
			return n, err
		}
	}
	n, err = check.Run(ctx)
	c.Stats = src.Stats()
	src.original.say(c.o)
	return n, err
}

// stale reports whether there is a report of an earlier check, to be replaced.
func (c *checking) stale() bool {
	_, err := os.Lstat(filepath.Join(c.dir, failedName))
	return err == nil
}

// begin begins the report, once.
func (c *checking) begin(src *source) (err error) {
	if c.failures != nil {
		return nil
	}
	if err := atomicfile.MkdirAll(c.dir); err != nil {
		return err
	}
	if _, err := os.Lstat(filepath.Join(c.dir, runName)); !errors.Is(err, fs.ErrNotExist) {
		return &Error{Reason: HoldsARun, Path: c.dir, Err: fmt.Errorf("%s holds a run, whose reports must stay", c.dir)}
	}
	c.failures, err = report.NewRefusals(c.dir, src.Reader, c.mapper, c.Input.restored(), report.Options{
		ExcelSafe: c.o.ExcelSafe,
		Kept:      func(name string) { c.o.note("somebody changed failures.csv; it is kept as %s", name) },
	})
	return err
}

// report writes what was found, if there is something to write.
func (c *checking) report(n importer.Checked, started time.Time, err error) error {
	now := time.Now()
	c.Summary = report.Summary{
		Counts:  report.Counts{Rows: n.Rows, Refused: n.Refused, Pending: n.Rows - n.Refused, LeftOut: n.LeftOut},
		Seconds: now.Sub(started).Seconds(), SessionRows: n.Rows, ExitCode: c.o.exitCode(err, n.Refused == 0),
		Stats: c.Stats, Input: c.Input.Path, Object: c.Mapping.Object, Account: c.Known.Account,
		Started: started, Finished: now,
	}
	if c.Summary.Seconds > 0 {
		c.Summary.RowsPerSecond = float64(n.Rows) / c.Summary.Seconds
	}
	if c.failures == nil {
		return nil
	}
	c.Dir = c.dir
	if err := c.failures.Publish(); err != nil {
		return err // the summary is for a report that is there
	}
	return report.WriteSummary(c.dir, c.Summary)
}
