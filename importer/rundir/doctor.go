// What an import into an account would need and lacks, found out before there is one.

package rundir

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/atomicfile"
)

// The states of a [Finding].
const (
	FindingOK   = "ok"
	FindingNote = "note" // some imports need what is missing
	FindingFail = "fail" // no import can begin
)

// A Finding is one thing that an import may need, and how it is.
type Finding struct {
	Name  string `json:"name"`
	State string `json:"state"`
	Text  string `json:"text"`
	Fix   string `json:"fix,omitempty"`

	err error
}

// A Diagnosis is what [Diagnose] found. Account is 0 where the token can't read it.
type Diagnosis struct {
	BaseURL  string    `json:"base_url"`
	Object   string    `json:"object"`
	Account  int64     `json:"account,omitempty"`
	Findings []Finding `json:"checks"`
}

// Err is the error of the first check that failed, nil if none did.
func (d *Diagnosis) Err() error {
	for i := range d.Findings {
		if d.Findings[i].err != nil {
			return d.Findings[i].err
		}
	}
	return nil
}

func (d *Diagnosis) ok(name, format string, args ...any) {
	d.Findings = append(d.Findings, Finding{Name: name, State: FindingOK, Text: fmt.Sprintf(format, args...)})
}

func (d *Diagnosis) note(name, text, fix string) {
	d.Findings = append(d.Findings, Finding{Name: name, State: FindingNote, Text: text, Fix: fix})
}

func (d *Diagnosis) fail(name string, err error, fix string) {
	d.Findings = append(d.Findings, Finding{Name: name, State: FindingFail, Text: shown(err.Error()), Fix: fix, err: err})
}

// maxSkew is how wrong a clock may be. Times in reports are of no use to compare with
// HubSpot's beyond it, and a day's quota begins at another time than is waited for.
const maxSkew = time.Minute

// A settingsReader reads what columns can name instead of ids. A *hubspot.Client is one.
type settingsReader interface {
	Owners(ctx context.Context, archived bool, after string) ([]api.Owner, string, error)
	TaxRates(ctx context.Context, after string) ([]api.TaxRate, string, error)
	Pipelines(ctx context.Context, object string) ([]api.Pipeline, error)
}

// Diagnose finds out whether records of o.Object can be imported: the state directory,
// the token, the account, the clock, the scopes, the limits. It sends reads only, and
// writes a small file into the state directory, which it removes. It returns no error:
// what went wrong is in the Diagnosis.
func Diagnose(ctx context.Context, o Options) *Diagnosis {
	e := o.endpoint(cmp.Or(o.Object, DefaultObject), "")
	d := &Diagnosis{BaseURL: e.BaseURL, Object: e.Object}
	defer func() { o.diagnoseState(d, e) }()
	c, err := o.dial(ctx, e)
	if err != nil {
		d.fail("token", err, "")
		return d
	}
	c.tries.most, c.readOnly = 2, true
	if !d.account(ctx, c) {
		return d
	}
	d.clock(c)
	d.object(ctx, c)
	d.key(ctx, c)
	d.others(ctx, c)
	d.quota(ctx, c)
	return d
}

// account asks which account it is, and reports whether anything else can be asked.
func (d *Diagnosis) account(ctx context.Context, c *connection) bool {
	a, err := repeated(ctx, c.tries, c.Account.Account)
	switch {
	case err == nil:
		d.Account, c.number = a.PortalID, a.PortalID
		d.ok("token", "it belongs to account %d%s", a.PortalID, inBrackets(a.AccountType, a.UIDomain, a.TimeZone, a.CompanyCurrency))
	case lacks(err):
		answer, _ := errors.AsType[api.ReadError](err)
		c.unknownPath = answer.NotFound()
		d.note("token", "it works, but can't read which account it belongs to: imports go by the address alone, and a mapping with account: can't be imported", "")
	default:
		answer, answered := errors.AsType[api.ReadError](err)
		fix := "check the address, and the network on the way: " + c.BaseURL
		if answered && answer.Unauthorized() {
			fix = "make a new key, and check that the whole of it was copied (HubSpot: Settings > Integrations > Service Keys)"
		}
		d.fail("token", err, fix)
		return false
	}
	return true
}

func inBrackets(texts ...string) string {
	var known []string
	for _, text := range texts {
		if text != "" {
			known = append(known, shown(text))
		}
	}
	if len(known) == 0 {
		return ""
	}
	return " (" + strings.Join(known, ", ") + ")"
}

func (d *Diagnosis) clock(c *connection) {
	reader, ok := c.Account.(interface{ ClockSkew() (time.Duration, bool) })
	if !ok {
		return
	}
	skew, known := reader.ClockSkew()
	switch {
	case !known:
	case skew.Abs() <= maxSkew:
		d.ok("clock", "right to %s", max(skew.Abs().Round(time.Second), time.Second))
	case skew > 0:
		d.note("clock", "it is "+skew.Round(time.Second).String()+" ahead of HubSpot's: times in reports are wrong, and so is the wait for the daily quota", "set this computer's clock")
	default:
		d.note("clock", "it is "+(-skew).Round(time.Second).String()+" behind HubSpot's: times in reports are wrong, and so is the wait for the daily quota", "set this computer's clock")
	}
}

