// hubload prune: what is older than the retention says goes.

package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/watch"
)

const pruneHelp = `Deletes what hubload watch has kept of files that are done, duplicates, rejected or
dropped: after --done the files, their reports and all else that holds cells; after
--runs, at least 90 days, journals, summaries and ledger entries, which hold none. With
--config each drop's own retain: says how long, where it does.

Files of which rows are open, and those that are held or wait, are kept however old they
are. Without --done and --runs, and without retain:, nothing is deleted.`

func (a *app) pruneCommand() *cobra.Command {
	var f watchFlags
	var done, runs daysFlag
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "delete what hubload watch has kept for long enough",
		Long:  pruneHelp,
		Example: `  hubload prune --config /etc/hubload/drops.yaml
  hubload prune --done 30d --runs 90d`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := a.configure(&f.say); err != nil {
				return err
			}
			return a.prune(&f, watch.Retain{Done: watch.Duration{Duration: done.Duration}, Runs: watch.Duration{Duration: runs.Duration}})
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	f.addConfig(fs)
	f.addState(fs)
	fs.Var(&done, "done", "age from which files, and all else that holds cells, are deleted, such as 30d")
	fs.Var(&runs, "runs", "age from which journals, summaries and ledger entries are deleted; at least 90d")
	f.say.addResult(fs)
	return cmd
}

func (a *app) prune(f *watchFlags, given watch.Retain) error {
	states, err := a.states(f)
	if err != nil {
		return err
	}
	var pruned []pruning
	own := map[string]watch.Retain{}
	if f.config != "" {
		c, err := watch.Load(f.config)
		if err != nil {
			return usageError{err}
		}
		for i := range c.Drops {
			own[c.Drops[i].Name] = c.Drops[i].Retain
		}
	}
	for _, state := range states {
		retain := given
		if given == (watch.Retain{}) {
			retain = own[filepath.Base(state)]
		}
		if retain == (watch.Retain{}) {
			pruned = append(pruned, pruning{State: state, KeepsEverything: true})
			continue
		}
		n, err := watch.Prune(state, retain)
		if err != nil {
			return err
		}
		pruned = append(pruned, pruning{State: state, Files: n.Files, Runs: n.Runs})
	}
	a.showPruned(pruned)
	return nil
}

// A pruning says what was deleted of a drop.
type pruning struct {
	State           string `json:"state"`
	Files           int    `json:"files"`
	Runs            int    `json:"runs"`
	KeepsEverything bool   `json:"keeps_everything"`
}

func (a *app) showPruned(pruned []pruning) {
	if a.ui.lines != nil {
		a.ui.document(struct {
			Drops []pruning `json:"drops"`
			end
		}{append([]pruning{}, pruned...), end{}})
		return
	}
	if len(pruned) == 0 {
		a.ui.printf("no drop was looked at yet: there is nothing to delete\n")
	}
	for _, p := range pruned {
		if p.KeepsEverything {
			a.ui.printf("%s: keeps everything\n", p.State)
			continue
		}
		a.ui.printf("%s: %s and %s deleted\n", p.State, counted(int64(p.Files), "file"), counted(int64(p.Runs), "run"))
	}
}
