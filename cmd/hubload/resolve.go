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
	f.say.addQuiet(fs)
	return cmd
}

func (a *app) runResolve(ctx context.Context, path string, f *resolveFlags) error {
	if err := a.configure(&f.say); err != nil {
		return err
	}
	assume := map[string]reconcile.Assumption{assumeAbsent: reconcile.AssumeAbsent, assumeCreated: reconcile.AssumeCreated}[f.assume.value]
	result, err := rundir.Resolve(ctx, path, assume, a.options(&f.account))
	switch {
	case result == nil:
		return err
	case err != nil:
		return lookAgain(result.Dir, f.account.tailFor(result.Dir), err)
	case result.Nothing:
		return a.showNoDoubts(result)
	}
	a.ui.printf("%s\n%s\n", resolvedLine(result.Result, f.assume.value), countsLine(result.Tally.Counts))
	a.showReports(result.Dir)
	for _, line := range afterLook(result.Dir, result.Tally.Counts, f.account.tailFor(result.Dir)) {
		a.ui.printf("%s\n", line)
	}
	return unsettled(result.Tally.Counts)
}

// showNoDoubts says that there was nothing to look for. Its error is a partlyError when
// rows of the run aren't in HubSpot all the same.
func (a *app) showNoDoubts(r *rundir.Resolved) error {
	if !r.Begun {
		a.ui.printf("%s was not begun: no row is in doubt.\n", r.Dir.Path)
		return nil
	}
	a.ui.printf("no row of %s is in doubt.\n", r.Dir.Path)
	if !r.Tally.Finished() {
		a.ui.printf("next: hubload resume %s\n", quoted(r.Dir.Path))
		return partlyError{}
	}
	a.ui.printf("%s\nreports: %s\n", countsLine(r.Tally.Counts), r.Dir.Path)
	return unsettled(r.Tally.Counts)
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
func afterLook(d *rundir.Dir, c report.Counts, tail string) []string {
	run := quoted(d.Path)
	lines := next(d, report.Counts{Refused: c.Refused}, nil, tail)
	switch {
	case c.InDoubt > 0 && d.Key != "":
		lines = append(lines, "next: "+resumeKeyed(d, c.InDoubt, tail))
	case c.InDoubt > 0:
		lines = append(lines,
			fmt.Sprintf("next: %s says of each row what was seen; look again in a while, or say by hand what became of them:", d.InDoubt()),
			"  hubload resolve "+run+tail,
			"  hubload resolve "+run+tail+" --assume absent",
			"  hubload resolve "+run+tail+" --assume created")
	}
	if c.Pending > 0 && (c.InDoubt == 0 || d.Key == "") {
		lines = append(lines, "next: hubload resume "+run+tail)
	}
	return lines
}