// object reads what an import of the object type reads. Whether the token may create
// records can't be seen without creating one.
func (d *Diagnosis) object(ctx context.Context, c *connection) {
	list, err := repeated(ctx, c.tries, c.Properties)
	writable := 0
	for _, p := range list {
		if !p.ReadOnly && !p.Archived {
			writable++
		}
	}
	scope := "crm.objects." + c.Object
	answer, refused := errors.AsType[api.ReadError](err)
	switch {
	case refused && answer.NotFound():
		d.fail("properties", c.notThere(), "check --object and --base-url")
		return
	case err == nil:
		d.ok("properties", "%d of %s, %d of which can be set", len(list), c.Object, writable)
	case lacks(err):
		d.note("properties", "the definitions of "+c.Object+" can't be read: values aren't checked before they are sent", "add the scope "+scope+".read")
	default:
		d.fail("properties", err, "")
		return
	}
	found, err := repeated(ctx, c.tries, func(ctx context.Context) (api.Found, error) { return c.FindByProperty(ctx, "", "", []string{"1"}) })
	switch {
	case err == nil && found.Rate.Limit.N > 0:
		d.ok("reading", "%s can be read; the limit is %s", c.Object, found.Rate.Limit)
	case err == nil:
		d.ok("reading", "%s can be read", c.Object)
	case lacks(err):
		d.note("reading", c.Object+" can't be read: no key, no undo, and rows in doubt can't be looked up", "add the scope "+scope+".read")
	default:
		d.note("reading", shown(err.Error()), "")
	}
	d.note("writing", "whether "+c.Object+" may be created shows with the first request only", "the scope is "+scope+".write")
}

// key looks for the property of automatic keys.
func (d *Diagnosis) key(ctx context.Context, c *connection) {
	const name = "hubload_key"
	p, err := repeated(ctx, c.tries, func(ctx context.Context) (api.Property, error) { return c.Property(ctx, name) })
	answer, answered := errors.AsType[api.ReadError](err)
	switch {
	case err == nil && p.HasUniqueValue:
		d.ok("key", "%s is there, and unique: key: { property: %s, auto: true }", name, name)
	case err == nil:
		d.note("key", name+" is there, and isn't unique: it can't be a key", "use another property for the key")
	case answered && answer.NotFound():
		d.note("key", "there is no property "+name+": without a key, hubload's own ledger on this computer alone keeps rows from being created twice", "--create-key makes it with the first import")
	}
}

// others reads what mappings may name besides.
func (d *Diagnosis) others(ctx context.Context, c *connection) {
	one := func(name, what, without, scope string, read func(context.Context) error) {
		_, err := repeated(ctx, c.tries, func(ctx context.Context) (struct{}, error) { return struct{}{}, read(ctx) })
		switch {
		case err == nil:
			d.ok(name, "%s", what)
		case lacks(err):
			d.note(name, "can't be read: "+without, "add the scope "+scope)
		default:
			d.note(name, shown(err.Error()), "")
		}
	}
	one("deals", "can be looked up", "no association by match:, and no check of ids", "crm.objects.deals.read", func(ctx context.Context) error {
		_, err := c.FindByProperty(ctx, "deals", "", []string{"1"})
		return err
	})
	s, ok := c.Account.(settingsReader)
	if !ok {
		return
	}
	one("owners", "can be read", "columns must hold their ids, not e-mail addresses", "crm.objects.owners.read", func(ctx context.Context) error {
		_, _, err := s.Owners(ctx, false, "")
		return err
	})
	one("tax rates", "can be read", "columns must hold their ids, not names or rates", "tax_rates.read", func(ctx context.Context) error {
		_, _, err := s.TaxRates(ctx, "")
		return err
	})
}

func (d *Diagnosis) quota(ctx context.Context, c *connection) {
	u, err := repeated(ctx, c.tries, c.DailyUsage)
	reset := ""
	if !u.ResetsAt.IsZero() {
		reset = ", fresh at " + u.ResetsAt.Local().Format("15:04")
	}
	switch {
	case err != nil:
		d.note("daily quota", "it can't be read: a run that meets its end stops, and can go on later", "")
	case u.Current >= u.Limit:
		d.note("daily quota", fmt.Sprintf("used up: %d of %d requests%s", u.Current, u.Limit, reset), "wait, or import with --wait-daily")
	default:
		d.ok("daily quota", "%d of %d requests used%s", u.Current, u.Limit, reset)
	}
}

// diagnoseState writes and removes a file, and reads the account's ledger.
func (o *Options) diagnoseState(d *Diagnosis, e Endpoint) {
	const name = "state directory"
	s := o.state()
	const noKey = "without a key no import can begin (--no-ledger begins one all the same)"
	if s.dir == "" {
		d.fail(name, &Error{Reason: NoLedger, Err: errors.New("there is none: neither XDG_STATE_HOME nor HOME is set; " + noKey)}, "set XDG_STATE_HOME to a directory that can be written")
		return
	}
	probe := filepath.Join(s.dir, "doctor")
	err := s.make()
	if err == nil {
		err = atomicfile.WriteFile(probe, nil)
		os.Remove(probe)
	}
	if err != nil {
		d.fail(name, &Error{Reason: NoLedger, Path: s.dir, Err: fmt.Errorf("%w; %s", err, noKey)}, "make it writable, or set XDG_STATE_HOME to another directory")
		return
	}
	l := o.ledger()
	runs, err := l.entries(l.sentDir(&Run{BaseURL: e.BaseURL, Account: d.Account, Object: e.Object}))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.fail(name, err, "put the file back from a copy; --no-ledger goes on without it")
		return
	}
	known := ""
	if d.Account != 0 {
		known = "; the ledger knows " + countOf(len(runs), "run") + " into this account"
	}
	d.ok(name, "%s%s", s.dir, known)
}

func countOf(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}
