// The account on the other side: address, credentials, and what must be known of it before the first write.

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/importer/hubspot"
	"github.com/hubload/hubload/importer/hubspot/hubspottest"
	"github.com/hubload/hubload/ratelimit"
)

const defaultBaseURL = "https://api.hubapi.com"

// accountFlags say which account, and how to get in.
type accountFlags struct {
	baseURL, version, tokenFile string
	timeout                     time.Duration
	createKey                   bool              // import alone has the flag
	rate                        ratelimit.Options // from other flags, where there are any
}

func (f *accountFlags) add(fs *pflag.FlagSet) {
	fs.StringVar(&f.baseURL, "base-url", "", "`URL` of the API; default: "+defaultBaseURL+"; http:// only for loopback addresses")
	fs.StringVar(&f.version, "api-version", "", "`VERSION` of the API: v3 (default), 2025-09, 2026-03, 2026-09 or 2026-09-beta")
	fs.StringVar(&f.tokenFile, "token-file", "", "`FILE` that holds the access token, readable for you alone; default: HUBSPOT_ACCESS_TOKEN")
	fs.DurationVar(&f.timeout, "timeout", 120*time.Second, "of one request")
}

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

// A connection is an account that can be written to.
type connection struct {
	*hubspot.Client
	limiter          *ratelimit.Limiter // nil until the account is known
	early            int                // requests that were sent before
	account          int64              // 0 when the token may not read it
	baseURL, version string
	sandbox          bool
	box              *hubspottest.Account // the throw-away account, with sandbox
	keyProperty      *api.Property        // of the mapping's key, once it is known to be unique
	tries            int                  // of a read whose failure may be a passing one
	readOnly         bool                 // nothing is created, not even what is asked for
	close            func()
}

// connect checks address and credentials, starts the sandbox if it is wanted, and
// asks which account it is. key is "" without a unique key.
func (a *app) connect(ctx context.Context, f *accountFlags, sandbox bool, object, key string) (*connection, error) {
	c, err := a.dial(f, sandbox, object, key)
	if err != nil {
		return nil, err
	}
	if err := c.identify(ctx, object, key, f.createKey || sandbox); err != nil {
		c.close()
		return nil, err
	}
	c.limiter = a.limiter(c, f.rate)
	c.limiter.Spent(c.early)
	return c, nil
}

// address is the base URL without a slash at its end.
func (f *accountFlags) address() string {
	return strings.TrimRight(cmp.Or(f.baseURL, defaultBaseURL), "/")
}

// dial does what connect does before the first request.
func (a *app) dial(f *accountFlags, sandbox bool, object, key string) (*connection, error) {
	c := &connection{baseURL: f.address(), version: f.version, sandbox: sandbox, tries: 5, close: func() {}}
	if c.version == "" {
		c.version = "v3"
	}
	var credentials hubspot.Credentials
	if sandbox {
		box, err := startSandbox("127.0.0.1:0", builtinSandbox())
		if err != nil {
			return nil, err
		}
		c.box, c.close, c.baseURL, credentials = box.account, box.close, box.url, hubspot.Static("sandbox")
	} else {
		if err := hubspot.CheckBaseURL(c.baseURL); err != nil {
			return nil, usageError{err}
		}
		var err error
		if credentials, err = a.credentials(f, c); err != nil {
			return nil, err
		}
	}
	config := hubspot.Config{
		BaseURL: c.baseURL, Version: c.version, Credentials: credentials,
		Object: object, KeyProperty: key, Timeout: f.timeout, UserAgent: "hubload/" + programVersion(),
	}
	client, err := hubspot.New(config)
	if err != nil {
		c.close()
		return nil, usageError{err}
	}
	c.Client = client
	return c, nil
}

// credentials finds the token, or what gets one.
func (a *app) credentials(f *accountFlags, c *connection) (hubspot.Credentials, error) {
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
			BaseURL: c.baseURL, Version: c.version,
		}), nil
	}
	return nil, &hubspot.CredentialsError{Message: "there is no access token: set HUBSPOT_ACCESS_TOKEN or give --token-file FILE " +
		"(HubSpot: Settings > Integrations > Service Keys, scope crm.objects.line_items.write); to try without an account: --sandbox"}
}

