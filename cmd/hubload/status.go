// hubload status [FILE or RUN].

package main

import (
	"fmt"
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
				return a.listFiles()
			}
			info, err := os.Stat(args[0])
			if err == nil && info.Mode().IsRegular() {
				return a.showFile(cmd.Context(), args[0])
			}
			return a.showRun(args[0])
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

func (a *app) showRun(path string) error {
	d, err := rundir.Open(path)
	if err != nil {
		return err
	}
	t, state, err := d.Status()
	if err != nil {
		return err
	}
	steps := stepsOf(d, t, state)
	if a.ui.lines != nil {
		a.ui.document(struct {
			Run     string       `json:"run"`
			Input   string       `json:"input"`
			Account string       `json:"account"`
			Object  string       `json:"object"`
			State   rundir.State `json:"state"`
			rundir.Tally
			Next []step `json:"next,omitempty"`
			end
		}{d.Path, d.Input.Path, d.AccountName(), d.Object, state, t, steps, end{}})
		return nil
	}
	a.ui.printf("%s: %s\n", d.Path, state)
	a.ui.wrapped("  input    ", shown(d.Input.Path))
	a.ui.wrapped("  account  ", fmt.Sprintf("%s, %s, since %s", d.AccountName(), d.Object, d.Started.Local().Format("2006-01-02 15:04:05")))
	a.ui.wrapped("  rows     ", fmt.Sprintf("%s: %s, %s refused, %s in doubt, %s pending%s", rowsText(t),
		inText(t.Counts), grouped(t.Refused), grouped(t.InDoubt), pendingText(t), leftOutText(t.LeftOut)))
	switch {
	case state == rundir.Reversed:
		a.ui.wrapped("next: ", "nothing; "+shown(d.Input.Path)+" can be imported again, as a new run")
	case state != rundir.Finished && state != rundir.Running && d.Sandbox:
		a.ui.printf("next: nothing; its throw-away account is gone\n")
	}
	a.showSteps(steps)
	return nil
}

// stepsOf are what can be done about a run.
func stepsOf(d *rundir.Dir, t rundir.Tally, state rundir.State) (steps []step) {
	run, tail := quoted(d.Path), (&accountFlags{}).tailFor(d)
	switch {
	case state == rundir.Running:
		return []step{{"wait; this writes its reports as they are now:", "hubload report " + run}}
	case state == rundir.Reversed, d.Sandbox && state != rundir.Finished:
		return nil
	case state != rundir.Finished:
		steps = append(steps, step{"go on with", "hubload resume " + run})
	case d.First > 0:
		steps = append(steps, step{"the first " + counted(d.First, "row") + " were asked for; the rest:", "hubload import " + quoted(d.Input.Path) + " --run " + run + tail})
	case t.Refused > 0:
		steps = append(steps, step{"fix " + d.Failures() + ", then", "hubload import " + quoted(d.Failures()) + tail})
	}
	switch {
	case t.InDoubt == 0 && t.IDsUnknown > 0 && state == rundir.Finished && !d.Sandbox:
		steps = append(steps, findIDs(d, t.Counts, ""))
	case t.InDoubt == 0, d.Sandbox:
	case d.Key == "":
		steps = append(steps, step{"look for the rows in doubt; they are not sent again:", "hubload resolve " + run})
	case state == rundir.Finished:
		steps = append(steps, resumeKeyed(d, t.InDoubt, ""))
	}
	return steps
}
