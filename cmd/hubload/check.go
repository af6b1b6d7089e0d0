// hubload check FILE: everything that can be said of a file before the first write.

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer"
	"github.com/hubload/hubload/importer/csvfile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rows"
	"github.com/hubload/hubload/mapping"
)

const checkHelp = `Reads all of FILE, maps every row and checks every value by the account's own
property definitions, and sends nothing but the request that reads these. What it
finds is what an import would refuse by itself: the most frequent problems on
stdout, each with an example and how to mend it, and every row with a problem in
failures.csv.

The definitions are remembered in the user's state directory: without a token, or
where the account can't be reached, FILE is checked by those that were seen last.
Without any, all is checked that needs none. What only HubSpot knows, such as
whether a deal exists, comes with the import.

The report lies in ` + runsDir + `/<name>-<8 hex digits>.check, which is made when there
is a row to put into it. The exit code is 0 when every row can be sent, and 3 when
some would be refused.`

func (a *app) checkCommand() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "check every row of a CSV, and send nothing",
		Long:  checkHelp,
		Example: `  hubload check orders.csv
  hubload check orders.csv -m orders.mapping.yaml --log-format json
  hubload check samples/line_items_mixed.csv --sandbox`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runCheck(cmd.Context(), args[0], &f, false)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	f.addMapping(fs)
	f.addObject(fs)
	f.addForm(fs)
	fs.StringVar(&f.where.run, "report", "", "directory `DIR` for failures.csv and summary.json; default: "+runsDir+"/<name>-<8 hex digits of the content's SHA-256>.check")
	f.account.add(fs)
	fs.BoolVar(&f.how.excelSafe, "excel-safe", false, "neutralise every cell of failures.csv")
	fs.BoolVar(&f.where.sandbox, "sandbox", false, "check by the properties of the throw-away account of import --sandbox")
	fs.BoolVar(&f.account.createKey, "create-key", false, "take the property of the mapping's key as created, as import --create-key does")
	f.say.addResult(fs)
	return cmd
}

// A checking is one check on its way.
type checking struct {
	in      *input
	flags   *importFlags
	mapping *mapping.Mapping
	mapper  *mapping.Mapper
	known   known
	folder  string
	keep    bool // the folder is wanted even if there is nothing to put into it

	failures *report.Refusals
	found    *findings
}

// runCheck checks a file. With dry it is import --dry-run, whose report is made in any
// case.
func (a *app) runCheck(ctx context.Context, path string, f *importFlags, dry bool) error {
	if err := a.configure(&f.say); err != nil {
		return err
	}
	in, err := a.takeInput(ctx, path, runsDir)
	if err != nil {
		return err
	}
	defer in.discard()
	c := &checking{in: in, flags: f, keep: dry, found: newFindings()}
	if c.mapping, err = a.prepare(in, f); err != nil {
		return err
	}
	c.folder = f.checkFolder(in, dry)
	object, key := objectAndKey(c.mapping, f.what.object)
	if c.known, err = a.schemaToCheck(ctx, f, c.mapping, object, key); err != nil {
		return err
	}
	if err := a.compileToCheck(c, object); err != nil {
		return err
	}
	started := a.now()
	checked, runErr := a.checkRows(ctx, c)
	if c.failures != nil {
		defer c.failures.Close()
	}
	var mismatch *csvfile.FileError
	if runErr != nil && !errors.As(runErr, &mismatch) {
		return runErr
	}
	took := a.now().Sub(started)
	sum, err := c.report(checked, took, runErr)
	if err != nil {
		return err
	}
	a.showChecked(c, sum, took)
	switch {
	case runErr != nil:
		return runErr
	case checked.Refused > 0:
		return partlyError{}
	}
	return nil
}

// checkFolder is where the report goes: never into a run, whose reports are of
// another kind.
func (f *importFlags) checkFolder(in *input, dry bool) string {
	folder := f.where.run
	if folder == "" {
		folder = filepath.Join(runsDir, in.name+"-"+in.SHA256[:8])
	} else if !dry {
		return folder
	}
	return folder + ".check"
}

// compileToCheck makes the mapper, by the rules by which import does.
func (a *app) compileToCheck(c *checking, object string) (err error) {
	rules := c.known.schema.rules()
	if c.mapping == nil {
		if c.mapping, err = a.mapByName(c.in, target{}, object, rules); err != nil {
			return err
		}
	}
	m, in := c.mapping, c.in
	m.Object = object
	m.CSV = mapping.CSV{Encoding: in.dialect.Encoding, Delimiter: in.dialect.Delimiter}
	if c.mapper, err = m.CompileFor(in.header, rules); err != nil {
		return usageError{fmt.Errorf("the mapping doesn't fit %s or %s:\n%w", in.Path, c.known.account, err)}
	}
	a.unused(c.mapper)
	return nil
}

