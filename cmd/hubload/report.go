// hubload report RUN.

package main

import (
	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/rundir"
)

func (a *app) reportCommand() *cobra.Command {
	var say sayFlags
	cmd := &cobra.Command{
		Use:   "report RUN",
		Short: "write the reports of a run again",
		Long: `Writes results.csv, failures.csv and in_doubt.csv of a run again, from its input
and its journal. It may be used while the run is going on.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := a.configure(&say); err != nil {
				return err
			}
			result, err := rundir.Report(args[0])
			switch {
			case result == nil:
			case a.ui.lines != nil:
				a.ui.document(newRunResult(result, endOf(err), nil))
			default:
				a.ui.printf("%s\n", countsLine(result.Summary.Counts))
				a.showReports(result.Dir)
			}
			return err
		},
	}
	say.addResult(cmd.Flags())
	return cmd
}
