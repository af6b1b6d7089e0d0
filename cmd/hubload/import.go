// hubload import FILE: the main job.

package main

import (
	"context"
	"math"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/ratelimit"
)

const importHelp = `Loads FILE into HubSpot: every row becomes a line item. FILE is a CSV, an
Excel workbook (.xlsx, with --sheet where it has several) or JSON lines (.jsonl). It
may be - (standard input), a CSV or JSON lines in .gz or .zst, and a failures.csv of an
earlier run, also after it went through Excel.

With mode: upsert or update (in the mapping, or --mode) records that exist are read by
their key, a hundred a request, and changed where they differ from the row; before.csv
then holds what was overwritten. See hubload help mapping.

The run directory holds results.csv (rows that exist now), failures.csv (rows that
were refused, and why), in_doubt.csv (rows whose fate is unknown), summary.json,
report.html (all of it as a page) and log.txt (each request and message).
The same command given twice is safe: an unfinished run goes on, a finished one
sends nothing. On a terminal it asks before the first import into an account.

With a key in the mapping no row is created twice, whatever file it comes in:
key: { property: hubload_key, auto: true } and, the first time, --create-key.`

// importFlags are the flags of import.
type importFlags struct {
	what struct {
		mapping, object, encoding string
		delimiter                 delimiterFlag
		sheet                     string
	}
	where struct {
		run                      string
		again, sandbox, noLedger bool
		seen, mode               choiceFlag
		first                    rangeFlag
		dry, yes                 bool
		unassociated             bool
	}
	account accountFlags
	how     runFlags
	say     sayFlags
}

