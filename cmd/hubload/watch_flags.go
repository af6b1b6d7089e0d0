// What the flags or the configuration of watch say.

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"github.com/hubload/hubload/importer/rundir"
	"github.com/hubload/hubload/importer/watch"
)

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

func (f *watchFlags) addConfig(fs *pflag.FlagSet) {
	fs.StringVar(&f.config, "config", "", "`FILE` that says what is watched")
}

// addState adds the flag that every command about a drop has.
func (f *watchFlags) addState(fs *pflag.FlagSet) {
	fs.StringVar(&f.state, "state", "", "state `DIR` of the drop; default: watch/<name of the drop> in the user's state directory")
}

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

func (a *app) fromFolder(o *watch.Options, f *watchFlags, dir string) (err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return err
	}
	d := watch.Drop{
		Name: watch.NameOf(dir), Dir: dir, Files: f.files, Mapping: f.mapping, Object: f.object, State: f.state,
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
