// hubload watch status.

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/watch"
)

func (a *app) watchStatusCommand() *cobra.Command {
	var f watchFlags
	cmd := &cobra.Command{
		Use:   "status",
		Short: "the drops: which files are open, held or waiting, and why",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := a.configure(&f.say); err != nil {
				return err
			}
			return a.showDrops(&f)
		},
	}
	fs := cmd.Flags()
	f.addConfig(fs)
	f.addState(fs)
	f.say.addResult(fs)
	return cmd
}

func (a *app) showDrops(f *watchFlags) error {
	states, err := a.states(f)
	if err != nil {
		return err
	}
	if len(states) == 0 {
		a.ui.printf("no drop was looked at yet\n")
	}
	for _, state := range states {
		s, err := watch.Read(state)
		if err != nil {
			return err
		}
		if f.say.logFormat.value == "json" {
			data, _ := json.Marshal(s)
			a.ui.printf("%s\n", data)
			continue
		}
		a.showDrop(s)
	}
	return nil
}

func (a *app) showDrop(s *watch.Status) {
	a.ui.printf("%s, since %s\n", s.Dir, s.Since.Local().Format("2006-01-02 15:04"))
	var totals []string
	for _, state := range []watch.State{watch.Done, watch.Open, watch.Duplicate, watch.Rejected, watch.Dropped} {
		if n := s.Total[state]; n > 0 {
			totals = append(totals, fmt.Sprintf("%s %s", grouped(n), state))
		}
	}
	if len(totals) > 0 {
		a.ui.printf("  files: %s\n", strings.Join(totals, ", "))
	}
	for i := range s.Files {
		file := &s.Files[i]
		a.ui.printf("  %-9s  %s  (%s)\n", file.State, shown(file.Name), file.ID)
		if file.Rows > 0 {
			a.ui.printf("           %s\n", strings.TrimSpace(countsLine(file.Counts)))
		}
		if file.Why != "" {
			a.ui.printf("             %s\n", file.Why)
		}
		if file.State == watch.Waiting && !file.Next.IsZero() {
			a.ui.printf("             again at %s\n", file.Next.Local().Format("2006-01-02 15:04:05"))
		}
		if text, err := os.ReadFile(s.WhyPath(file)); err == nil {
			a.ui.printf("             %s\n", shown(strings.TrimSpace(string(text))))
		}
	}
}