func (a *app) importCommand() *cobra.Command {
	var f importFlags
	f.where.seen.choices = []string{string(rundir.SeenStop), string(rundir.SeenSkip)}
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "load a CSV into HubSpot",
		Long:  importHelp,
		Example: `  hubload import orders.csv
  hubload import orders.csv --mapping orders.mapping.yaml --run runs/friday
  gunzip -c orders.csv.gz | hubload import - -m orders.mapping.yaml
  hubload import hubload-runs/orders-1a2b3c4d/failures.csv
  hubload import samples/line_items.csv --sandbox`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.where.dry {
				return a.runCheck(cmd.Context(), args[0], &f, true)
			}
			return a.runImport(cmd.Context(), args[0], &f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	f.addMapping(fs)
	fs.StringVar(&f.where.run, "run", "", "run directory `DIR`; default: "+rundir.Root+"/<name>-<8 hex digits of the content's SHA-256>")
	f.addObject(fs)
	f.account.add(fs)
	f.how.add(fs)
	fs.BoolVar(&f.where.dry, "dry-run", false, "send nothing: check every row and write failures.csv and summary.json, into the run directory's name with .check at its end")
	f.where.first = rangeFlag{min: 1, max: math.MaxInt32, unit: "N"}
	fs.Var(&f.where.first, "first", "import the first N rows only; the same command without it goes on with the rest")
	fs.BoolVar(&f.where.sandbox, "sandbox", false, "import into a throw-away local account: no token needed")
	f.addMode(fs)
	fs.BoolVar(&f.where.again, "again", false, "import a file that was imported before, once more")
	fs.Var(&f.where.seen, "seen", "what to do about rows that an earlier run has created, where the mapping has no key: stop (default, exit 5), or skip: leave them out, as existing rows with the ids that they have")
	fs.BoolVar(&f.where.noLedger, "no-ledger", false, "don't look at what went into the account before, and don't remember what goes in")
	f.addForm(fs)
	f.addUnassociated(fs)
	fs.BoolVar(&f.where.yes, "yes", false, "don't ask before the first import into an account; nobody is asked without a terminal")
	fs.BoolVar(&f.account.createKey, "create-key", false, "create the property of the mapping's key when the account lacks it")
	f.say.add(fs)
	return cmd
}

func (f *importFlags) addMapping(fs *pflag.FlagSet) {
	fs.StringVarP(&f.what.mapping, "mapping", "m", "", "mapping `FILE`; default: FILE's neighbour <name>.mapping.yaml; without one, columns named like properties map to themselves")
}

func (f *importFlags) addObject(fs *pflag.FlagSet) {
	fs.StringVar(&f.what.object, "object", "", "object `TYPE` to create; default: line_items")
}

func (f *importFlags) addMode(fs *pflag.FlagSet) {
	f.where.mode.choices = []string{"create", "upsert", "update"}
	fs.Var(&f.where.mode, "mode", "what becomes of rows whose record exists: create (it stays as it is), upsert (it is changed where it differs, and a row without one is created), update (it is changed, and nothing is created); default: the mapping's, or create")
}

func (f *importFlags) addUnassociated(fs *pflag.FlagSet) {
	fs.BoolVar(&f.where.unassociated, "unassociated", false, "create line items without any association")
}

func (f *importFlags) addForm(fs *pflag.FlagSet) {
	fs.StringVar(&f.what.encoding, "encoding", "", "character `ENCODING` of FILE, such as shift_jis or windows-1252")
	fs.StringVar(&f.what.sheet, "sheet", "", "sheet of an Excel workbook: `NAME`")
	fs.Var(&f.what.delimiter, "delimiter", "delimiter of FILE: one character, or tab")
}

// runFlags say how a run goes about it.
type runFlags struct {
	limit       limitFlag
	share       rangeFlag
	workers     rangeFlag
	batchSize   rangeFlag
	maxFailures thresholdFlag
	maxChanged  thresholdFlag
	waitDaily   bool
	excelSafe   bool
}

func (f *runFlags) add(fs *pflag.FlagSet) {
	f.workers = rangeFlag{min: 1, max: 512, unit: "N"}
	f.batchSize = rangeFlag{min: 1, max: api.MaxBatch, unit: "N"}
	f.addRate(fs)
	fs.Var(&f.workers, "workers", "most requests in flight; default: adapts")
	fs.Var(&f.batchSize, "batch-size", "rows a request, 1 to 100; default 100")
	fs.Var(&f.maxFailures, "max-failures", "stop (exit 6) when more rows are refused; always after 1,000 refused in a row")
	fs.Var(&f.maxChanged, "max-changed", "in modes upsert and update, stop before the first write (exit 6) when more records would be changed")
	fs.BoolVar(&f.excelSafe, "excel-safe", false, "neutralise every cell of the reports; an import of such a report undoes it")
}

// addRate adds the flags about the rate limit.
func (f *runFlags) addRate(fs *pflag.FlagSet) {
	f.share = rangeFlag{min: 1, max: 100, unit: "PCT"}
	fs.Var(&f.limit, "limit", "cap on the rate, such as 190/10s; default: what the server's headers say")
	fs.Var(&f.share, "share", "leave the rest of the limit to other apps; default 100")
	fs.BoolVar(&f.waitDaily, "wait-daily", false, "sleep through an exhausted daily quota rather than stop")
}

// set puts the flags into options.
func (f *runFlags) set(o *rundir.Options) {
	o.Rate = ratelimit.Options{Cap: f.limit.Limit, Share: f.share.n}
	o.Workers, o.BatchSize, o.MaxRefused = f.workers.n, f.batchSize.n, f.maxFailures.Threshold
	o.MaxChanged = f.maxChanged.Threshold
	o.WaitDaily, o.ExcelSafe = f.waitDaily, f.excelSafe
}

// options are those of an import or a check of a file. close ends the throw-away
// account, if there is one.
func (f *importFlags) options(ctx context.Context, a *app, path string) (o rundir.Options, close func(), err error) {
	o = a.options(&f.account)
	o.File, o.Dir, o.Mapping, o.Object = path, f.where.run, f.what.mapping, f.what.object
	o.Encoding, o.Delimiter, o.Sheet = f.what.encoding, f.what.delimiter.r, f.what.sheet
	o.Unassociated, o.Mode = f.where.unassociated, f.where.mode.value
	o.Again, o.Sandbox, o.NoLedger = f.where.again, f.where.sandbox, f.where.noLedger
	o.First = int64(f.where.first.n)
	o.Seen = rundir.Seen(f.where.seen.value)
	f.how.set(&o)
	o.Watch = a.watch(ctx, &f.say, f.how.batchSize.n, f.commandTail())
	if !f.where.sandbox {
		return o, func() {}, nil
	}
	close, err = f.intoSandbox(&o)
	return o, close, err
}

func (a *app) runImport(ctx context.Context, path string, f *importFlags) error {
	if err := a.configure(&f.say); err != nil {
		return err
	}
	o, done, err := f.options(ctx, a, path)
	if err != nil {
		return err
	}
	defer done()
	if !f.where.yes && a.asks() {
		o.Confirm = a.confirmImport
	}
	hide := a.passes(&f.say, &o)
	result, err := rundir.Import(ctx, o)
	hide()
	if result != nil && result.Done {
		// The run may be another one, of the same content.
		if err == nil {
			defer a.ui.note("%s: --again", onceMore(result))
		}
		return a.showDone(result, shown(absolute(path))+" was imported already into "+result.Dir.AccountName(), err, f.commandTail())
	}
	return a.showResult(result, err, f.commandTail())
}

// onceMore is what --again does with the input of a run that is finished.
func onceMore(r *rundir.Result) string {
	if r.Dir.Changes() {
		return "to compare it with the account once more"
	}
	return "to import it once more, as new records"
}

// absolute is how messages name an input.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil && path != "-" {
		return abs
	}
	return path
}

// commandTail is what a later command needs of the flags, to be copied.
func (f *importFlags) commandTail() string {
	tail := f.account.commandTail()
	if f.where.sandbox {
		tail += " --sandbox"
	}
	return tail
}
