// hubload sandbox: a local HubSpot account, standing or thrown away.

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/importer/rundir"
)

type sandboxFlags struct {
	addr     string
	account  int64
	limit    limitFlag
	daily    int64
	latency  time.Duration
	jitter   time.Duration
	seed     uint64
	faults   []string
	quirks   []string
	unique   []string
	rules    []string
	tokens   []string
	scopes   []string
	records  []string
	files    []string
	searches int
	lag      time.Duration
	penalise bool
	coarse   bool
}

func (a *app) sandboxCommand() *cobra.Command {
	var f sandboxFlags
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "serve a local HubSpot account, with faults on request",
		Long:  sandboxHelp(),
		Example: `  hubload sandbox --addr 127.0.0.1:8085 --limit 190/10s
  hubload sandbox --fault 502-after=1% --fault hangup-after=every-50 --latency 300ms
  hubload sandbox --unique migration_key --quirk conflict-409
  hubload sandbox --unique deals:external_id --record deals:external_id=A-1 --records products=products.csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.runSandbox(cmd.Context(), &f)
		},
	}
	cmd.Flags().SortFlags = false
	f.add(cmd.Flags())
	return cmd
}

func (f *sandboxFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.addr, "addr", "127.0.0.1:8085", "`ADDRESS` to listen at; loopback only")
	fs.Int64Var(&f.account, "account", 4242, "`ID` of the account")
	fs.StringSliceVar(&f.tokens, "token", nil, "a `TOKEN` that is let in; default: any")
	fs.Var(&f.limit, "limit", "rate limit, such as 190/10s; default: none")
	fs.Int64Var(&f.daily, "daily", 0, "requests a day; 0: no quota")
	fs.DurationVar(&f.latency, "latency", 0, "how long a request takes")
	fs.DurationVar(&f.jitter, "jitter", 0, "up to so much more")
	fs.StringArrayVar(&f.faults, "fault", nil, "`NAME=WHEN[:DELAY]`, WHEN being 1%, every-50 or next-3; may be repeated")
	fs.StringSliceVar(&f.quirks, "quirk", nil, "`NAME` of another reading of HubSpot's ways; may be repeated")
	fs.StringSliceVar(&f.unique, "unique", nil, "`NAME` of a text property with unique values that line items have, or TYPE:NAME; may be repeated")
	fs.StringArrayVar(&f.rules, "rule", nil, "`PROPERTY:KIND=LIMIT`, a validation rule of line items that is enforced from 2026-09 on, such as price:MAX_NUMBER=1000; may be repeated")
	fs.StringArrayVar(&f.records, "record", nil, "`TYPE:NAME=VALUE`, a record with a property's value, such as deals:external_id=A-1; id=VALUE is its id; may be repeated")
	fs.StringArrayVar(&f.files, "records", nil, "`TYPE=FILE`, a CSV of records whose columns are named like properties; may be repeated")
	fs.StringSliceVar(&f.scopes, "scope", nil, "a `SCOPE` that tokens have; default: all")
	fs.IntVar(&f.searches, "searches", 5, "searches a second, as HubSpot's limit is; 0: no limit")
	fs.DurationVar(&f.lag, "search-lag", 0, "how long search doesn't find a new record")
	fs.Uint64Var(&f.seed, "seed", 0, "of everything random")
	fs.BoolVar(&f.penalise, "penalise", false, "requests that the limit refuses count against it")
	fs.BoolVar(&f.coarse, "coarse", false, "the limit's window counts in whole seconds")
}

func sandboxHelp() string {
	var b strings.Builder
	b.WriteString(`Serves a HubSpot account in memory, for trying out an import and for tests: batch
create, read, update and archive, search, associations, properties, account information
and OAuth tokens, with HubSpot's validation, limits and error bodies. Any token is let
in. The account and its contents end with the program.

Faults apply to POST .../batch/create and batch/update, or with @all after the name to every request:
`)
	for name, about := range hubspottest.FaultNames() {
		fmt.Fprintf(&b, "  %-20s %s\n", name, about)
	}
	b.WriteString("\nQuirks:\n")
	for name, about := range hubspottest.QuirkNames() {
		fmt.Fprintf(&b, "  %-20s %s\n", name, about)
	}
	return b.String()
}

func (f *sandboxFlags) config() (hubspottest.Config, error) {
	c := hubspottest.Config{
		Account: f.account, Tokens: f.tokens, Limit: f.limit.N, Per: f.limit.Per, Daily: f.daily,
		Latency: f.latency, Jitter: f.jitter, Seed: f.seed,
		Penalise: f.penalise, Coarse: f.coarse, Scopes: f.scopes, Searches: f.searches,
	}
	c.Quirks.SearchLag = f.lag
	var errs []error
	for _, s := range f.faults {
		fault, err := hubspottest.ParseFault(s)
		errs = append(errs, err)
		c.Faults = append(c.Faults, fault)
	}
	for _, name := range f.quirks {
		if err := c.AddQuirk(name); err != nil {
			errs = append(errs, fmt.Errorf("%w; hubload help sandbox lists them", err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return c, usageError{err}
	}
	return c, nil
}

// builtinSandbox is the account of import --sandbox: that of a professional
// subscription, quick to answer.
func builtinSandbox() *hubspottest.Account {
	return hubspottest.New(hubspottest.Config{Limit: 190, Per: 10 * time.Second, Searches: 5, Latency: 20 * time.Millisecond})
}

// A box is a sandbox that is being served.
type box struct {
	url     string
	account *hubspottest.Account
	failed  chan error
	server  *http.Server
}

// open makes the account that the flags describe.
func (f *sandboxFlags) open(c hubspottest.Config) (*hubspottest.Account, error) {
	account := hubspottest.New(c)
	for _, name := range f.unique {
		object, property, typed := strings.Cut(name, ":")
		if !typed {
			object, property = rundir.DefaultObject, name
		}
		if err := account.AddProperty(object, hubspottest.Property{Name: property, Label: property, Unique: true}); err != nil {
			return nil, usageError{err}
		}
	}
	for _, s := range f.rules {
		property, rule, _ := strings.Cut(s, ":")
		kind, limit, found := strings.Cut(rule, "=")
		if !found {
			return nil, usageError{fmt.Errorf("--rule %s: use PROPERTY:KIND=LIMIT, such as price:MAX_NUMBER=1000", s)}
		}
		if err := account.AddRule(rundir.DefaultObject, property, hubspottest.Rule{Kind: kind, Arguments: []string{limit}}); err != nil {
			return nil, usageError{err}
		}
	}
	if err := f.addRecords(account); err != nil {
		return nil, usageError{err}
	}
	return account, nil
}

func startSandbox(addr string, account *hubspottest.Account) (*box, error) {
	host, _, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, usageError{fmt.Errorf("%q is not an address of this machine alone, such as 127.0.0.1:8085: the sandbox lets everybody in", addr)}
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("starting the sandbox: %w", err)
	}
	b := &box{url: "http://" + l.Addr().String(), account: account, failed: make(chan error, 1)}
	b.server = &http.Server{Handler: b.account, ReadHeaderTimeout: 10 * time.Second}
	go func() { b.failed <- b.server.Serve(l) }()
	return b, nil
}

func (b *box) close() { b.server.Close() }

func (a *app) runSandbox(ctx context.Context, f *sandboxFlags) error {
	c, err := f.config()
	if err != nil {
		return err
	}
	account, err := f.open(c)
	if err != nil {
		return err
	}
	b, err := startSandbox(f.addr, account)
	if err != nil {
		return err
	}
	defer b.close()
	a.ui.printf("account %d listens at %s\n", f.account, b.url)
	a.ui.note("in another terminal: HUBSPOT_ACCESS_TOKEN=any hubload import FILE --base-url %s", b.url)
	select {
	case err := <-b.failed:
		return err
	case <-ctx.Done():
	}
	a.ui.printf("%s, %s\n", counted(int64(b.account.Len(rundir.DefaultObject)), "line item"), counted(int64(b.requests()), "request"))
	return nil
}

func (b *box) requests() (n int) {
	for _, count := range b.account.Counts() {
		n += count
	}
	return n
}
