// What is known of an account's properties, where nothing is written.

package rundir

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/hubload/hubload/importer/api"
	"github.com/hubload/hubload/mapping"
	"github.com/hubload/hubload/mapping/schema"
)

// Known is what is known of an account's property definitions.
type Known struct {
	Schema      *schema.Schema // nil: values can't be checked against their types
	Source      KnownSource
	Account     int64 // 0: the token can't read it
	AccountName string
	Read        time.Time // when the definitions were read

	// Rules are those of the account's administrators that HubSpot enforces on writes,
	// none where the account wasn't asked or the token can't read them.
	Rules []api.ValidationRule

	// Why says why the account wasn't asked, where it wasn't. Accounts are those that
	// definitions are remembered of, where there are too many to choose.
	Why      string
	Accounts []int64

	schema *savedSchema
}

// KnownSource is where definitions come from.
type KnownSource string

const (
	FromAccount KnownSource = "account"
	FromState   KnownSource = "remembered" // the account was asked earlier
	FromSandbox KnownSource = "sandbox"
	FromNowhere KnownSource = "none"
)

// Definitions reads the account's definitions of the object type that m or else o
// names; m may be nil. Where o.Connect is nil or the account can't be reached, it takes
// those that were seen last. It sends reads only.
func Definitions(ctx context.Context, o Options, m *mapping.Mapping) (Known, error) {
	object, key := o.objectAndKey(m)
	e := o.endpoint(object, key)
	if o.Connect == nil {
		return o.recalled(e, m, "there is no token"), nil
	}
	conn, err := o.dial(ctx, e)
	if err != nil {
		return Known{}, err
	}
	conn.tries.most, conn.readOnly = 2, true
	var s *savedSchema
	err = conn.identify(ctx, o.CreateKey || o.Sandbox)
	if err == nil {
		s, err = conn.schema(ctx, m)
	}
	if err == nil {
		err = conn.readReferences(ctx, s, m)
	}
	var rules []api.ValidationRule
	if err == nil {
		if rules, err = repeated(ctx, conn.tries, counted(conn, conn.ValidationRules)); err != nil && lacks(err) {
			err = nil // a token may write records and not read this
		}
	}
	if answer, ok := errors.AsType[api.ReadError](err); ok && ctx.Err() == nil && answer.Temporary() && !answer.Unauthorized() {
		return o.recalled(e, m, "the account can't be reached ("+shown(err.Error())+")"), nil
	}
	if err := cmp.Or(err, conn.checkPinned(m, o.AccountID)); err != nil {
		return Known{}, err
	}
	known := Known{Schema: s.rules(), Source: FromAccount, Account: conn.number, AccountName: conn.name(), Rules: rules, schema: s}
	switch {
	case s == nil:
		known.Source = FromNowhere
		return known, nil
	case conn.sandbox:
		known.Source = FromSandbox
	default:
		o.state().rememberSchema(s)
	}
	known.Read = s.Read
	return known, nil
}

// recalled is what is remembered of the account.
func (o *Options) recalled(e Endpoint, m *mapping.Mapping, why string) Known {
	var account int64
	if m != nil {
		account = m.Account
	}
	s, accounts := o.state().recallSchema(e.BaseURL, account, e.Object)
	if s == nil {
		return Known{Source: FromNowhere, AccountName: "the account", Why: why, Accounts: accounts}
	}
	if o.CreateKey && e.Key != "" {
		s.add(keyDefinition(e.Key))
	}
	return Known{
		Schema: s.rules(), Source: FromState, Account: s.Account, Why: why, Read: s.Read, schema: s,
		AccountName: (&Run{Account: s.Account, BaseURL: s.BaseURL}).AccountName(),
	}
}
