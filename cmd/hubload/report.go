// hubload report RUN.

package main

import (
	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/report"
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
			return a.runReport(args[0])
		},
	}
	say.addQuiet(cmd.Flags())
	return cmd
}

func (a *app) runReport(path string) error {
	d, err := needRun(path)
	if err != nil {
		return err
	}
	m, err := d.mapping()
	if err != nil {
		return err
	}
	counts, st, err := d.writeReports(m)
	if st == nil {
		return inputError(err)
	}
	defer st.Close()
	if sum, readErr := report.ReadSummary(d.path); readErr == nil {
		sum.Counts = counts
		if err := report.WriteSummary(d.path, sum); err != nil {
			return err
		}
	}
	a.ui.printf("%s\nreports: %s\n", countsLine(counts), d.path)
	return err
}