// open opens the input from its start, in the form that import sends it in.
func (c *checking) open() (*source, error) {
	m := c.mapping
	r, err := csvfile.Open(c.in.path(), csvfile.Options{Encoding: m.CSV.Encoding, Delimiter: m.CSV.Delimiter, Columns: m.Columns()})
	if err != nil {
		return nil, inputError(err)
	}
	return &source{Reader: r, restore: c.in.restored(), unmended: report.Unmended(r.Header())}, nil
}

// checkRows reads the file and notes what is wrong with it.
func (a *app) checkRows(ctx context.Context, c *checking) (importer.Checked, error) {
	check := importer.Check{Config: rows.Config{Mapper: c.mapper}}
	open := func() (rows.Source, error) { return c.open() }
	var err error
	if k := c.mapping.Key; k != nil && !k.Auto {
		check.Key = k.Property
		if check.Duplicates, err = rows.FindDuplicates(ctx, open, c.mapper); err != nil {
			return importer.Checked{}, passError(ctx, "looking for keys that several rows share", err)
		}
	}
	if check.Positions, err = rows.FindPositions(ctx, open, c.mapper); err != nil {
		return importer.Checked{}, passError(ctx, "numbering the rows", err)
	}
	src, err := c.open()
	if err != nil {
		return importer.Checked{}, err
	}
	defer src.Close()
	check.Source = src
	watch := mapping.NewWatch(c.mapping.Object, c.mapper)
	check.Good = func(row *rows.Row, record *mapping.Record) {
		c.found.apart(row, c.mapper)
		watch.Look(row.Fields, record, func(s mapping.Suspicion, value string) { c.found.suspect(row.Record, s, value) })
	}
	check.Refused = func(row *rows.Row, refused *rows.Refusal) error {
		c.found.apart(row, c.mapper)
		c.found.refuse(row.Record, refused, c.mapper)
		if c.failures == nil {
			if err := os.MkdirAll(c.folder, 0o700); err != nil {
				return err
			}
			if err := c.beginReport(src); err != nil {
				return err
			}
		}
		return c.failures.Add(row.Record, refused.Fate(row.Row), row.Position())
	}
	if c.stale() || c.keep {
		if err := os.MkdirAll(c.folder, 0o700); err != nil {
			return importer.Checked{}, err
		}
		if err := c.beginReport(src); err != nil {
			return importer.Checked{}, err
		}
	}
	checked, err := check.Run(ctx)
	c.found.blank = src.Blank()
	return checked, err
}

// stale reports whether there is a report of an earlier check, to be replaced.
func (c *checking) stale() bool {
	_, err := os.Lstat(filepath.Join(c.folder, failedName))
	return err == nil
}

func (c *checking) beginReport(src *source) (err error) {
	if _, err := os.Lstat(filepath.Join(c.folder, runName)); !errors.Is(err, fs.ErrNotExist) {
		return usageError{fmt.Errorf("%s holds a run, whose reports must stay; give --report another directory", c.folder)}
	}
	c.failures, err = report.NewRefusals(c.folder, src.Reader, c.mapper, c.in.restored(), report.Options{ExcelSafe: c.flags.how.excelSafe})
	return err
}

// report writes what was found into the folder, if there is something to write.
func (c *checking) report(n importer.Checked, took time.Duration, runErr error) (report.Summary, error) {
	sum := report.Summary{
		Counts:  report.Counts{Rows: n.Rows, Refused: n.Refused, Pending: n.Rows - n.Refused},
		Seconds: took.Seconds(), SessionRows: n.Rows, ExitCode: exitCode(runErr),
		Input: c.in.Path, Object: c.mapping.Object,
		Finished: time.Now(), Started: time.Now().Add(-took),
	}
	if sum.Seconds > 0 {
		sum.RowsPerSecond = float64(n.Rows) / sum.Seconds
	}
	if c.known.schema != nil {
		sum.Account = c.known.schema.Account
	}
	if runErr == nil && n.Refused > 0 {
		sum.ExitCode = exitRefused
	}
	if c.failures == nil {
		return sum, nil
	}
	return sum, cmp.Or(c.failures.Publish(), report.WriteSummary(c.folder, sum))
}
