// hubload watch: what is dropped into folders is imported.

package main

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/watch"
)

const watchHelp = `Imports the files that are dropped into DIR, each of them once, or the drops of a
configuration, each into its account. A file is taken when it is complete: when it
has stood still for a minute (--settle), when its marker is there (--marker), or,
with --settle 0, at once, where files get their names when they are complete. It
leaves DIR by a rename. DIR belongs to whoever writes into it; hubload keeps all it
needs in a state directory:

  inbox/      files that were taken, and wait
  runs/       a run directory for each file
  done/       files of which every row is in the account, by month
  failed/     files with rows that were refused or are in doubt
  fix/        their refused rows: correct them, and put the file into DIR
  rejected/   files of which nothing was sent; beside each a text that says why

Files of a drop go in one after the other. When the network, the quota or the token
fails, a file waits and goes on by itself, and those behind it wait for it. What
needs a person is held: see hubload watch status.

With --once it looks once and ends, for cron, systemd and Kubernetes. It waits for
files that have to stand still: a minute, or as long as --settle says. It ends with
the gravest of 7, 5, 1, 6, 2, 3, 8 and 0 that the look has met; 4 says that another
watcher is at work. Without --once it looks every 30 seconds until it is interrupted.

A file that is written to after it was taken goes back to DIR while nothing of it was
sent; later it is held, and what was added goes in when it is released.`

func (a *app) watchCommand() *cobra.Command {
	var f watchFlags
	cmd := &cobra.Command{
		Use:   "watch DIR | watch --config drops.yaml",
		Short: "import what is dropped into folders",
		Long:  watchHelp,
		Example: `  hubload watch /srv/sftp/in --mapping /etc/hubload/orders.mapping.yaml --once
  hubload watch --config /etc/hubload/drops.yaml --every 30s
  hubload watch --config /etc/hubload/drops.yaml --dry-run
  hubload watch status
  hubload watch release 20261128T030000Z-1a2b3c`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.runWatch(cmd.Context(), args, &f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.config, "config", "", "`FILE` that says what to watch, in place of DIR")
	f.addState(fs)
	fs.StringArrayVar(&f.files, "files", nil, "`GLOB` of the names that are taken; may be repeated; default: "+strings.Join(watch.DefaultFiles, " "))
	fs.StringVarP(&f.mapping, "mapping", "m", "", "mapping `FILE`, outside of DIR; without one, columns named like properties map to themselves")
	fs.StringVar(&f.object, "object", "", "object `TYPE` to create; default: line_items")
	fs.BoolVar(&f.unassociated, "unassociated", false, "create line items without any association")
	fs.Var(&f.settle, "settle", "how long a file has to stand still; default 60s; 0 takes files at once")
	fs.StringVar(&f.marker, "marker", "", "`NAME` of a file that says that another one is complete, such as {name}.ok or {stem}.done")
	fs.BoolVar(&f.once, "once", false, "look once, and end")
	fs.DurationVar(&f.every, "every", 30*time.Second, "how long after a look the next one begins")
	f.parallel = rangeFlag{min: 1, max: 64, unit: "N"}
	fs.Var(&f.parallel, "parallel", "accounts at a time; default 4")
	fs.BoolVar(&f.dry, "dry-run", false, "say what would be taken and why not; send nothing, and move nothing")
	fs.StringVar(&f.metrics, "metrics", "", "`FILE` for metrics in Prometheus' text format")
	f.account.add(fs)
	f.how.add(fs)
	fs.BoolVar(&f.account.createKey, "create-key", false, "create the property of the mapping's key when an account lacks it")
	f.say.add(fs)
	cmd.AddCommand(a.watchStatusCommand(), a.watchReleaseCommand(), a.watchDropCommand())
	for _, c := range cmd.Commands() {
		c.Args = asUsage(c.Args)
	}
	return cmd
}

// folderNotCommand lets a folder be called drop or release, as many are: these words are
// commands of watch only where a name follows at once.
func folderNotCommand(args []string) []string {
	if len(args) < 2 || args[0] != "watch" || args[1] != "drop" && args[1] != "release" ||
		len(args) > 2 && (!strings.HasPrefix(args[2], "-") || args[2] == "-h" || args[2] == "--help") {
		return args
	}
	return append([]string{"watch", "." + string(filepath.Separator) + args[1]}, args[2:]...)
}

func (a *app) runWatch(ctx context.Context, args []string, f *watchFlags) error {
	if err := a.configure(&f.say); err != nil {
		return err
	}
	o, err := a.watchOptions(args, f)
	if err != nil {
		return err
	}
	w, err := watch.New(o)
	if err != nil {
		return usageError{err}
	}
	switch {
	case f.dry:
		return a.showCandidates(w, &f.say)
	case !f.once:
		return w.Run(ctx, f.every, a.warnLook)
	}
	found, err := w.Once(ctx)
	if err != nil {
		return err
	}
	a.warnLook(found)
	if found.Code != exitOK {
		return lookError{found.Code}
	}
	return nil
}

// warnLook says which drops can't be looked at.
func (a *app) warnLook(found *watch.Look) {
	for _, err := range found.Errors {
		a.ui.warn("%v", err)
	}
}

// A lookError ends a look that met something: it was said already.
type lookError struct{ code int }

func (lookError) Error() string { return "not every file is done" }
