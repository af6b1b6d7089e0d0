// hubload status [RUN].

package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/rundir"
)

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status [RUN]",
		Short: "the runs here, or one run: counts, and what to do next",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 {
				return a.showRun(args[0])
			}
			return a.listRuns()
		},
	}
}

func (a *app) listRuns() error {
	runs, broken := rundir.List(rundir.Root)
	for _, err := range broken {
		a.ui.warn("%v", err)
	}
	if len(runs) == 0 {
		a.ui.printf("no runs in %s\n", rundir.Root)
		return nil
	}
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "started\tstate\trows\tcreated\texisting\trefused\tin doubt\tpending\t  run\t")
	for _, d := range runs {
		t, state, err := d.Status()
		if err != nil {
			a.ui.warn("%s: %v", d.Path, err)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t  %s\t\n", d.Started.Local().Format("2006-01-02 15:04"), state,
			rowsText(t), grouped(t.Created), grouped(t.Existing), grouped(t.Refused), grouped(t.InDoubt), pendingText(t), visible(d.Path))
	}
	return w.Flush()
}

// rowsText says the number of rows, or how many are known before the end of the
// input was read.
func rowsText(t rundir.Tally) string {
	if !t.Complete {
		return grouped(t.Rows) + "+"
	}
	return grouped(t.Rows)
}

func pendingText(t rundir.Tally) string {
	if !t.Complete {
		return grouped(t.Pending) + "+"
	}
	return grouped(t.Pending)
}

func (a *app) showRun(path string) error {
	d, err := rundir.Open(path)
	if err != nil {
		return err
	}
	t, state, err := d.Status()
	if err != nil {
		return err
	}
	a.ui.printf("%s: %s\n", d.Path, state)
	a.ui.printf("  input    %s\n", shown(d.Input.Path))
	a.ui.printf("  account  %s, %s, since %s\n", d.AccountName(), d.Object, d.Started.Local().Format("2006-01-02 15:04:05"))
	a.ui.printf("  rows     %s: %s created, %s existing, %s refused, %s in doubt, %s pending\n", rowsText(t),
		grouped(t.Created), grouped(t.Existing), grouped(t.Refused), grouped(t.InDoubt), pendingText(t))
	switch {
	case state == rundir.Running:
		a.ui.printf("next: wait; hubload report %s writes its reports as they are now\n", quoted(d.Path))
	case state == rundir.Reversed:
		a.ui.printf("next: nothing; %s can be imported again, as a new run\n", shown(d.Input.Path))
	case state != rundir.Finished && d.Sandbox:
		a.ui.printf("next: nothing; its throw-away account is gone\n")
	case state != rundir.Finished:
		a.ui.printf("next: hubload resume %s\n", quoted(d.Path))
	case t.Refused > 0:
		a.ui.printf("next: fix %s, then hubload import %s\n", d.Failures(), quoted(d.Failures()))
	}
	switch {
	case t.InDoubt == 0, state == rundir.Running, d.Sandbox:
	case d.Key == "":
		a.ui.printf("next: hubload resolve %s looks for the rows in doubt; they are not sent again\n", quoted(d.Path))
	case state == rundir.Finished:
		a.ui.printf("next: hubload resume %s looks up the rows in doubt by key\n", quoted(d.Path))
	}
	return nil
}
