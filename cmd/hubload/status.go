// hubload status [FILE or RUN].

package main

import (
	"encoding/json"
	"os"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/rundir"
)

const statusHelp = `Without an argument: all files that were imported from this computer, and what of each
is in the account. Runs of a failures.csv count with the file that it came of.

With a FILE: whether it is fully in. The exit code is 0 if it is and 3 if it isn't. A file
is known by its content, whatever its name is.

With a RUN: its counts, and what to do next.

It takes no lock and writes nothing.`

func (a *app) statusCommand() *cobra.Command {
	var say sayFlags
	cmd := &cobra.Command{
		Use:     "status [FILE or RUN]",
		Short:   "what of each file is in, whether FILE is, or how far RUN is",
		Long:    statusHelp,
		Example: "  hubload status\n  hubload status orders.csv\n  hubload status " + rundir.Root + "/orders-1a2b3c4d",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := a.configure(&say); err != nil {
				return err
			}
			if len(args) == 0 {
				return a.listFiles(&say)
			}
			info, err := os.Stat(args[0])
			if err == nil && info.Mode().IsRegular() {
				return a.showFile(cmd.Context(), args[0], &say)
			}
			return a.showRun(args[0], &say)
		},
	}
	cmd.Flags().SortFlags = false
	say.addResult(cmd.Flags())
	return cmd
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

func (a *app) showRun(path string, say *sayFlags) error {
	d, err := rundir.Open(path)
	if err != nil {
		return err
	}
	t, state, err := d.Status()
	if err != nil {
		return err
	}
	if say.logFormat.value == "json" {
		data, err := json.Marshal(struct {
			Run     string       `json:"run"`
			Input   string       `json:"input"`
			Account string       `json:"account"`
			Object  string       `json:"object"`
			State   rundir.State `json:"state"`
			rundir.Tally
		}{d.Path, d.Input.Path, d.AccountName(), d.Object, state, t})
		if err != nil {
			return err
		}
		a.ui.printf("%s\n", data)
		return nil
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
	case d.First > 0:
		a.ui.printf("next: the first %s were asked for; the rest: hubload import %s --run %s\n", counted(d.First, "row"), quoted(d.Input.Path), quoted(d.Path))
	case t.Refused > 0:
		a.ui.printf("next: fix %s, then hubload import %s\n", d.Failures(), quoted(d.Failures()))
	}
	switch {
	case t.InDoubt == 0 && t.IDsUnknown > 0 && state == rundir.Finished && !d.Sandbox:
		a.ui.printf("next: hubload resolve %s looks for the ids of %s\n", quoted(d.Path), counted(t.IDsUnknown, "created row"))
	case t.InDoubt == 0, state == rundir.Running, d.Sandbox:
	case d.Key == "":
		a.ui.printf("next: hubload resolve %s looks for the rows in doubt; they are not sent again\n", quoted(d.Path))
	case state == rundir.Finished:
		a.ui.printf("next: hubload resume %s looks up the rows in doubt by key\n", quoted(d.Path))
	}
	return nil
}
