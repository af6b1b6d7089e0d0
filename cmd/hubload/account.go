// The account on the other side: address, credentials, and the state directory.

package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/rundir"
)

// accountFlags say which account, and how to get in.
type accountFlags struct {
	baseURL, version, tokenFile string
	timeout                     time.Duration
	createKey                   bool // import and check alone have the flag
}

func (f *accountFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.baseURL, "base-url", "", "`URL` of the API; default: "+rundir.DefaultBaseURL+"; http:// only for loopback addresses")
	fs.Var((*versionFlag)(&f.version), "api-version", "`VERSION` of the API: v3 (default), 2025-09, 2026-03, 2026-09 or 2026-09-beta")
	fs.StringVar(&f.tokenFile, "token-file", "", "`FILE` that holds the access token, readable for you alone; default: HUBSPOT_ACCESS_TOKEN")
	fs.DurationVar(&f.timeout, "timeout", 120*time.Second, "of one request")
}

// versionFlag is a version of the API, checked also where no account is asked.
type versionFlag string

func (f *versionFlag) Type() string   { return "VERSION" }
func (f *versionFlag) String() string { return string(*f) }
func (f *versionFlag) Set(s string) error {
	if err := hubspot.CheckVersion(s); err != nil {
		return err
	}
	*f = versionFlag(s)
	return nil
}

// commandTail is what a later command needs of the flags, to be copied.
func (f *accountFlags) commandTail() string {
	tail := ""
	if f.baseURL != "" {
		tail += " --base-url " + quoted(f.baseURL)
	}
	if f.tokenFile != "" {
		tail += " --token-file " + quoted(f.tokenFile)
	}
	return tail
}

// tailFor is commandTail for a run, which goes on where it went before.
func (f *accountFlags) tailFor(d *rundir.Dir) string {
	known := *f
	if known.baseURL == "" && d.BaseURL != rundir.DefaultBaseURL {
		known.baseURL = d.BaseURL
	}
	return known.commandTail()
}

// options are what every command that works on a run tells package rundir.
func (a *app) options(f *accountFlags) rundir.Options {
	return rundir.Options{
		BaseURL: f.baseURL, Version: f.version, CreateKey: f.createKey,
		Connect:  func(_ context.Context, e rundir.Endpoint) (rundir.Account, error) { return a.connect(f, e) },
		StateDir: stateDir(a.getenv),
		Program:  programVersion(), Stdin: a.stdin, Logger: a.logger, ExitCode: exitCode,
		Note: func(text string) { a.ui.note("%s", text) },
		Warn: func(text string) { a.ui.warn("%s", text) },
	}
}

// connect checks address and credentials. It sends nothing.
func (a *app) connect(f *accountFlags, e rundir.Endpoint) (rundir.Account, error) {
	if err := hubspot.CheckBaseURL(e.BaseURL); err != nil {
		return nil, usageError{err}
	}
	credentials, err := a.credentials(f, e)
	if err != nil {
		return nil, err
	}
	return newClient(f, e, credentials, a.logger)
}

func newClient(f *accountFlags, e rundir.Endpoint, credentials hubspot.Credentials, logger *slog.Logger) (rundir.Account, error) {
	client, err := hubspot.New(hubspot.Config{
		BaseURL: e.BaseURL, Version: e.Version, Credentials: credentials,
		Object: e.Object, KeyProperty: e.Key, Timeout: f.timeout, UserAgent: "hubload/" + programVersion(), Logger: logger,
	})
	if err != nil {
		return nil, usageError{err}
	}
	return client, nil
}

// credentials finds the token, or what gets one.
func (a *app) credentials(f *accountFlags, e rundir.Endpoint) (hubspot.Credentials, error) {
	if f.tokenFile != "" {
		return hubspot.File(f.tokenFile)
	}
	if token := strings.TrimSpace(a.getenv("HUBSPOT_ACCESS_TOKEN")); token != "" {
		return hubspot.Static(hubspot.Secret(token)), nil
	}
	id, secret, refresh := a.getenv("HUBSPOT_CLIENT_ID"), a.getenv("HUBSPOT_CLIENT_SECRET"), a.getenv("HUBSPOT_REFRESH_TOKEN")
	if id != "" && secret != "" && refresh != "" {
		return hubspot.OAuth(hubspot.OAuthConfig{
			ClientID: id, ClientSecret: hubspot.Secret(secret), RefreshToken: hubspot.Secret(refresh),
			BaseURL: e.BaseURL, Version: e.Version,
		}), nil
	}
	return nil, &hubspot.CredentialsError{Message: "there is no access token: set HUBSPOT_ACCESS_TOKEN or give --token-file FILE " +
		"(HubSpot: Settings > Integrations > Service Keys, scope crm.objects.line_items.write); to try without an account: --sandbox"}
}

// hasCredentials reports whether there is anything to ask an account with.
func (a *app) hasCredentials(f *accountFlags) bool {
	if f.tokenFile != "" || strings.TrimSpace(a.getenv("HUBSPOT_ACCESS_TOKEN")) != "" {
		return true
	}
	return a.getenv("HUBSPOT_CLIENT_ID") != "" && a.getenv("HUBSPOT_CLIENT_SECRET") != "" && a.getenv("HUBSPOT_REFRESH_TOKEN") != ""
}

// stateDir is the user's state directory for hubload; without a home there is none.
func stateDir(getenv func(string) string) string {
	base := getenv("XDG_STATE_HOME")
	if base == "" && runtime.GOOS == "windows" {
		base = getenv("LocalAppData")
	}
	if home := getenv("HOME"); base == "" && home != "" {
		base = filepath.Join(home, ".local", "state")
	}
	if base == "" || !filepath.IsAbs(base) {
		return ""
	}
	return filepath.Join(base, "hubload")
}
