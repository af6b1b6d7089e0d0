// hubload resolve RUN.

package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/reconcile"
	"github.com/hubload/hubload/importer/report"
	"github.com/hubload/hubload/importer/rundir"
)

type resolveFlags struct {
	assume  choiceFlag
	account accountFlags
	say     sayFlags
}

const (
	assumeAbsent  = "absent"
	assumeCreated = "created"
)

func (a *app) resolveCommand() *cobra.Command {
	f := resolveFlags{assume: choiceFlag{choices: []string{assumeAbsent, assumeCreated}}}
	cmd := &cobra.Command{
		Use:   "resolve RUN",
		Short: "look for the rows in doubt in the account",
		Long: `Looks for the rows in doubt of a run in the account, and writes its reports again.
It creates nothing. Rows of a mapping with a key are looked up by the key; others
among the records of the deals (or whatever else) that they are associated with: a
record that was created since the run began and has all values of a row is taken
for it. Rows that are found are existing from then on. Rows that were created by an
answer that didn't say which record is theirs are looked for too, and get their id.

Rows that aren't found stay in doubt: a lost request may be executed late, and they
may be found a few minutes later. If you know better, say so for all rows that are
still in doubt after a last look:
  --assume absent   they are refused, and can be imported from failures.csv
  --assume created  they exist, with ids that aren't known`,
		Example: "  hubload resolve " + rundir.Root + "/orders-1a2b3c4d\n  hubload resolve " + rundir.Root + "/orders-1a2b3c4d --assume absent",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runResolve(cmd.Context(), args[0], &f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.Var(&f.assume, "assume", "what to assume of rows that aren't found")
	f.account.add(fs)
	f.say.addResult(fs)
	return cmd
}

func (a *app) runResolve(ctx context.Context, path string, f *resolveFlags) error {
	if err := a.configure(&f.say); err != nil {
		return err
	}
	assume := map[string]reconcile.Assumption{assumeAbsent: reconcile.AssumeAbsent, assumeCreated: reconcile.AssumeCreated}[f.assume.value]
	result, err := rundir.Resolve(ctx, path, assume, a.options(&f.account))
	if result == nil {
		return err
	}
	a.ui.log.open(result.Dir.Path)
	d, c, tail := result.Dir, result.Tally.Counts, f.account.tailFor(result.Dir)
	var steps []step
	switch {
	case err != nil:
		err = lookAgain(d, tail, err)
	case result.Nothing && !result.Begun:
	case result.Nothing && !result.Tally.Finished():
		err, steps = partlyError{}, []step{goOn(d, tail)}
	default:
		err, steps = unsettled(c), afterLook(result, tail)
	}
	if a.ui.lines != nil {
		a.ui.document(newResolution(result, endOf(err), steps))
		return err
	}
	if err == nil || is[partlyError](err) {
		a.showResolved(result, f.assume.value)
		a.showSteps(steps)
	}
	return err
}

// A resolution says for programs what a look has found.
type resolution struct {
	Directory string `json:"directory"`
	LookedFor int64  `json:"looked_for"`
	Found     int64  `json:"found"`
	Absent    int64  `json:"absent"`
	Several   int64  `json:"several"`
	Unlooked  int64  `json:"unlooked"`
	Assumed   int64  `json:"assumed"`

	IDsLookedFor int64 `json:"ids_looked_for"`
	IDsFound     int64 `json:"ids_found"`
	rundir.Tally
	Reports map[string]string `json:"reports"`
	Next    []step            `json:"next,omitempty"`
	end
}

func newResolution(r *rundir.Resolved, e end, steps []step) resolution {
	return resolution{r.Dir.Path, r.InDoubt, r.Found, r.Absent, r.Several, r.Unlooked, r.Assumed, r.Unidentified, r.Identified, r.Tally, r.Dir.Reports(), steps, e}
}

func (a *app) showResolved(r *rundir.Resolved, assumed string) {
	switch {
	case !r.Nothing:
		a.ui.printf("%s\n", resolvedLine(r.Result, assumed))
	case !r.Begun:
		a.ui.printf("%s was not begun: no row is in doubt.\n", r.Dir.Path)
		return
	default:
		a.ui.printf("no row of %s is in doubt.\n", r.Dir.Path)
	}
	a.ui.printf("%s\n", countsLine(r.Tally.Counts))
	a.showReports(r.Dir)
}

// goOn is to resume a run.
func goOn(d *rundir.Dir, tail string) step {
	return step{"go on with", "hubload resume " + quoted(d.Path) + tail}
}

// unsettled is a partlyError when there are rows that don't exist, or may not.
func unsettled(c report.Counts) error {
	if c.Refused+c.InDoubt+c.Pending > 0 {
		return partlyError{}
	}
	return nil
}

// lookAgain adds to an error how to go on.
func lookAgain(d *rundir.Dir, tail string, err error) error {
	switch {
	case lacksAccess(err):
		return withHint(err, "check that the token belongs to this account and hasn't expired; looking for rows takes the scopes crm.objects.line_items.read and, for rows of deals, crm.objects.deals.read")
	case hintOf(err) != "":
		return err
	}
	return withHint(err, "look once more with: hubload resolve "+quoted(d.Path)+tail)
}

func resolvedLine(r reconcile.Result, assumed string) string {
	ids := fmt.Sprintf("looked for the ids of %s: %s found", counted(r.Unidentified, "created row"), grouped(r.Identified))
	if r.InDoubt == 0 && r.Unidentified > 0 {
		return ids
	}
	line := fmt.Sprintf("looked for %s in doubt: %s found, %s not found", counted(r.InDoubt, "row"), grouped(r.Found), grouped(r.Absent))
	if r.Several > 0 {
		line += fmt.Sprintf(", %s with several candidates", grouped(r.Several))
	}
	if r.Unlooked > 0 {
		line += fmt.Sprintf(", %s with nowhere to look", grouped(r.Unlooked))
	}
	if r.Assumed > 0 {
		line += fmt.Sprintf("; %s assumed %s", grouped(r.Assumed), assumed)
	}
	if r.Unidentified > 0 {
		line += "\n" + ids
	}
	return line
}

// afterLook says what the user can do now.
func afterLook(r *rundir.Resolved, tail string) []step {
	d, c := r.Dir, r.Tally.Counts
	steps := next(d, report.Counts{Refused: c.Refused}, nil, tail)
	switch {
	case c.InDoubt > 0 && d.Key != "":
		steps = append(steps, resumeKeyed(d, c.InDoubt, tail))
	case c.InDoubt > 0:
		command := "hubload resolve " + quoted(d.Path) + tail
		steps = append(steps,
			step{fmt.Sprintf("%s says of each row what was seen; look again in a while:", d.InDoubt()), command},
			step{"or say that none of them exists:", command + " --assume absent"},
			step{"or that all of them do:", command + " --assume created"})
	}
	if c.Pending > 0 && (c.InDoubt == 0 || d.Key == "") {
		steps = append(steps, goOn(d, tail))
	}
	return steps
}
