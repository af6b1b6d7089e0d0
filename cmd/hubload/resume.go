// hubload resume RUN.

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/hubload/hubload/importer/journal"
	"github.com/hubload/hubload/mapping"
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
the token. Rows that have a fate are checked against the input and skipped.`,
		Example: "  hubload resume " + runsDir + "/orders-1a2b3c4d",
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
	d, m, mapper, err := a.reenter(path)
	if err != nil {
		return err
	}
	defer d.unlock()
	if done, err := a.nothingLeft(d); done || err != nil {
		return err
	}
	f.account.rate = f.how.rate()
	conn, err := a.reconnect(ctx, d, m, &f.account)
	if err != nil {
		return err
	}
	defer conn.close()
	if done, err := a.reclaim(d, m); done || err != nil {
		return err
	}
	d.ExcelSafe = d.ExcelSafe || f.how.excelSafe
	return a.execute(ctx, &session{dir: d, conn: conn, mapping: m, mapper: mapper, flags: &f.how, say: &f.say, commandTail: f.account.commandTail()})
}

// reenter takes a run that was begun before, with all that its directory says. The
// caller unlocks it, unless there is an error.
func (a *app) reenter(path string) (_ *runDir, _ *mapping.Mapping, _ *mapping.Mapper, err error) {
	d, err := needRun(path)
	if err != nil {
		return nil, nil, nil, err
	}
	if err := d.lock(); err != nil {
		return nil, nil, nil, a.lockedError(d, err)
	}
	defer func() {
		if err != nil {
			d.unlock()
		}
	}()
	if d.Sandbox {
		return nil, nil, nil, mismatchError{fmt.Errorf("%s went into a throw-away account that ended with its process: there is nothing to go on with", d.path)}
	}
	m, err := d.mapping()
	if err != nil {
		return nil, nil, nil, err
	}
	r, err := d.open(m)
	if err != nil {
		return nil, nil, nil, inputError(err)
	}
	header := r.Header()
	if d.Restore {
		restoreAll(header)
	}
	r.Close()
	known, err := d.schema()
	if err != nil {
		return nil, nil, nil, err
	}
	mapper, err := m.CompileFor(header, known.rules())
	if err != nil {
		return nil, nil, nil, mismatchError{fmt.Errorf("the input no longer has the columns it had:\n%w", err)}
	}
	return d, m, mapper, nil
}

// reconnect connects to the account that a run goes into, and to no other.
func (a *app) reconnect(ctx context.Context, d *runDir, m *mapping.Mapping, f *accountFlags) (_ *connection, err error) {
	if f.baseURL == "" {
		if f.baseURL, err = trusted(d.BaseURL); err != nil {
			return nil, err
		}
	}
	if f.version == "" {
		f.version = d.APIVersion
	}
	conn, err := a.connect(ctx, f, false, m.Object, d.Key)
	if err != nil {
		return nil, err
	}
	want := d.request
	want.BaseURL, want.Account = conn.baseURL, conn.account
	if err := d.matches(want, m); err != nil {
		conn.close()
		return nil, err
	}
	return conn, nil
}

// nothingLeft reports whether every row of the run has its fate, and says so.
func (a *app) nothingLeft(d *runDir) (bool, error) {
	return a.saidDone(d, d.path+" is finished")
}

// saidDone reports whether there is nothing left to do in a run, makes sure of its
// reports, and says what it came to. The error is that of mendReports.
func (a *app) saidDone(d *runDir, what string) (bool, error) {
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer st.Close()
	p := progressOf(st)
	if !d.finished(p) {
		return false, nil
	}
	mended := d.mendReports(p)
	if mended != nil && exitCode(mended) != exitRefused {
		return true, mended
	}
	a.ui.printf("%s: nothing was sent.\n%s\nreports: %s\n", what, p.line(), d.path)
	if p.InDoubt > 0 && !d.Sandbox {
		a.ui.printf("next: hubload resolve %s looks for the rows in doubt\n", quoted(d.path))
	}
	return true, mended
}

// trusted is the base URL of a run directory, if the token may go there without
// being told so on the command line: a run directory is a file near the CSV, and
// whoever plants one must not get the token.
func trusted(baseURL string) (string, error) {
	u, err := url.Parse(baseURL)
	if err == nil {
		host := u.Hostname()
		if u.Scheme == "https" && (host == "hubapi.com" || strings.HasSuffix(host, ".hubapi.com")) || u.Scheme == "http" {
			return baseURL, nil // CheckBaseURL lets http through for loopback alone
		}
	}
	return "", usageError{withHint(
		fmt.Errorf("the run went to %s, which isn't HubSpot's own address", shown(baseURL)),
		"if the token may go there, say so: --base-url "+quoted(baseURL))}
}