// identify asks for the account's id, and makes sure of the key's property.
func (c *connection) identify(ctx context.Context, object, key string, createKey bool) error {
	account, err := insistently(ctx, c.tries, counted(c, c.Account))
	var answer *hubspot.Error
	switch {
	case err == nil:
		c.account = account.PortalID
	case errors.As(err, &answer) && !answer.Unauthorized() && !answer.Temporary():
		// Some tokens may write line items and not read this; a server that
		// doesn't know the path is no reason to stop either.
	default:
		return err
	}
	if key == "" {
		return nil
	}
	return c.checkKey(ctx, key, object, createKey)
}

// checkKey makes sure that the account enforces the uniqueness of the key: all
// that is built on it would otherwise create rows twice.
func (c *connection) checkKey(ctx context.Context, name, object string, create bool) error {
	p, err := insistently(ctx, c.tries, counted(c, func(ctx context.Context) (api.Property, error) { return c.Property(ctx, name) }))
	var answer *hubspot.Error
	switch {
	case err == nil && p.HasUniqueValue:
		c.keyProperty = &p
		return nil
	case err == nil:
		return usageError{withHint(
			fmt.Errorf("the key's property %s of %s isn't unique in this account", name, object),
			"uniqueness can only be chosen when a property is created: make a new one with \"require unique values\", and use that")}
	case errors.As(err, &answer) && answer.Status == 404 && create:
		return c.createUnique(ctx, name, object)
	case errors.As(err, &answer) && answer.Status == 404:
		return usageError{withHint(
			fmt.Errorf("the account has no property %s of %s, which the mapping's key names", name, object),
			"create it with --create-key, or in HubSpot as single-line text with \"require unique values\"")}
	}
	return fmt.Errorf("making sure that the key's property %s is unique: %w", name, err)
}

// createUnique creates the key's property. It isn't repeated when it fails: a
// second look is as good.
func (c *connection) createUnique(ctx context.Context, name, object string) error {
	if c.readOnly {
		c.keyProperty = &api.Property{Name: name, Label: name, Type: "string", FieldType: "text", HasUniqueValue: true}
		return nil
	}
	group := strings.ReplaceAll(strings.TrimSuffix(object, "s"), "_", "") + "information"
	p, err := counted(c, func(ctx context.Context) (api.Property, error) {
		return c.CreateProperty(ctx, api.NewProperty{
			GroupName: group, Name: name, Label: name, Type: "string", FieldType: "text", HasUniqueValue: true,
			Description: "Tells the rows of imports apart, so that none is created twice.",
		})
	})(ctx)
	if err != nil {
		return withHint(fmt.Errorf("creating the key's property %s: %w", name, err),
			"create it in HubSpot as single-line text with \"require unique values\"")
	}
	c.keyProperty = &p
	return nil
}

func (c *connection) wrongAccount(pinned int64) error {
	if c.account == 0 {
		return withHint(fmt.Errorf("the mapping is for account %d, and this token may not tell which account it belongs to", pinned),
			"take account: out of the mapping, or use a token that can read account information")
	}
	return withHint(fmt.Errorf("the mapping is for account %d, and the token belongs to account %d", pinned, c.account), "use the token of the other account")
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

// patiently repeats a read, which does no harm, while its failure may be a passing
// one.
func patiently[T any](ctx context.Context, read func(context.Context) (T, error)) (T, error) {
	return insistently(ctx, 5, read)
}

// insistently is patiently with another number of tries.
func insistently[T any](ctx context.Context, tries int, read func(context.Context) (T, error)) (T, error) {
	wait := 500 * time.Millisecond
	for try := 1; ; try++ {
		v, err := read(ctx)
		var answer *hubspot.Error
		final := errors.As(err, &answer) && !answer.Temporary()
		var credentials *hubspot.CredentialsError
		if err == nil || final || errors.As(err, &credentials) || try == tries || ctx.Err() != nil {
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			return v, err
		}
		if answer != nil && answer.Wait > wait {
			wait = min(answer.Wait, 30*time.Second)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return v, context.Cause(ctx)
		}
		wait *= 2
	}
}
