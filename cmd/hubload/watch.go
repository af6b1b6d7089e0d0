// hubload watch: what is dropped into folders is imported.

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubload/hubload/importer/rundir"
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

With --once it looks once and ends, for cron, systemd and Kubernetes, after waiting
for files that have to stand still (a minute at most, or --settle): with the gravest of 7, 5, 1, 6, 2, 3, 8 and 0 that the look has met. 4 says that another
watcher is at work. Without it, it looks every 30 seconds until it is interrupted.`

// watchFlags are the flags of watch.
type watchFlags struct {
	config, state, metrics  string
	files                   []string
	mapping, object, marker string
	settle                  daysFlag
	once, dry, unassociated bool
	every                   time.Duration
	parallel                rangeFlag
	account                 accountFlags
	how                     runFlags
	say                     sayFlags
}

// daysFlag is a duration such as 60s or 30d.
type daysFlag struct {
	time.Duration
	given bool
}

func (f *daysFlag) Type() string { return "DUR" }
func (f *daysFlag) String() string {
	if !f.given {
		return ""
	}
	return f.Duration.String()
}

func (f *daysFlag) Set(s string) (err error) {
	f.Duration, err = watch.ParseDuration(s)
	f.given = true
	return err
}

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

// addState adds the flag that every command about a drop has.
func (f *watchFlags) addState(fs *pflag.FlagSet) {
	fs.StringVar(&f.state, "state", "", "state `DIR` of the drop; default: watch/<name of the drop> in the user's state directory")
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

// watchOptions are what the flags or the configuration say.
func (a *app) watchOptions(args []string, f *watchFlags) (o watch.Options, err error) {
	o.Import = a.options(&f.account)
	f.how.set(&o.Import)
	o.Import.Unassociated = f.unassociated
	o.Advice = hintOf
	o.Import.Watch = a.progress(&f.say, f.how.batchSize.n)
	o.Parallel = f.parallel.n
	o.Event = func(e watch.Event) { a.showEvent(e, &f.say) }
	o.Connect = func(_ context.Context, account watch.Account, e rundir.Endpoint) (rundir.Account, error) {
		flags := f.account
		if account.TokenFile != "" {
			flags.tokenFile = account.TokenFile
		}
		return a.connect(&flags, e)
	}
	switch {
	case f.config != "" && len(args) > 0, f.config == "" && len(args) == 0:
		return o, usageError{withHint(errors.New("watch takes either a folder or --config FILE"), "hubload help watch")}
	case f.config != "":
		err = a.fromConfig(&o, f)
	default:
		err = a.fromFolder(&o, f, args[0])
	}
	if o.Import.StateDir == "" {
		// A container without a home has the drop's own volume.
		o.Import.StateDir = filepath.Join(o.State, "account")
	}
	return o, err
}

func (a *app) fromConfig(o *watch.Options, f *watchFlags) error {
	for flag, given := range map[string]bool{"--state": f.state != "", "--files": f.files != nil, "--mapping": f.mapping != "", "--object": f.object != "", "--settle": f.settle.given, "--marker": f.marker != ""} {
		if given {
			return usageError{fmt.Errorf("%s is for a folder; with --config, %s says it for each drop", flag, f.config)}
		}
	}
	c, err := watch.Load(f.config)
	if err != nil {
		return usageError{err}
	}
	o.Config = *c
	if o.State == "" {
		if o.State, err = a.watchRoot(); err != nil {
			return err
		}
	}
	if f.metrics != "" {
		o.Metrics = f.metrics
	}
	return nil
}

var notInNames = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

func (a *app) fromFolder(o *watch.Options, f *watchFlags, dir string) (err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return err
	}
	name := strings.Trim(notInNames.ReplaceAllString(filepath.Base(dir), "-"), "-._")
	if name == "" {
		name = "drop"
	}
	d := watch.Drop{
		Name: name, Dir: dir, Files: f.files, Mapping: f.mapping, Object: f.object, State: f.state,
		Ready: watch.Ready{Marker: f.marker, Settle: watch.Duration{Duration: f.settle.Duration}, Rename: f.settle.given && f.settle.Duration == 0},
	}
	if f.marker != "" && f.settle.given {
		return usageError{errors.New("--marker and --settle exclude each other: a file is complete when its marker is there")}
	}
	if o.State = f.state; o.State == "" {
		if o.State, err = a.watchRoot(); err != nil {
			return err
		}
	}
	o.Drops, o.Metrics = []watch.Drop{d}, f.metrics
	return nil
}

// watchRoot holds the state directories of drops that have no other one.
func (a *app) watchRoot() (string, error) {
	dir := stateDir(a.getenv)
	if dir == "" {
		return "", usageError{withHint(errors.New("there is no place for what hubload has to remember"), "give --state DIR (or state: in the configuration), or set XDG_STATE_HOME")}
	}
	return filepath.Join(dir, "watch"), nil
}

// showEvent says on stdout what became of a file.
func (a *app) showEvent(e watch.Event, say *sayFlags) {
	if say.logFormat.value == "json" {
		data, _ := json.Marshal(e)
		a.ui.printf("%s\n", data)
		return
	}
	line, next, _ := strings.Cut(e.Text, "; next: ")
	a.ui.printf("%s\n", line)
	if next != "" {
		a.ui.printf("  next: %s\n", next)
	}
}

// showCandidates says what a look would take.
func (a *app) showCandidates(w *watch.Watcher, say *sayFlags) error {
	list, errs := w.DryRun()
	for _, c := range list {
		switch {
		case say.logFormat.value == "json":
			data, _ := json.Marshal(map[string]any{"drop": c.Drop, "file": c.Name, "size": c.Size, "ready": c.Ready, "why": c.Why})
			a.ui.printf("%s\n", data)
		case c.Ready:
			a.ui.printf("%s: %s would be taken (%s)\n", c.Drop, shown(c.Name), counted(c.Size, "byte"))
		default:
			a.ui.printf("%s: %s would not be taken: %s\n", c.Drop, shown(c.Name), c.Why)
		}
	}
	if len(list) == 0 && len(errs) == 0 && say.logFormat.value != "json" {
		a.ui.printf("no file would be taken\n")
	}
	return errors.Join(errs...)
}

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

func (f *watchFlags) addConfig(fs *pflag.FlagSet) {
	fs.StringVar(&f.config, "config", "", "`FILE` that says what is watched")
}

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
	for _, state := range states {
		file, err := do(state, name)
		if is[*watch.NotFound](err) {
			continue
		}
		if err != nil {
			return err
		}
		a.ui.printf("%s (%s): %s\n", shown(file.Name), file.ID, done)
		return nil
	}
	return usageError{&watch.NotFound{Name: name}}
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
