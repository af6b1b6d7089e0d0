// hubload resume RUN.

package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/rundir"
)

type resumeFlags struct {
	account accountFlags
	how     runFlags
	say     sayFlags
}

func (a *app) resumeCommand() *cobra.Command {
	var f resumeFlags
	cmd := &cobra.Command{
		Use:   "resume RUN",
		Short: "go on with a run that was interrupted",
		Long: `Goes on with a run that was interrupted; needs nothing but the run directory and
the token. The input must be what it was: where it has grown, import it again. Rows
that have a fate are checked against the input and skipped.`,
		Example: "  hubload resume " + rundir.Root + "/orders-1a2b3c4d",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runResume(cmd.Context(), args[0], &f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	f.account.add(fs)
	f.how.add(fs)
	f.say.add(fs)
	return cmd
}

func (a *app) runResume(ctx context.Context, path string, f *resumeFlags) error {
	if err := a.configure(&f.say); err != nil {
		return err
	}
	o := a.options(&f.account)
	f.how.set(&o)
	o.Watch = a.watch(ctx, &f.say, f.how.batchSize.n, f.account.commandTail())
	hide := a.passes(&f.say, &o)
	result, err := rundir.Resume(ctx, path, o)
	hide()
	if result == nil {
		return err
	}
	if result.Done {
		return a.showDone(result, path+" is finished", err, f.account.tailFor(result.Dir))
	}
	return a.showResult(result, err, f.account.tailFor(result.Dir))
}
