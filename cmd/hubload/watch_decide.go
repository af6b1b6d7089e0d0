// hubload watch release NAME and hubload watch drop NAME.

package main

import (
	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/watch"
)

func (a *app) watchReleaseCommand() *cobra.Command {
	var f watchFlags
	var again bool
	cmd := &cobra.Command{
		Use:   "release NAME",
		Short: "let a file that is held go on at the next look",
		Long: `Lets a file that is held, or waits, go on at the next look. Find out first why it is
held: hubload watch status says it. A file that was stopped because too many rows
were refused goes on without that limit. NAME is the file's name or its id.

With --again its rows are sent although rows like them went in before: as new
records, beside those that are there.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.decide(&f, args[0], "released; it goes on at the next look", func(state, name string) (watch.File, error) {
				return watch.Release(state, name, again)
			})
		},
	}
	f.addConfig(cmd.Flags())
	f.addState(cmd.Flags())
	cmd.Flags().BoolVar(&again, "again", false, "send rows that went in before once more, as new records")
	return cmd
}

func (a *app) watchDropCommand() *cobra.Command {
	var f watchFlags
	cmd := &cobra.Command{
		Use:   "drop NAME",
		Short: "give up a file that is held, waits or is open",
		Long: `Gives up a file that is held, waits or is open: nothing more is sent of it, it goes to
rejected/, and the drop's next files go on. What was sent of it stays in the account.
NAME is the file's name or its id.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return a.decide(&f, args[0], "dropped", watch.GiveUp)
		},
	}
	f.addConfig(cmd.Flags())
	f.addState(cmd.Flags())
	return cmd
}

// states are the state directories that the flags mean.
func (a *app) states(f *watchFlags) ([]string, error) {
	if f.state != "" {
		return []string{f.state}, nil
	}
	root, err := "", error(nil)
	if f.config != "" {
		c, err := watch.Load(f.config)
		if err != nil {
			return nil, usageError{err}
		}
		root = c.State
	}
	if root == "" {
		if root, err = a.watchRoot(); err != nil {
			return nil, err
		}
	}
	return watch.States(root)
}

// decide does something about the file that a name means in one of the drops.
func (a *app) decide(f *watchFlags, name, done string, do func(state, name string) (watch.File, error)) error {
	states, err := a.states(f)
	if err != nil {
		return err
	}
	file, err := watch.First(states, name, do)
	if is[*watch.NotFound](err) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	a.ui.printf("%s (%s): %s\n", shown(file.Name), file.ID, done)
	return nil
}
