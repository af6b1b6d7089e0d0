// The account on the other side: what must be known of it before the first write.

package rundir

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping/schema"
	"github.com/hubload/hubload/ratelimit"
)

// An Account is the other side: what [importer.Run] needs of it, and what must be
// known before. A *hubspot.Client is one. Each method sends one request. The errors
// of reads are an [api.ReadError] where repeating them may help.
type Account interface {
	api.API

	// Account asks which account the token belongs to.
	Account(ctx context.Context) (api.Account, error)

	// Properties returns the definitions of all properties of the object type.
	Properties(ctx context.Context) ([]api.Property, error)

	// SensitiveProperties returns those that Properties leaves out: of highly sensitive
	// properties, or of the others.
	SensitiveProperties(ctx context.Context, highly bool) ([]api.Property, error)

	// Property returns one definition. Its error says NotFound when there is none.
	Property(ctx context.Context, name string) (api.Property, error)

	// Owners returns a page of the account's owners, and TaxRates one of its tax rates,
	// with the cursor of the next page, "" after the last one.
	Owners(ctx context.Context, archived bool, after string) (owners []api.Owner, next string, err error)
	TaxRates(ctx context.Context, after string) (rates []api.TaxRate, next string, err error)

	// Pipelines returns the pipelines of an object type, "" for that of the records
	// that are created, and AssociationTypes the ways in which records of one type are
	// associated with records of another.
	Pipelines(ctx context.Context, object string) ([]api.Pipeline, error)
	AssociationTypes(ctx context.Context, from, to string) ([]api.AssociationType, error)

	// ValidationRules returns the rules that new records have to obey.
	ValidationRules(ctx context.Context) ([]api.ValidationRule, error)

	// CreateProperty creates a property.
	CreateProperty(ctx context.Context, p api.NewProperty) (api.Property, error)

	// DailyUsage asks when the quota of the day is fresh again.
	DailyUsage(ctx context.Context) (api.Usage, error)
}

// An Endpoint says what to connect to.
type Endpoint struct {
	BaseURL, Version string
	Object           string // the type of the records that are created
	Key              string // the unique property, "" without one
}

// A connection is an account that can be written to.
type connection struct {
	Account
	Endpoint
	limiter     *ratelimit.Limiter // nil until the account is known
	early       int                // requests that were sent before
	account     api.Account        // zero when the token can't read it
	number      int64              // likewise 0
	unknownPath bool               // the account's path is not served
	sandbox     bool
	keyProperty *api.Property // once it is known to be unique
	keyCreated  bool          // by this process
	tries       tries         // of a read that fails for a reason that may pass
	keyDue      bool          // the key's property is still to be created
	keyLater    bool          // by makeKey, and not while the account is looked at
	readOnly    bool          // nothing is created, not even what is asked for
	close       func()
}

// connect checks address and credentials, and asks which account it is.
func (o *Options) connect(ctx context.Context, e Endpoint) (*connection, error) {
	if !o.Sandbox {
		// Before the first request: making directories durable takes a while, in which
		// other runs wouldn't see that request in the shared rate window. An error
		// comes again, and is reported, where the directory is needed.
		_ = o.state().make()
	}
	c, err := o.dial(ctx, e)
	if err != nil {
		return nil, err
	}
	if err := c.identify(ctx, o.CreateKey || o.Sandbox); err != nil {
		return nil, err
	}
	o.noteKey(c)
	c.limiter = o.limiter(c)
	c.limiter.Spent(c.early)
	return c, nil
}

// noteKey says that the key's property was created.
func (o *Options) noteKey(c *connection) {
	if c.keyCreated {
		o.note("created the property %s of %s, with unique values, in the group %s", c.Key, c.Object, c.keyProperty.GroupName)
	}
}

// dial does what connect does before the first request.
func (o *Options) dial(ctx context.Context, e Endpoint) (*connection, error) {
	a, err := o.Connect(ctx, e)
	if err != nil {
		return nil, err
	}
	return &connection{Account: a, Endpoint: e, sandbox: o.Sandbox, keyLater: o.Confirm != nil, tries: tries{5, o.sayTry}, close: func() {}}, nil
}

// limiter shares its window with the other runs of the account on this host, unless
// that is a throw-away account.
func (o *Options) limiter(c *connection) *ratelimit.Limiter {
	rate := o.Rate
	if !c.sandbox && o.StateDir != "" {
		w := o.state().window(c.BaseURL, c.number, func(err error) {
			o.note("the rate limit can't be shared with other runs on this host, only seen in HubSpot's answers: %v", err)
		})
		rate.Store, c.close = w, w.close
	}
	return ratelimit.New(rate)
}

// endpoint fills in what wasn't given.
func (o *Options) endpoint(object, key string) Endpoint {
	if key == schema.RecordID { // every record has one: there is nothing to check or to send
		key = ""
	}
	e := Endpoint{BaseURL: strings.TrimRight(o.BaseURL, "/"), Version: o.Version, Object: object, Key: key}
	if e.BaseURL == "" {
		e.BaseURL = DefaultBaseURL
	}
	if e.Version == "" {
		e.Version = "v3"
	}
	return e
}

// name is how messages name the account.
func (c *connection) name() string {
	return (&Run{Sandbox: c.sandbox, Account: c.number, BaseURL: c.BaseURL}).AccountName()
}

// dailyReset asks when the daily quota is fresh again.
func (c *connection) dailyReset(ctx context.Context) (time.Time, error) {
	usage, err := repeated(ctx, c.tries, counted(c, c.DailyUsage))
	_, refused := errors.AsType[api.ReadError](err)
	if refused || err == nil && usage.ResetsAt.IsZero() {
		// The path may be refused like all others today: look again in an hour.
		return time.Now().Add(time.Hour), nil
	}
	return usage.ResetsAt, err
}

// counted is read, with the requests that it sends known to the limiter before
// they leave. They don't wait for it: they are few, and nothing else is sent yet
// or any more.
func counted[T any](c *connection, read func(context.Context) (T, error)) func(context.Context) (T, error) {
	return func(ctx context.Context) (T, error) {
		if c.limiter == nil {
			c.early++
		} else {
			c.limiter.Spent(1)
		}
		return read(ctx)
	}
}

// tries says how often a read is sent, and takes why it is sent again, and when.
type tries struct {
	most int
	say  func(err error, again time.Duration)
}

// sayTry says why nothing moves.
func (o *Options) sayTry(err error, again time.Duration) {
	if again >= 2*time.Second {
		o.note("%s; trying again in %s", shown(err.Error()), again)
	}
}

// repeated repeats a read, which does no harm, while its failure may be a passing
// one.
func repeated[T any](ctx context.Context, tries tries, read func(context.Context) (T, error)) (T, error) {
	wait := 500 * time.Millisecond
	for try := 1; ; try++ {
		v, err := read(ctx)
		if ctx.Err() != nil && err != nil {
			return v, context.Cause(ctx)
		}
		answer, ok := errors.AsType[api.ReadError](err)
		if err == nil || !ok || !answer.Temporary() || try == tries.most {
			return v, err
		}
		if asked := answer.Rate().Wait; asked > wait {
			wait = min(asked, 30*time.Second)
		}
		tries.say(err, wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return v, context.Cause(ctx)
		}
		wait *= 2
	}
}
