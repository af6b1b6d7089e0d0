// hubload status [RUN].

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sort"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/journal"
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

// A state of a run in one word.
const (
	stateRunning  = "running"
	stateFinished = "finished"
	stateStopped  = "unfinished"
	stateEmpty    = "not begun"
)

// inspect reads how far a run is, and whether a process works on it.
func inspect(d *runDir) (t tally, state string, err error) {
	state = stateEmpty
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return t, state, nil
	}
	if err != nil {
		return t, "", err
	}
	defer st.Close()
	t = progressOf(st)
	var locked *journal.LockedError
	switch err := d.lock(); {
	case errors.As(err, &locked):
		return t, stateRunning, nil
	case err == nil:
		d.unlock()
	}
	if t.finished() {
		return t, stateFinished, nil
	}
	return t, stateStopped, nil
}

func (a *app) listRuns() error {
	paths, err := filepath.Glob(filepath.Join(runsDir, "*", runName))
	if err != nil {
		return err
	}
	var runs []*runDir
	for _, p := range paths {
		d, err := openRun(filepath.Dir(p))
		if err != nil {
			a.ui.warn("%v", err)
			continue
		}
		runs = append(runs, d)
	}
	if len(runs) == 0 {
		a.ui.printf("no runs in %s\n", runsDir)
		return nil
	}
	sort.Slice(runs, func(i, j int) bool { return runs[i].Started.Before(runs[j].Started) })
	w := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "started\tstate\trows\tcreated\texisting\trefused\tin doubt\tpending\t  run\t")
	for _, d := range runs {
		t, state, err := inspect(d)
		if err != nil {
			a.ui.warn("%s: %v", d.path, err)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t  %s\t\n", d.Started.Local().Format("2006-01-02 15:04"), state,
			rowsText(t), grouped(t.Created), grouped(t.Existing), grouped(t.Refused), grouped(t.InDoubt), pendingText(t), visible(d.path))
	}
	return w.Flush()
}

// rowsText says the number of rows, or how many are known before the end of the
// input was read.
func rowsText(t tally) string {
	if !t.complete {
		return grouped(t.Rows) + "+"
	}
	return grouped(t.Rows)
}

func pendingText(t tally) string {
	if !t.complete {
		return grouped(t.Pending) + "+"
	}
	return grouped(t.Pending)
}

func (a *app) showRun(path string) error {
	d, err := needRun(path)
	if err != nil {
		return err
	}
	t, state, err := inspect(d)
	if err != nil {
		return err
	}
	a.ui.printf("%s: %s\n", d.path, state)
	a.ui.printf("  input    %s\n", shown(d.Input.Path))
	a.ui.printf("  account  %s, %s, since %s\n", d.accountName(), d.Object, d.Started.Local().Format("2006-01-02 15:04:05"))
	a.ui.printf("  rows     %s: %s created, %s existing, %s refused, %s in doubt, %s pending\n", rowsText(t),
		grouped(t.Created), grouped(t.Existing), grouped(t.Refused), grouped(t.InDoubt), pendingText(t))
	switch {
	case state == stateRunning:
		a.ui.printf("next: wait; hubload report %s writes its reports as they are now\n", quoted(d.path))
	case state != stateFinished && d.Sandbox:
		a.ui.printf("next: nothing; its throw-away account is gone\n")
	case state != stateFinished:
		a.ui.printf("next: hubload resume %s\n", quoted(d.path))
	case t.Refused > 0:
		a.ui.printf("next: mend %s, then hubload import %s\n", d.file(failedName), quoted(d.file(failedName)))
	}
	switch {
	case t.InDoubt == 0, state == stateRunning, d.Sandbox:
	case d.Key == "":
		a.ui.printf("next: hubload resolve %s looks for the rows in doubt; they are not sent again\n", quoted(d.path))
	case state == stateFinished:
		a.ui.printf("next: hubload resume %s looks the rows in doubt up by their key\n", quoted(d.path))
	}
	return nil
}
