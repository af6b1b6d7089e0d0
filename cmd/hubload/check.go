// hubload check FILE: everything that can be said of a file before the first write.

package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/rundir"
)

const checkHelp = `Reads all of FILE, maps every row and checks every value by the account's own
property definitions, and writes nothing into the account. What it finds is what an
import would refuse by itself: the most frequent problems on stdout, each with an
example and how to fix it, and every row with a problem in failures.csv.

With a key and a token it reads the records that have the rows' keys, a hundred a
request, and says how many rows an import would create, change or leave as they are,
and which values differ.

The definitions are remembered in the user's state directory: without a token, or
where the account can't be reached, FILE is checked by those that were seen last.
Without any, all is checked that needs none. What only HubSpot knows, such as
whether a deal exists, comes with the import.

The report lies in ` + rundir.Root + `/<name>-<8 hex digits>.check, which is made when there
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
	f.addMode(fs)
	f.addForm(fs)
	fs.StringVar(&f.where.run, "report", "", "directory `DIR` for failures.csv and summary.json; default: "+rundir.Root+"/<name>-<8 hex digits of the content's SHA-256>.check")
	f.addUnassociated(fs)
	f.account.add(fs)
	fs.BoolVar(&f.how.excelSafe, "excel-safe", false, "neutralise every cell of failures.csv")
	fs.BoolVar(&f.where.sandbox, "sandbox", false, "check by the properties of the throw-away account of import --sandbox")
	fs.BoolVar(&f.account.createKey, "create-key", false, "take the property of the mapping's key as created, as import --create-key does")
	f.say.addResult(fs)
	return cmd
}

// runCheck checks a file. With dry it is import --dry-run, whose report is made in any
// case, and never in the run's own directory.
func (a *app) runCheck(ctx context.Context, path string, f *importFlags, dry bool) error {
	if err := a.configure(&f.say); err != nil {
		return err
	}
	o, done, err := f.options(ctx, a, path)
	if err != nil {
		return err
	}
	defer done()
	if !f.where.sandbox && !a.hasCredentials(&f.account) {
		o.Connect = nil
	}
	dir := f.where.run
	if dry && dir != "" {
		dir += ".check"
	}
	found := newFindings(a)
	checked, err := rundir.Check(ctx, o, dir, dry, found)
	if checked == nil {
		return err
	}
	if err == nil && (checked.Summary.Refused > 0 || checked.Preview != nil && checked.Preview.NotFound > 0) {
		err = partlyError{}
	}
	a.showChecked(checked, found, err)
	return err
}
