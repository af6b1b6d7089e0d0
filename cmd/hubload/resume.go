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
	d, err := needRun(path)
	if err != nil {
		return err
	}
	if err := d.lock(); err != nil {
		return a.lockedError(d, err)
	}
	defer d.unlock()
	if d.Sandbox {
		return mismatchError{fmt.Errorf("%s went into a throw-away account that ended with its process: there is nothing to go on with", d.path)}
	}
	m, err := d.mapping()
	if err != nil {
		return err
	}
	r, err := d.open(m)
	if err != nil {
		return inputError(err)
	}
	header := r.Header()
	if d.Restore {
		restoreAll(header)
	}
	r.Close()
	mapper, err := m.Compile(header)
	if err != nil {
		return mismatchError{fmt.Errorf("the input no longer has the columns it had:\n%w", err)}
	}
	if done, err := a.nothingLeft(d); done || err != nil {
		return err
	}
	if f.account.baseURL == "" {
		if f.account.baseURL, err = trusted(d.BaseURL); err != nil {
			return err
		}
	}
	if f.account.version == "" {
		f.account.version = d.APIVersion
	}
	conn, err := a.connect(ctx, &f.account, false, m.Object, d.Key)
	if err != nil {
		return err
	}
	defer conn.close()
	want := d.request
	want.BaseURL, want.Account = conn.baseURL, conn.account
	if err := d.matches(want, m); err != nil {
		return err
	}
	d.ExcelSafe = d.ExcelSafe || f.how.excelSafe
	return a.execute(ctx, &session{dir: d, conn: conn, mapping: m, mapper: mapper, flags: &f.how, say: &f.say, commandTail: f.account.commandTail()})
}

// nothingLeft reports whether every row of the run has its fate, and says so.
func (a *app) nothingLeft(d *runDir) (bool, error) {
	st, err := journal.Load(d.file(journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer st.Close()
	p := progressOf(st)
	if !p.finished() || len(st.OpenRows()) > 0 {
		return false, nil
	}
	if p.InDoubt > 0 && d.Key != "" {
		return false, nil
	}
	if err := d.mendReports(p); err != nil {
		return true, err
	}
	a.ui.printf("%s is finished: nothing was sent.\n%s\nreports: %s\n", d.path, p.line(), d.path)
	return true, nil
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
